#include "source/text.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "source/declaration.h"
#include "support/utf8.h"

static bool is_utf8(struct qa_str bytes)
{
	while (bytes.len > 0) {
		size_t len;
		bool valid;

		qa_utf8_decode(bytes, &len, &valid);
		if (!valid)
			return false;
		bytes.data += len;
		bytes.len -= len;
	}
	return true;
}

static void from_latin1(struct qa_buf *out, struct qa_str bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.data[i];

		if (c < 0x80) {
			qa_buf_append_char(out, (char)c);
		} else {
			qa_buf_append_char(out, (char)(0xc0 | c >> 6));
			qa_buf_append_char(out, (char)(0x80 | (c & 0x3f)));
		}
	}
}

/* Through a piece of memory at a time, since nobody knows how long the result is. */
static int convert(iconv_t codec, struct qa_buf *out, struct qa_str bytes)
{
	char *from = (char *)(uintptr_t)bytes.data; /* iconv does not write there */
	size_t left = bytes.len;

	for (bool ended = false; !ended;) {
		char piece[4096], *to = piece;
		size_t room = sizeof(piece);
		size_t rc = iconv(codec, left ? &from : NULL, &left, &to, &room);

		if (rc == (size_t)-1 && errno != E2BIG)
			return -EILSEQ;
		ended = rc != (size_t)-1 && left == 0 && to == piece;
		qa_buf_append(out, piece, sizeof(piece) - room);
	}
	return 0;
}

static int convert_from(struct qa_source_text *text, const char *codec, struct qa_str bytes)
{
	iconv_t handle = iconv_open("UTF-8", codec);
	int rc;

	if (handle == (iconv_t)-1)
		return -EINVAL;
	rc = convert(handle, &text->bytes, bytes);
	iconv_close(handle);
	return rc;
}

static int take_utf8(struct qa_source_text *text, struct qa_str bytes)
{
	if (!is_utf8(bytes))
		return -EILSEQ;
	qa_buf_append(&text->bytes, bytes.data, bytes.len);
	return 0;
}

static int take_declared(struct qa_source_text *text, struct qa_str declared, struct qa_str bytes)
{
	char codec[QA_ENCODING_MAX];

	snprintf(text->encoding, sizeof(text->encoding), "%.*s",
		(int)(declared.len < 100 ? declared.len : 100), declared.data);
	if (!qa_source_codec(declared, codec, sizeof(codec)))
		return -EINVAL;
	if (strcasecmp(codec, "utf-8") == 0)
		return take_utf8(text, bytes);
	return convert_from(text, codec, bytes);
}

static int take_undeclared(struct qa_source_text *text, struct qa_str bytes)
{
	strcpy(text->encoding, "utf-8");
	if (is_utf8(bytes)) {
		qa_buf_append(&text->bytes, bytes.data, bytes.len);
		return 0;
	}
	strcpy(text->encoding, "latin-1");
	text->assumed = true;
	from_latin1(&text->bytes, bytes);
	return 0;
}

static int decode(struct qa_source_text *text, struct qa_str bytes)
{
	struct qa_str declared;

	if (bytes.len >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0) {
		strcpy(text->encoding, "utf-8");
		return take_utf8(text, (struct qa_str){bytes.data + 3, bytes.len - 3});
	}
	declared = qa_source_declaration(bytes);
	return declared.len ? take_declared(text, declared, bytes) : take_undeclared(text, bytes);
}

static int find_lines(struct qa_source_text *text)
{
	const char *data = text->bytes.data;
	uint32_t len = (uint32_t)text->bytes.len;

	for (uint32_t at = 0; at < len;) {
		if (QA_GROW(text->line_starts, text->line_room, text->line_count + (size_t)1))
			return -ENOMEM;
		text->line_starts[text->line_count++] = at;
		while (at < len && data[at] != '\n' && data[at] != '\r')
			at++;
		at += at + 1 < len && data[at] == '\r' && data[at + 1] == '\n' ? 2 : 1;
	}
	return 0;
}

static int failed(int rc, const struct qa_source_text *text, struct qa_error *err)
{
	if (rc == -EINVAL)
		return qa_error_set(err, EINVAL,
			"The file declares the encoding %s, which is not known here.",
			text->encoding);
	return qa_error_set(
		err, EILSEQ, "The file is not encoded as it should be, in %s.", text->encoding);
}

int qa_source_text_decode(struct qa_source_text *text, struct qa_str bytes, struct qa_error *err)
{
	int rc;

	if (bytes.len && memchr(bytes.data, 0, bytes.len))
		return qa_error_set(err, EILSEQ,
			"The file holds NUL bytes: it is no source, or in an encoding like "
			"UTF-16.");
	rc = decode(text, bytes);
	if (text->bytes.failed)
		return qa_error_set(err, ENOMEM, "There is no memory for the text of a file.");
	if (rc)
		return failed(rc, text, err);
	if (text->bytes.len >= UINT32_MAX || find_lines(text))
		return qa_error_set(err, ENOMEM, "There is no memory for the lines of a file.");
	return 0;
}

/* The number of lines that begin at or before the byte. */
uint32_t qa_source_text_line(const struct qa_source_text *text, uint32_t offset)
{
	uint32_t low = 0, high = text->line_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (text->line_starts[middle] <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low : 1;
}

uint32_t qa_source_text_line_start(const struct qa_source_text *text, uint32_t offset)
{
	return text->line_count ? text->line_starts[qa_source_text_line(text, offset) - 1] : 0;
}

void qa_source_text_free(struct qa_source_text *text)
{
	qa_buf_free(&text->bytes);
	free(text->line_starts);
	*text = (struct qa_source_text){0};
}
