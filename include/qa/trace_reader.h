/* Bytes to raw events. The bytes are hostile: every input ends, within bounded memory, in events or
 * a clear error. */
#ifndef QA_TRACE_READER_H
#define QA_TRACE_READER_H

#include <stdbool.h>

#include "qa/error.h"
#include "qa/raw.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a reader found out about the file itself. */
struct qa_trace_health {
	uint32_t major_version;
	uint32_t minor_version;
	uint64_t bytes;           /* read in all */
	uint64_t blocks;          /* whole and sound */
	uint64_t damaged_blocks;  /* found, but wrong in checksum, size or content */
	uint64_t missing_blocks;  /* gaps in the sequence numbers */
	uint64_t skipped_bytes;   /* that belong to no sound block */
	uint64_t orphan_samples;  /* samples whose definitions are lost */
	uint64_t orphan_ns;       /* their time */
	uint64_t unknown_records; /* of a later minor version */
	bool damaged_header; /* the file header's checksum is wrong: the versions are not known */
	bool cut; /* no end record: the recorder was killed, or the file's tail is lost */
};

/* True if nothing is missing. */
bool qa_trace_is_whole(const struct qa_trace_health *health);

/*
 * Reads a trace to its end from a descriptor (a pipe will do) and delivers its events. Damage is no
 * error: it is counted in `health`, and everything outside the damaged blocks is delivered. Errors
 * are: not a trace, a newer major version, a read error, no memory, or the consumer's own. `name`
 * is used in messages. `health` is filled in any case.
 */
int qa_trace_read_fd(int fd, const char *name, const struct qa_raw_consumer *consumer, void *ctx,
	struct qa_trace_health *health, struct qa_error *err);

/* The same from memory. */
int qa_trace_read_memory(struct qa_str bytes, const char *name,
	const struct qa_raw_consumer *consumer, void *ctx, struct qa_trace_health *health,
	struct qa_error *err);

#ifdef __cplusplus
}
#endif
#endif
