/* What the nodes of each role mean. */
#include "source/walk.h"

#ifdef QA_HAVE_GRAMMARS
#include "source/walker.h"

/* --- adding ------------------------------------------------------------------------------------
 */

static void add_cyclomatic(struct qa_walker *walker, uint32_t more)
{
	if (!walker->silent_cyclomatic)
		qa_walker_scope(walker)->cyclomatic += more;
}

static void add_flat(struct qa_walker *walker)
{
	if (!walker->silent_cognitive)
		qa_walker_scope(walker)->cognitive++;
}

static void add_structural(struct qa_walker *walker)
{
	if (!walker->silent_cognitive)
		qa_scope_add_structural(qa_walker_scope(walker));
}

static void be_silent(struct qa_walker *walker, bool cognitive_too)
{
	struct qa_place *place = qa_walker_place(walker, 0);

	walker->silent_cyclomatic++;
	place->silent_cyclomatic = true;
	walker->silent_cognitive += cognitive_too;
	place->silent_cognitive = cognitive_too;
}

/* One level deeper, in a statement or in an expression. */
static void go_deeper(struct qa_walker *walker, bool is_statement)
{
	struct qa_place *place = qa_walker_place(walker, 0);
	struct qa_scope *scope = qa_walker_scope(walker);

	place->level = true;
	place->level_scope = walker->scope_count - 1;
	scope->level++;
	if (!is_statement)
		return;
	place->depth = true;
	scope->depth++;
	if (scope->depth > scope->nesting)
		scope->nesting = scope->depth;
}

/* --- definitions -------------------------------------------------------------------------------
 */

static struct qa_str node_text(const struct qa_walker *walker, TSNode node)
{
	uint32_t start = ts_node_start_byte(node);

	return (struct qa_str){walker->text->bytes.data + start, ts_node_end_byte(node) - start};
}

static struct qa_str name_of(const struct qa_walker *walker, TSNode node)
{
	const struct qa_rule *rule = qa_walker_place(walker, 0)->rule;
	TSNode name = ts_node_child_by_field_id(node, walker->rules->name);

	if (!ts_node_is_null(name))
		return node_text(walker, name);
	return qa_str(rule->name ? rule->name : "<anonymous>");
}

static bool is_global(const struct qa_walker *walker, struct qa_str name)
{
	for (size_t i = walker->global_count; i > 0; i--) {
		const struct qa_global *global = &walker->globals[i - 1];

		if (global->scope == walker->scope_count && qa_str_equal(global->name, name))
			return true;
	}
	return false;
}

static void define(struct qa_walker *walker, TSNode node, enum qa_definition_kind kind)
{
	struct qa_place *place = qa_walker_place(walker, 0);
	bool is_decorated = qa_walker_role(walker, 1) == QA_ROLE_DECORATED;
	uint32_t first = is_decorated ? qa_walker_place(walker, 1)->start : place->start;
	struct qa_definition start = {.kind = kind,
		.parent = qa_walker_scope(walker)->definition,
		.name = name_of(walker, node),
		.first_line = qa_source_text_line(walker->text, first),
		.def_line = qa_source_text_line(walker->text, place->start),
		.column = place->start - qa_source_text_line_start(walker->text, place->start),
		.cyclomatic = 1};

	start.end_line = start.def_line;
	place->definition = qa_definitions_add(walker->definitions, &start,
		walker->language->local_mark, is_global(walker, start.name));
	walker->failed = walker->failed || place->definition == QA_NO_DEFINITION;
}

static void meet_function(struct qa_walker *walker, TSNode node)
{
	define(walker, node, QA_DEFINITION_FUNCTION);
}

static void meet_class(struct qa_walker *walker, TSNode node)
{
	define(walker, node, QA_DEFINITION_CLASS);
}

static void meet_lambda(struct qa_walker *walker, TSNode node)
{
	define(walker, node, QA_DEFINITION_LAMBDA);
}

