#include "source/definitions.h"

#include <errno.h>
#include <stdlib.h>

/* Names within names within names would take memory without end. */
enum { QUALIFIED_MAX = 500 };

static struct qa_str qualify(struct qa_definitions *definitions, const struct qa_definition *outer,
	struct qa_str name, const char *mark)
{
	bool is_cut = outer->qualified.len > QUALIFIED_MAX;
	struct qa_str prefix = is_cut ? qa_str("...") : outer->qualified;
	struct qa_str between = qa_str(outer->kind == QA_DEFINITION_CLASS ? "" : mark);
	size_t len = prefix.len + 1 + between.len + name.len;
	char *text = qa_arena_take(&definitions->texts, len + 1);

	if (!text)
		return (struct qa_str){NULL, 0};
	memcpy(text, prefix.data, prefix.len);
	text[prefix.len] = '.';
	memcpy(text + prefix.len + 1, between.data, between.len);
	memcpy(text + prefix.len + 1 + between.len, name.data, name.len);
	text[len] = '\0';
	return (struct qa_str){text, len};
}

static bool name_it(struct qa_definitions *definitions, struct qa_definition *definition,
	const char *mark, bool is_global)
{
	char *name = qa_arena_copy(&definitions->texts, definition->name);

	definition->name.data = name;
	definition->qualified = definition->name;
	if (name && definition->parent != QA_NO_DEFINITION && !is_global)
		definition->qualified = qualify(definitions, &definitions->list[definition->parent],
			definition->name, mark);
	return name && definition->qualified.data;
}

uint32_t qa_definitions_add(struct qa_definitions *definitions, const struct qa_definition *start,
	const char *mark, bool is_global)
{
	struct qa_definition *added;

	if (QA_GROW(definitions->list, definitions->room, definitions->count + 1)) {
		definitions->failed = true;
		return QA_NO_DEFINITION;
	}
	added = &definitions->list[definitions->count];
	*added = *start;
	if (!name_it(definitions, added, mark, is_global)) {
		definitions->failed = true;
		return QA_NO_DEFINITION;
	}
	added->is_method = added->kind == QA_DEFINITION_FUNCTION &&
			   added->parent != QA_NO_DEFINITION &&
			   definitions->list[added->parent].kind == QA_DEFINITION_CLASS;
	return (uint32_t)definitions->count++;
}

struct place {
	uint32_t line, index;
};

static int compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static void arrange(const struct qa_definitions *definitions, const struct place *order,
	uint32_t *moved, struct qa_definition *out)
{
	for (size_t i = 0; i < definitions->count; i++)
		moved[order[i].index] = (uint32_t)i;
	for (size_t i = 0; i < definitions->count; i++) {
		out[i] = definitions->list[order[i].index];
		if (out[i].parent != QA_NO_DEFINITION)
			out[i].parent = moved[out[i].parent];
	}
}

int qa_definitions_sort(struct qa_definitions *definitions)
{
	size_t count = definitions->count;
	struct place *order = malloc((count + 1) * sizeof(*order));
	uint32_t *moved = malloc((count + 1) * sizeof(*moved));
	struct qa_definition *sorted = malloc((count + 1) * sizeof(*sorted));
	bool ready = order && moved && sorted;

	for (size_t i = 0; ready && i < count; i++)
		order[i] = (struct place){definitions->list[i].first_line, (uint32_t)i};
	if (ready) {
		qsort(order, count, sizeof(*order), compare);
		arrange(definitions, order, moved, sorted);
		free(definitions->list);
		definitions->list = sorted;
		definitions->room = count + 1;
	} else {
		free(sorted);
	}
	free(order);
	free(moved);
	return ready ? 0 : -ENOMEM;
}

void qa_definitions_free(struct qa_definitions *definitions)
{
	free(definitions->list);
	qa_arena_free(&definitions->texts);
	*definitions = (struct qa_definitions){0};
}
