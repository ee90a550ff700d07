/* A join while it is made, and the memory behind it. */
#ifndef QA_JOIN_MAKER_H
#define QA_JOIN_MAKER_H

#include "qa/join.h"

/* A file's frames: a part of maker->order. */
struct qa_join_span {
	size_t first;
	size_t count;
};

struct qa_join_maker {
	struct qa_join view; /* first: a join is a maker */
	const struct qa_profile *profile;
	struct qa_join_options options;
	struct qa_joined_frame *frames;
	struct qa_joined_file *files;
	struct qa_join_span *spans; /* of each file */
	uint32_t *order;            /* the frames that have a file, by path */
	size_t order_count;
	struct qa_joined_definition *definitions;
	size_t definition_room;
	uint64_t best[QA_JOIN_MOST_TOP]; /* the highest scores so far, descending */
	size_t best_count;
};

/* Finds the files of the profile and their frames; hottest first. 0 or -ENOMEM. */
int qa_join_list_files(struct qa_join_maker *maker);

/* Joins the frames of a file that was looked at: gives them its state or their definitions. */
int qa_join_frames(struct qa_join_maker *maker, size_t file);

/* How hot and complex these are, as struct qa_joined_definition has it. */
uint64_t qa_join_score(const struct qa_profile *profile, uint64_t self, double complexity);

/* The definitions' totals and order, once all files are joined. */
int qa_join_arrange(struct qa_join_maker *maker);

static inline void qa_join_add_weight(struct qa_weight *sum, struct qa_weight weight)
{
	sum->samples += weight.samples;
	sum->ns += weight.ns;
}

#endif
