#include "support/arena.h"

#include <stdint.h>
#include <stdlib.h>

enum { BLOCK = 65536, ALIGNMENT = _Alignof(max_align_t) };

struct qa_arena_block {
	struct qa_arena_block *next;
	size_t used;
	size_t room;
	_Alignas(ALIGNMENT) char data[];
};

static struct qa_arena_block *add_block(struct qa_arena *arena, size_t room)
{
	struct qa_arena_block *block = malloc(sizeof(*block) + room);

	if (!block)
		return NULL;
	*block = (struct qa_arena_block){.next = arena->blocks, .room = room};
	arena->blocks = block;
	return block;
}

void *qa_arena_take(struct qa_arena *arena, size_t size)
{
	struct qa_arena_block *block = arena->blocks;
	size_t rounded;

	if (size > SIZE_MAX / 2)
		return NULL;
	rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (!block || block->room - block->used < rounded)
		block = add_block(arena, rounded > BLOCK ? rounded : BLOCK);
	if (!block)
		return NULL;
	block->used += rounded;
	return block->data + block->used - rounded;
}

char *qa_arena_copy(struct qa_arena *arena, struct qa_str text)
{
	char *copy = text.len < SIZE_MAX / 2 ? qa_arena_take(arena, text.len + 1) : NULL;

	if (!copy)
		return NULL;
	if (text.len)
		memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return copy;
}

void qa_arena_free(struct qa_arena *arena)
{
	while (arena->blocks) {
		struct qa_arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
}
