#include <stdio.h>

#include "cmocka_all.h"
#include "source.h"

/* What a construct makes of a function's cyclomatic complexity, as radon 6.0.1 has it; except* is
 * our own. */
struct construct {
	const char *body;
	unsigned cyclomatic;
};

static const struct construct constructs[] = {
	{"pass", 1},
	{"if a:\n  pass", 2},
	{"if a:\n  pass\n else:\n  pass", 2},
	{"if a:\n  pass\n elif b:\n  pass\n else:\n  pass", 3},
	{"for a in b:\n  pass", 2},
	{"for a in b:\n  pass\n else:\n  pass", 3},
	{"while a:\n  pass", 2},
	{"while a:\n  pass\n else:\n  pass", 3},
	{"try:\n  pass\n except A:\n  pass", 2},
	{"try:\n  pass\n except A:\n  pass\n except B:\n  pass", 3},
	{"try:\n  pass\n except A:\n  pass\n else:\n  pass", 3},
	{"try:\n  pass\n finally:\n  pass", 1},
	{"try:\n  pass\n except* A:\n  pass", 2},
	{"try:\n  pass\n except *A:\n  pass\n except *B:\n  pass", 3},
	{"with a:\n  pass", 1},
	{"async with a:\n  pass", 1},
	{"async for a in b:\n  pass", 2},
	{"assert a", 2},
	{"assert a and b", 2},
	{"assert [c for c in d if c], lambda: a if b else c", 2},
	{"a and b", 2},
	{"a and b and c", 3},
	{"a and b or c", 3},
	{"not a", 1},
	{"a if b else c", 2},
	{"[a for a in b]", 2},
	{"(a for a in b if c)", 3},
	{"{a for a in b for c in d if e if f}", 5},
	{"{a: b async for a in b}", 2},
	{"lambda: 1", 1},
	{"lambda a: a and b", 2},
	{"lambda: [a for a in b if a]", 3},
	{"lambda a=b if c else d: a", 2},
	{"match a:\n  case 1:\n   pass\n  case 2:\n   pass", 3},
	{"match a:\n  case 1:\n   pass\n  case 2:\n   pass\n  case _:\n   pass", 3},
	{"match a:\n  case x if g:\n   pass\n  case 2:\n   pass", 2},
	{"match a:\n  case (x):\n   pass", 1},
	{"match a:\n  case x,:\n   pass", 2},
	{"match a:\n  case x, y:\n   pass", 2},
	{"match a:\n  case x.y:\n   pass", 2},
	{"match a:\n  case [x]:\n   pass", 2},
	{"match a:\n  case 1 as x:\n   pass", 2},
	{"match a:\n  case 1:\n   match b:\n    case _:\n     pass", 2},
	{"def g():\n  if a:\n   pass", 1},
	{"def g(a=b and c) -> d or e: pass", 1},
	{"@a if b else c\n def g(): pass", 1},
	{"class C(a or b):\n  x = 1 if a else 2", 1},
	{"f'{a if b else c}'", 2},
	{"f'{a:{b or c}}'", 2},
	{"t'{a and b}'", 2},
	{"rt'''{a and b}'''", 2},
	{"return (yield a or b)", 2},
	{"global a, b\n return", 1},
};

static const struct qa_source_facts *in_function(const char *body)
{
	char text[512];

	snprintf(text, sizeof(text), "async def f():\n %s\n", body);
	return source_analyse(text);
}

static void constructs_count_as_radon_counts_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(constructs) / sizeof(constructs[0]); i++) {
		const struct qa_source_facts *facts = in_function(constructs[i].body);

		assert_int_equal(facts->level, QA_SOURCE_FULL);
		if (facts->parse_errors)
			fail_msg("does not parse: %s", constructs[i].body);
		if (source_definition(facts, "f")->cyclomatic != constructs[i].cyclomatic)
			fail_msg("%s: %u, not %u", constructs[i].body,
				source_definition(facts, "f")->cyclomatic,
				constructs[i].cyclomatic);
	}
}

static void starred_handlers_are_told(void **state)
{
	(void)state;
	assert_int_equal(source_definition(in_function("try:\n  pass\n except* A:\n  pass"), "f")
				 ->except_star,
		1);
	assert_int_equal(source_definition(in_function("try:\n  f(*a)\n except A:\n  f(*b)"), "f")
				 ->except_star,
		0);
}

static void nested_definitions_count_for_themselves(void **state)
{
	const struct qa_source_facts *facts = source_analyse("if a: pass\n"
							     "class C:\n"
							     "    x = 1 if a else 2\n"
							     "    def m(self):\n"
							     "        if a: pass\n"
							     "        def g():\n"
							     "            while a and b: pass\n"
							     "h = lambda: a or b\n");

	(void)state;
	assert_int_equal(source_definition(facts, "C")->cyclomatic, 2);
	assert_int_equal(source_definition(facts, "C.m")->cyclomatic, 2);
	assert_int_equal(source_definition(facts, "C.m.<locals>.g")->cyclomatic, 3);
	assert_int_equal(source_definition(facts, "<lambda>")->cyclomatic, 2);
	assert_int_equal(facts->module_cyclomatic, 3);
	/* the module's, the decision in the class's body, and the two functions' */
	assert_int_equal(facts->complexity, 3 + 1 + 2 + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constructs_count_as_radon_counts_them),
		cmocka_unit_test(starred_handlers_are_told),
		cmocka_unit_test(nested_definitions_count_for_themselves),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	source_end();
	return failed;
}
