/* Memory that is freed all at once. */
#ifndef QA_SUPPORT_ARENA_H
#define QA_SUPPORT_ARENA_H

#include <stddef.h>

#include "qa/str.h"

/* All zero: empty. */
struct qa_arena {
	struct qa_arena_block *blocks;
};

/* `size` bytes, aligned for any type, not zeroed. NULL: no memory. */
void *qa_arena_take(struct qa_arena *arena, size_t size);

/* A copy, with a NUL after it. NULL: no memory. */
char *qa_arena_copy(struct qa_arena *arena, struct qa_str text);

void qa_arena_free(struct qa_arena *arena);

#endif
