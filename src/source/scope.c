#include "source/scope.h"

/* A function that only defines and returns another one is its decorator: no level for a reader. */
static bool is_plain_wrapper(const struct qa_scope *scope)
{
	return scope->definition != QA_NO_DEFINITION && scope->kind == QA_DEFINITION_FUNCTION &&
	       !scope->other_statements;
}

uint64_t qa_scope_total(const struct qa_scope *scope)
{
	return scope->cognitive + scope->inner +
	       (is_plain_wrapper(scope) ? 0 : scope->inner_levels);
}

static bool is_function(const struct qa_scope *scope)
{
	return scope->definition != QA_NO_DEFINITION && scope->kind != QA_DEFINITION_CLASS;
}

/* A function in a function is one level deeper than its place; in a class or the module it is not,
 * and neither is a class anywhere. */
static void close_function(const struct qa_scope *scope, struct qa_scope *outer)
{
	uint64_t structural = scope->structural + scope->inner_structural;

	outer->inner += qa_scope_total(scope);
	if (scope->kind == QA_DEFINITION_CLASS || !is_function(outer))
		return;
	outer->inner_levels += structural * (outer->level + 1);
	outer->inner_structural += structural;
}

/* Lambdas and comprehensions are part of what they stand in; only lambdas are a level. */
static void close_expression(const struct qa_scope *scope, struct qa_scope *outer)
{
	uint32_t levels = outer->level + (scope->kind == QA_DEFINITION_LAMBDA);

	if (!scope->silent_cyclomatic)
		outer->cyclomatic += scope->cyclomatic - 1;
	if (scope->silent_cognitive)
		return;
	outer->cognitive += scope->cognitive + scope->structural * levels;
	outer->structural += scope->structural;
}

void qa_scope_close(const struct qa_scope *scope, struct qa_scope *outer)
{
	if (scope->kind == QA_DEFINITION_FUNCTION || scope->kind == QA_DEFINITION_CLASS)
		close_function(scope, outer);
	else
		close_expression(scope, outer);
}
