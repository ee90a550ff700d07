/* The definitions of a profile's frames, and how hot and complex they are. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "join/maker.h"
#include "listing/group_totals.h"
#include "support/buf.h"

uint64_t qa_join_score(const struct qa_profile *profile, uint64_t self, double complexity)
{
	enum { HUNDREDTHS_OF_A_PERCENT = 10000 };

	if (profile->total.samples == 0)
		return 0;
	return (uint64_t)(HUNDREDTHS_OF_A_PERCENT * (double)self / (double)profile->total.samples *
				  log2(1 + complexity) +
			  0.5);
}

static double complexity_of(const struct qa_joined_definition *joined)
{
	if (joined->cognitive != QA_FACT_UNKNOWN)
		return joined->cognitive;
	return joined->cyclomatic == QA_FACT_UNKNOWN || joined->cyclomatic == 0
		       ? 0
		       : joined->cyclomatic - 1;
}

/* The file's is the sum over all, and lambdas and comprehensions count with what is around them. */
static uint32_t cognitive_of_module(const struct qa_source_facts *facts)
{
	uint64_t inside = 0;

	if (facts->cognitive == QA_FACT_UNKNOWN)
		return QA_FACT_UNKNOWN;
	for (size_t i = 0; i < facts->definition_count; i++) {
		const struct qa_definition *definition = &facts->definitions[i];

		if (definition->kind == QA_DEFINITION_FUNCTION ||
			definition->kind == QA_DEFINITION_CLASS)
			inside += definition->cognitive;
	}
	return inside < facts->cognitive ? facts->cognitive - (uint32_t)inside : 0;
}

static struct qa_joined_definition describe(
	size_t file, const struct qa_source_facts *facts, const struct qa_definition *definition)
{
	if (!definition)
		return (struct qa_joined_definition){.file = (uint32_t)file,
			.name = qa_str("<module>"),
			.line = 1,
			.lines = facts->line_count,
			.cyclomatic = facts->module_cyclomatic,
			.cognitive = cognitive_of_module(facts)};
	return (struct qa_joined_definition){.file = (uint32_t)file,
		.definition = definition,
		.name = definition->qualified,
		.line = definition->first_line,
		.lines = qa_definition_lines(definition),
		.cyclomatic = definition->cyclomatic,
		.cognitive = definition->cognitive};
}

/* The place in definitions[] of what a frame's samples count for. */
static int place(struct qa_join_maker *maker, size_t file, const struct qa_definition *definition,
	uint32_t *known)
{
	const struct qa_source_facts *facts = maker->files[file].facts;
	size_t count = maker->view.definition_count;

	if (*known != QA_NONE)
		return 0;
	if (QA_GROW(maker->definitions, maker->definition_room, count + 1))
		return -ENOMEM;
	maker->definitions[count] = describe(file, facts, definition);
	maker->view.definition_count++;
	*known = (uint32_t)count;
	return 0;
}

/* `known` has the places of the file's definitions, and last that of the module. */
static int join_frame(struct qa_join_maker *maker, size_t file, uint32_t index, uint32_t *known)
{
	const struct qa_source_facts *facts = maker->files[file].facts;
	const struct qa_frame *frame = &maker->profile->frames[index];
	struct qa_joined_frame *joined = &maker->frames[index];
	const struct qa_definition *owner = NULL;
	enum qa_source_match match;
	size_t number = facts->definition_count;
	int rc;

	joined->own = qa_source_find(
		facts, qa_str(frame->short_name), (uint32_t)frame->first_line, &match);
	if (match == QA_MATCH_NONE) {
		joined->state = QA_JOIN_UNDEFINED;
		return 0;
	}
	if (joined->own)
		owner = qa_source_owner(facts, joined->own);
	if (owner)
		number = (size_t)(owner - facts->definitions);
	rc = place(maker, file, owner, &known[number]);
	if (rc)
		return rc;
	joined->definition = known[number];
	qa_join_add_weight(&maker->definitions[known[number]].self, frame->self);
	return 0;
}

