#include "cmocka_all.h"
#include "source.h"

static const char program[] =
	"import os, sys as s\n"                                                    /* 1 */
	"from a.b import (c,\n"                                                    /* 2 */
	"    d as e,)\n"                                                           /* 3 */
	"from . import *\n"                                                        /* 4 */
	"from __future__ import annotations\n"                                     /* 5 */
	"\n"                                                                       /* 6 */
	"@first\n"                                                                 /* 7 */
	"@second(lambda: 0)\n"                                                     /* 8 */
	"async def f(a, /, b: int = 1, *args,\n"                                   /* 9 */
	"        c=lambda x: x, **kwargs) -> None:\n"                              /* 10 */
	"    '''doc'''\n"                                                          /* 11 */
	"    global g\n"                                                           /* 12 */
	"    def g(a, *, b): pass\n"                                               /* 13 */
	"    def h(): return [i for i in a]\n"                                     /* 14 */
	"    return h\n"                                                           /* 15 */
	"    # not part of it\n"                                                   /* 16 */
	"\n"                                                                       /* 17 */
	"class C(Base, key=lambda: 0):\n"                                          /* 18 */
	"    class D:\n"                                                           /* 19 */
	"        @property\n"                                                      /* 20 */
	"        def p(self): pass\n"                                              /* 21 */
	"        @p.setter\n"                                                      /* 22 */
	"        def p(self, v):\n"                                                /* 23 */
	"            self._p = (\n"                                                /* 24 */
	"                v)  # end\n"                                              /* 25 */
	"    if a:\n"                                                              /* 26 */
	"        def m(self): pass\n"                                              /* 27 */
	"x = {k: lambda: lambda: v for k in b}; y = {z for z in (q for q in r)}\n" /* 28 */
	"def last():\n"                                                            /* 29 */
	"    s = '''\n"                                                            /* 30 */
	"    '''";                                                                 /* 31 */

struct expected {
	const char *qualified, *name;
	enum qa_definition_kind kind;
	unsigned first, def, end, arguments;
	const char *parent;
	bool is_method, is_async;
};

static const struct expected all[] = {
	{"f", "f", QA_DEFINITION_FUNCTION, 7, 9, 15, 5, NULL, false, true},
	{"<lambda>", "<lambda>", QA_DEFINITION_LAMBDA, 8, 8, 8, 0, NULL, false, false},
	{"<lambda>", "<lambda>", QA_DEFINITION_LAMBDA, 10, 10, 10, 1, NULL, false, false},
	{"g", "g", QA_DEFINITION_FUNCTION, 13, 13, 13, 2, "f", false, false},
	{"f.<locals>.h", "h", QA_DEFINITION_FUNCTION, 14, 14, 14, 0, "f", false, false},
	{"f.<locals>.h.<locals>.<listcomp>", "<listcomp>", QA_DEFINITION_COMPREHENSION, 14, 14, 14,
		0, "f.<locals>.h", false, false},
	{"C", "C", QA_DEFINITION_CLASS, 18, 18, 27, 0, NULL, false, false},
	{"<lambda>", "<lambda>", QA_DEFINITION_LAMBDA, 18, 18, 18, 0, NULL, false, false},
	{"C.D", "D", QA_DEFINITION_CLASS, 19, 19, 25, 0, "C", false, false},
	{"C.D.p", "p", QA_DEFINITION_FUNCTION, 20, 21, 21, 1, "C.D", true, false},
	{"C.D.p", "p", QA_DEFINITION_FUNCTION, 22, 23, 25, 2, "C.D", true, false},
	{"C.m", "m", QA_DEFINITION_FUNCTION, 27, 27, 27, 1, "C", true, false},
	{"<dictcomp>", "<dictcomp>", QA_DEFINITION_COMPREHENSION, 28, 28, 28, 0, NULL, false,
		false},
	{"<dictcomp>.<locals>.<lambda>", "<lambda>", QA_DEFINITION_LAMBDA, 28, 28, 28, 0,
		"<dictcomp>", false, false},
	{"<dictcomp>.<locals>.<lambda>.<locals>.<lambda>", "<lambda>", QA_DEFINITION_LAMBDA, 28, 28,
		28, 0, "<dictcomp>.<locals>.<lambda>", false, false},
	{"<setcomp>", "<setcomp>", QA_DEFINITION_COMPREHENSION, 28, 28, 28, 0, NULL, false, false},
	{"<setcomp>.<locals>.<genexpr>", "<genexpr>", QA_DEFINITION_COMPREHENSION, 28, 28, 28, 0,
		"<setcomp>", false, false},
	{"last", "last", QA_DEFINITION_FUNCTION, 29, 29, 31, 0, NULL, false, false},
};
enum { ALL = sizeof(all) / sizeof(all[0]) };

static void assert_text(struct qa_str text, const char *expected)
{
	assert_string_equal(text.data, expected);
	assert_int_equal(text.len, strlen(expected));
}

static void assert_definition(const struct qa_source_facts *facts, const struct qa_definition *got,
	const struct expected *wanted)
{
	assert_text(got->qualified, wanted->qualified);
	assert_text(got->name, wanted->name);
	assert_int_equal(got->kind, wanted->kind);
	assert_int_equal(got->first_line, wanted->first);
	assert_int_equal(got->def_line, wanted->def);
	assert_int_equal(got->end_line, wanted->end);
	assert_int_equal(qa_definition_lines(got), wanted->end - wanted->first + 1);
	assert_int_equal(got->arguments, wanted->arguments);
	assert_int_equal(got->is_method, wanted->is_method);
	assert_int_equal(got->is_async, wanted->is_async);
	if (wanted->parent)
		assert_text(facts->definitions[got->parent].qualified, wanted->parent);
	else
		assert_int_equal(got->parent, QA_NO_DEFINITION);
}

