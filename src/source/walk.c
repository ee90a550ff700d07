/* One way through the tree, down and up again, with a stack of our own: trees are as deep as their
 * writers like. */
#include "source/walk.h"

#ifdef QA_HAVE_GRAMMARS
#include <errno.h>
#include <stdlib.h>

#include "source/walker.h"

void qa_walker_open_scope(struct qa_walker *walker, uint32_t definition)
{
	struct qa_scope *scope;

	if (QA_GROW(walker->scopes, walker->scope_room, walker->scope_count + 1)) {
		walker->failed = true;
		return;
	}
	scope = &walker->scopes[walker->scope_count++];
	*scope = (struct qa_scope){.definition = definition,
		.cyclomatic = 1,
		.silent_cyclomatic = walker->silent_cyclomatic,
		.silent_cognitive = walker->silent_cognitive};
	if (definition != QA_NO_DEFINITION)
		scope->kind = walker->definitions->list[definition].kind;
	walker->silent_cyclomatic = walker->silent_cognitive = 0;
	walker->places[walker->depth - 1].opened++;
}

static void store(struct qa_walker *walker, const struct qa_scope *scope)
{
	struct qa_definition *definition = &walker->definitions->list[scope->definition];

	definition->cyclomatic = scope->cyclomatic;
	definition->except_star = scope->except_star;
	definition->cognitive = qa_fact(scope->cognitive);
	definition->cognitive_total = qa_fact(qa_scope_total(scope));
	definition->nesting = scope->nesting;
}

/* Each unit of code once: lambdas and comprehensions are part of one, a class is none. */
static void add_to_file(struct qa_source_facts *facts, const struct qa_scope *scope)
{
	if (scope->definition == QA_NO_DEFINITION) {
		facts->module_cyclomatic = scope->cyclomatic;
		facts->complexity += scope->cyclomatic;
	} else if (scope->kind == QA_DEFINITION_FUNCTION) {
		facts->complexity += scope->cyclomatic;
	} else if (scope->kind == QA_DEFINITION_CLASS) {
		facts->complexity += scope->cyclomatic - 1;
	} else {
		return;
	}
	facts->cognitive = qa_fact((uint64_t)facts->cognitive + scope->cognitive);
}

static void forget_globals(struct qa_walker *walker)
{
	while (walker->global_count &&
		walker->globals[walker->global_count - 1].scope > walker->scope_count)
		walker->global_count--;
}

static void close_scope(struct qa_walker *walker)
{
	struct qa_scope *scope = &walker->scopes[--walker->scope_count];

	walker->silent_cyclomatic = scope->silent_cyclomatic;
	walker->silent_cognitive = scope->silent_cognitive;
	if (scope->definition != QA_NO_DEFINITION)
		store(walker, scope);
	add_to_file(walker->facts, scope);
	if (walker->scope_count)
		qa_scope_close(scope, qa_walker_scope(walker));
	forget_globals(walker);
}

static void enter(struct qa_walker *walker)
{
	TSNode node = ts_tree_cursor_current_node(&walker->cursor);
	TSSymbol symbol = ts_node_symbol(node);

	if (QA_GROW(walker->places, walker->place_room, walker->depth + 1)) {
		walker->failed = true;
		return;
	}
	walker->places[walker->depth++] = (struct qa_place){
		.rule = qa_rule_of(walker->rules, symbol),
		.start = ts_node_start_byte(node),
		.definition = QA_NO_DEFINITION,
	};
	if (walker->depth == 1)
		qa_walker_open_scope(walker, QA_NO_DEFINITION);
	else
		qa_meet(walker, node);
}

/* A node without parts is a piece of the text. */
static void note_code(struct qa_walker *walker)
{
	uint32_t end;

	if (qa_walker_role(walker, 0) == QA_ROLE_COMMENT)
		return;
	end = ts_node_end_byte(ts_tree_cursor_current_node(&walker->cursor));
	if (end > walker->places[walker->depth - 1].start)
		walker->code_end = end;
}

static void leave(struct qa_walker *walker)
{
	const struct qa_place *place = qa_walker_place(walker, 0);

	qa_part(walker);
	for (unsigned i = 0; i < place->opened; i++)
		close_scope(walker);
	walker->silent_cyclomatic -= place->silent_cyclomatic;
	walker->silent_cognitive -= place->silent_cognitive;
	walker->depth--;
}

/* From a node that has been seen with all that is in it to the next one. False: that was the root.
 */
static bool go_on(struct qa_walker *walker)
{
	for (;;) {
		leave(walker);
		if (ts_tree_cursor_goto_next_sibling(&walker->cursor)) {
			enter(walker);
			return true;
		}
		if (!ts_tree_cursor_goto_parent(&walker->cursor))
			return false;
	}
}

static void walk(struct qa_walker *walker)
{
	bool more = true;

	enter(walker);
	while (more && !walker->failed) {
		if (ts_tree_cursor_goto_first_child(&walker->cursor)) {
			enter(walker);
			continue;
		}
		note_code(walker);
		more = go_on(walker);
	}
}

int qa_walk(const struct TSTree *tree, const struct qa_language *language,
	const struct qa_rules *rules, const struct qa_source_text *text,
	struct qa_source_facts *facts, struct qa_definitions *definitions)
{
	struct qa_walker walker = {.language = language,
		.rules = rules,
		.text = text,
		.facts = facts,
		.definitions = definitions};

	walker.cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
	walk(&walker);
	ts_tree_cursor_delete(&walker.cursor);
	free(walker.places);
	free(walker.scopes);
	free(walker.globals);
	return walker.failed || definitions->failed ? -ENOMEM : 0;
}
#endif
