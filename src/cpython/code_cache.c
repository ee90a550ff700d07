#include "cpython/code_cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpython/text.h"
#include "target/peek.h"

struct qa_code_entry {
	uint64_t address;
	struct qa_code_head head;
	uint32_t id;
};

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
	qa_hashmap_free(&cache->by_address);
	qa_buf_free(&cache->text);
	*cache = (struct qa_code_cache){0};
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
static int append_text(struct qa_code_cache *cache, struct qa_memory *memory, uint64_t address,
	struct qa_str *range, bool is_bytes)
{
	const struct qa_layout *layout = &cache->python->layout;
	size_t begin = cache->text.len;
	int rc = is_bytes ? qa_bytes_read(memory, layout, address, &cache->text)
			  : qa_text_read(memory, layout, address, &cache->text);

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

/* Reads what the head points to, most often by one call. The code's texts stay in the cache's
 * buffer until the next call.
 */
static int read_code(
	struct qa_code_cache *cache, const struct qa_code_head *head, struct qa_raw_code *code)
{
	const uint64_t addresses[] = {head->filename, head->name, head->qualname, head->line_table};
	struct qa_str *const ranges[] = {&code->file, &code->name, &code->qualname, &code->lines};
	struct qa_peek peek;
	int rc = qa_peek_begin(
		&peek, cache->python->memory, addresses, sizeof(addresses) / sizeof(*addresses));

	qa_buf_clear(&cache->text);
	if (!rc)
		rc = append_text(cache, &peek.base, head->filename, &code->file, false);
	if (!rc)
		rc = append_text(cache, &peek.base, head->name, &code->name, false);
	if (!rc && head->qualname)
		rc = append_text(cache, &peek.base, head->qualname, &code->qualname, false);
	if (!rc)
		rc = append_text(cache, &peek.base, head->line_table, &code->lines, true);
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

/* Looks at the object itself again, not at a copy. */
static int still_same(struct qa_code_cache *cache, struct qa_memory *memory, uint64_t address,
	const struct qa_code_head *head)
{
	struct qa_snapshot now;
	struct qa_code_head head_now;
	int rc;

	qa_snapshot_init(&now, memory);
	rc = qa_code_heads_read(&now, &cache->python->layout, &address, 1, &head_now);
	qa_snapshot_free(&now);
	if (rc)
		return rc;
	return qa_code_head_equal(&head_now, head) ? 0 : -EAGAIN;
}

/* A code object that is new, or took the place of another one. */
static int learn(struct qa_code_cache *cache, struct qa_memory *memory, uint64_t address,
	const struct qa_code_head *head, uint32_t *id)
{
	struct qa_code_entry *known = find_entry(cache, address);
	struct qa_raw_code code = {0};
	int rc;

	if (!is_code_type(cache->python, head->type))
		return unreadable_id(cache, id);
	rc = read_code(cache, head, &code);
	if (rc == -ESRCH || rc == -ENOMEM)
		return rc;
	if (still_same(cache, memory, address, head))
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

static int resolve_some(struct qa_code_cache *cache, struct qa_snapshot *snapshot,
	const uint64_t *addresses, size_t count, uint32_t *ids)
{
	struct qa_code_head heads[QA_CODE_HEADS_MOST];
	int rc = qa_code_heads_read(snapshot, &cache->python->layout, addresses, count, heads);

	for (size_t i = 0; i < count && !rc; i++) {
		const struct qa_code_entry *known = find_entry(cache, addresses[i]);

		if (known && qa_code_head_equal(&known->head, &heads[i]))
			ids[i] = known->id;
		else
			rc = learn(cache, snapshot->memory, addresses[i], &heads[i], &ids[i]);
	}
	return rc;
}

int qa_code_cache_resolve(struct qa_code_cache *cache, struct qa_snapshot *snapshot,
	const uint64_t *addresses, size_t count, uint32_t *ids)
{
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i += QA_CODE_HEADS_MOST) {
		size_t some = count - i < QA_CODE_HEADS_MOST ? count - i : QA_CODE_HEADS_MOST;

		rc = resolve_some(cache, snapshot, addresses + i, some, ids + i);
	}
	return rc;
}