static void meet_comprehension(struct qa_walker *walker, TSNode node)
{
	define(walker, node, QA_DEFINITION_COMPREHENSION);
	if (!walker->failed)
		qa_walker_open_scope(walker, qa_walker_place(walker, 0)->definition);
}

static void meet_decorator(struct qa_walker *walker, TSNode node)
{
	(void)node;
	be_silent(walker, true);
}

static void meet_async(struct qa_walker *walker, TSNode node)
{
	uint32_t definition = qa_walker_place(walker, 1)->definition;

	(void)node;
	if (definition != QA_NO_DEFINITION)
		walker->definitions->list[definition].is_async = true;
}

enum { GLOBALS_MAX = 256 }; /* they are searched one by one */

/* The names in a function's `global`, which are direct parts of it. */
static void meet_name(struct qa_walker *walker, TSNode node)
{
	if (qa_walker_role(walker, 1) != QA_ROLE_GLOBAL || walker->scope_count == 1 ||
		walker->global_count == GLOBALS_MAX)
		return;
	if (QA_GROW(walker->globals, walker->global_room, walker->global_count + 1)) {
		walker->failed = true;
		return;
	}
	walker->globals[walker->global_count++] =
		(struct qa_global){walker->scope_count, node_text(walker, node)};
}

/* --- control structures ------------------------------------------------------------------------
 */

static void meet_structure(struct qa_walker *walker, TSNode node)
{
	(void)node;
	add_cyclomatic(walker, qa_walker_place(walker, 0)->rule->cyclomatic);
	add_structural(walker);
}

/* An `if` that is all of an `else` is one with it. */
static void meet_if(struct qa_walker *walker, TSNode node)
{
	if (qa_walker_role(walker, 1) == QA_ROLE_ELSE)
		add_cyclomatic(walker, qa_walker_place(walker, 0)->rule->cyclomatic);
	else
		meet_structure(walker, node);
}

static void meet_elif(struct qa_walker *walker, TSNode node)
{
	(void)node;
	add_cyclomatic(walker, qa_walker_place(walker, 0)->rule->cyclomatic);
	add_flat(walker);
}

/* Of an `if` it is the other branch; after a loop or a `try` it is one that may or may not be. */
static void meet_else(struct qa_walker *walker, TSNode node)
{
	enum qa_role before = qa_walker_role(walker, 1);

	(void)node;
	if (before == QA_ROLE_LOOP || before == QA_ROLE_TRY)
		add_cyclomatic(walker, qa_walker_place(walker, 0)->rule->cyclomatic);
	add_flat(walker);
}

static void meet_star(struct qa_walker *walker, TSNode node)
{
	(void)node;
	if (qa_walker_role(walker, 1) == QA_ROLE_CATCH && !walker->silent_cyclomatic)
		qa_walker_scope(walker)->except_star++;
}

static struct qa_place *switch_around(const struct qa_walker *walker)
{
	for (size_t up = 1; up <= 2; up++)
		if (qa_walker_role(walker, up) == QA_ROLE_SWITCH)
			return qa_walker_place(walker, up);
	return NULL;
}

static void meet_case(struct qa_walker *walker, TSNode node)
{
	struct qa_place *around = switch_around(walker);

	add_cyclomatic(walker, qa_walker_place(walker, 0)->rule->cyclomatic);
	if (around && walker->language->takes_all && walker->language->takes_all(&node))
		around->takes_all = true;
}

static void meet_ternary(struct qa_walker *walker, TSNode node)
{
	meet_structure(walker, node);
	go_deeper(walker, false);
}

/* --- expressions -------------------------------------------------------------------------------
 */

static void meet_chain(struct qa_walker *walker, TSNode node)
{
	struct qa_place *place = qa_walker_place(walker, 0);
	bool goes_on = qa_walker_role(walker, 1) == QA_ROLE_CHAIN;

	(void)node;
	place->chain = goes_on ? qa_walker_place(walker, 1)->chain : walker->depth - 1;
}

