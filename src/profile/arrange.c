/*
 * From the tree as it was found to the tree as it is shown: only what has samples, frames ordered
 * by name, file and line, nodes in preorder with siblings in the order of their frames.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/builder.h"

/* Old and new numbers of everything; QA_NONE: it has no samples and is left out. */
struct arrangement {
	const struct qa_path_node *nodes; /* as found */
	size_t node_count;
	struct qa_weight *totals; /* of nodes as found */
	uint32_t *first_child;
	uint32_t *next_sibling;
	uint32_t *new_node;
	uint32_t *frames; /* old numbers in the new order */
	size_t frame_count;
	uint32_t *new_frame;
};

static uint32_t *new_numbers(size_t count)
{
	uint32_t *numbers = malloc((count + 1) * sizeof(*numbers));

	if (numbers)
		memset(numbers, 0xff, (count + 1) * sizeof(*numbers));
	return numbers;
}

static int allocate(struct arrangement *a, const struct qa_profile_builder *builder)
{
	a->nodes = builder->paths.nodes;
	a->node_count = builder->paths.count;
	a->totals = calloc(a->node_count, sizeof(*a->totals));
	a->first_child = new_numbers(a->node_count);
	a->next_sibling = new_numbers(a->node_count);
	a->new_node = new_numbers(a->node_count);
	a->frames = new_numbers(builder->frames.count);
	a->new_frame = new_numbers(builder->frames.count);
	return a->totals && a->first_child && a->next_sibling && a->new_node && a->frames &&
			       a->new_frame
		       ? 0
		       : -ENOMEM;
}

static void release(struct arrangement *a)
{
	free(a->totals);
	free(a->first_child);
	free(a->next_sibling);
	free(a->new_node);
	free(a->frames);
	free(a->new_frame);
}

/* Parents come before children: backwards, every node is complete when it is added to its parent.
 */
static void sum_nodes(struct arrangement *a)
{
	for (size_t i = a->node_count; i-- > 0;) {
		a->totals[i].samples += a->nodes[i].self.samples;
		a->totals[i].ns += a->nodes[i].self.ns;
		if (i > 0) {
			a->totals[a->nodes[i].parent].samples += a->totals[i].samples;
			a->totals[a->nodes[i].parent].ns += a->totals[i].ns;
		}
	}
}

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_frames(const void *left, const void *right, void *ctx)
{
	const struct qa_profile_builder *builder = ctx;
	const struct qa_frame_entry *a = &builder->frames.entries[*(const uint32_t *)left];
	const struct qa_frame_entry *b = &builder->frames.entries[*(const uint32_t *)right];
	const char *const *texts = builder->strings.texts;
	int order = a->name == b->name ? 0 : strcmp(texts[a->name], texts[b->name]);

	if (!order && a->file != b->file)
		order = strcmp(texts[a->file], texts[b->file]);
	/* The kind before the line: the lines of a function stay neighbours. */
	if (!order)
		order = compare_numbers(a->first_line, b->first_line);
	if (!order)
		order = compare_numbers(a->kind, b->kind);
	return order ? order : compare_numbers(a->line, b->line);
}

static void order_frames(struct arrangement *a, struct qa_profile_builder *builder)
{
	for (size_t i = 1; i < a->node_count; i++) {
		uint32_t frame = a->nodes[i].frame;

		if (a->totals[i].samples == 0 || a->new_frame[frame] != QA_NONE)
			continue;
		a->new_frame[frame] = 0;
		a->frames[a->frame_count++] = frame;
	}
	qsort_r(a->frames, a->frame_count, sizeof(*a->frames), compare_frames, builder);
	for (size_t i = 0; i < a->frame_count; i++)
		a->new_frame[a->frames[i]] = (uint32_t)i;
}

static int make_frames(const struct arrangement *a, struct qa_profile_builder *builder)
{
	const char *const *texts = builder->strings.texts;
	struct qa_frame *frames = calloc(a->frame_count + 1, sizeof(*frames));

	if (!frames)
		return -ENOMEM;
	for (size_t i = 0; i < a->frame_count; i++) {
		const struct qa_frame_entry *entry = &builder->frames.entries[a->frames[i]];

		frames[i] = (struct qa_frame){
			.name = texts[entry->name],
			.short_name = texts[entry->short_name],
			.file = texts[entry->file],
			.file_index = QA_NONE,
			.line = entry->line,
			.first_line = entry->first_line,
			.kind = entry->kind,
		};
	}
	builder->store->frames = frames;
	builder->store->view.frames = frames;
	builder->store->view.frame_count = a->frame_count;
	return 0;
}

