/* Python, of all versions from 2 on: the names are those of its tree-sitter grammar. */
#include "source/language.h"
#include "source/outline.h"
#include "source/prepare.h"

#ifdef QA_HAVE_GRAMMARS
#include <string.h>
#include <tree_sitter/api.h>

const struct TSLanguage *tree_sitter_python(void);
#define GRAMMAR tree_sitter_python
#define TAKES_ALL takes_all

/* The one pattern of a case, without parentheses around it; null if it has several parts. */
static TSNode only_pattern(TSNode node)
{
	while (ts_node_child_count(node) == 1 || strcmp(ts_node_type(node), "tuple_pattern") == 0) {
		bool is_tuple = ts_node_child_count(node) != 1;

		if (is_tuple && ts_node_child_count(node) != 3)
			return (TSNode){0};
		node = ts_node_child(node, is_tuple);
	}
	return node;
}

static bool is_type(TSNode node, const char *type)
{
	return !ts_node_is_null(node) && strcmp(ts_node_type(node), type) == 0;
}

enum { PARTS_MAX = 16 }; /* a child far behind takes long to find */

/* The pattern of a case that has only one. A comma makes even that a sequence. */
static TSNode case_pattern(TSNode node)
{
	TSNode pattern = {0};

	for (uint32_t i = 0; i < PARTS_MAX; i++) {
		TSNode child = ts_node_child(node, i);

		if (is_type(child, ":"))
			return pattern;
		if (is_type(child, ",") ||
			(is_type(child, "case_pattern") && !ts_node_is_null(pattern)))
			break;
		if (is_type(child, "case_pattern"))
			pattern = child;
	}
	return (TSNode){0};
}

/* `case _:` and `case name:`. A guard does not matter: radon counts so. */
static bool takes_all(const TSNode *node)
{
	TSNode pattern = case_pattern(*node);

	if (ts_node_is_null(pattern))
		return false;
	pattern = only_pattern(pattern);
	return is_type(pattern, "_") || is_type(pattern, "identifier");
}
#else
#define GRAMMAR NULL
#define TAKES_ALL NULL
#endif

static const struct qa_rule rules[] = {
	{"function_definition", NULL, QA_ROLE_FUNCTION, 0, false},
	{"class_definition", NULL, QA_ROLE_CLASS, 0, false},
	{"lambda", "<lambda>", QA_ROLE_LAMBDA, 0, false},
	{"list_comprehension", "<listcomp>", QA_ROLE_COMPREHENSION, 0, false},
	{"set_comprehension", "<setcomp>", QA_ROLE_COMPREHENSION, 0, false},
	{"dictionary_comprehension", "<dictcomp>", QA_ROLE_COMPREHENSION, 0, false},
	{"generator_expression", "<genexpr>", QA_ROLE_COMPREHENSION, 0, false},
	{"decorated_definition", NULL, QA_ROLE_DECORATED, 0, false},
	{"decorator", NULL, QA_ROLE_DECORATOR, 0, false},
	{"parameters", NULL, QA_ROLE_PARAMETERS, 0, false},
	{"lambda_parameters", NULL, QA_ROLE_PARAMETERS, 0, false},
	{"keyword_separator", NULL, QA_ROLE_SEPARATOR, 0, false},
	{"positional_separator", NULL, QA_ROLE_SEPARATOR, 0, false},
	{"async", NULL, QA_ROLE_ASYNC, 0, true},
	{"if_statement", NULL, QA_ROLE_IF, 1, false},
	{"elif_clause", NULL, QA_ROLE_ELIF, 1, false},
	{"else_clause", NULL, QA_ROLE_ELSE, 1, false},
	{"for_statement", NULL, QA_ROLE_LOOP, 1, false},
	{"while_statement", NULL, QA_ROLE_LOOP, 1, false},
	{"try_statement", NULL, QA_ROLE_TRY, 0, false},
	{"except_clause", NULL, QA_ROLE_CATCH, 1, false},
	{"*", NULL, QA_ROLE_STAR, 0, true},
	{"match_statement", NULL, QA_ROLE_SWITCH, 0, false},
	{"case_clause", NULL, QA_ROLE_CASE, 1, false},
	{"conditional_expression", NULL, QA_ROLE_TERNARY, 1, false},
	{"block", NULL, QA_ROLE_BLOCK, 0, false},
	{"boolean_operator", NULL, QA_ROLE_CHAIN, 0, false},
	{"and", NULL, QA_ROLE_OPERATOR, 1, true},
	{"or", NULL, QA_ROLE_OPERATOR, 1, true},
	{"for_in_clause", NULL, QA_ROLE_FOR_CLAUSE, 1, false},
	{"if_clause", NULL, QA_ROLE_IF_CLAUSE, 1, false},
	{"assert_statement", NULL, QA_ROLE_ASSERT, 1, false},
	{"import_statement", NULL, QA_ROLE_IMPORT, 0, false},
	{"import_from_statement", NULL, QA_ROLE_IMPORT, 0, false},
	{"future_import_statement", NULL, QA_ROLE_IMPORT, 0, false},
	{"wildcard_import", NULL, QA_ROLE_IMPORT_ALL, 0, false},
	{"global_statement", NULL, QA_ROLE_GLOBAL, 0, false},
	{"return_statement", NULL, QA_ROLE_RETURN, 0, false},
	{"identifier", NULL, QA_ROLE_NAME, 0, false},
	{"comment", NULL, QA_ROLE_COMMENT, 0, false},
	{"line_continuation", NULL, QA_ROLE_COMMENT, 0, false},
	{NULL, NULL, QA_ROLE_NONE, 0, false},
};

static const char *const suffixes[] = {".py", ".pyw", NULL};

const struct qa_language qa_language_python = {
	.name = "Python",
	.suffixes = suffixes,
	.grammar = GRAMMAR,
	.rules = rules,
	.field_name = "name",
	.field_body = "body",
	.field_branch = "consequence",
	.field_import = "name",
	.local_mark = "<locals>.",
	.count_lines = qa_count_lines,
	.outline = qa_outline,
	.takes_all = TAKES_ALL,
	.prepare = qa_prepare,
	.prepare_masked = qa_prepare_masked,
};
