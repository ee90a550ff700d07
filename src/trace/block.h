/* The frame around a run of records: marker, sequence number, sizes, checksums, compression. */
#ifndef QA_TRACE_BLOCK_H
#define QA_TRACE_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "qa/error.h"
#include "qa/str.h"
#include "support/buf.h"

/* The file's first bytes. */
void qa_trace_header_put(unsigned char *at);

struct qa_trace_header {
	uint32_t major;
	uint32_t minor;
};

/* False: the checksum is wrong. `at` holds QA_TRACE_HEADER_SIZE bytes. */
bool qa_trace_header_get(const unsigned char *at, struct qa_trace_header *out);

struct qa_block_header {
	uint32_t sequence;
	uint32_t stored_size; /* bytes that follow the header */
	uint32_t raw_size;    /* after decompression */
	uint32_t codec;       /* enum qa_block_codec, or one that is not known */
	uint32_t checksum;    /* of the bytes that follow */
};

/* False: this is no block header. `at` holds QA_BLOCK_HEADER_SIZE bytes. */
bool qa_block_header_get(const unsigned char *at, struct qa_block_header *out);

/* Is `stored` what the writer put there? */
bool qa_block_is_sound(const struct qa_block_header *header, struct qa_str stored);

struct qa_packer;

int qa_packer_open(struct qa_packer **out);
/* Makes a whole block of `raw`, header first; borrowed until the next call. Empty: no memory. */
struct qa_str qa_packer_pack(struct qa_packer *packer, uint32_t sequence, struct qa_str raw);
void qa_packer_close(struct qa_packer *packer);

struct qa_unpacker;

int qa_unpacker_open(struct qa_unpacker **out);
/* Gets the records back; borrowed until the next call. Returns 0, -EBADMSG for bytes that are
 * wrong, or -ENOMEM. */
int qa_unpacker_unpack(struct qa_unpacker *unpacker, const struct qa_block_header *header,
	struct qa_str stored, struct qa_str *raw);
void qa_unpacker_close(struct qa_unpacker *unpacker);

#endif
