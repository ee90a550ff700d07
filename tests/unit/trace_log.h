/* Remembers raw events, one line of text each, so that two streams of them can be compared. */
#ifndef TRACE_LOG_H
#define TRACE_LOG_H

#include "qa/raw.h"
#include "support/buf.h"

enum log_kind {
	LOG_SESSION,
	LOG_PROCESS,
	LOG_THREAD,
	LOG_FILE,
	LOG_SOURCE,
	LOG_CODE,
	LOG_NODE,
	LOG_TICK,
	LOG_SAMPLE,
	LOG_LOSS,
	LOG_END,
	LOG_KINDS
};

struct trace_log {
	struct qa_buf lines[LOG_KINDS]; /* each line ends with a newline */
	size_t counts[LOG_KINDS];
	uint64_t sample_ns;
	bool order_broken; /* an event came before what it refers to */
	struct qa_buf known[4];
};

extern const struct qa_raw_consumer trace_log_consumer;

/* Are the lines of `part` among those of `whole`, in their order, for each kind? */
bool trace_log_is_part(const struct trace_log *part, const struct trace_log *whole);
bool trace_log_equal(const struct trace_log *a, const struct trace_log *b);
void trace_log_free(struct trace_log *log);

#endif
