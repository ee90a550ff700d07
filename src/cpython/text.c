#include "cpython/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void append_utf8(struct qa_buf *out, uint32_t c)
{
	char bytes[4];
	size_t n;

	if (c < 0x80) {
		bytes[0] = (char)c;
		n = 1;
	} else if (c < 0x800) {
		bytes[0] = (char)(0xc0 | c >> 6);
		bytes[1] = (char)(0x80 | (c & 0x3f));
		n = 2;
	} else if (c < 0x10000) {
		bytes[0] = (char)(0xe0 | c >> 12);
		bytes[1] = (char)(0x80 | (c >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (c & 0x3f));
		n = 3;
	} else {
		bytes[0] = (char)(0xf0 | (c >> 18 & 7));
		bytes[1] = (char)(0x80 | (c >> 12 & 0x3f));
		bytes[2] = (char)(0x80 | (c >> 6 & 0x3f));
		bytes[3] = (char)(0x80 | (c & 0x3f));
		n = 4;
	}
	qa_buf_append(out, bytes, n);
}

static uint32_t character(const unsigned char *data, size_t index, unsigned width)
{
	uint32_t c = 0;

	memcpy(&c, data + index * width, width); /* little-endian */
	return c > 0x10ffff ? 0xfffd : c;
}

/* Reads `count` characters of `width` bytes and appends them as UTF-8. */
static int append_characters(struct qa_memory *memory, uint64_t address, size_t count,
	unsigned width, struct qa_buf *out)
{
	unsigned char *data = malloc(count * width + 1);
	int rc = data ? qa_memory_read(memory, address, data, count * width) : -ENOMEM;

	for (size_t i = 0; !rc && i < count; i++)
		append_utf8(out, character(data, i, width));
	free(data);
	return rc ? rc : out->failed ? -ENOMEM : 0;
}

enum { HEAD_MAX = 256, KIND_BITS = 7 };

/* The offsets may be what the target says about itself: hostile like everything that it says. */
static bool head_is_plausible(const struct qa_layout *layout)
{
	const int32_t end = layout->unicode.ascii_data;

	return end <= HEAD_MAX && layout->unicode.length <= end - (int32_t)sizeof(uint64_t) &&
	       layout->unicode.state <= end - (int32_t)sizeof(uint32_t) &&
	       layout->unicode.length >= 0 && layout->unicode.state >= 0;
}

int qa_text_read(struct qa_memory *memory, const struct qa_layout *layout, uint64_t address,
	struct qa_buf *out)
{
	unsigned char head[HEAD_MAX];
	uint64_t length, data;
	uint32_t state;
	unsigned width;
	int rc;

	if (address == 0 || !head_is_plausible(layout))
		return -EINVAL;
	rc = qa_memory_read(memory, address, head, (size_t)layout->unicode.ascii_data);
	if (rc)
		return rc;
	memcpy(&length, head + layout->unicode.length, sizeof(length));
	memcpy(&state, head + layout->unicode.state, sizeof(state));
	width = state >> layout->unicode.kind_shift & KIND_BITS;
	if (length > QA_TEXT_MAX || (width != 1 && width != 2 && width != 4))
		return -EINVAL;
	if (!(state >> layout->unicode.compact_shift & 1))
		rc = qa_memory_read_u64(
			memory, address + (uint64_t)layout->unicode.legacy_data, &data);
	else
		data = address + (uint64_t)(state >> layout->unicode.ascii_shift & 1
						    ? layout->unicode.ascii_data
						    : layout->unicode.compact_data);
	return rc ? rc : append_characters(memory, data, (size_t)length, width, out);
}

int qa_bytes_read(struct qa_memory *memory, const struct qa_layout *layout, uint64_t address,
	struct qa_buf *out)
{
	uint64_t length;
	int rc;

	if (address == 0)
		return -EINVAL;
	rc = qa_memory_read_u64(memory, address + (uint64_t)layout->object.bytes_size, &length);
	if (rc || length == 0)
		return rc;
	if (length > QA_BYTES_MAX)
		return -EINVAL;
	if (!qa_buf_reserve(out, (size_t)length))
		return -ENOMEM;
	rc = qa_memory_read(memory, address + (uint64_t)layout->object.bytes_data,
		out->data + out->len, (size_t)length);
	if (!rc)
		out->len += (size_t)length;
	return rc;
}
