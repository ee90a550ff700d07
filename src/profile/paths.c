#include "profile/paths.h"

#include <errno.h>
#include <stdlib.h>

enum { DEFAULT_DEPTH = 2000, LEAST_DEPTH = 4, STEPS_PER_TAIL = 4 };

struct qa_raw_path {
	uint32_t parent;
	uint32_t frame;
	uint32_t depth;
	uint32_t node;   /* QA_NONE: too deep, and not asked for yet */
	uint32_t anchor; /* the node of its outermost frames, `head` at most */
};

/* The node of a raw path in stacks that leave out `elided` frames. */
struct qa_kept {
	uint32_t raw;
	uint32_t elided;
	uint32_t node;
};

struct child_key {
	uint32_t parent;
	uint32_t frame;
};

static bool is_child(const void *ctx, uint32_t number, const void *key)
{
	const struct qa_path_node *node = &((const struct qa_paths *)ctx)->nodes[number];
	const struct child_key *sought = key;

	return node->parent == sought->parent && node->frame == sought->frame;
}

static int append_node(struct qa_paths *paths, const struct qa_path_node *node, uint32_t *number)
{
	if (paths->count == QA_NONE)
		return -EOVERFLOW;
	if (QA_GROW(paths->nodes, paths->room, paths->count + 1))
		return -ENOMEM;
	*number = (uint32_t)paths->count;
	paths->nodes[paths->count++] = *node;
	return 0;
}

static int find_child(struct qa_paths *paths, uint32_t parent, uint32_t frame, uint32_t *child)
{
	struct child_key key = {parent, frame};
	struct qa_path_node node = {
		.parent = parent, .frame = frame, .depth = paths->nodes[parent].depth + 1};
	uint64_t hash = qa_hash_pair(parent, frame);
	int rc;

	*child = qa_hashmap_find(&paths->children, hash, is_child, paths, &key);
	if (*child != QA_HASHMAP_NONE)
		return 0;
	rc = append_node(paths, &node, child);
	return rc ? rc : qa_hashmap_add(&paths->children, hash, *child);
}

int qa_paths_open(struct qa_paths *paths, struct qa_frames *frames, uint32_t max_depth)
{
	static const struct qa_path_node root = {.parent = QA_NONE, .frame = QA_NONE};
	uint32_t depth = max_depth ? max_depth : DEFAULT_DEPTH;
	uint32_t number;

	if (depth < LEAST_DEPTH)
		depth = LEAST_DEPTH;
	*paths = (struct qa_paths){.frames = frames, .head = depth / 2, .tail = depth - depth / 2};
	paths->step = paths->tail < STEPS_PER_TAIL ? 1 : paths->tail / STEPS_PER_TAIL;
	return append_node(paths, &root, &number);
}

int qa_paths_add(struct qa_paths *paths, uint32_t parent, uint32_t frame)
{
	struct qa_raw_path raw = {.parent = parent, .frame = frame, .depth = 1, .node = QA_NONE};
	uint32_t above = 0;
	int rc = QA_GROW(paths->raw, paths->raw_room, paths->raw_count + 1);

	if (rc)
		return rc;
	if (parent != QA_NONE) {
		raw.depth = paths->raw[parent].depth + 1;
		raw.anchor = paths->raw[parent].anchor;
		above = paths->raw[parent].node;
	}
	if (raw.depth <= paths->head + paths->tail) {
		rc = find_child(paths, above, frame, &raw.node);
		if (raw.depth <= paths->head)
			raw.anchor = raw.node;
	}
	if (!rc)
		paths->raw[paths->raw_count++] = raw;
	return rc;
}

uint32_t qa_paths_depth(const struct qa_paths *paths, uint32_t raw)
{
	return paths->raw[raw].depth;
}

static bool is_kept(const void *ctx, uint32_t number, const void *key)
{
	const struct qa_kept *kept = &((const struct qa_paths *)ctx)->kept[number];
	const struct qa_kept *sought = key;

	return kept->raw == sought->raw && kept->elided == sought->elided;
}

