#include "listing/group_totals.h"

#include <errno.h>
#include <stdlib.h>

/* The path to the present node. What is on it already counts no second time. */
struct path {
	const struct qa_profile *profile;
	const uint32_t *group_of;
	uint32_t *groups; /* of each node on it, or QA_NONE */
	uint32_t *counts; /* how often each group is on it */
	size_t depth;
};

static void leave(struct path *path)
{
	uint32_t group = path->groups[--path->depth];

	if (group != QA_NONE)
		path->counts[group]--;
}

static void enter(struct path *path, const struct qa_node *node, struct qa_weight *totals)
{
	uint32_t group = path->group_of[node->frame];

	path->groups[path->depth++] = group;
	if (group == QA_NONE || path->counts[group]++ > 0)
		return;
	totals[group].samples += node->total.samples;
	totals[group].ns += node->total.ns;
}

static void walk(struct path *path, struct qa_weight *totals)
{
	const struct qa_profile *profile = path->profile;

	for (size_t i = 1; i < profile->node_count; i++) {
		while (path->depth >= profile->nodes[i].depth)
			leave(path);
		enter(path, &profile->nodes[i], totals);
	}
}

int qa_group_totals(const struct qa_profile *profile, const uint32_t *group_of, size_t count,
	struct qa_weight **totals)
{
	struct path path = {.profile = profile,
		.group_of = group_of,
		.groups = calloc((size_t)profile->max_depth + 1, sizeof(uint32_t)),
		.counts = calloc(count + 1, sizeof(uint32_t))};
	bool able;

	*totals = calloc(count + 1, sizeof(**totals));
	able = path.groups && path.counts && *totals;
	if (able)
		walk(&path, *totals);
	free(path.groups);
	free(path.counts);
	if (able)
		return 0;
	free(*totals);
	*totals = NULL;
	return -ENOMEM;
}
