#include "cpython/code_cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpython/text.h"

/* What tells one code object from another at the same address. Compared as bytes: there is no
 * padding in it. */
struct code_head {
	uint64_t type;
	uint64_t filename;
	uint64_t name;
	uint64_t qualname;
	uint64_t line_table;
	int64_t first_line;
	uint64_t name_mark; /* of what the name says */
	uint64_t qualname_mark;
};

struct qa_code_entry {
	uint64_t address;
	struct code_head head;
	uint32_t id;
};

/* Reads many heads in two calls: the objects, then the beginnings of their names. */
struct qa_head_reader {
	unsigned char *bytes;
	size_t bytes_room;
	struct code_head *heads;
	size_t heads_room;
	unsigned char *names;
	size_t names_room;
	struct qa_piece *pieces;
	size_t pieces_room;
};

enum { HEAD_MAX = 256, NAMES = 2, NAME_BEGINNING = 128 };

int qa_code_cache_init(struct qa_code_cache *cache, struct qa_python *python, uint32_t process,
	uint32_t *last_id, const struct qa_raw_consumer *consumer, void *consumer_ctx)
{
	*cache = (struct qa_code_cache){.python = python,
		.process = process,
		.last_id = last_id,
		.consumer = consumer,
		.consumer_ctx = consumer_ctx,
		.batch = calloc(1, sizeof(*cache->batch)),
		.single = calloc(1, sizeof(*cache->single))};
	return cache->batch && cache->single ? 0 : -ENOMEM;
}

static void free_reader(struct qa_head_reader *reader)
{
	if (!reader)
		return;
	free(reader->bytes);
	free(reader->heads);
	free(reader->names);
	free(reader->pieces);
	free(reader);
}

