/* From the records of a block to events: decodes, checks every reference, delivers. */
#ifndef QA_TRACE_RECORDS_H
#define QA_TRACE_RECORDS_H

#include "qa/trace_reader.h"
#include "trace/codec.h"
#include "trace/id_set.h"
#include "trace/last_seen.h"
#include "trace/string_store.h"

/* Returned beside 0 and the negative errnos of memory and consumer: the records make no sense. */
enum { QA_MALFORMED = 1 };

struct qa_records {
	const struct qa_raw_consumer *consumer;
	void *ctx;
	struct qa_trace_health *health;
	uint64_t bytes; /* of the file so far: what bounds the ids */
	bool began;     /* something was delivered */
	bool ended;     /* and the end was */
	struct qa_id_set processes;
	struct qa_id_set threads;
	struct qa_id_set codes;
	struct qa_id_set nodes;
	struct qa_string_store strings;
	uint64_t source_bytes; /* delivered so far */
	/* For ticks: the threads of the last one, and the samples of the present one. */
	struct qa_last_seen_table seen;
	struct qa_raw_sample *samples;
	uint32_t *tick_threads;
	size_t tick_count;
	size_t sample_room;
	size_t thread_room;
};

/* Delivers a block's events; `bytes` of the file have been read. Returns 0, QA_MALFORMED or a
 * negative errno. */
int qa_records_read(struct qa_records *records, struct qa_str block, uint64_t bytes);
void qa_records_free(struct qa_records *records);

/* Can this be an id, in a file that is as long as this one has been so far? */
bool qa_records_may_be_id(const struct qa_records *records, uint64_t id);
bool qa_records_may_be_node(const struct qa_records *records, uint64_t id);

/* The records that hold a batch. */
int qa_records_nodes(struct qa_records *records, struct qa_cursor *content);
int qa_records_ticks(struct qa_records *records, struct qa_cursor *content);

/* Hands an event to the consumer, if it wants that kind: 0, or its negative errno. */
#define QA_DELIVER(records, kind, event)                                                           \
	((records)->consumer->kind ? (records)->consumer->kind((records)->ctx, (event)) : 0)

#endif
