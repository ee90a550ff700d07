#include "trace/codec.h"

enum { LONGEST = 10, LAST_SHIFT = 63 };

void qa_put_varint(struct qa_buf *buf, uint64_t value)
{
	char bytes[LONGEST];
	size_t len = 0;

	for (; value >= 0x80; value >>= 7)
		bytes[len++] = (char)(value | 0x80);
	bytes[len++] = (char)value;
	qa_buf_append(buf, bytes, len);
}

void qa_put_bytes(struct qa_buf *buf, struct qa_str bytes, size_t most)
{
	size_t len = bytes.len < most ? bytes.len : most;

	qa_put_varint(buf, len);
	qa_buf_append(buf, bytes.data, len);
}

struct qa_cursor qa_cursor(struct qa_str bytes)
{
	const unsigned char *at = (const unsigned char *)bytes.data;

	return (struct qa_cursor){at, bytes.len ? at + bytes.len : at, false};
}

static uint64_t fail(struct qa_cursor *cursor)
{
	cursor->failed = true;
	cursor->at = cursor->end;
	return 0;
}

uint64_t qa_get_varint(struct qa_cursor *cursor)
{
	uint64_t value = 0;

	for (int shift = 0; shift <= LAST_SHIFT && cursor->at != cursor->end; shift += 7) {
		unsigned char byte = *cursor->at++;

		if (shift == LAST_SHIFT && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	return fail(cursor);
}

uint32_t qa_get_u32(struct qa_cursor *cursor)
{
	uint64_t value = qa_get_varint(cursor);

	return (uint32_t)(value <= UINT32_MAX ? value : fail(cursor));
}

struct qa_str qa_get_bytes(struct qa_cursor *cursor, size_t most)
{
	uint64_t len = qa_get_varint(cursor);
	struct qa_str bytes = {"", 0};

	if (len > most || len > (size_t)(cursor->end - cursor->at)) {
		fail(cursor);
		return bytes;
	}
	if (len == 0)
		return bytes;
	bytes = (struct qa_str){(const char *)cursor->at, (size_t)len};
	cursor->at += len;
	return bytes;
}

void qa_store_le(unsigned char *at, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		at[i] = (unsigned char)(value >> (8 * i));
}

uint32_t qa_load_le(const unsigned char *at, int bytes)
{
	uint32_t value = 0;

	for (int i = 0; i < bytes; i++)
		value |= (uint32_t)at[i] << (8 * i);
	return value;
}
