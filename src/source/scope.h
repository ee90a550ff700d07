/* What is counted of a definition's code, or of the module's, and what becomes of it at the end. */
#ifndef QA_SOURCE_SCOPE_H
#define QA_SOURCE_SCOPE_H

#include "qa/static_facts.h"

struct qa_scope {
	uint32_t definition; /* QA_NO_DEFINITION: the module */
	enum qa_definition_kind kind;
	uint32_t cyclomatic; /* with the first 1 */
	uint32_t except_star;
	uint32_t level;   /* how deep the walk is, for cognitive complexity */
	uint32_t depth;   /* how deep it is in control structures */
	uint32_t nesting; /* the most that depth was */
	uint64_t cognitive;
	uint64_t structural; /* additions to it that are one more for each level outside */
	/* The same of the functions and classes in it, and what their levels within this one add.
	 */
	uint64_t inner, inner_structural, inner_levels;
	/* Where the outer scope was: was it counting at all, and at which level? */
	uint32_t silent_cyclomatic, silent_cognitive;
	bool other_statements; /* it does more than define functions and return a name */
};

/* An addition that weighs more the deeper it is. */
static inline void qa_scope_add_structural(struct qa_scope *scope)
{
	scope->cognitive += 1 + (uint64_t)scope->level;
	scope->structural++;
}

/* Cognitive complexity with everything inside. */
uint64_t qa_scope_total(const struct qa_scope *scope);

/* Adds what counts for the outer scope, whose counting is `loud` at this place. */
void qa_scope_close(const struct qa_scope *scope, struct qa_scope *outer);

/* A number of a report: the largest that it can say, if it is larger. */
static inline uint32_t qa_fact(uint64_t number)
{
	return number < QA_FACT_UNKNOWN ? (uint32_t)number : QA_FACT_UNKNOWN - 1;
}

#endif
