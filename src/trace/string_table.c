#include "trace/string_table.h"

#include <errno.h>
#include <stdlib.h>

static bool is_text(const void *ctx, uint32_t value, const void *key)
{
	const struct qa_string_table *table = ctx;
	const struct qa_str *sought = key;
	size_t start = value ? table->ends[value - 1] : 0;
	struct qa_str text = {table->text.data + start, table->ends[value] - start};

	return qa_str_equal(text, *sought);
}

static int add(struct qa_string_table *table, uint64_t hash, struct qa_str text)
{
	if (QA_GROW(table->ends, table->room, table->count + 1))
		return -ENOMEM;
	qa_buf_append_str(&table->text, text);
	if (table->text.failed || qa_hashmap_add(&table->map, hash, (uint32_t)table->count))
		return -ENOMEM;
	table->ends[table->count++] = table->text.len;
	return 0;
}

int qa_string_table_intern(
	struct qa_string_table *table, struct qa_str text, uint32_t *id, bool *added)
{
	uint64_t hash;
	uint32_t found;

	*id = 0;
	*added = false;
	if (text.len == 0)
		return 0;
	hash = qa_hash_bytes(text.data, text.len);
	found = qa_hashmap_find(&table->map, hash, is_text, table, &text);
	if (found == QA_HASHMAP_NONE) {
		if (add(table, hash, text))
			return -ENOMEM;
		*added = true;
		found = (uint32_t)table->count - 1;
	}
	*id = found + 1;
	return 0;
}

void qa_string_table_free(struct qa_string_table *table)
{
	qa_hashmap_free(&table->map);
	qa_buf_free(&table->text);
	free(table->ends);
	*table = (struct qa_string_table){0};
}
