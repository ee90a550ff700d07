#include "cmocka_all.h"

#include <ctype.h>
#include <stdlib.h>

#include "fixture.h"

static char *collapse(fixture_recording *record)
{
	struct qa_profile *profile = fixture_profile(record, NULL);
	char *text = fixture_emit("collapsed", profile, 0, NULL);

	assert_non_null(text);
	qa_profile_free(profile);
	return text;
}

/* The count at the end of a line, and what stands before it. */
static unsigned long split_line(char *line)
{
	char *blank = strrchr(line, ' ');
	char *end;
	unsigned long count;

	assert_non_null(blank);
	count = strtoul(blank + 1, &end, 10);
	assert_true(isdigit((unsigned char)blank[1]) && *end == '\0' && count > 0);
	*blank = '\0';
	return count;
}

static void assert_well_formed(fixture_recording *record, unsigned long samples)
{
	char *text = collapse(record);
	char *next = text;
	unsigned long sum = 0;
	char *line;

	while ((line = strsep(&next, "\n")) && next) {
		char *frames = line;
		char *frame;

		sum += split_line(line);
		while ((frame = strsep(&frames, ";"))) {
			assert_true(frame[0] != '\0');
			assert_false(isdigit((unsigned char)frame[strlen(frame) - 1]));
		}
	}
	assert_int_equal(sum, samples);
	free(text);
}

static void no_sample_is_lost_and_no_frame_ends_in_a_number(void **state)
{
	(void)state;
	assert_well_formed(fixture_server, 100);
	assert_well_formed(fixture_hostile, 22);
	assert_well_formed(fixture_deep, 100);
	assert_well_formed(fixture_empty, 0);
}

static void lines_of_the_server(void **state)
{
	char *text = collapse(fixture_server);

	(void)state;
	assert_non_null(strstr(text, "\n<no python frame> 6\n"));
	assert_non_null(strstr(text, "\n<module> (/srv/server.py:1);Server.handle "
				     "(/srv/server.py:20);walk (/srv/tree.py:5) 11\n"));
	assert_non_null(strstr(text, ";walk (/srv/tree.py:5);walk (/srv/tree.py:5);<GC> 4\n"));
	free(text);
}

static void what_separates_is_replaced(void **state)
{
	char *text = collapse(fixture_hostile);

	(void)state;
	assert_non_null(strstr(text, "\na:b (<unknown>) 1\n"));
	assert_non_null(strstr(text, "\nline\\x0abreak 7 (dir:\\x0a<&>\"/f 3.py:1) 1\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_sample_is_lost_and_no_frame_ends_in_a_number),
		cmocka_unit_test(lines_of_the_server),
		cmocka_unit_test(what_separates_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
