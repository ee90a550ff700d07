/* Integers and byte strings as they stand in a trace: variable length, least significant seven bits
 * first. */
#ifndef QA_TRACE_CODEC_H
#define QA_TRACE_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "qa/str.h"
#include "support/buf.h"

/* A difference as a small unsigned number, whichever its sign: 0, -1, 1, -2, 2 … */
static inline uint64_t qa_zigzag(uint64_t difference)
{
	return (difference << 1) ^ (0 - (difference >> 63));
}

static inline uint64_t qa_unzigzag(uint64_t value)
{
	return (value >> 1) ^ (0 - (value & 1));
}

void qa_put_varint(struct qa_buf *buf, uint64_t value);
/* The length, then the bytes; of overlong text only the first `most`. */
void qa_put_bytes(struct qa_buf *buf, struct qa_str bytes, size_t most);

/* A place in bytes that may end anywhere. After a failure everything reads as 0 or empty: check
 * once, at the end. */
struct qa_cursor {
	const unsigned char *at;
	const unsigned char *end;
	bool failed;
};

struct qa_cursor qa_cursor(struct qa_str bytes);
uint64_t qa_get_varint(struct qa_cursor *cursor);
/* A number that must fit 32 bits. */
uint32_t qa_get_u32(struct qa_cursor *cursor);
/* Borrowed from the bytes under the cursor; fails if longer than `most`. */
struct qa_str qa_get_bytes(struct qa_cursor *cursor, size_t most);
static inline bool qa_cursor_done(const struct qa_cursor *cursor)
{
	return cursor->failed || cursor->at == cursor->end;
}

/* Fixed little-endian fields of the headers. */
void qa_store_le(unsigned char *at, uint32_t value, int bytes);
uint32_t qa_load_le(const unsigned char *at, int bytes);

#endif
