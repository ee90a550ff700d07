#include "support/hashmap.h"

#include <errno.h>
#include <stdlib.h>

struct qa_hashmap_slot {
	uint64_t hash;
	uint32_t value;
};

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	x ^= x >> 32;
	return x;
}

uint64_t qa_hash_bytes(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t h = 0x9e3779b97f4a7c15u ^ len;
	uint64_t word;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&word, p, 8);
		h = mix(h ^ word);
	}
	word = 0;
	if (len)
		memcpy(&word, p, len);
	return mix(h ^ word);
}

uint64_t qa_hash_pair(uint64_t a, uint64_t b)
{
	return mix(mix(a ^ 0x9e3779b97f4a7c15u) ^ b);
}

static struct qa_hashmap_slot *probe(const struct qa_hashmap *map, uint64_t hash,
	qa_hashmap_match match, const void *ctx, const void *key)
{
	size_t mask = map->room - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct qa_hashmap_slot *slot = &map->slots[i];

		if (slot->value == QA_HASHMAP_NONE)
			return slot;
		if (match && slot->hash == hash && match(ctx, slot->value, key))
			return slot;
	}
}

uint32_t qa_hashmap_find(const struct qa_hashmap *map, uint64_t hash, qa_hashmap_match match,
	const void *ctx, const void *key)
{
	if (map->room == 0)
		return QA_HASHMAP_NONE;
	return probe(map, hash, match, ctx, key)->value;
}

static int widen(struct qa_hashmap *map)
{
	struct qa_hashmap wider = {.room = map->room ? map->room * 2 : 64, .used = map->used};

	wider.slots = malloc(wider.room * sizeof(*wider.slots));
	if (!wider.slots)
		return -ENOMEM;
	for (size_t i = 0; i < wider.room; i++)
		wider.slots[i].value = QA_HASHMAP_NONE;
	for (size_t i = 0; i < map->room; i++)
		if (map->slots[i].value != QA_HASHMAP_NONE)
			*probe(&wider, map->slots[i].hash, NULL, NULL, NULL) = map->slots[i];
	free(map->slots);
	*map = wider;
	return 0;
}

int qa_hashmap_add(struct qa_hashmap *map, uint64_t hash, uint32_t value)
{
	struct qa_hashmap_slot *slot;

	if (map->used + 1 > map->room / 4 * 3 && widen(map))
		return -ENOMEM;
	slot = probe(map, hash, NULL, NULL, NULL);
	slot->hash = hash;
	slot->value = value;
	map->used++;
	return 0;
}

void qa_hashmap_free(struct qa_hashmap *map)
{
	free(map->slots);
	*map = (struct qa_hashmap){0};
}
