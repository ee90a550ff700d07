#include "cpython/code_head.h"

#include <errno.h>
#include <string.h>

#include "support/hashmap.h"

enum { HEAD_MAX = 256, NAME_BEGINNING = 128 };

bool qa_code_head_equal(const struct qa_code_head *a, const struct qa_code_head *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Bytes of a code object up to the last field of its head. */
static size_t head_size(const struct qa_layout *layout)
{
	const int32_t fields[] = {layout->object.type, layout->code.filename, layout->code.name,
		layout->code.qualname, layout->code.line_table, layout->code.first_line,
		layout->code.version};
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

static void parse_head(
	const struct qa_layout *layout, const unsigned char *bytes, struct qa_code_head *head)
{
	uint32_t version = 0;
	int32_t first_line;

	memcpy(&first_line, bytes + layout->code.first_line, sizeof(first_line));
	if (layout->code.version != QA_ABSENT)
		memcpy(&version, bytes + layout->code.version, sizeof(version));
	*head = (struct qa_code_head){
		.type = pointer_in(bytes, layout->object.type),
		.filename = pointer_in(bytes, layout->code.filename),
		.name = pointer_in(bytes, layout->code.name),
		.qualname = pointer_in(bytes, layout->code.qualname),
		.line_table = pointer_in(bytes, layout->code.line_table),
		.first_line = first_line,
		.version = version,
	};
}

/* Zero where there is no memory; a snapshot that is full counts for nothing. */
static int read_what_is_there(
	struct qa_snapshot *snapshot, uint64_t address, unsigned char *bytes, size_t length)
{
	int rc;

	memset(bytes, 0, length);
	rc = qa_snapshot_read(snapshot, address, bytes, length);
	if (rc == -EFAULT)
		rc = qa_memory_read(snapshot->memory, address, bytes, length);
	return rc == -EFAULT ? 0 : rc;
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

static int read_mark(struct qa_snapshot *snapshot, const struct qa_layout *layout, uint64_t address,
	uint64_t *mark)
{
	unsigned char text[NAME_BEGINNING];
	int rc;

	*mark = 0;
	if (!address)
		return 0;
	rc = read_what_is_there(snapshot, address, text, sizeof(text));
	if (!rc)
		*mark = mark_of(layout, text);
	return rc;
}

static int read_heads(struct qa_snapshot *snapshot, const struct qa_layout *layout,
	const uint64_t *addresses, size_t count, struct qa_code_head *heads)
{
	const size_t size = head_size(layout);
	unsigned char bytes[HEAD_MAX];
	int rc = size <= sizeof(bytes) ? qa_snapshot_want(snapshot, addresses, count, size)
				       : -EINVAL;

	for (size_t i = 0; i < count && !rc; i++) {
		rc = read_what_is_there(snapshot, addresses[i], bytes, size);
		if (!rc)
			parse_head(layout, bytes, &heads[i]);
	}
	return rc;
}

/* Mostly the two are one. */
static int read_marks(
	struct qa_snapshot *snapshot, const struct qa_layout *layout, struct qa_code_head *head)
{
	int rc = read_mark(snapshot, layout, head->name, &head->name_mark);

	if (rc || head->qualname == head->name) {
		head->qualname_mark = head->name_mark;
		return rc;
	}
	return read_mark(snapshot, layout, head->qualname, &head->qualname_mark);
}

int qa_code_heads_read(struct qa_snapshot *snapshot, const struct qa_layout *layout,
	const uint64_t *addresses, size_t count, struct qa_code_head *heads)
{
	uint64_t names[2 * QA_CODE_HEADS_MOST];
	size_t n = 0;
	int rc = count <= QA_CODE_HEADS_MOST && names_are_plausible(layout)
			 ? read_heads(snapshot, layout, addresses, count, heads)
			 : -EINVAL;

	for (size_t i = 0; i < count && !rc; i++) {
		if (heads[i].version)
			continue;
		if (heads[i].name)
			names[n++] = heads[i].name;
		if (heads[i].qualname && heads[i].qualname != heads[i].name)
			names[n++] = heads[i].qualname;
	}
	if (!rc)
		rc = qa_snapshot_want(snapshot, names, n, NAME_BEGINNING);
	for (size_t i = 0; i < count && !rc; i++)
		if (!heads[i].version)
			rc = read_marks(snapshot, layout, &heads[i]);
	return rc;
}
