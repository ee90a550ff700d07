/* What groups of frames weigh in all: the lines of a function, say, or the functions of a file. */
#ifndef QA_LISTING_GROUP_TOTALS_H
#define QA_LISTING_GROUP_TOTALS_H

#include "qa/profile.h"

/*
 * The total of each group; a stack that has a group twice counts once. group_of has the group of
 * each frame, below `count`, or QA_NONE. Returns 0 or -ENOMEM; the caller frees *totals.
 */
int qa_group_totals(const struct qa_profile *profile, const uint32_t *group_of, size_t count,
	struct qa_weight **totals);

#endif
