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
	{"function_definition", false, QA_ROLE_FUNCTION, 0, NULL},
	{"class_definition", false, QA_ROLE_CLASS, 0, NULL},
	{"lambda", false, QA_ROLE_LAMBDA, 0, "<lambda>"},
	{"list_comprehension", false, QA_ROLE_COMPREHENSION, 0, "<listcomp>"},
	{"set_comprehension", false, QA_ROLE_COMPREHENSION, 0, "<setcomp>"},
	{"dictionary_comprehension", false, QA_ROLE_COMPREHENSION, 0, "<dictcomp>"},
	{"generator_expression", false, QA_ROLE_COMPREHENSION, 0, "<genexpr>"},
	{"decorated_definition", false, QA_ROLE_DECORATED, 0, NULL},
	{"decorator", false, QA_ROLE_DECORATOR, 0, NULL},
	{"parameters", false, QA_ROLE_PARAMETERS, 0, NULL},
	{"lambda_parameters", false, QA_ROLE_PARAMETERS, 0, NULL},
	{"keyword_separator", false, QA_ROLE_SEPARATOR, 0, NULL},
	{"positional_separator", false, QA_ROLE_SEPARATOR, 0, NULL},
	{"async", true, QA_ROLE_ASYNC, 0, NULL},
	{"if_statement", false, QA_ROLE_IF, 1, NULL},
	{"elif_clause", false, QA_ROLE_ELIF, 1, NULL},
	{"else_clause", false, QA_ROLE_ELSE, 1, NULL},
	{"for_statement", false, QA_ROLE_LOOP, 1, NULL},
	{"while_statement", false, QA_ROLE_LOOP, 1, NULL},
	{"try_statement", false, QA_ROLE_TRY, 0, NULL},
	{"except_clause", false, QA_ROLE_CATCH, 1, NULL},
	{"*", true, QA_ROLE_STAR, 0, NULL},
	{"match_statement", false, QA_ROLE_SWITCH, 0, NULL},
	{"case_clause", false, QA_ROLE_CASE, 1, NULL},
	{"conditional_expression", false, QA_ROLE_TERNARY, 1, NULL},
	{"block", false, QA_ROLE_BLOCK, 0, NULL},
	{"boolean_operator", false, QA_ROLE_CHAIN, 0, NULL},
	{"and", true, QA_ROLE_OPERATOR, 1, NULL},
	{"or", true, QA_ROLE_OPERATOR, 1, NULL},
	{"for_in_clause", false, QA_ROLE_FOR_CLAUSE, 1, NULL},
	{"if_clause", false, QA_ROLE_IF_CLAUSE, 1, NULL},
	{"assert_statement", false, QA_ROLE_ASSERT, 1, NULL},
	{"import_statement", false, QA_ROLE_IMPORT, 0, NULL},
	{"import_from_statement", false, QA_ROLE_IMPORT, 0, NULL},
	{"future_import_statement", false, QA_ROLE_IMPORT, 0, NULL},
	{"wildcard_import", false, QA_ROLE_IMPORT_ALL, 0, NULL},
	{"global_statement", false, QA_ROLE_GLOBAL, 0, NULL},
	{"return_statement", false, QA_ROLE_RETURN, 0, NULL},
	{"identifier", false, QA_ROLE_NAME, 0, NULL},
	{"comment", false, QA_ROLE_COMMENT, 0, NULL},
	{"line_continuation", false, QA_ROLE_COMMENT, 0, NULL},
	{NULL, false, QA_ROLE_NONE, 0, NULL},
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
