/* Finds the sound blocks of a trace, whatever lies between them, and keeps account of what is lost.
 */
#ifndef QA_TRACE_SCAN_H
#define QA_TRACE_SCAN_H

#include "qa/trace_reader.h"
#include "trace/block.h"
#include "trace/input.h"

struct qa_scan {
	struct qa_input *input;
	struct qa_trace_health *health;
	struct qa_unpacker *unpacker;
	uint64_t next_sequence;
	size_t current;   /* bytes of the block that was returned last: skipped when the next one is
			     sought */
	uint64_t rescans; /* bytes of broken blocks that were searched for other blocks */
	/* The gap since the last sound block. */
	bool in_gap;
	bool gap_is_tail;     /* it began with a block that the end of the file cut */
	uint64_t gap_headers; /* broken blocks in it whose header is sound */
};

int qa_scan_open(struct qa_scan *scan, struct qa_input *input, struct qa_trace_health *health,
	struct qa_error *err);

/* Reads the file header. Fails if this is no trace, or one of another major version. */
int qa_scan_header(struct qa_scan *scan, struct qa_error *err);

/* The next sound block's records; borrowed until the next call. Returns 1, 0 at the end, or a
 * negative errno. */
int qa_scan_next(struct qa_scan *scan, struct qa_str *records, struct qa_error *err);

/* The block that was just returned is not so sound after all: its records make no sense. */
void qa_scan_reject(struct qa_scan *scan);

void qa_scan_close(struct qa_scan *scan);

#endif
