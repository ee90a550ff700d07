/* Which ids have been delivered. */
#ifndef QA_TRACE_ID_SET_H
#define QA_TRACE_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qa_id_set {
	uint64_t *words;
	size_t count; /* of words that are set up */
	size_t room;
};

bool qa_id_set_has(const struct qa_id_set *set, uint32_t id);
/* The caller has bounded the id. Returns 0 or -ENOMEM. */
int qa_id_set_add(struct qa_id_set *set, uint32_t id);
void qa_id_set_free(struct qa_id_set *set);

#endif