/* A run of equal operators costs a reader once. */
static void meet_operator(struct qa_walker *walker, TSNode node)
{
	struct qa_place *chain;

	if (qa_walker_role(walker, 1) != QA_ROLE_CHAIN)
		return;
	add_cyclomatic(walker, qa_walker_place(walker, 0)->rule->cyclomatic);
	chain = &walker->places[qa_walker_place(walker, 1)->chain];
	if (chain->last != ts_node_symbol(node))
		add_flat(walker);
	chain->last = ts_node_symbol(node);
}

static void meet_clause(struct qa_walker *walker, TSNode node)
{
	(void)node;
	if (qa_walker_role(walker, 1) == QA_ROLE_COMPREHENSION)
		add_cyclomatic(walker, qa_walker_place(walker, 0)->rule->cyclomatic);
}

/* radon looks no further into an assertion. */
static void meet_assert(struct qa_walker *walker, TSNode node)
{
	(void)node;
	add_cyclomatic(walker, qa_walker_place(walker, 0)->rule->cyclomatic);
	be_silent(walker, false);
}

static void meet_import(struct qa_walker *walker, TSNode node)
{
	(void)node;
	walker->facts->imports++;
}

static void meet_import_all(struct qa_walker *walker, TSNode node)
{
	(void)node;
	walker->facts->imported_names += qa_walker_role(walker, 1) == QA_ROLE_IMPORT;
}

typedef void meet(struct qa_walker *walker, TSNode node);

static meet *const meetings[QA_ROLE_COUNT] = {
	[QA_ROLE_FUNCTION] = meet_function,
	[QA_ROLE_CLASS] = meet_class,
	[QA_ROLE_LAMBDA] = meet_lambda,
	[QA_ROLE_COMPREHENSION] = meet_comprehension,
	[QA_ROLE_DECORATOR] = meet_decorator,
	[QA_ROLE_ASYNC] = meet_async,
	[QA_ROLE_NAME] = meet_name,
	[QA_ROLE_IF] = meet_if,
	[QA_ROLE_ELIF] = meet_elif,
	[QA_ROLE_ELSE] = meet_else,
	[QA_ROLE_LOOP] = meet_structure,
	[QA_ROLE_CATCH] = meet_structure,
	[QA_ROLE_SWITCH] = meet_structure,
	[QA_ROLE_STAR] = meet_star,
	[QA_ROLE_CASE] = meet_case,
	[QA_ROLE_TERNARY] = meet_ternary,
	[QA_ROLE_CHAIN] = meet_chain,
	[QA_ROLE_OPERATOR] = meet_operator,
	[QA_ROLE_FOR_CLAUSE] = meet_clause,
	[QA_ROLE_IF_CLAUSE] = meet_clause,
	[QA_ROLE_ASSERT] = meet_assert,
	[QA_ROLE_IMPORT] = meet_import,
	[QA_ROLE_IMPORT_ALL] = meet_import_all,
};

/* --- what stands in what -----------------------------------------------------------------------
 */

static bool is_body(const struct qa_walker *walker)
{
	TSFieldId field = ts_tree_cursor_current_field_id(&walker->cursor);

	return field && (field == walker->rules->body || field == walker->rules->branch);
}

/* The head of a function or a class counts nowhere; of a lambda, it is part of what is around. */
static void enter_definition(struct qa_walker *walker, enum qa_role outer)
{
	if (is_body(walker))
		qa_walker_open_scope(walker, qa_walker_place(walker, 1)->definition);
	else if (outer != QA_ROLE_LAMBDA)
		be_silent(walker, true);
}

static bool is_branch(const struct qa_walker *walker)
{
	return qa_walker_role(walker, 0) == QA_ROLE_BLOCK || is_body(walker);
}

/* All that an `else` has but the word, unless it is another `if`. */
static bool is_other_branch(const struct qa_walker *walker, TSNode node)
{
	return ts_node_is_named(node) && qa_walker_role(walker, 0) != QA_ROLE_COMMENT &&
	       qa_walker_role(walker, 0) != QA_ROLE_IF;
}