static void definitions_are_as_the_interpreter_names_them(void **state)
{
	const struct qa_source_facts *facts = source_analyse(program);

	(void)state;
	assert_int_equal(facts->definition_count, ALL);
	for (size_t i = 0; i < ALL; i++)
		assert_definition(facts, &facts->definitions[i], &all[i]);
}

static void files_count_what_is_in_them(void **state)
{
	const struct qa_source_facts *facts = source_analyse(program);

	(void)state;
	assert_int_equal(facts->level, QA_SOURCE_FULL);
	assert_null(facts->reason);
	assert_int_equal(facts->bytes, strlen(program));
	assert_int_equal(facts->functions, 7);
	assert_int_equal(facts->methods, 3);
	assert_int_equal(facts->classes, 2);
	assert_int_equal(facts->lambdas, 5);
	assert_int_equal(facts->comprehensions, 4);
	assert_int_equal(facts->imports, 4);
	assert_int_equal(facts->imported_names, 6);
	assert_int_equal(facts->parse_errors, 0);
	assert_int_equal(facts->line_count, 31);
}

static void columns_are_those_of_the_word(void **state)
{
	const struct qa_source_facts *facts =
		source_analyse("\xc3\xa4 = lambda: 0\nif 1:\n\tdef f(): 0\n");

	(void)state;
	assert_int_equal(source_definition(facts, "<lambda>")->column, 5);
	assert_int_equal(source_definition(facts, "f")->column, 1);
}

static void lines_are_found(void **state)
{
	const struct qa_source_facts *facts = source_analyse("a\r\n\nb\rc");

	(void)state;
	assert_int_equal(facts->line_count, 4);
	assert_true(qa_str_equal(qa_source_line(facts, 1), qa_str("a")));
	assert_true(qa_str_equal(qa_source_line(facts, 2), qa_str("")));
	assert_true(qa_str_equal(qa_source_line(facts, 3), qa_str("b")));
	assert_true(qa_str_equal(qa_source_line(facts, 4), qa_str("c")));
	assert_int_equal(qa_source_line(facts, 0).len, 0);
	assert_int_equal(qa_source_line(facts, 5).len, 0);
}

static const struct qa_definition *find(const struct qa_source_facts *facts, const char *name,
	unsigned line, enum qa_source_match expected)
{
	enum qa_source_match match;
	const struct qa_definition *found = qa_source_find(facts, qa_str(name), line, &match);

	assert_int_equal(match, expected);
	if (expected == QA_MATCH_NONE || expected == QA_MATCH_MODULE)
		assert_null(found);
	return found;
}

static void code_objects_find_their_definitions(void **state)
{
	const struct qa_source_facts *facts = source_analyse(program);

	(void)state;
	assert_int_equal(find(facts, "f", 7, QA_MATCH_EXACT)->def_line, 9);
	assert_int_equal(find(facts, "p", 22, QA_MATCH_EXACT)->def_line, 23);
	assert_int_equal(find(facts, "<generic parameters of f>", 7, QA_MATCH_EXACT)->def_line, 9);
	assert_int_equal(
		find(facts, "<lambda>", 28, QA_MATCH_AMBIGUOUS)->kind, QA_DEFINITION_LAMBDA);
	find(facts, "f", 9, QA_MATCH_NONE);
	find(facts, "q", 7, QA_MATCH_NONE);
	find(facts, "f", 700, QA_MATCH_NONE);
	find(facts, "<module>", 1, QA_MATCH_MODULE);
	find(facts, "<module>", 0, QA_MATCH_MODULE);
	/* Some versions have such code where a part of it begins, or make none. */
	assert_text(find(facts, "<genexpr>", 25, QA_MATCH_AMBIGUOUS)->qualified, "C.D.p");
	assert_text(find(facts, "__annotate__", 23, QA_MATCH_AMBIGUOUS)->qualified, "C.D.p");
	find(facts, "<listcomp>", 6, QA_MATCH_MODULE);
}

static void expressions_count_for_what_they_stand_in(void **state)
{
	const struct qa_source_facts *facts = source_analyse(program);
	const struct qa_definition *inner =
		source_definition(facts, "f.<locals>.h.<locals>.<listcomp>");

	(void)state;
	assert_text(qa_source_owner(facts, inner)->qualified, "f.<locals>.h");
	assert_null(
		qa_source_owner(facts, source_definition(facts, "<setcomp>.<locals>.<genexpr>")));
	assert_text(qa_source_owner(facts, source_definition(facts, "C.D"))->qualified, "C.D");
}

/* 5,000 lambdas in each other would have names of 5,000 * 5,000 * 9 bytes. */
static void names_within_names_end(void **state)
{
	enum { DEPTH = 5000 };
	static char text[DEPTH * 8 + 2];
	const struct qa_source_facts *facts;

	(void)state;
	for (size_t i = 0; i < DEPTH; i++)
		memcpy(text + i * 8, "lambda: ", 8);
	text[sizeof(text) - 2] = '0';
	facts = source_analyse(text);
	assert_int_equal(facts->lambdas, DEPTH);
	for (size_t i = 0; i < DEPTH; i++)
		assert_in_range(facts->definitions[i].qualified.len, 8, 600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definitions_are_as_the_interpreter_names_them),
		cmocka_unit_test(files_count_what_is_in_them),
		cmocka_unit_test(columns_are_those_of_the_word),
		cmocka_unit_test(lines_are_found),
		cmocka_unit_test(code_objects_find_their_definitions),
		cmocka_unit_test(expressions_count_for_what_they_stand_in),
		cmocka_unit_test(names_within_names_end),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	source_end();
	return failed;
}
