/*
 * The state of a walk over a syntax tree. A place is a node on the way down to where the walk is; a
 * scope is what counts for one definition, or for the module.
 */
#ifndef QA_SOURCE_WALKER_H
#define QA_SOURCE_WALKER_H

#include <tree_sitter/api.h>

#include "source/scope.h"
#include "source/walk.h"

struct qa_place {
	const struct qa_rule *rule;
	uint32_t start;      /* byte */
	uint32_t definition; /* that it makes, or QA_NO_DEFINITION */
	size_t chain;        /* the place of the first of the chains that it is one with */
	TSSymbol last;       /* in that one: the operator before */
	/* What to take back when it is left. */
	bool level, depth;
	bool silent_cyclomatic, silent_cognitive;
	uint8_t opened;     /* scopes: `lambda: [...]` opens two at once */
	size_t level_scope; /* whose level and depth they are */
	bool is_error;
	bool takes_all; /* a switch that has a case for everything */
};

struct qa_global {
	size_t scope;
	struct qa_str name;
};

struct qa_walker {
	const struct qa_language *language;
	const struct qa_rules *rules;
	const struct qa_source_text *text;
	struct qa_source_facts *facts;
	struct qa_definitions *definitions;
	TSTreeCursor cursor;
	struct qa_place *places;
	size_t depth, place_room;
	struct qa_scope *scopes;
	size_t scope_count, scope_room;
	struct qa_global *globals;
	size_t global_count, global_room;
	uint32_t silent_cyclomatic, silent_cognitive; /* above 0: this does not count */
	uint32_t open_errors;
	uint32_t code_end; /* byte behind the last piece of code so far */
	bool failed;       /* out of memory */
};

static inline struct qa_scope *qa_walker_scope(const struct qa_walker *walker)
{
	return &walker->scopes[walker->scope_count - 1];
}

/* The node where the walk is, and those around it; NULL if there is none. */
static inline struct qa_place *qa_walker_place(const struct qa_walker *walker, size_t up)
{
	return up < walker->depth ? &walker->places[walker->depth - 1 - up] : NULL;
}

static inline enum qa_role qa_walker_role(const struct qa_walker *walker, size_t up)
{
	const struct qa_place *place = qa_walker_place(walker, up);

	return place ? place->rule->role : QA_ROLE_NONE;
}

/* What a node adds to the facts when the walk comes to it, and what ends when it leaves it. */
void qa_meet(struct qa_walker *walker, TSNode node);
void qa_part(struct qa_walker *walker);

/* Opens the scope of a definition at the place where the walk is; closed when it is left. */
void qa_walker_open_scope(struct qa_walker *walker, uint32_t definition);

#endif
