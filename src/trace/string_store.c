#include "trace/string_store.h"

#include <errno.h>
#include <stdlib.h>

struct qa_stored_string {
	size_t start;
	size_t len; /* 0: none of that id; the empty string needs none */
};

int qa_string_store_add(struct qa_string_store *store, uint32_t id, struct qa_str text)
{
	if (QA_GROW(store->entries, store->room, (size_t)id + 1))
		return -ENOMEM;
	while (store->count <= id)
		store->entries[store->count++] = (struct qa_stored_string){0};
	store->entries[id] = (struct qa_stored_string){store->text.len, text.len};
	qa_buf_append_str(&store->text, text);
	return store->text.failed ? -ENOMEM : 0;
}

bool qa_string_store_get(const struct qa_string_store *store, uint32_t id, struct qa_str *out)
{
	*out = (struct qa_str){"", 0};
	if (id == 0)
		return true;
	if (id >= store->count || store->entries[id].len == 0)
		return false;
	*out = (struct qa_str){store->text.data + store->entries[id].start, store->entries[id].len};
	return true;
}

void qa_string_store_free(struct qa_string_store *store)
{
	free(store->entries);
	qa_buf_free(&store->text);
	*store = (struct qa_string_store){0};
}
