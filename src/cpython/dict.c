#include "cpython/dict.h"

#include <errno.h>
#include <string.h>

#include "cpython/object.h"

enum {
	ENTRIES_MAX = 1 << 17,
	SLOTS_LOG2_MAX = 32,
	CHUNK = 128, /* entries that are read at once */
	WORDS_MAX = 3,
	TABLE_HEAD_MAX = 64,
	TEXT_HEAD_MAX = 64,
	FAULTS_MAX = 64, /* keys of a chunk that may be unreadable */
};

/* The words of an entry: hash, key, value; or key, value. */
static size_t entry_words(const struct qa_dict *dict)
{
	return dict->hashed ? WORDS_MAX : WORDS_MAX - 1;
}

struct table_head {
	unsigned char bytes[TABLE_HEAD_MAX];
};

static uint64_t head_word(const struct table_head *head, int32_t at)
{
	uint64_t value;

	memcpy(&value, head->bytes + at, sizeof(value));
	return value;
}

/* Up to 3.10 the table says how many slots its index has; their width follows from that. */
static int index_of_old(const struct qa_layout *layout, const struct table_head *head,
	uint64_t *slots, uint64_t *bytes)
{
	*slots = head_word(head, layout->dict.slots);
	if (*slots > (uint64_t)1 << SLOTS_LOG2_MAX)
		return -EINVAL;
	*bytes = *slots * (*slots <= UINT8_MAX ? 1 : *slots <= UINT16_MAX ? 2 : 4);
	return 0;
}

static int index_of_new(const struct qa_layout *layout, const struct table_head *head,
	uint64_t *slots, uint64_t *bytes)
{
	enum { WIDTH_LOG2_MAX = 3 };
	unsigned slots_log2 = head->bytes[layout->dict.slots_log2];
	unsigned index_log2 = head->bytes[layout->dict.index_log2];

	if (slots_log2 > SLOTS_LOG2_MAX || index_log2 > slots_log2 + WIDTH_LOG2_MAX)
		return -EINVAL;
	*slots = (uint64_t)1 << slots_log2;
	*bytes = (uint64_t)1 << index_log2;
	return 0;
}

int qa_dict_open_table(struct qa_dict *dict, struct qa_memory *memory,
	const struct qa_layout *layout, uint64_t table, uint64_t values)
{
	uint64_t slots, index_bytes, count;
	struct table_head head = {{0}};
	bool is_old = layout->dict.slots != QA_ABSENT;
	int rc;

	if (table == 0 || layout->dict.index > TABLE_HEAD_MAX)
		return -EINVAL;
	rc = qa_memory_read(memory, table, head.bytes, (size_t)layout->dict.index);
	if (!rc)
		rc = is_old ? index_of_old(layout, &head, &slots, &index_bytes)
			    : index_of_new(layout, &head, &slots, &index_bytes);
	if (rc)
		return rc;
	count = head_word(&head, layout->dict.entry_count);
	if (count > slots || count > ENTRIES_MAX)
		return -EINVAL;
	*dict = (struct qa_dict){.memory = memory,
		.layout = layout,
		.values = values,
		.entries = table + (uint64_t)layout->dict.index + index_bytes,
		.count = (uint32_t)count,
		.hashed = is_old || head.bytes[layout->dict.kind] == 0};
	return 0;
}

int qa_dict_open(struct qa_dict *dict, struct qa_memory *memory, const struct qa_layout *layout,
	uint64_t address)
{
	uint64_t table = 0, values = 0;
	int rc = qa_object_check(memory, layout, address, QA_OBJECT_DICT);

	if (!rc)
		rc = qa_memory_read_u64(memory, address + (uint64_t)layout->dict.keys, &table);
	if (!rc)
		rc = qa_memory_read_u64(memory, address + (uint64_t)layout->dict.values, &values);
	if (!rc && values)
		values += (uint64_t)layout->dict.first_value;
	return rc ? rc : qa_dict_open_table(dict, memory, layout, table, values);
}

/* The entries `first` and up of a table; `words` has room for a chunk of them. */
static int read_chunk(const struct qa_dict *dict, uint32_t first, uint32_t count, uint64_t *words)
{
	size_t size = entry_words(dict) * sizeof(*words);

	return qa_memory_read(dict->memory, dict->entries + first * size, words, count * size);
}

/* -ENOENT: the entry has been deleted, or was never used. */
static int value_of(
	const struct qa_dict *dict, const uint64_t *entry, uint32_t index, uint64_t *value)
{
	int rc = 0;

	*value = entry[entry_words(dict) - 1];
	if (dict->values)
		rc = qa_memory_read_u64(dict->memory, dict->values + index * sizeof(*value), value);
	return rc ? rc : *value ? 0 : -ENOENT;
}