static uint32_t find_kept(const struct qa_paths *paths, uint32_t raw, uint32_t elided)
{
	struct qa_kept key = {.raw = raw, .elided = elided};
	uint32_t number =
		qa_hashmap_find(&paths->kept_map, qa_hash_pair(raw, elided), is_kept, paths, &key);

	return number == QA_HASHMAP_NONE ? QA_NONE : paths->kept[number].node;
}

static int add_kept(struct qa_paths *paths, uint32_t raw, uint32_t elided, uint32_t node)
{
	uint32_t number = (uint32_t)paths->kept_count;

	if (paths->kept_count == QA_NONE)
		return -EOVERFLOW;
	if (QA_GROW(paths->kept, paths->kept_room, paths->kept_count + 1))
		return -ENOMEM;
	paths->kept[paths->kept_count++] = (struct qa_kept){raw, elided, node};
	return qa_hashmap_add(&paths->kept_map, qa_hash_pair(raw, elided), number);
}

/* How many frames of so deep a stack are left out: the least multiple of a step that makes it fit.
 */
static uint32_t elided_frames(const struct qa_paths *paths, uint32_t depth)
{
	uint32_t excess = depth - paths->head - paths->tail;
	uint32_t over = excess % paths->step;

	return over ? excess - over + paths->step : excess;
}

/* Up from `raw` to a path whose node is known; the paths on the way are in climb[]. */
static int climb_to_node(
	struct qa_paths *paths, uint32_t raw, uint32_t elided, size_t *height, uint32_t *node)
{
	uint32_t anchor = paths->raw[raw].anchor;
	uint32_t frame;
	int rc;

	for (*height = 0; paths->raw[raw].depth > paths->head + elided; (*height)++) {
		*node = find_kept(paths, raw, elided);
		if (*node != QA_NONE)
			return 0;
		if (QA_GROW(paths->climb, paths->climb_room, *height + 1))
			return -ENOMEM;
		paths->climb[*height] = raw;
		raw = paths->raw[raw].parent;
	}
	rc = qa_frames_elided(paths->frames, elided, &frame);
	return rc ? rc : find_child(paths, anchor, frame, node);
}

static int find_deep(struct qa_paths *paths, uint32_t raw, uint32_t *node)
{
	uint32_t elided = elided_frames(paths, paths->raw[raw].depth);
	size_t height;
	int rc = climb_to_node(paths, raw, elided, &height, node);

	while (!rc && height-- > 0) {
		rc = find_child(paths, *node, paths->raw[paths->climb[height]].frame, node);
		if (!rc)
			rc = add_kept(paths, paths->climb[height], elided, *node);
	}
	if (!rc)
		paths->raw[raw].node = *node;
	return rc;
}

int qa_paths_node(struct qa_paths *paths, uint32_t raw, uint32_t *node)
{
	uint32_t frame;
	int rc;

	if (raw == QA_NONE) {
		rc = qa_frames_no_python(paths->frames, &frame);
		return rc ? rc : find_child(paths, 0, frame, node);
	}
	*node = paths->raw[raw].node;
	return *node == QA_NONE ? find_deep(paths, raw, node) : 0;
}

/* Without Python frames the collection is all that there is. */
int qa_paths_collecting(struct qa_paths *paths, uint32_t raw, uint32_t *node)
{
	uint32_t frame;
	int rc = qa_frames_gc(paths->frames, &frame);

	*node = 0;
	if (!rc && raw != QA_NONE)
		rc = qa_paths_node(paths, raw, node);
	if (!rc && paths->nodes[*node].frame != frame)
		rc = find_child(paths, *node, frame, node);
	return rc;
}

void qa_paths_free(struct qa_paths *paths)
{
	free(paths->raw);
	free(paths->nodes);
	free(paths->kept);
	free(paths->climb);
	qa_hashmap_free(&paths->children);
	qa_hashmap_free(&paths->kept_map);
	*paths = (struct qa_paths){0};
}
