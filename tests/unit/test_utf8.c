#include "cmocka_all.h"

#include "support/utf8.h"

#define BAD "\xef\xbf\xbd"

static void assert_clean(const char *raw, size_t len, const char *expected)
{
	struct qa_str text = {raw, len};
	struct qa_buf out = {0};

	qa_utf8_clean(text, &out);
	assert_int_equal(out.len, strlen(expected));
	if (out.len)
		assert_memory_equal(out.data, expected, out.len);
	qa_buf_free(&out);
}

static void valid_text_stays(void **state)
{
	static const char text[] = "a\x7f \xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 "
				   "\xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf";

	(void)state;
	assert_clean(text, sizeof(text) - 1, text);
	assert_clean("", 0, "");
}

static void everything_else_is_replaced(void **state)
{
	static const struct {
		const char *raw;
		const char *expected;
	} cases[] = {
		{"a\x80z", "a" BAD "z"},               /* a continuation alone */
		{"\xff\xfe", BAD BAD},                 /* never a first byte */
		{"\xc0\xaf", BAD BAD},                 /* too long for what it says */
		{"\xe0\x80\xaf", BAD},                 /* the same */
		{"\xf0\x80\x80\xaf", BAD},             /* the same */
		{"\xed\xa0\x80", BAD},                 /* a surrogate */
		{"\xed\xa0\xbd\xed\xb0\x8d", BAD BAD}, /* two of them */
		{"\xf4\x90\x80\x80", BAD},             /* beyond the last character */
		{"\xe2\x82z", BAD "z"},                /* cut */
		{"\xe2\x82", BAD},                     /* cut by the end */
		{"\xf0\x9f\x90", BAD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_clean(cases[i].raw, strlen(cases[i].raw), cases[i].expected);
	assert_clean("a\0b", 3, "a" BAD "b");
}

static void control_characters_are_shown(void **state)
{
	struct qa_buf out = {0};
	static const char expected[] = "a\\x0a\\x1b[0m\\x7f\\x9b\\u202e\\ufeff\\u2028 \xc3\xa9 \\";

	(void)state;
	qa_utf8_escape(
		qa_str("a\n\x1b[0m\x7f\xc2\x9b\xe2\x80\xae\xef\xbb\xbf\xe2\x80\xa8 \xc3\xa9 \\"),
		&out);
	assert_int_equal(out.len, sizeof(expected) - 1);
	assert_memory_equal(out.data, expected, out.len);
	qa_buf_free(&out);
}

static void columns_of_characters(void **state)
{
	static const struct {
		uint32_t character;
		int columns;
	} cases[] = {{'a', 1}, {0xe9, 1}, {0x301, 0}, {0x200d, 0}, {0x6f22, 2}, {0xac00, 2},
		{0xff21, 2}, {0xff71, 1}, {0x1f40d, 2}, {0x5d0, 1}, {0x20000, 2}, {0x10ffff, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(qa_utf8_columns(cases[i].character), cases[i].columns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_text_stays),
		cmocka_unit_test(everything_else_is_replaced),
		cmocka_unit_test(control_characters_are_shown),
		cmocka_unit_test(columns_of_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
