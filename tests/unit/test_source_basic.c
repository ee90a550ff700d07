/* What the lexer tells where there is no syntax tree. */
#include "cmocka_all.h"
#include "source.h"

static const struct qa_source_options basic = {.basic = true};

static const char program[] = "import a; from b import c\n"          /* 1 */
			      "if a: import d\n"                     /* 2 */
			      "@deco(\n"                             /* 3 */
			      "  1)\n"                               /* 4 */
			      "@other\n"                             /* 5 */
			      "async def f(x=lambda: 0):\n"          /* 6 */
			      "    '''def no(): if'''\n"             /* 7 */
			      "    for a in [b for b in c if b or\n" /* 8 */
			      "d]:\n"                                /* 9 */
			      "        def g(): assert a\n"          /* 10 */
			      "        yield from (a, # def\n"       /* 11 */
			      "            b)\n"                     /* 12 */
			      "    # a comment\n"                    /* 13 */
			      "class C(B):\n"                        /* 14 */
			      "\tdef m(self):\n"                     /* 15 */
			      "\t\twhile a and b: pass\n"            /* 16 */
			      "\tx = 1 if a else 2\n"                /* 17 */
			      "y = {'def': 1}; z = a.import_\n";     /* 18 */

struct expected {
	const char *qualified;
	unsigned first, def, end, cyclomatic;
};

static const struct expected all[] = {
	{"f", 3, 6, 12, 1 + 4},
	{"f.<locals>.g", 10, 10, 10, 1 + 1},
	{"C", 14, 14, 17, 1 + 1},
	{"C.m", 15, 15, 16, 1 + 2},
};

static void definitions_are_found_by_their_lines(void **state)
{
	const struct qa_source_facts *facts =
		source_analyse_bytes(program, strlen(program), &basic);

	(void)state;
	assert_int_equal(facts->definition_count, sizeof(all) / sizeof(all[0]));
	for (size_t i = 0; i < facts->definition_count; i++) {
		const struct qa_definition *got = &facts->definitions[i];

		assert_string_equal(got->qualified.data, all[i].qualified);
		assert_int_equal(got->first_line, all[i].first);
		assert_int_equal(got->def_line, all[i].def);
		assert_int_equal(got->end_line, all[i].end);
		assert_int_equal(got->cyclomatic, all[i].cyclomatic);
		assert_int_equal(got->cognitive, QA_FACT_UNKNOWN);
		assert_int_equal(got->arguments, QA_FACT_UNKNOWN);
	}
	assert_true(source_definition(facts, "f")->is_async);
	assert_true(source_definition(facts, "C.m")->is_method);
}

static void files_count_what_keywords_tell(void **state)
{
	const struct qa_source_facts *facts =
		source_analyse_bytes(program, strlen(program), &basic);

	(void)state;
	assert_int_equal(facts->level, QA_SOURCE_BASIC);
	assert_non_null(facts->reason);
	assert_int_equal(facts->functions, 3);
	assert_int_equal(facts->methods, 1);
	assert_int_equal(facts->classes, 1);
	assert_int_equal(facts->lambdas, 1);
	assert_int_equal(facts->imports, 3);
	assert_int_equal(facts->imported_names, QA_FACT_UNKNOWN);
	assert_int_equal(facts->parse_errors, QA_FACT_UNKNOWN);
	assert_int_equal(facts->loc, 18);
	assert_int_equal(facts->comments, 2);
	assert_int_equal(facts->module_cyclomatic, 2);
	/* the module's, those of the functions, and the decision in the class */
	assert_int_equal(facts->complexity, 2 + 5 + 2 + 3 + 1);
}

static void damage_does_no_harm(void **state)
{
	static const char *const texts[] = {"def", "def (", "class\n", "async", "async def", "@",
		"@\n@", "def f", "\tdef f(:\n x", "'''", "\\", "def f():\n  '''\n", "lambda",
		";;;:::"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(source_analyse_bytes(texts[i], strlen(texts[i]), &basic)->level,
			QA_SOURCE_BASIC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definitions_are_found_by_their_lines),
		cmocka_unit_test(files_count_what_keywords_tell),
		cmocka_unit_test(damage_does_no_harm),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	source_end();
	return failed;
}