/* What is sought, and how to look for it among the entries of a chunk: the index of the first one
 * that may be it, or `count`. */
struct search {
	const char *text;
	uint64_t number;
	int (*look)(const struct qa_dict *dict, const struct search *search, const uint64_t *words,
		uint32_t count, uint32_t *index);
};

/* The newest entries first: new threads are sought more often than old ones. */
static int find(const struct qa_dict *dict, const struct search *search, uint64_t *value)
{
	uint64_t words[CHUNK * WORDS_MAX];

	for (uint32_t left = dict->count; left > 0;) {
		uint32_t count = left < CHUNK ? left : CHUNK;
		uint32_t index;
		int rc = read_chunk(dict, left - count, count, words);

		if (!rc)
			rc = search->look(dict, search, words, count, &index);
		if (rc)
			return rc;
		left -= count;
		if (index < count)
			return value_of(
				dict, words + index * entry_words(dict), left + index, value);
	}
	return -ENOENT;
}

static bool head_is_text(
	const struct qa_layout *layout, const unsigned char *head, const char *text)
{
	const uint32_t shape = 1u << layout->unicode.kind_shift |
			       1u << layout->unicode.compact_shift |
			       1u << layout->unicode.ascii_shift;
	const uint32_t kinds = 7u << layout->unicode.kind_shift;
	uint64_t length;
	uint32_t state;

	memcpy(&length, head + layout->unicode.length, sizeof(length));
	memcpy(&state, head + layout->unicode.state, sizeof(state));
	return length == strlen(text) && (state & (shape | kinds)) == shape &&
	       memcmp(head + layout->unicode.ascii_data, text, strlen(text)) == 0;
}

/* The pieces are the keys' heads and what would be the text. Those that cannot be read are left
 * out. */
static int read_heads(const struct qa_dict *dict, struct qa_piece *pieces, size_t count)
{
	size_t at = 0;

	for (int faults = 0; at < count; faults++) {
		ssize_t n = dict->memory->read_pieces(dict->memory, pieces + at, count - at);

		if (n == -ESRCH || faults == FAULTS_MAX)
			return n == -ESRCH ? -ESRCH : -EFAULT;
		at += n > 0 ? (size_t)n / pieces->length : 0;
		if (at < count)
			memset(pieces[at++].copy, 0, pieces->length);
	}
	return 0;
}

static int look_for_text(const struct qa_dict *dict, const struct search *search,
	const uint64_t *words, uint32_t count, uint32_t *index)
{
	unsigned char heads[CHUNK][TEXT_HEAD_MAX + QA_DICT_KEY_MAX] = {{0}};
	const size_t key_at = entry_words(dict) - 2;
	const size_t size = (size_t)dict->layout->unicode.ascii_data + strlen(search->text);
	struct qa_piece pieces[CHUNK];
	size_t keys = 0;
	int rc;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t key = words[i * entry_words(dict) + key_at];

		if (key)
			pieces[keys++] = (struct qa_piece){key, heads[i], size};
	}
	rc = read_heads(dict, pieces, keys);
	for (*index = 0; !rc && *index < count; ++*index)
		if (head_is_text(dict->layout, heads[*index], search->text))
			break;
	return rc;
}

int qa_dict_find_text(const struct qa_dict *dict, const char *key, uint64_t *value)
{
	const struct qa_layout *layout = dict->layout;
	const struct search search = {.text = key, .look = look_for_text};
	const int32_t end = layout->unicode.ascii_data;

	/* The offsets may be what the target says about itself. */
	if (strlen(key) > QA_DICT_KEY_MAX || end < 0 || end > TEXT_HEAD_MAX ||
		layout->unicode.length < 0 || layout->unicode.state < 0 ||
		layout->unicode.length > end - (int32_t)sizeof(uint64_t) ||
		layout->unicode.state > end - (int32_t)sizeof(uint32_t))
		return -EINVAL;
	return find(dict, &search, value);
}

/* An int's hash is its value modulo this. */
static uint64_t hash_of(uint64_t number)
{
	return number % (((uint64_t)1 << 61) - 1);
}

static int look_for_number(const struct qa_dict *dict, const struct search *search,
	const uint64_t *words, uint32_t count, uint32_t *index)
{
	for (*index = 0; *index < count; ++*index) {
		const uint64_t *entry = words + *index * WORDS_MAX;
		uint64_t number;

		if (entry[0] == hash_of(search->number) && entry[1] && entry[2] &&
			qa_object_number(dict->memory, dict->layout, entry[1], &number) == 0 &&
			number == search->number)
			break;
	}
	return 0;
}

int qa_dict_find_number(const struct qa_dict *dict, uint64_t key, uint64_t *value)
{
	const struct search search = {.number = key, .look = look_for_number};

	return dict->hashed ? find(dict, &search, value) : -ENOENT;
}
