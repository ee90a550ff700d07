/* What each thread was last seen doing in a batch of ticks: samples are stored as the change from
 * that. */
#ifndef QA_TRACE_LAST_SEEN_H
#define QA_TRACE_LAST_SEEN_H

#include <stddef.h>
#include <stdint.h>

struct qa_last_seen {
	uint32_t batch; /* the batch that node and state belong to */
	uint32_t node;
	uint32_t state;
};

struct qa_last_seen_table {
	struct qa_last_seen *entries; /* by thread id */
	size_t count;
	size_t room;
	uint32_t batch;
};

/* Forgets everything: both sides start a batch with node 0 and state 0. */
void qa_last_seen_restart(struct qa_last_seen_table *table);
/* Valid until the next call. The caller has bounded the id. NULL: no memory. */
struct qa_last_seen *qa_last_seen_of(struct qa_last_seen_table *table, uint32_t thread);
void qa_last_seen_free(struct qa_last_seen_table *table);

#endif