void qa_code_cache_free(struct qa_code_cache *cache)
{
	free(cache->entries);
	free_reader(cache->batch);
	free_reader(cache->single);
	qa_hashmap_free(&cache->by_address);
	qa_buf_free(&cache->text);
	*cache = (struct qa_code_cache){0};
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

static struct code_head parse_head(const struct qa_layout *layout, const unsigned char *bytes)
{
	struct code_head head = {
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
static int read_names(
	const struct qa_code_cache *cache, struct qa_head_reader *reader, size_t count)
{
	const struct qa_layout *layout = &cache->python->layout;
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
	rc = read_what_is_there(cache->python->memory, reader->pieces, pieces);
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

/* Fills reader->heads; one that cannot be read is zero. */
static int read_heads(const struct qa_code_cache *cache, struct qa_head_reader *reader,
	const uint64_t *addresses, size_t count)
{
	const struct qa_layout *layout = &cache->python->layout;
	const size_t size = head_size(layout);
	int rc = size <= HEAD_MAX && names_are_plausible(layout) ? make_room(reader, count)
								 : -EINVAL;

	if (rc || count == 0)
		return rc;
	memset(reader->bytes, 0, count * HEAD_MAX);
	for (size_t i = 0; i < count; i++)
		reader->pieces[i] =
			(struct qa_piece){addresses[i], reader->bytes + i * HEAD_MAX, size};
	rc = read_what_is_there(cache->python->memory, reader->pieces, count);
	if (rc)
		return rc;
	for (size_t i = 0; i < count; i++)
		reader->heads[i] = parse_head(layout, reader->bytes + i * HEAD_MAX);
	return read_names(cache, reader, count);
}

static bool same_head(const struct code_head *a, const struct code_head *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool match_address(const void *ctx, uint32_t value, const void *key)
{
	return ((const struct qa_code_cache *)ctx)->entries[value].address ==
	       *(const uint64_t *)key;
}

static struct qa_code_entry *find_entry(const struct qa_code_cache *cache, uint64_t address)
{
	uint32_t index = qa_hashmap_find(
		&cache->by_address, qa_hash_pair(address, 0), match_address, cache, &address);

	return index == QA_HASHMAP_NONE ? NULL : &cache->entries[index];
}

static int add_entry(struct qa_code_cache *cache, const struct qa_code_entry *entry)
{
	int rc = QA_GROW(cache->entries, cache->room, cache->count + 1);

	if (!rc)
		rc = qa_hashmap_add(&cache->by_address, qa_hash_pair(entry->address, 0),
			(uint32_t)cache->count);
	if (!rc)
		cache->entries[cache->count++] = *entry;
	return rc;
}

/* Without the symbol PyCode_Type: the type whose name is "code". */
static bool is_code_type(struct qa_python *python, uint64_t type)
{
	char name[sizeof("code")];
	uint64_t address;

	if (python->code_type == 0 &&
		qa_memory_read_u64(python->memory, type + (uint64_t)python->layout.object.type_name,
			&address) == 0 &&
		qa_memory_read(python->memory, address, name, sizeof(name)) == 0 &&
		memcmp(name, "code", sizeof(name)) == 0)
		python->code_type = type;
	return type != 0 && type == python->code_type;
}

/* Appends one text to the buffer and tells where it lies in it. */
static int append_text(
	struct qa_code_cache *cache, uint64_t address, struct qa_str *range, bool is_bytes)
{
	const struct qa_python *python = cache->python;
	size_t begin = cache->text.len;
	int rc = is_bytes ? qa_bytes_read(python->memory, &python->layout, address, &cache->text)
			  : qa_text_read(python->memory, &python->layout, address, &cache->text);

	range->len = cache->text.len - begin;
	return rc;
}

/* Makes the ranges point into the buffer, which no longer grows. */
static void place_texts(const struct qa_buf *text, struct qa_str *const *ranges, size_t count)
{
	const char *at = text->data;

	for (size_t i = 0; i < count; i++) {
		ranges[i]->data = at;
		at += ranges[i]->len;
	}
}

/* Reads what the head points to. The code's texts stay in the cache's buffer until the next call.
 */
static int read_code(
	struct qa_code_cache *cache, const struct code_head *head, struct qa_raw_code *code)
{
	struct qa_str *const ranges[] = {&code->file, &code->name, &code->qualname, &code->lines};
	int rc;

	qa_buf_clear(&cache->text);
	rc = append_text(cache, head->filename, &code->file, false);
	if (!rc)
		rc = append_text(cache, head->name, &code->name, false);
	if (!rc && head->qualname)
		rc = append_text(cache, head->qualname, &code->qualname, false);
	if (!rc)
		rc = append_text(cache, head->line_table, &code->lines, true);
	if (rc)
		return rc;
	place_texts(&cache->text, ranges, sizeof(ranges) / sizeof(*ranges));
	code->kind = QA_CODE_PYTHON;
	code->line_table = cache->python->layout.code.line_table_kind;
	code->first_line = (int32_t)head->first_line;
	return 0;
}

static int announce(struct qa_code_cache *cache, struct qa_raw_code *code)
{
	code->id = ++*cache->last_id;
	code->process = cache->process;
	return cache->consumer->code ? cache->consumer->code(cache->consumer_ctx, code) : 0;
}

static int unreadable_id(struct qa_code_cache *cache, uint32_t *id)
{
	struct qa_raw_code code = {.kind = QA_CODE_UNREADABLE};
	int rc = 0;

	if (cache->unreadable == 0) {
		rc = announce(cache, &code);
		cache->unreadable = code.id;
	}
	*id = cache->unreadable;
	return rc;
}

static int still_same(struct qa_code_cache *cache, uint64_t address, const struct code_head *head)
{
	int rc = read_heads(cache, cache->single, &address, 1);

	if (rc)
		return rc;
	return same_head(&cache->single->heads[0], head) ? 0 : -EAGAIN;
}

/* A code object that is new, or took the place of another one. */
static int learn(
	struct qa_code_cache *cache, uint64_t address, const struct code_head *head, uint32_t *id)
{
	struct qa_code_entry *known = find_entry(cache, address);
	struct qa_raw_code code = {0};
	int rc;

	if (!is_code_type(cache->python, head->type))
		return unreadable_id(cache, id);
	rc = read_code(cache, head, &code);
	if (rc == -ESRCH || rc == -ENOMEM)
		return rc;
	if (still_same(cache, address, head))
		return -EAGAIN;
	if (rc)
		return unreadable_id(cache, id);
	rc = announce(cache, &code);
	if (rc)
		return rc;
	*id = code.id;
	if (!known)
		return add_entry(cache, &(struct qa_code_entry){address, *head, code.id});
	known->head = *head;
	known->id = code.id;
	return 0;
}

int qa_code_cache_resolve(
	struct qa_code_cache *cache, const uint64_t *addresses, size_t count, uint32_t *ids)
{
	int rc = read_heads(cache, cache->batch, addresses, count);

	for (size_t i = 0; i < count && !rc; i++) {
		const struct code_head *head = &cache->batch->heads[i];
		const struct qa_code_entry *known = find_entry(cache, addresses[i]);

		if (known && same_head(&known->head, head))
			ids[i] = known->id;
		else
			rc = learn(cache, addresses[i], head, &ids[i]);
	}
	return rc;
}
