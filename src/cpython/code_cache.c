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
};

struct qa_code_entry {
	uint64_t address;
	struct code_head head;
	uint32_t id;
};

enum { HEAD_MAX = 256 };

void qa_code_cache_init(struct qa_code_cache *cache, struct qa_python *python, uint32_t process,
	uint32_t *last_id, const struct qa_raw_consumer *consumer, void *consumer_ctx)
{
	*cache = (struct qa_code_cache){.python = python,
		.process = process,
		.last_id = last_id,
		.consumer = consumer,
		.consumer_ctx = consumer_ctx};
}

void qa_code_cache_free(struct qa_code_cache *cache)
{
	free(cache->entries);
	free(cache->heads);
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
	struct code_head head;
	int32_t first_line;

	head.type = pointer_in(bytes, layout->object.type);
	head.filename = pointer_in(bytes, layout->code.filename);
	head.name = pointer_in(bytes, layout->code.name);
	head.qualname = pointer_in(bytes, layout->code.qualname);
	head.line_table = pointer_in(bytes, layout->code.line_table);
	memcpy(&first_line, bytes + layout->code.first_line, sizeof(first_line));
	head.first_line = first_line;
	return head;
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
	unsigned char bytes[HEAD_MAX];
	struct code_head again;
	int rc = qa_memory_read(
		cache->python->memory, address, bytes, head_size(&cache->python->layout));

	if (rc)
		return rc == -EFAULT ? -EAGAIN : rc;
	again = parse_head(&cache->python->layout, bytes);
	return same_head(&again, head) ? 0 : -EAGAIN;
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

/* The heads of up to QA_PIECES_MAX objects in one call; one that cannot be read is left zero. */
static int read_heads(
	struct qa_code_cache *cache, const uint64_t *addresses, size_t count, size_t size)
{
	struct qa_piece pieces[QA_PIECES_MAX];
	size_t begin = 0;
	int rc = qa_grow((void **)&cache->heads, &cache->heads_room, count, size);

	if (rc)
		return rc;
	memset(cache->heads, 0, count * size);
	while (begin < count) {
		ssize_t n;

		for (size_t i = begin; i < count; i++)
			pieces[i - begin] =
				(struct qa_piece){addresses[i], cache->heads + i * size, size};
		n = cache->python->memory->read_pieces(
			cache->python->memory, pieces, count - begin);
		if (n < 0 && n != -EFAULT)
			return (int)n;
		begin += (n > 0 ? (size_t)n / size : 0) +
			 1; /* skips the one that stopped it, or ends */
	}
	return 0;
}

static int resolve_some(
	struct qa_code_cache *cache, const uint64_t *addresses, size_t count, uint32_t *ids)
{
	const size_t size = head_size(&cache->python->layout);
	int rc = size <= HEAD_MAX ? read_heads(cache, addresses, count, size) : -EINVAL;

	for (size_t i = 0; i < count && !rc; i++) {
		struct code_head head = parse_head(&cache->python->layout, cache->heads + i * size);
		const struct qa_code_entry *known = find_entry(cache, addresses[i]);

		if (known && same_head(&known->head, &head))
			ids[i] = known->id;
		else
			rc = learn(cache, addresses[i], &head, &ids[i]);
	}
	return rc;
}

int qa_code_cache_resolve(
	struct qa_code_cache *cache, const uint64_t *addresses, size_t count, uint32_t *ids)
{
	int rc = 0;

	for (size_t done = 0; done < count && !rc; done += QA_PIECES_MAX) {
		size_t some = count - done < QA_PIECES_MAX ? count - done : QA_PIECES_MAX;

		rc = resolve_some(cache, addresses + done, some, ids + done);
	}
	return rc;
}
