/*
 * From a producer's ids to indices of an array, in the order of their arrival. Ids are dense as a
 * rule, so that the index is id - 1; only where a recording has holes does a map take over.
 */
#ifndef QA_PROFILE_IDS_H
#define QA_PROFILE_IDS_H

#include <stddef.h>
#include <stdint.h>

#include "support/hashmap.h"

#define QA_IDS_NONE UINT32_MAX

struct qa_ids {
	uint32_t *ids;
	size_t count;
	size_t room;
	struct qa_hashmap displaced; /* indices of the ids that are not index + 1 */
};

/* The id's index, or QA_IDS_NONE. */
uint32_t qa_ids_find(const struct qa_ids *ids, uint32_t id);

/* Gives the next index to a new id. Returns 0, -EINVAL if the id is 0 or known, -EOVERFLOW or
 * -ENOMEM. */
int qa_ids_add(struct qa_ids *ids, uint32_t id);

void qa_ids_free(struct qa_ids *ids);

#endif
