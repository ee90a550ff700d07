/* Python's dicts, read out of a target's memory while it may change them: what is found is true at
 * best, so whoever counts on it reads twice. */
#ifndef QA_CPYTHON_DICT_H
#define QA_CPYTHON_DICT_H

#include <stdbool.h>

#include "cpython/layout.h"
#include "target/memory.h"

/* A table of keys, with the values that belong to them. */
struct qa_dict {
	struct qa_memory *memory; /* borrowed, like the layout */
	const struct qa_layout *layout;
	uint64_t values; /* address of the first value; 0: each is in the entry of its key */
	uint64_t entries;
	uint32_t count; /* of the entries, the deleted ones among them */
	bool hashed;    /* an entry begins with its hash; if not, all keys are str */
};

enum { QA_DICT_KEY_MAX = 16 }; /* bytes of a key that can be sought */

/* A dict object. -EINVAL: this is none. */
int qa_dict_open(struct qa_dict *dict, struct qa_memory *memory, const struct qa_layout *layout,
	uint64_t address);

/* A table of keys, and where the first of their values is: the attributes of an object without a
 * dict. */
int qa_dict_open_table(struct qa_dict *dict, struct qa_memory *memory,
	const struct qa_layout *layout, uint64_t table, uint64_t values);

/* The address of the object under a key, an ASCII text or a number. -ENOENT: no such key. */
int qa_dict_find_text(const struct qa_dict *dict, const char *key, uint64_t *value);
int qa_dict_find_number(const struct qa_dict *dict, uint64_t key, uint64_t *value);

#endif
