/* A second language takes a table and nothing else: JavaScript, whose grammar only this test has.
 */
#include <stdio.h>

#include "cmocka_all.h"
#include "source/analyse.h"
#include "source/rules.h"

/* Weak: the build goes on if the grammar cannot be had. */
const struct TSLanguage *tree_sitter_javascript(void) __attribute__((weak));

static const struct qa_rule rules[] = {
	{"function_declaration", NULL, QA_ROLE_FUNCTION, 0, false},
	{"function_expression", "<anonymous>", QA_ROLE_FUNCTION, 0, false},
	{"generator_function_declaration", NULL, QA_ROLE_FUNCTION, 0, false},
	{"method_definition", NULL, QA_ROLE_FUNCTION, 0, false},
	{"arrow_function", "<arrow>", QA_ROLE_LAMBDA, 0, false},
	{"class_declaration", NULL, QA_ROLE_CLASS, 0, false},
	{"class", "<class>", QA_ROLE_CLASS, 0, false},
	{"formal_parameters", NULL, QA_ROLE_PARAMETERS, 0, false},
	{"async", NULL, QA_ROLE_ASYNC, 0, true},
	{"if_statement", NULL, QA_ROLE_IF, 1, false},
	{"else_clause", NULL, QA_ROLE_ELSE, 1, false},
	{"for_statement", NULL, QA_ROLE_LOOP, 1, false},
	{"for_in_statement", NULL, QA_ROLE_LOOP, 1, false},
	{"while_statement", NULL, QA_ROLE_LOOP, 1, false},
	{"do_statement", NULL, QA_ROLE_LOOP, 1, false},
	{"try_statement", NULL, QA_ROLE_TRY, 0, false},
	{"catch_clause", NULL, QA_ROLE_CATCH, 1, false},
	{"switch_statement", NULL, QA_ROLE_SWITCH, 0, false},
	{"switch_case", NULL, QA_ROLE_CASE, 1, false},
	{"ternary_expression", NULL, QA_ROLE_TERNARY, 1, false},
	{"statement_block", NULL, QA_ROLE_BLOCK, 0, false},
	{"binary_expression", NULL, QA_ROLE_CHAIN, 0, false},
	{"&&", NULL, QA_ROLE_OPERATOR, 1, true},
	{"||", NULL, QA_ROLE_OPERATOR, 1, true},
	{"??", NULL, QA_ROLE_OPERATOR, 1, true},
	{"import_statement", NULL, QA_ROLE_IMPORT, 0, false},
	{"return_statement", NULL, QA_ROLE_RETURN, 0, false},
	{"identifier", NULL, QA_ROLE_NAME, 0, false},
	{"comment", NULL, QA_ROLE_COMMENT, 0, false},
	{NULL, NULL, QA_ROLE_NONE, 0, false},
};

static const char *const suffixes[] = {".js", NULL};

static const struct qa_language javascript = {
	.name = "JavaScript",
	.suffixes = suffixes,
	.grammar = tree_sitter_javascript,
	.rules = rules,
	.field_name = "name",
	.field_body = "body",
	.field_branch = "consequence",
	.local_mark = "",
};

static const char program[] = "import a from 'a';\n"                                /* 1 */
			      "class C {\n"                                         /* 2 */
			      "  async m(x, y) {\n"                                 /* 3 */
			      "    if (x && y + 1 && !y) {\n"                       /* 4 */
			      "      for (const z of x) z || y ? a() : b();\n"      /* 5 */
			      "    } else if (y) {\n"                               /* 6 */
			      "      return x.map(q => q ?? { r: 1 });\n"           /* 7 */
			      "    } else {\n"                                      /* 8 */
			      "      while (x) if (y) break;\n"                     /* 9 */
			      "    }\n"                                             /* 10 */
			      "  }\n"                                               /* 11 */
			      "}\n"                                                 /* 12 */
			      "function f(x) {\n"                                   /* 13 */
			      "  try { switch (x) { case 1: case 2: default: } }\n" /* 14 */
			      "  catch (e) { g(e); }\n"                             /* 15 */
			      "  function inner() { if (x) g(); }\n"                /* 16 */
			      "  // the end\n"                                      /* 17 */
			      "}\n";                                                /* 18 */

static struct qa_source_facts *analyse(const char *text)
{
	struct qa_source_facts *facts;

