#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"

static char *draw(fixture_recording *record)
{
	struct qa_profile *profile = fixture_profile(record, NULL);
	char *svg = fixture_emit("svg", profile, 0, NULL);

	assert_non_null(svg);
	qa_profile_free(profile);
	return svg;
}

static void assert_has(fixture_recording *record, const char *part)
{
	char *svg = draw(record);

	if (!strstr(svg, part))
		fail_msg("no %s in:\n%.20000s", part, svg);
	free(svg);
}

static size_t count(const char *svg, const char *part)
{
	size_t n = 0;

	for (; (svg = strstr(svg, part)); svg++)
		n++;
	return n;
}

static void boxes_are_as_wide_as_their_share(void **state)
{
	(void)state;
	assert_has(fixture_server, "<g><title>all: 100 samples, 100.00 %, 1.000 s</title><rect "
				   "class=\"all\" x=\"10\" y=\"147\" "
				   "width=\"1180\" height=\"16\"/>");
	assert_has(fixture_server, "<g><title>&lt;no python frame&gt;: 6 samples, 6.00 %, 0.060 "
				   "s</title><rect class=\"o");
	assert_has(fixture_server, " x=\"906.80\" y=\"113\" width=\"283.20\" height=\"16\"/>");
	assert_has(fixture_server, " x=\"836\" y=\"130\" width=\"70.80\" height=\"16\"/>");
}

static void colours_tell_whose_code_it_is(void **state)
{
	(void)state;
	assert_has(fixture_server, "<title>walk (/srv/tree.py:5): 34 samples, 34.00 %, 0.340 "
				   "s</title><rect class=\"a");
	assert_has(
		fixture_server, "api.py:62): 24 samples, 24.00 %, 0.240 s</title><rect class=\"p");
	assert_has(fixture_server,
		"__init__.py:183): 16 samples, 16.00 %, 0.160 s</title><rect class=\"s");
}

static void names_are_cut_to_their_box(void **state)
{
	char *svg = draw(fixture_server);

	(void)state;
	assert_non_null(strstr(svg, ">&lt;no py..</text>"));
	assert_non_null(strstr(svg, ">Server.handle</text>"));
	assert_non_null(
		strstr(svg, "<title>&lt;unreadable&gt;: 1 sample, 1.00 %, 0.010 s</title>"));
	assert_int_equal(count(svg, "<g>"), 11);
	assert_int_equal(count(svg, "</text></g>"), 10); /* one box has no room for a name */
	free(svg);
}

static void it_is_a_picture_alone(void **state)
{
	char *svg = draw(fixture_hostile);

	(void)state;
	assert_null(strstr(svg, "<script"));
	assert_null(strstr(svg, "href"));
	assert_null(strstr(svg, "url("));
	assert_null(strstr(svg, "@import"));
	assert_null(strstr(svg, "\xef\xbf\xbf")); /* not a character of XML */
	assert_non_null(strstr(svg, "role=\"img\" aria-label=\"Flame graph of "
				    "evil;\\x0a&lt;&amp;&gt;.py: 22 samples, "));
	assert_non_null(strstr(svg, "prefers-color-scheme:dark"));
	free(svg);
}

static void without_samples_it_says_so(void **state)
{
	char *svg = draw(fixture_empty);

	(void)state;
	assert_non_null(strstr(svg, ">No samples were collected.</text>"));
	assert_int_equal(count(svg, "<g>"), 0);
	free(svg);
}

static void many_functions(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0a.py"), "");
	char name[16];

	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		fixture_samples(f, thread, fixture_node(f, 0, fixture_code(f, name, "a.py", i)),
			i == 0 ? 8000 : 1);
	}
}

static void narrow_frames_are_counted(void **state)
{
	char *svg = draw(many_functions);

	(void)state;
	assert_int_equal(count(svg, "<g>"), 2);
	assert_non_null(strstr(
		svg, " Not drawn: 1999 frames too narrow to see; callers include them.</text>"));
	free(svg);
}

static void very_deep(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0a.py"), "");
	uint32_t code = fixture_code(f, "down", "a.py", 1);
	uint32_t node = 0;

	for (int i = 0; i < 5000; i++)
		node = fixture_node(f, node, code);
	fixture_samples(f, thread, node, 1);
}

static void boxes_are_never_too_many(void **state)
{
	struct qa_profile_options options = {.max_depth = 5000};
	struct qa_profile *profile = fixture_profile(very_deep, &options);
	char *svg = fixture_emit("svg", profile, 0, NULL);

	(void)state;
	assert_int_equal(profile->max_depth, 5000);
	assert_int_equal(count(svg, "<g>"), 2500);
	assert_non_null(strstr(svg, " Not drawn: 2501 frames "));
	free(svg);
	qa_profile_free(profile);
}

/* Four rows of 900 boxes, each wide enough to be drawn if they were not so many. */
static void broad_and_high(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0a.py"), "");
	char name[16];

	for (int i = 0; i < 900; i++) {
		uint32_t node = 0;

		snprintf(name, sizeof(name), "f%d", i);
		for (int row = 0; row < 4; row++)
			node = fixture_node(f, node, fixture_code(f, name, "a.py", row));
		fixture_samples(f, thread, node, i < 400 ? 5 : 4);
	}
}

static void the_narrowest_go_first(void **state)
{
	char *svg = draw(broad_and_high);

	(void)state;
	assert_int_equal(count(svg, "<g>"), 1 + 4 * 400);
	assert_non_null(strstr(svg, " Not drawn: 2000 frames "));
	free(svg);
}

static void awkward_thread(struct fixture *f)
{
	uint32_t process = FIXTURE_PROCESS(f, "python3\0a.py");

	fixture_thread(f, process, "<&>");
	fixture_samples(f, fixture_thread(f, process, "other"), 0, 1);
}

static void a_selection_is_in_the_subtitle(void **state)
{
	static const char *const threads[] = {"<&>"};
	struct qa_profile_options options = {.selection = QA_SELECT_GIL};
	struct qa_profile *profile = fixture_profile(fixture_states, &options);
	char *svg = fixture_emit("svg", profile, 0, NULL);

	(void)state;
	assert_non_null(strstr(
		svg, "aria-label=\"Flame graph of app.py: 40 of 100 samples (with the GIL), "));
	assert_non_null(strstr(svg, ">40 of 100 samples (with the GIL), 1.000 s at "));
	free(svg);
	qa_profile_free(profile);
	options = (struct qa_profile_options){.threads = threads, .thread_count = 1};
	profile = fixture_profile(awkward_thread, &options);
	svg = fixture_emit("svg", profile, 0, NULL);
	assert_non_null(strstr(svg, ">0 of 1 sample (thread: &lt;&amp;&gt;), "));
	assert_non_null(strstr(svg, ">No samples were selected.</text>"));
	free(svg);
	qa_profile_free(profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boxes_are_as_wide_as_their_share),
		cmocka_unit_test(colours_tell_whose_code_it_is),
		cmocka_unit_test(names_are_cut_to_their_box),
		cmocka_unit_test(it_is_a_picture_alone),
		cmocka_unit_test(without_samples_it_says_so),
		cmocka_unit_test(narrow_frames_are_counted),
		cmocka_unit_test(boxes_are_never_too_many),
		cmocka_unit_test(the_narrowest_go_first),
		cmocka_unit_test(a_selection_is_in_the_subtitle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
