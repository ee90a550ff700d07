#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/builder.h"

static void add_weight(struct qa_weight *sum, struct qa_weight weight)
{
	sum->samples += weight.samples;
	sum->ns += weight.ns;
}

/*
 * Walks the nodes in preorder with the path to each in path[]. A node counts for its frame's total
 * only if the frame is not on the path above it: then recursion counts once.
 */
static int sum_totals(struct qa_profile_store *store)
{
	const struct qa_profile *view = &store->view;
	uint32_t *path = calloc((size_t)view->max_depth + 1, sizeof(*path));
	uint32_t *on_path = calloc(view->frame_count + 1, sizeof(*on_path));
	size_t depth = 0;

	if (!path || !on_path) {
		free(path);
		free(on_path);
		return -ENOMEM;
	}
	for (size_t i = 1; i < view->node_count; i++) {
		const struct qa_node *node = &store->nodes[i];

		while (depth >= node->depth)
			on_path[path[--depth]]--;
		path[depth++] = node->frame;
		add_weight(&store->frames[node->frame].self, node->self);
		if (on_path[node->frame]++ == 0)
			add_weight(&store->frames[node->frame].total, node->total);
	}
	free(path);
	free(on_path);
	return 0;
}

static int compare_heat(const void *left, const void *right, void *ctx)
{
	const struct qa_frame *frames = ctx;
	uint32_t i = *(const uint32_t *)left;
	uint32_t j = *(const uint32_t *)right;
	const struct qa_weight *a = &frames[i].self;
	const struct qa_weight *b = &frames[j].self;

	if (a->samples != b->samples)
		return a->samples < b->samples ? 1 : -1;
	if (a->ns != b->ns)
		return a->ns < b->ns ? 1 : -1;
	return (i > j) - (i < j);
}

static int rank_frames(struct qa_profile_store *store)
{
	struct qa_profile *view = &store->view;

	store->hot_frames = malloc((view->frame_count + 1) * sizeof(*store->hot_frames));
	if (!store->hot_frames)
		return -ENOMEM;
	for (size_t i = 0; i < view->frame_count; i++)
		if (store->frames[i].self.samples)
			store->hot_frames[view->hot_count++] = (uint32_t)i;
	qsort_r(store->hot_frames, view->hot_count, sizeof(*store->hot_frames), compare_heat,
		store->frames);
	view->hot_frames = store->hot_frames;
	return 0;
}

static bool same_function(const struct qa_frame *a, const struct qa_frame *b)
{
	return a->kind == b->kind && a->first_line == b->first_line &&
	       strcmp(a->file, b->file) == 0 && strcmp(a->name, b->name) == 0;
}

/* The lines of a function are neighbours in the order of frames. */
static void number_functions(struct qa_profile_store *store)
{
	uint32_t number = 0;

	for (size_t i = 0; i < store->view.frame_count; i++) {
		struct qa_frame *frame = &store->frames[i];
		bool first = i == 0 || !same_function(frame, frame - 1);

		number += first && i > 0;
		frame->function = number;
		store->view.function_count += first && frame->kind == QA_FRAME_PYTHON;
	}
}

int qa_profile_sum_frames(struct qa_profile_builder *builder)
{
	int rc = sum_totals(builder->store);

	number_functions(builder->store);
	return rc ? rc : rank_frames(builder->store);
}
