#include "profile/strings.h"

#include <errno.h>
#include <stdlib.h>

#include "support/utf8.h"

static bool is_text(const void *ctx, uint32_t number, const void *key)
{
	const struct qa_strings *strings = ctx;
	const struct qa_str *text = key;

	return qa_str_equal(qa_str(strings->texts[number]), *text);
}

static int keep(struct qa_strings *strings, struct qa_str text, uint64_t hash, uint32_t *number)
{
	char *copy;

	if (strings->count == QA_HASHMAP_NONE)
		return -EOVERFLOW;
	copy = qa_arena_copy(strings->arena, text);
	if (!copy || QA_GROW(strings->texts, strings->room, strings->count + 1) ||
		qa_hashmap_add(&strings->map, hash, (uint32_t)strings->count))
		return -ENOMEM;
	*number = (uint32_t)strings->count;
	strings->texts[strings->count++] = copy;
	return 0;
}

int qa_strings_add(struct qa_strings *strings, struct qa_str raw, uint32_t *number)
{
	struct qa_str text;
	uint64_t hash;

	qa_buf_clear(&strings->clean);
	qa_utf8_clean(raw, &strings->clean);
	if (strings->clean.failed)
		return -ENOMEM;
	text = qa_buf_str(&strings->clean);
	hash = qa_hash_bytes(text.data, text.len);
	*number = qa_hashmap_find(&strings->map, hash, is_text, strings, &text);
	return *number == QA_HASHMAP_NONE ? keep(strings, text, hash, number) : 0;
}

int qa_strings_text(struct qa_strings *strings, struct qa_str raw, const char **text)
{
	uint32_t number;
	int rc = qa_strings_add(strings, raw, &number);

	if (!rc)
		*text = strings->texts[number];
	return rc;
}

int qa_strings_open(struct qa_strings *strings, struct qa_arena *arena)
{
	uint32_t number;

	*strings = (struct qa_strings){.arena = arena};
	return qa_strings_add(strings, qa_str(""), &number);
}

void qa_strings_free(struct qa_strings *strings)
{
	free(strings->texts);
	qa_hashmap_free(&strings->map);
	qa_buf_free(&strings->clean);
	*strings = (struct qa_strings){0};
}
