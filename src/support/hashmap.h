/*
 * From a key of bytes, or of one or two 64-bit numbers, to a 32-bit value. Open addressing; keys
 * are kept by the caller: the map stores hash and value, and asks the caller whether a value's key
 * is the one sought.
 */
#ifndef QA_SUPPORT_HASHMAP_H
#define QA_SUPPORT_HASHMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qa/str.h"

struct qa_hashmap {
	struct qa_hashmap_slot *slots;
	size_t room; /* a power of two, or 0 */
	size_t used;
};

/* Does the entry with this value have the key that `seek` describes? */
typedef bool (*qa_hashmap_match)(const void *ctx, uint32_t value, const void *key);

#define QA_HASHMAP_NONE UINT32_MAX

uint64_t qa_hash_bytes(const void *data, size_t len);
uint64_t qa_hash_pair(uint64_t a, uint64_t b);

/* The value stored under the key, or QA_HASHMAP_NONE. */
uint32_t qa_hashmap_find(const struct qa_hashmap *map, uint64_t hash, qa_hashmap_match match,
	const void *ctx, const void *key);

/* Adds a value whose key is not there yet. `value` is not QA_HASHMAP_NONE. Returns 0 or -ENOMEM. */
int qa_hashmap_add(struct qa_hashmap *map, uint64_t hash, uint32_t value);

void qa_hashmap_free(struct qa_hashmap *map);

#endif
