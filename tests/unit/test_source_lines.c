#include <stdlib.h>

#include "cmocka_all.h"
#include "source/line_counts.h"
#include "source/prepare.h"

struct sample {
	const char *text;
	struct qa_line_counts counts; /* loc, sloc, lloc, comments, comment_lines, multi, blank */
};

static const struct sample samples[] = {
	{"", {0, 0, 0, 0, 0, 0, 0}},
	{"\n", {1, 0, 0, 0, 0, 0, 1}},
	{"a", {1, 1, 1, 0, 0, 0, 0}},
	{"a\r\nb\rc\n", {3, 3, 3, 0, 0, 0, 0}},
	{"# c\n  # d\n", {2, 0, 0, 2, 2, 0, 0}},
	{"a  # c\n", {1, 1, 1, 1, 0, 0, 0}},
	{"'one line'\n", {1, 0, 1, 0, 1, 0, 0}},
	{"'''two\n\nlines'''\n", {3, 0, 1, 0, 0, 2, 1}},
	{"r'''two\nlines'''  # c\n", {2, 2, 1, 1, 0, 0, 0}},
	{"x = '''two\n\nlines'''\n", {3, 2, 1, 0, 0, 0, 1}},
	{"f(a,\n\n  # c\n  b)\n", {4, 3, 1, 1, 0, 0, 1}},
	{"f(\n", {1, 1, 1, 0, 0, 0, 0}},
	{"f(\n\n ", {3, 1, 1, 0, 0, 0, 2}},
	{"a + \\\n b\n", {2, 2, 1, 0, 0, 0, 0}},
	{"a; b; c\n", {1, 1, 3, 0, 0, 0, 0}},
	{"a;\n", {1, 1, 1, 0, 0, 0, 0}},
	{"if a:\n  b\n", {2, 2, 2, 0, 0, 0, 0}},
	{"if a: b\n", {1, 1, 2, 0, 0, 0, 0}},
	{"x[1:2]\n", {1, 1, 2, 0, 0, 0, 0}},
	{"for x in y[:]:\n", {1, 1, 1, 0, 0, 0, 0}},
	{"x: int; y\n", {1, 1, 2, 0, 0, 0, 0}},
	{"if x: a.b; c\n", {1, 1, 3, 0, 0, 0, 0}},
	{"x := 1\n", {1, 1, 1, 0, 0, 0, 0}},
	{"a\f\nb\n", {3, 2, 2, 0, 0, 0, 1}},
	{"a\xc2\x85\xe2\x80\xa8\xe2\x80\xa9", {3, 1, 1, 0, 0, 0, 2}},
	{"a\n\xc2\xa0\n", {2, 1, 2, 0, 0, 0, 1}},
	{"'\\\nb'\n", {2, 0, 1, 0, 0, 2, 0}},
};

static void lines_count_as_radon_counts_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct qa_line_counts *wanted = &samples[i].counts;
		struct qa_line_counts got;

		qa_count_lines(qa_str(samples[i].text), &got);
		if (memcmp(&got, wanted, sizeof(got)) != 0)
			fail_msg("%s: %u %u %u %u %u %u %u, not %u %u %u %u %u %u %u",
				samples[i].text, got.loc, got.sloc, got.lloc, got.comments,
				got.comment_lines, got.multi, got.blank, wanted->loc, wanted->sloc,
				wanted->lloc, wanted->comments, wanted->comment_lines,
				wanted->multi, wanted->blank);
	}
}

static void assert_prepared(const char *text, const char *expected, bool masked)
{
	char *out = calloc(1, strlen(text) + 1);

	(masked ? qa_prepare_masked : qa_prepare)(qa_str(text), out);
	assert_string_equal(out, expected);
	free(out);
}

static void the_parser_gets_what_it_understands(void **state)
{
	(void)state;
	assert_prepared("a\rb\r\nc\r", "a\nb\r\nc\n", false);
	assert_prepared("t'x' + T\"t'\" + rt'''y''' + Rt'z' + cat'",
		"f'x' + f\"t'\" + rf'''y''' + Rf'z' + cat'", false);
	assert_prepared("f(1,\n2)", "f(1,\n2)", false);
}

static void brackets_hold_lines_together(void **state)
{
	(void)state;
	assert_prepared("f(1, # c\n2)\n# d\n", "f(1,     2)\n# d\n", true);
	assert_prepared("[\n{\r\n}\\\n]\n", "[ {  }  ]\n", true);
	assert_prepared("(']'\n'''\n)'''\n)\n", "(']' '''\n)''' )\n", true);
	assert_prepared("a\\\nb\n", "a\\\nb\n", true);
	assert_prepared(")\n(", ")\n(", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_count_as_radon_counts_them),
		cmocka_unit_test(the_parser_gets_what_it_understands),
		cmocka_unit_test(brackets_hold_lines_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
