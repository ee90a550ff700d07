/* Lines of a text, as Python counts them and as a terminal can bear them. */
#include "cmocka_all.h"

#include "formats/excerpt.h"

/* The lines with a bar after each. */
static void assert_lines(const char *text, size_t len, const char *expected)
{
	struct qa_line_cursor cursor = qa_line_cursor((struct qa_str){text, len});
	struct qa_buf got = {0};
	uint32_t count = 0;

	while (qa_line_next(&cursor)) {
		assert_int_equal(cursor.number, ++count);
		qa_buf_append_str(&got, cursor.line);
		qa_buf_append_char(&got, '|');
	}
	assert_int_equal(cursor.number, count);
	assert_true(qa_str_equal(qa_buf_str(&got), qa_str(expected)));
	qa_buf_free(&got);
}

#define ASSERT_LINES(text, expected) assert_lines(text, sizeof(text) - 1, expected)

static void lines_end_as_python_says(void **state)
{
	(void)state;
	ASSERT_LINES("", "");
	ASSERT_LINES("a", "a|");
	ASSERT_LINES("a\n", "a|");
	ASSERT_LINES("a\n\nb", "a||b|");
	ASSERT_LINES("a\r\nb\rc\n\rd\r", "a|b|c||d|");
	ASSERT_LINES("a\fb\vc\x1c\xc2\x85\n", "a\fb\vc\x1c\xc2\x85|");
	ASSERT_LINES("\xef\xbb\xbf"
		     "a\n\xef\xbb\xbf\n",
		"a|\xef\xbb\xbf|");
	ASSERT_LINES("\xef\xbb", "\xef\xbb|");
}

static void assert_looks(const char *line, size_t len, const char *expected)
{
	struct qa_buf got = {0};

	qa_describe_line(&got, (struct qa_str){line, len});
	qa_buf_append_char(&got, '\0');
	assert_string_equal(got.data, expected);
	qa_buf_free(&got);
}

#define ASSERT_LOOKS(line, expected) assert_looks(line, sizeof(line) - 1, expected)

static void lines_stay_on_their_line(void **state)
{
	(void)state;
	ASSERT_LOOKS("", "");
	ASSERT_LOOKS("\tx\t\ty", "        x               y");
	ASSERT_LOOKS("\xe6\xbc\xa2\tx", "\xe6\xbc\xa2      x"); /* two columns wide */
	ASSERT_LOOKS("\xe4\tx", "\xef\xbf\xbd       x");        /* Latin-1 */
	ASSERT_LOOKS("\x1b[31m\tx", "\\x1b[31m        x");
	ASSERT_LOOKS("a\0b\f\xe2\x80\xae", "a\\x00b\\x0c\\u202e");
}

static void long_lines_are_cut(void **state)
{
	static char line[3000001], expected[210];

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	memset(expected, 'x', 200);
	assert_looks(line, 200, expected);
	memcpy(expected + 200, " ...", 5);
	assert_looks(line, 201, expected);
	assert_looks(line, sizeof(line) - 1, expected);
	for (size_t i = 0; i + 1 < sizeof(line); i += 2) /* combining, without a column */
		memcpy(line + i, "\xcc\x81", 2);
	{
		struct qa_buf got = {0};

		qa_describe_line(&got, (struct qa_str){line, sizeof(line) - 1});
		assert_in_range(got.len, 1, 5000);
		qa_buf_free(&got);
	}
}

static const struct qa_listed_line sampled[] = {
	{.line = 10, .total = {.samples = 100}},
	{.line = 15, .total = {.samples = 1}},
	{.line = 30, .total = {.samples = 2}},
	{.line = 34, .total = {.samples = 50}},
};

/* Which lines up to 40 are shown, of how many samples in all. */
static void assert_shown(uint64_t total, bool whole, const char *expected)
{
	const struct qa_listed_file file = {.lines = sampled, .line_count = 4};
	struct qa_excerpt excerpt = qa_excerpt(&file, total, whole);
	char shown[41] = "";

	for (uint32_t line = 1; line <= 40; line++) {
		const struct qa_listed_line *weights;

		shown[line - 1] = qa_excerpt_shows(&excerpt, line, &weights) ? '#' : '.';
		assert_int_equal(
			weights != NULL, line == 10 || line == 15 || line == 30 || line == 34);
		if (weights)
			assert_int_equal(weights->line, line);
	}
	assert_string_equal(shown, expected);
}

static void hot_lines_are_shown_with_those_around(void **state)
{
	(void)state;
	assert_shown(1000, false, "......############........###########...");
	assert_shown(1001, false, "......#######.............###########...");
	assert_shown(2001, false, "......#######.................#######...");
	assert_shown(1000000, false, "........................................");
	assert_shown(1000000, true, "########################################");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_as_python_says),
		cmocka_unit_test(lines_stay_on_their_line),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(hot_lines_are_shown_with_those_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