static void count_argument(struct qa_walker *walker, TSNode node)
{
	uint32_t definition = qa_walker_place(walker, 2) ? qa_walker_place(walker, 2)->definition
							 : QA_NO_DEFINITION;
	enum qa_role role = qa_walker_role(walker, 0);

	if (definition != QA_NO_DEFINITION && ts_node_is_named(node) && role != QA_ROLE_SEPARATOR &&
		role != QA_ROLE_COMMENT)
		walker->definitions->list[definition].arguments++;
}

static void count_import(struct qa_walker *walker)
{
	if (ts_tree_cursor_current_field_id(&walker->cursor) == walker->rules->import)
		walker->facts->imported_names++;
}

static bool returns_name(TSNode node, const struct qa_rules *rules)
{
	TSNode value = ts_node_named_child(node, 0);

	return ts_node_named_child_count(node) == 1 &&
	       qa_rule_of(rules, ts_node_symbol(value))->role == QA_ROLE_NAME;
}

/* Does a function do more than define others and return one of them? */
static void judge_statement(struct qa_walker *walker, TSNode node)
{
	enum qa_role role = qa_walker_role(walker, 0);

	if (!ts_node_is_named(node) || role == QA_ROLE_FUNCTION || role == QA_ROLE_DECORATED ||
		role == QA_ROLE_COMMENT)
		return;
	if (role != QA_ROLE_RETURN || !returns_name(node, walker->rules))
		qa_walker_scope(walker)->other_statements = true;
}

static void enter_part(struct qa_walker *walker, TSNode node)
{
	enum qa_role outer = qa_walker_role(walker, 1);

	switch (outer) {
	case QA_ROLE_FUNCTION:
	case QA_ROLE_CLASS:
	case QA_ROLE_LAMBDA:
		enter_definition(walker, outer);
		break;
	case QA_ROLE_IF:
	case QA_ROLE_ELIF:
	case QA_ROLE_LOOP:
	case QA_ROLE_CATCH:
	case QA_ROLE_CASE:
		if (is_branch(walker))
			go_deeper(walker, true);
		break;
	case QA_ROLE_ELSE:
		if (is_other_branch(walker, node))
			go_deeper(walker, true);
		break;
	case QA_ROLE_PARAMETERS:
		count_argument(walker, node);
		break;
	case QA_ROLE_IMPORT:
		count_import(walker);
		break;
	default:
		break;
	}
	if (qa_walker_place(walker, 1)->opened)
		judge_statement(walker, node);
}

static void note_error(struct qa_walker *walker, TSNode node)
{
	struct qa_source_facts *facts = walker->facts;
	bool is_error = ts_node_is_error(node);

	qa_walker_place(walker, 0)->is_error = is_error;
	if ((is_error || ts_node_is_missing(node)) && !walker->open_errors) {
		if (facts->parse_errors < QA_SOURCE_ERROR_LINES)
			facts->error_lines[facts->parse_errors] =
				qa_source_text_line(walker->text, ts_node_start_byte(node));
		facts->parse_errors++;
	}
	walker->open_errors += is_error;
}

void qa_meet(struct qa_walker *walker, TSNode node)
{
	meet *meeting = meetings[qa_walker_role(walker, 0)];

	note_error(walker, node);
	enter_part(walker, node);
	if (meeting && !walker->failed)
		meeting(walker, node);
}

/* The last line of a definition is that of its last code. */
static void end_definition(struct qa_walker *walker, const struct qa_place *place)
{
	struct qa_definition *definition = &walker->definitions->list[place->definition];
	uint32_t last = walker->code_end > place->start ? walker->code_end - 1 : place->start;

	definition->end_line = qa_source_text_line(walker->text, last);
}

void qa_part(struct qa_walker *walker)
{
	const struct qa_place *place = qa_walker_place(walker, 0);

	walker->open_errors -= place->is_error;
	walker->scopes[place->level_scope].level -= place->level;
	walker->scopes[place->level_scope].depth -= place->depth;
	if (place->takes_all && !walker->silent_cyclomatic)
		qa_walker_scope(walker)->cyclomatic--;
	if (place->definition != QA_NO_DEFINITION)
		end_definition(walker, place);
}
#endif
