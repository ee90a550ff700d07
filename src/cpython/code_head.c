#include "cpython/code_head.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/buf.h"
#include "support/hashmap.h"

enum { HEAD_MAX = 256, NAMES = 2, NAME_BEGINNING = 128 };

bool qa_code_head_equal(const struct qa_code_head *a, const struct qa_code_head *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

void qa_head_reader_free(struct qa_head_reader *reader)
{
	free(reader->bytes);
	free(reader->heads);
	free(reader->names);
	free(reader->pieces);
	*reader = (struct qa_head_reader){0};
}

/* Bytes of a code object up to the last field of its head. */
static size_t head_size(const struct qa_layout *layout)
{
	const int32_t fields[] = {layout->object.type, layout->code.filename, layout->code.name,
		layout->code.qualname, layout->code.line_table, layout->code.first_line};
	int32_t last = 0;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (fields[i] > last)
			last = fields[i];
	return (size_t)last + sizeof(uint64_t);
}

static uint64_t pointer_in(const unsigned char *bytes, int32_t offset)
{
	uint64_t value = 0;

	if (offset != QA_ABSENT)
		memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

static struct qa_code_head parse_head(const struct qa_layout *layout, const unsigned char *bytes)
{
	struct qa_code_head head = {
		.type = pointer_in(bytes, layout->object.type),
		.filename = pointer_in(bytes, layout->code.filename),
		.name = pointer_in(bytes, layout->code.name),
		.qualname = pointer_in(bytes, layout->code.qualname),
		.line_table = pointer_in(bytes, layout->code.line_table),
	};
	int32_t first_line;

	memcpy(&first_line, bytes + layout->code.first_line, sizeof(first_line));
	head.first_line = first_line;
	return head;
}

/* How many whole pieces the first `bytes` bytes are. */
static size_t whole_pieces(const struct qa_piece *pieces, size_t count, size_t bytes)
{
	size_t n = 0;

	while (n < count && pieces[n].length <= bytes)
		bytes -= pieces[n++].length;
	return n;
}

/* In as few calls as possible; the copies of those that cannot be read stay as they are. */
static int read_what_is_there(struct qa_memory *memory, const struct qa_piece *pieces, size_t count)
{
	while (count > 0) {
		size_t some = count < QA_PIECES_MAX ? count : QA_PIECES_MAX;
		ssize_t n = memory->read_pieces(memory, pieces, some);
		size_t done = whole_pieces(pieces, some, n > 0 ? (size_t)n : 0);

		if (n < 0 && n != -EFAULT)
			return (int)n;
		done += done < some; /* skips the one that stopped it */
		pieces += done;
		count -= done;
	}
	return 0;
}

/*
 * From the beginning of a str: its length and its characters. For one that goes on the hash that it
 * keeps, too, though that may appear only later: then the code is taken for another one once, which
 * does no harm.
 */
static uint64_t mark_of(const struct qa_layout *layout, const unsigned char *text)
{
	enum { KIND_BITS = 7 };
	uint64_t length = pointer_in(text, layout->unicode.length);
	uint32_t state;
	size_t data, bytes;

	memcpy(&state, text + layout->unicode.state, sizeof(state));
	data = (size_t)(state >> layout->unicode.ascii_shift & 1 ? layout->unicode.ascii_data
								 : layout->unicode.compact_data);
	bytes = (size_t)(length < NAME_BEGINNING ? length : NAME_BEGINNING) *
		(state >> layout->unicode.kind_shift & KIND_BITS);
	if (data > NAME_BEGINNING)
		return length;
	if (bytes > NAME_BEGINNING - data) {
		bytes = NAME_BEGINNING - data;
		length ^= pointer_in(text, layout->unicode.hash);
	}
	return qa_hash_pair(qa_hash_bytes(text + data, bytes), length);
}

static bool names_are_plausible(const struct qa_layout *layout)
{
	const int32_t last = NAME_BEGINNING - (int32_t)sizeof(uint64_t);

	return layout->unicode.length <= last && layout->unicode.state <= last &&
	       layout->unicode.hash <= last;
}

/* Follows the heads to their names. */
static int read_names(struct qa_head_reader *reader, const struct qa_python *python, size_t count)
{
	const struct qa_layout *layout = &python->layout;
	size_t pieces = 0;
	int rc;

	memset(reader->names, 0, count * NAMES * NAME_BEGINNING);
	for (size_t i = 0; i < count; i++) {
		const uint64_t names[NAMES] = {reader->heads[i].name, reader->heads[i].qualname};

		for (size_t k = 0; k < NAMES; k++)
			if (names[k])
				reader->pieces[pieces++] = (struct qa_piece){names[k],
					reader->names + (i * NAMES + k) * NAME_BEGINNING,
					NAME_BEGINNING};
	}
	rc = read_what_is_there(python->memory, reader->pieces, pieces);
	for (size_t i = 0; i < count && !rc; i++) {
		reader->heads[i].name_mark =
			mark_of(layout, reader->names + i * NAMES * NAME_BEGINNING);
		reader->heads[i].qualname_mark =
			mark_of(layout, reader->names + (i * NAMES + 1) * NAME_BEGINNING);
	}
	return rc;
}

static int make_room(struct qa_head_reader *reader, size_t count)
{
	int rc = QA_GROW(reader->heads, reader->heads_room, count);

	if (!rc)
		rc = QA_GROW(reader->pieces, reader->pieces_room, NAMES * count);
	if (!rc)
		rc = qa_grow((void **)&reader->bytes, &reader->bytes_room, count, HEAD_MAX);
	return rc ? rc
		  : qa_grow((void **)&reader->names, &reader->names_room, count,
			    NAMES * NAME_BEGINNING);
}

int qa_head_reader_read(struct qa_head_reader *reader, const struct qa_python *python,
	const uint64_t *addresses, size_t count)
{
	const struct qa_layout *layout = &python->layout;
	const size_t size = head_size(layout);
	int rc = size <= HEAD_MAX && names_are_plausible(layout) ? make_room(reader, count)
								 : -EINVAL;

	if (rc || count == 0)
		return rc;
	memset(reader->bytes, 0, count * HEAD_MAX);
	for (size_t i = 0; i < count; i++)
		reader->pieces[i] =
			(struct qa_piece){addresses[i], reader->bytes + i * HEAD_MAX, size};
	rc = read_what_is_there(python->memory, reader->pieces, count);
	if (rc)
		return rc;
	for (size_t i = 0; i < count; i++)
		reader->heads[i] = parse_head(layout, reader->bytes + i * HEAD_MAX);
	return read_names(reader, python, count);
}
