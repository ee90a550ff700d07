/* The definitions of a file, while they are collected. */
#ifndef QA_SOURCE_DEFINITIONS_H
#define QA_SOURCE_DEFINITIONS_H

#include "qa/static_facts.h"
#include "support/arena.h"
#include "support/buf.h"

struct qa_definitions {
	struct qa_definition *list;
	size_t count;
	size_t room;
	struct qa_arena texts;
	bool failed; /* out of memory */
};

/*
 * Appends one whose kind, parent and lines are the caller's to fill in; its index is the result, or
 * QA_NO_DEFINITION if there is no memory. It is a method if its parent is a class. `mark` stands
 * between the names of a function and of what is in it; `is_global`: the name is the module's,
 * whatever is around it.
 */
uint32_t qa_definitions_add(struct qa_definitions *definitions, const struct qa_definition *start,
	const char *mark, bool is_global);

/* By first line, then as they were added; parents stay parents. */
int qa_definitions_sort(struct qa_definitions *definitions);

void qa_definitions_free(struct qa_definitions *definitions);

#endif
