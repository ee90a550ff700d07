#include "trace/last_seen.h"

#include <stdlib.h>

#include "support/buf.h"

void qa_last_seen_restart(struct qa_last_seen_table *table)
{
	table->batch++;
}

struct qa_last_seen *qa_last_seen_of(struct qa_last_seen_table *table, uint32_t thread)
{
	struct qa_last_seen *entry;

	if (QA_GROW(table->entries, table->room, (size_t)thread + 1))
		return NULL;
	for (; table->count <= thread; table->count++)
		table->entries[table->count] = (struct qa_last_seen){0};
	entry = &table->entries[thread];
	if (entry->batch != table->batch)
		*entry = (struct qa_last_seen){.batch = table->batch};
	return entry;
}

void qa_last_seen_free(struct qa_last_seen_table *table)
{
	free(table->entries);
	*table = (struct qa_last_seen_table){0};
}