	assert_int_equal(
		qa_source_analyse_in(&javascript, "a.js", qa_str(text), NULL, &facts, NULL), 0);
	return facts;
}

static const struct qa_definition *named(const struct qa_source_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->definition_count; i++)
		if (qa_str_equal(facts->definitions[i].qualified, qa_str(name)))
			return &facts->definitions[i];
	fail_msg("there is no %s", name);
	return NULL;
}

static void skip_without_grammar(void)
{
	if (!tree_sitter_javascript)
		skip();
}

static void another_language_takes_only_a_table(void **state)
{
	struct qa_source_facts *facts;
	const struct qa_definition *m;

	(void)state;
	skip_without_grammar();
	facts = analyse(program);
	assert_int_equal(facts->level, QA_SOURCE_FULL);
	assert_int_equal(facts->parse_errors, 0);
	assert_string_equal(facts->language, "JavaScript");
	assert_int_equal(facts->functions, 3);
	assert_int_equal(facts->methods, 1);
	assert_int_equal(facts->classes, 1);
	assert_int_equal(facts->lambdas, 1);
	assert_int_equal(facts->imports, 1);
	assert_int_equal(facts->loc, 18);
	assert_int_equal(facts->sloc, QA_FACT_UNKNOWN);
	m = named(facts, "C.m");
	assert_true(m->is_async && m->is_method);
	assert_int_equal(m->arguments, 2);
	assert_int_equal(m->first_line, 3);
	assert_int_equal(m->end_line, 11);
	qa_source_free(facts);
}

static void its_control_structures_count(void **state)
{
	struct qa_source_facts *facts;

	(void)state;
	skip_without_grammar();
	facts = analyse(program);
	/* if, 2 &&, for, ||, ?:, else if, ?? in the arrow function, while, if */
	assert_int_equal(named(facts, "C.m")->cyclomatic, 1 + 10);
	/* if 1, && 1, for 2, ?: 3, || 1, else if 1, ?? 1, else 1, while 2, if 3 */
	assert_int_equal(named(facts, "C.m")->cognitive, 16);
	assert_int_equal(named(facts, "C.m")->nesting, 3);
	/* two cases, catch; the inner function counts for itself */
	assert_int_equal(named(facts, "f")->cyclomatic, 1 + 3);
	assert_int_equal(named(facts, "f")->cognitive, 2);
	assert_int_equal(named(facts, "f")->cognitive_total, 2 + 2);
	assert_int_equal(named(facts, "f.inner")->cyclomatic, 2);
	qa_source_free(facts);
}

/* --- tables ------------------------------------------------------------------------------------
 */

static void assert_known(const struct qa_language *language)
{
	struct qa_rules resolved;
	const char *unknown = NULL;

	assert_non_null(language->grammar);
	if (qa_rules_open(&resolved, language, &unknown))
		fail_msg("the grammar of %s does not know %s", language->name, unknown);
	qa_rules_close(&resolved);
}

static void grammars_know_what_the_tables_name(void **state)
{
	(void)state;
	assert_known(&qa_language_python);
	skip_without_grammar();
	assert_known(&javascript);
}

static void unknown_names_are_noticed(void **state)
{
	const struct qa_rule table[] = {{"identifier", NULL, QA_ROLE_NAME, 0, false},
		{"no_such_node", NULL, QA_ROLE_IF, 1, false}, {NULL, NULL, QA_ROLE_NONE, 0, false}};
	const struct qa_rule word[] = {
		{"identifier", NULL, QA_ROLE_NAME, 0, true}, {NULL, NULL, QA_ROLE_NONE, 0, false}};
	struct qa_language language = qa_language_python;
	struct qa_rules resolved;
	const char *unknown = NULL;

	(void)state;
	language.rules = table;
	assert_true(qa_rules_open(&resolved, &language, &unknown) < 0);
	assert_string_equal(unknown, "no_such_node");
	language.rules = word;
	assert_true(qa_rules_open(&resolved, &language, &unknown) < 0);
	assert_string_equal(unknown, "identifier");
	language = qa_language_python;
	language.field_body = "no_such_field";
	assert_true(qa_rules_open(&resolved, &language, &unknown) < 0);
	assert_string_equal(unknown, "no_such_field");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_language_takes_only_a_table),
		cmocka_unit_test(its_control_structures_count),
		cmocka_unit_test(grammars_know_what_the_tables_name),
		cmocka_unit_test(unknown_names_are_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
