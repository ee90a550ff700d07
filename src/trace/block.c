#define ZLIB_CONST
#include "trace/block.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

#include "qa/trace_format.h"
#include "trace/codec.h"

/* Where the fields of the two headers are. */
enum { FILE_MAJOR = 8, FILE_MINOR = 10, FILE_CRC = 12 };
enum { SEQUENCE = 4, STORED_SIZE = 8, RAW_SIZE = 12, CODEC = 16, CHECKSUM = 20, HEADER_CRC = 24 };

/* Definitions and columns of small numbers: more effort gains little and costs the recorder time.
 */
enum { COMPRESSION_LEVEL = 4 };

#ifdef QA_FUZZING
static const bool ignore_checksums = true; /* a fuzzer cannot guess them */
#else
static const bool ignore_checksums = false;
#endif

static uint32_t crc(const void *data, size_t len)
{
	return (uint32_t)crc32_z(crc32_z(0, NULL, 0), data, len);
}

static bool matches(const void *data, size_t len, uint32_t expected)
{
	return crc(data, len) == expected || ignore_checksums;
}

void qa_trace_header_put(unsigned char *at)
{
	memcpy(at, QA_TRACE_MAGIC, QA_TRACE_MAGIC_SIZE);
	qa_store_le(at + FILE_MAJOR, QA_TRACE_MAJOR, 2);
	qa_store_le(at + FILE_MINOR, QA_TRACE_MINOR, 2);
	qa_store_le(at + FILE_CRC, crc(at, FILE_CRC), 4);
}

bool qa_trace_header_get(const unsigned char *at, struct qa_trace_header *out)
{
	out->major = qa_load_le(at + FILE_MAJOR, 2);
	out->minor = qa_load_le(at + FILE_MINOR, 2);
	return crc(at, FILE_CRC) == qa_load_le(at + FILE_CRC, 4);
}

bool qa_block_header_get(const unsigned char *at, struct qa_block_header *out)
{
	if (memcmp(at, QA_BLOCK_MARKER, QA_BLOCK_MARKER_SIZE) != 0 ||
		!matches(at, HEADER_CRC, qa_load_le(at + HEADER_CRC, 4)))
		return false;
	out->sequence = qa_load_le(at + SEQUENCE, 4);
	out->stored_size = qa_load_le(at + STORED_SIZE, 4);
	out->raw_size = qa_load_le(at + RAW_SIZE, 4);
	out->codec = qa_load_le(at + CODEC, 4);
	out->checksum = qa_load_le(at + CHECKSUM, 4);
	return out->stored_size <= QA_TRACE_MAX_BLOCK && out->raw_size <= QA_TRACE_MAX_BLOCK;
}

bool qa_block_is_sound(const struct qa_block_header *header, struct qa_str stored)
{
	return matches(stored.data, stored.len, header->checksum);
}

struct qa_packer {
	z_stream stream;
	struct qa_buf block;
};

int qa_packer_open(struct qa_packer **out)
{
	struct qa_packer *packer = calloc(1, sizeof(*packer));

	*out = packer;
	if (packer && deflateInit(&packer->stream, COMPRESSION_LEVEL) == Z_OK)
		return 0;
	free(packer);
	*out = NULL;
	return -ENOMEM;
}

/* Compresses to `at`; returns the size, or 0 if that would not be smaller. */
static size_t squeeze(z_stream *stream, struct qa_str raw, char *at)
{
	stream->next_in = (const unsigned char *)raw.data;
	stream->avail_in = (uInt)raw.len;
	stream->next_out = (unsigned char *)at;
	stream->avail_out = (uInt)raw.len - 1;
	if (deflateReset(stream) != Z_OK || deflate(stream, Z_FINISH) != Z_STREAM_END)
		return 0;
	return raw.len - 1 - stream->avail_out;
}

struct qa_str qa_packer_pack(struct qa_packer *packer, uint32_t sequence, struct qa_str raw)
{
	struct qa_buf *block = &packer->block;
	unsigned char *header;
	size_t size = 0;

	block->len = 0;
	if (!qa_buf_reserve(block, QA_BLOCK_HEADER_SIZE + raw.len))
		return (struct qa_str){0};
	header = (unsigned char *)block->data;
	if (raw.len >= QA_TRACE_STORE_BELOW)
		size = squeeze(&packer->stream, raw, block->data + QA_BLOCK_HEADER_SIZE);
	qa_store_le(header + CODEC, size ? QA_BLOCK_ZLIB : QA_BLOCK_STORED, 4);
	if (!size) {
		size = raw.len;
		memcpy(block->data + QA_BLOCK_HEADER_SIZE, raw.data, size);
	}
	memcpy(header, QA_BLOCK_MARKER, QA_BLOCK_MARKER_SIZE);
	qa_store_le(header + SEQUENCE, sequence, 4);
	qa_store_le(header + STORED_SIZE, (uint32_t)size, 4);
	qa_store_le(header + RAW_SIZE, (uint32_t)raw.len, 4);
	qa_store_le(header + CHECKSUM, crc(header + QA_BLOCK_HEADER_SIZE, size), 4);
	qa_store_le(header + HEADER_CRC, crc(header, HEADER_CRC), 4);
	block->len = QA_BLOCK_HEADER_SIZE + size;
	return qa_buf_str(block);
}

void qa_packer_close(struct qa_packer *packer)
{
	if (!packer)
		return;
	deflateEnd(&packer->stream);
	qa_buf_free(&packer->block);
	free(packer);
}

struct qa_unpacker {
	z_stream stream;
	struct qa_buf raw;
};

int qa_unpacker_open(struct qa_unpacker **out)
{
	struct qa_unpacker *unpacker = calloc(1, sizeof(*unpacker));

	*out = unpacker;
	if (unpacker && inflateInit(&unpacker->stream) == Z_OK)
		return 0;
	free(unpacker);
	*out = NULL;
	return -ENOMEM;
}

static int expand(
	struct qa_unpacker *unpacker, uint32_t raw_size, struct qa_str stored, struct qa_str *raw)
{
	z_stream *stream = &unpacker->stream;
	int rc;

	qa_buf_clear(&unpacker->raw);
	if (!qa_buf_reserve(&unpacker->raw, (size_t)raw_size + 1))
		return -ENOMEM;
	stream->next_in = (const unsigned char *)stored.data;
	stream->avail_in = (uInt)stored.len;
	stream->next_out = (unsigned char *)unpacker->raw.data;
	stream->avail_out = (uInt)raw_size;
	rc = inflateReset(stream) == Z_OK ? inflate(stream, Z_FINISH) : Z_STREAM_ERROR;
	if (rc == Z_MEM_ERROR)
		return -ENOMEM;
	if (rc != Z_STREAM_END || stream->avail_in > 0 || stream->avail_out > 0)
		return -EBADMSG;
	*raw = (struct qa_str){unpacker->raw.data, raw_size};
	return 0;
}

int qa_unpacker_unpack(struct qa_unpacker *unpacker, const struct qa_block_header *header,
	struct qa_str stored, struct qa_str *raw)
{
	*raw = stored;
	switch (header->codec) {
	case QA_BLOCK_STORED:
		return header->raw_size == stored.len ? 0 : -EBADMSG;
	case QA_BLOCK_ZLIB:
		return expand(unpacker, header->raw_size, stored, raw);
	default:
		return -EBADMSG;
	}
}

void qa_unpacker_close(struct qa_unpacker *unpacker)
{
	if (!unpacker)
		return;
	inflateEnd(&unpacker->stream);
	qa_buf_free(&unpacker->raw);
	free(unpacker);
}
