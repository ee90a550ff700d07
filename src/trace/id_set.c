#include "trace/id_set.h"

#include <errno.h>
#include <stdlib.h>

#include "support/buf.h"

enum { WORD = 64 };

bool qa_id_set_has(const struct qa_id_set *set, uint32_t id)
{
	return id / WORD < set->count && (set->words[id / WORD] >> (id % WORD) & 1);
}

int qa_id_set_add(struct qa_id_set *set, uint32_t id)
{
	if (QA_GROW(set->words, set->room, (size_t)id / WORD + 1))
		return -ENOMEM;
	while (set->count <= id / WORD)
		set->words[set->count++] = 0;
	set->words[id / WORD] |= (uint64_t)1 << (id % WORD);
	return 0;
}

void qa_id_set_free(struct qa_id_set *set)
{
	free(set->words);
	*set = (struct qa_id_set){0};
}