/* How many nodes come before those of each frame. */
static void count_by_frame(const struct arrangement *a, size_t *before)
{
	for (size_t i = 1; i < a->node_count; i++)
		if (a->totals[i].samples)
			before[a->new_frame[a->nodes[i].frame] + 1]++;
	for (size_t i = 0; i < a->frame_count; i++)
		before[i + 1] += before[i];
}

/* All nodes with samples but the root, ordered by frame. Returns how many there are. */
static size_t order_by_frame(const struct arrangement *a, size_t *next, uint32_t *by_frame)
{
	size_t count = 0;

	for (size_t i = 1; i < a->node_count; i++)
		if (a->totals[i].samples) {
			by_frame[next[a->new_frame[a->nodes[i].frame]]++] = (uint32_t)i;
			count++;
		}
	return count;
}

/* Lists children in the order of their frames: last frame first, each node is put in front of its
 * siblings. */
static int link_children(struct arrangement *a)
{
	size_t *next = calloc(a->frame_count + 1, sizeof(*next));
	uint32_t *by_frame = calloc(a->node_count, sizeof(*by_frame));
	bool allocated = next && by_frame;
	size_t count = 0;

	if (allocated) {
		count_by_frame(a, next);
		count = order_by_frame(a, next, by_frame);
	}
	while (count-- > 0) {
		uint32_t node = by_frame[count];

		a->next_sibling[node] = a->first_child[a->nodes[node].parent];
		a->first_child[a->nodes[node].parent] = node;
	}
	free(next);
	free(by_frame);
	return allocated ? 0 : -ENOMEM;
}

/* The node after `node` in preorder, or QA_NONE. */
static uint32_t next_in_preorder(const struct arrangement *a, uint32_t node)
{
	if (a->first_child[node] != QA_NONE)
		return a->first_child[node];
	while (node != 0 && a->next_sibling[node] == QA_NONE)
		node = a->nodes[node].parent;
	return node == 0 ? QA_NONE : a->next_sibling[node];
}

static struct qa_node make_node(const struct arrangement *a, uint32_t old)
{
	const struct qa_path_node *found = &a->nodes[old];

	return (struct qa_node){
		.parent = old ? a->new_node[found->parent] : QA_NONE,
		.frame = old ? a->new_frame[found->frame] : QA_NONE,
		.first_child = QA_NONE,
		.next_sibling = QA_NONE,
		.depth = found->depth,
		.self = found->self,
		.total = a->totals[old],
	};
}

static void link_nodes(struct qa_profile_store *store, const struct arrangement *a)
{
	for (size_t old = 0; old < a->node_count; old++) {
		struct qa_node *node;

		if (a->new_node[old] == QA_NONE)
			continue;
		node = &store->nodes[a->new_node[old]];
		if (a->first_child[old] != QA_NONE)
			node->first_child = a->new_node[a->first_child[old]];
		if (a->next_sibling[old] != QA_NONE)
			node->next_sibling = a->new_node[a->next_sibling[old]];
	}
}

static int make_nodes(struct arrangement *a, struct qa_profile_store *store)
{
	struct qa_profile *view = &store->view;

	store->nodes = malloc(a->node_count * sizeof(*store->nodes));
	if (!store->nodes)
		return -ENOMEM;
	for (uint32_t old = 0; old != QA_NONE; old = next_in_preorder(a, old)) {
		a->new_node[old] = (uint32_t)view->node_count;
		store->nodes[view->node_count++] = make_node(a, old);
		if (a->nodes[old].depth > view->max_depth)
			view->max_depth = a->nodes[old].depth;
	}
	link_nodes(store, a);
	view->nodes = store->nodes;
	for (size_t i = 0; i < view->sample_count; i++)
		store->samples[i].node = a->new_node[store->samples[i].node];
	return 0;
}

int qa_profile_arrange(struct qa_profile_builder *builder)
{
	struct arrangement a = {0};
	int rc = allocate(&a, builder);

	if (!rc) {
		sum_nodes(&a);
		order_frames(&a, builder);
		rc = make_frames(&a, builder);
	}
	if (!rc)
		rc = link_children(&a);
	if (!rc)
		rc = make_nodes(&a, builder->store);
	release(&a);
	return rc;
}