static void note_best(struct qa_join_maker *maker, uint64_t score)
{
	size_t at = maker->best_count;

	if (at < QA_JOIN_MOST_TOP)
		maker->best_count++;
	else if (score > maker->best[at - 1])
		at--; /* in place of the lowest */
	else
		return;
	while (at > 0 && maker->best[at - 1] < score) {
		maker->best[at] = maker->best[at - 1];
		at--;
	}
	maker->best[at] = score;
}

static void score_from(struct qa_join_maker *maker, size_t first)
{
	for (size_t i = first; i < maker->view.definition_count; i++) {
		struct qa_joined_definition *joined = &maker->definitions[i];

		joined->score =
			qa_join_score(maker->profile, joined->self.samples, complexity_of(joined));
		note_best(maker, joined->score);
	}
}

int qa_join_frames(struct qa_join_maker *maker, size_t file)
{
	const struct qa_joined_file *joined = &maker->files[file];
	const uint32_t *frames = maker->order + maker->spans[file].first;
	size_t count = maker->spans[file].count, before = maker->view.definition_count;
	uint32_t *known;
	int rc = 0;

	for (size_t i = 0; i < count; i++)
		maker->frames[frames[i]].state = joined->state;
	if (joined->state != QA_JOIN_FOUND)
		return 0;
	known = malloc((joined->facts->definition_count + 1) * sizeof(*known));
	if (!known)
		return -ENOMEM;
	memset(known, 0xff, (joined->facts->definition_count + 1) * sizeof(*known));
	for (size_t i = 0; i < count && !rc; i++)
		rc = join_frame(maker, file, frames[i], known);
	free(known);
	score_from(maker, before);
	return rc;
}

static int sum_totals(struct qa_join_maker *maker)
{
	size_t count = maker->profile->frame_count;
	uint32_t *definition_of = malloc((count + 1) * sizeof(*definition_of));
	struct qa_weight *totals;
	int rc;

	if (!definition_of)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		definition_of[i] = maker->frames[i].definition;
	rc = qa_group_totals(maker->profile, definition_of, maker->view.definition_count, &totals);
	free(definition_of);
	if (rc)
		return rc;
	for (size_t i = 0; i < maker->view.definition_count; i++)
		maker->definitions[i].total = totals[i];
	free(totals);
	return 0;
}

static int descending(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int compare(const void *left, const void *right, void *ctx)
{
	const struct qa_join_maker *maker = ctx;
	const struct qa_joined_definition *a = &maker->definitions[*(const uint32_t *)left];
	const struct qa_joined_definition *b = &maker->definitions[*(const uint32_t *)right];
	int order = descending(a->score, b->score);

	if (!order)
		order = descending(a->self.samples, b->self.samples);
	if (!order)
		order = descending(a->total.samples, b->total.samples);
	if (!order)
		order = strcmp(maker->files[a->file].path, maker->files[b->file].path);
	if (!order)
		order = (a->line > b->line) - (a->line < b->line);
	return order ? order : (a > b) - (a < b);
}

/* Puts them in this order, and tells the frames. */
static int reorder(struct qa_join_maker *maker, const uint32_t *order)
{
	size_t count = maker->view.definition_count;
	struct qa_joined_definition *sorted = calloc(count + 1, sizeof(*sorted));
	uint32_t *place_of = calloc(count + 1, sizeof(*place_of));
	bool able = sorted && place_of;

	for (size_t i = 0; i < count && able; i++) {
		sorted[i] = maker->definitions[order[i]];
		place_of[order[i]] = (uint32_t)i;
	}
	for (size_t i = 0; i < maker->profile->frame_count && able; i++)
		if (maker->frames[i].definition != QA_NONE)
			maker->frames[i].definition = place_of[maker->frames[i].definition];
	if (able) {
		free(maker->definitions);
		maker->definitions = sorted;
	} else {
		free(sorted);
	}
	free(place_of);
	return able ? 0 : -ENOMEM;
}

int qa_join_arrange(struct qa_join_maker *maker)
{
	size_t count = maker->view.definition_count;
	uint32_t *order = calloc(count + 1, sizeof(*order));
	int rc;

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	rc = sum_totals(maker);
	if (!rc) {
		qsort_r(order, count, sizeof(*order), compare, maker);
		rc = reorder(maker, order);
	}
	free(order);
	return rc;
}
