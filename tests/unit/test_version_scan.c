#include "cmocka_all.h"

#include <string.h>

#include "cpython/layout.h"
#include "cpython/version_scan.h"

static void finds_versions_in_memory(void **state)
{
	static const struct {
		const char *text;
		uint32_t version;
	} cases[] = {
		{"3.8.18 (default, May  9 2026, 07:33:04) \n[GCC 12.2.0]", 0x030812f0},
		{"3.10.13 (main, May  9 2026, 07:34:36) [GCC 12.2.0]", 0x030a0df0},
		{"2.7.18 (default, Apr 20 2020, 20:30:41) \n[GCC 9.3.0]", 0x020712f0},
		{"3.9.2 (default, Feb 28 2021, 17:03:44) \n[GCC 10.2.1 20210110]", 0x030902f0},
		{"3.11.0rc2 (main, Sep 12 2022, 16:20:24) [GCC 12.2.0]", 0x030b00c2},
		{"3.12.0a7+ (heads/main:abc, Apr 1 2023) [Clang 15.0]", 0x030c00a7},
		{"3.12.0b4 (main, Jul 11 2023) [GCC 13.1.0]", 0x030c00b4},
		{"3.8.18 (default)", 0},
		{"3.8 (default, x) \n[GCC]", 0},
		{"3.8.1834 (default, x) \n[GCC]", 0},
		{"OpenSSL 3.0.11 19 Sep 2023", 0},
		{"", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char memory[300] = "noise. 1.2 .3.\0\0";
		size_t at = 20;

		memcpy(memory + at, cases[i].text, strlen(cases[i].text) + 1);
		assert_int_equal(qa_version_in_text(memory, sizeof(memory)), cases[i].version);
	}
}

/* The text must end inside the memory that was read. */
static void does_not_read_past_the_end(void **state)
{
	static const char text[] = "3.8.18 (default, May  9 2026, 07:33:04) \n[GCC 12.2.0]";

	(void)state;
	assert_int_equal(qa_version_in_text(text, sizeof(text)), 0x030812f0);
	for (size_t len = 0; len < sizeof(text); len++)
		assert_int_equal(qa_version_in_text(text, len), 0);
}

static void names_versions(void **state)
{
	static const struct {
		uint32_t version;
		const char *text;
	} cases[] = {{0x030812f0, "3.8.18"}, {0x030d00c2, "3.13.0rc2"}, {0x030f00a1, "3.15.0a1"},
		{0x030c00b4, "3.12.0b4"}};
	char text[QA_VERSION_TEXT_ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		qa_version_text(cases[i].version, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
	qa_version_text(UINT32_MAX, text, sizeof(text));
	assert_true(strlen(text) < sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_versions_in_memory),
		cmocka_unit_test(does_not_read_past_the_end),
		cmocka_unit_test(names_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
