#include <stdio.h>

#include "cmocka_all.h"
#include "source.h"

/* Worked out by hand from the rules in docs/static-analysis.md; the sums are behind the texts. */
struct sample {
	const char *body;
	unsigned cognitive, total, nesting;
};

static const struct sample samples[] = {
	{"pass", 0, 0, 0},
	{"if a:\n  pass", 1, 1, 1},
	{"if a:\n  pass\n else:\n  pass", 2, 2, 1},
	{"if a:\n  pass\n elif b:\n  pass\n else:\n  pass", 3, 3, 1},
	/* for 1, if 2, else 1, while 3 */
	{"for a in b:\n  if a:\n   pass\n  else:\n   while c:\n    pass", 7, 7, 3},
	/* for 1, its else 1, if in it 2 */
	{"for a in b:\n  pass\n else:\n  if a:\n   pass", 4, 4, 2},
	/* try 0, except 1, if in it 2, else 1, finally 0, if in that 1 */
	{"try:\n  pass\n except A:\n  if a:\n   pass\n else:\n  pass\n finally:\n  if b:\n   pass",
		5, 5, 2},
	/* with adds no level */
	{"with a:\n  if b:\n   pass", 1, 1, 1},
	/* match 1, if in a case 2 */
	{"match a:\n  case 1:\n   if b:\n    pass\n  case _:\n   pass", 3, 3, 2},
	/* a guard adds nothing; its operators do */
	{"match a:\n  case x if b and c:\n   pass", 2, 2, 1},
	/* one for each run of equal operators */
	{"a and b and c", 1, 1, 0},
	{"a and b or c", 2, 2, 0},
	{"a or b and c and d or e", 3, 3, 0},
	{"a and (b and c)", 2, 2, 0},
	{"a and not (b or c)", 2, 2, 0},
	{"a and f(b or c) and d", 2, 2, 0},
	/* the condition is not within the if */
	{"if a if b else c:\n  pass", 2, 2, 1},
	/* ternary 1, one in it 2; they are no control structures */
	{"a if b else (c if d else e)", 3, 3, 0},
	/* if 1, ternary 2, in an operand 3 */
	{"if a:\n  x = b if c else (d if e else f)", 6, 6, 1},
	/* a ternary in a lambda: 2 */
	{"x = lambda: a if b else c", 2, 2, 0},
	/* if 1, in it a lambda with a ternary: 1 + 2 */
	{"if a:\n  x = lambda: a if b else c", 4, 4, 1},
	/* comprehensions add nothing and no level */
	{"[a if b else c for a in d if e]", 1, 1, 0},
	/* assertions do not count, but what is in them does */
	{"assert a and b", 1, 1, 0},
	/* neither do heads of functions and decorators */
	{"@a or b\n def g(x=c if d else e): pass\n return x.y", 0, 0, 0},
	/* a nested function: none of its own; in all, its if one level deeper */
	{"x = 1\n def g():\n  if a:\n   pass", 0, 2, 0},
	/* in a for: for 1, if of the function 1 + 2 */
	{"for a in b:\n  def g():\n   if a:\n    pass", 1, 4, 1},
	/* two levels of functions: if 1 + 1 + 1 */
	{"x = 1\n def g():\n  y = 1\n  def h():\n   if a:\n    pass", 0, 3, 0},
	/* a decorator, which only defines a function and returns it: no level */
	{"def g():\n  if a:\n   pass\n return g", 0, 1, 0},
	{"@b\n def g():\n  if a:\n   pass\n return g", 0, 1, 0},
	{"def g():\n  if a:\n   pass\n return g()", 0, 2, 0},
	/* a class begins anew */
	{"if a:\n  class C:\n   def m(self):\n    if b:\n     pass", 1, 2, 1},
};

static void samples_cost_what_they_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *sample = &samples[i];
		const struct qa_definition *f;
		char text[512];

		snprintf(text, sizeof(text), "def f():\n %s\n", sample->body);
		f = source_definition(source_analyse(text), "f");
		if (f->cognitive != sample->cognitive || f->cognitive_total != sample->total ||
			f->nesting != sample->nesting)
			fail_msg("%s: %u, in all %u, nesting %u; not %u, %u and %u", sample->body,
				f->cognitive, f->cognitive_total, f->nesting, sample->cognitive,
				sample->total, sample->nesting);
	}
}

static void files_have_the_sum(void **state)
{
	const struct qa_source_facts *facts = source_analyse("if a: pass\n"
							     "def f():\n"
							     " if a:\n"
							     "  def g():\n"
							     "   if a: pass\n");

	(void)state;
	assert_int_equal(facts->cognitive, 3); /* each on its own: 1, 1 and 1 */
	assert_int_equal(source_definition(facts, "f")->cognitive_total, 1 + 1 + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_cost_what_they_should),
		cmocka_unit_test(files_have_the_sum),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	source_end();
	return failed;
}
