#include "cmocka_all.h"

#include <stdlib.h>

#include "fixture.h"

static void assert_has(fixture_recording *record, const char *part)
{
	struct qa_profile *profile = fixture_profile(record, NULL);
	char *text = fixture_emit("speedscope", profile, 0, NULL);

	assert_non_null(text);
	if (!strstr(text, part))
		fail_msg("no %s in:\n%s", part, text);
	free(text);
	qa_profile_free(profile);
}

static void the_head_says_what_it_is(void **state)
{
	(void)state;
	assert_has(fixture_server,
		"{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",");
	assert_has(fixture_server, "\"exporter\":\"qa-report@");
	assert_has(fixture_server, "\"name\":\"server.py\",\"activeProfileIndex\":0,");
}

static void frames_have_their_place(void **state)
{
	(void)state;
	assert_has(fixture_server,
		"{\"name\":\"Server.handle\",\"file\":\"/srv/server.py\",\"line\":20}");
	assert_has(fixture_server, "{\"name\":\"<no python frame>\"}");
}

static void runs_of_equal_stacks_are_one(void **state)
{
	(void)state;
	assert_has(fixture_server,
		"{\"name\":\"worker-1 (tid "
		"5002)\",\"type\":\"sampled\",\"unit\":\"nanoseconds\",\"startValue\":0,"
		"\"endValue\":300000000,\"samples\":[\n[4,6],\n[2],\n[4,6,3]],\"weights\":["
		"230000000,60000000,10000000]}");
}

static void busy_after_idle(struct fixture *f)
{
	uint32_t process = FIXTURE_PROCESS(f, "python3\0a.py");
	uint32_t node;

	fixture_thread(f, process, "none");
	fixture_thread(f, process, "some");
	fixture_thread(f, process, "most");
	node = fixture_node(f, 0, fixture_code(f, "f", "a.py", 1));
	fixture_samples(f, 2, node, 1);
	fixture_samples(f, 3, node, 1);
	fixture_samples(f, 3, 0, 1);
	fixture_samples(f, 3, node, 1);
}

static void the_busiest_thread_comes_first(void **state)
{
	(void)state;
	assert_has(busy_after_idle, "\"profiles\":[\n{\"name\":\"most (tid 5003)\"");
	assert_has(busy_after_idle,
		"[\n[1],\n[0],\n[1]],\"weights\":[10000000,10000000,10000000]},\n{\"name\":\"some");
	assert_has(busy_after_idle, "\"weights\":[10000000]}]}\n");
}

static void without_samples_there_is_an_empty_profile(void **state)
{
	(void)state;
	assert_has(fixture_empty,
		"\"profiles\":[\n{\"name\":\"no "
		"samples\",\"type\":\"sampled\",\"unit\":\"nanoseconds\","
		"\"startValue\":0,\"endValue\":0,\"samples\":[],\"weights\":[]}]}\n");
}

static void a_selection_is_in_the_names(void **state)
{
	static const char *const threads[] = {"worker"};
	struct qa_profile_options options = {
		.selection = QA_SELECT_ON_CPU, .threads = threads, .thread_count = 1};
	struct qa_profile *profile = fixture_profile(fixture_states, &options);
	char *text = fixture_emit("speedscope", profile, 0, NULL);

	(void)state;
	assert_non_null(strstr(text, "\"name\":\"app.py (on a CPU; thread: worker)\","));
	assert_non_null(
		strstr(text, "\"profiles\":[\n{\"name\":\"worker (tid 5003), on a CPU\",\"type\""));
	free(text);
	qa_profile_free(profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_says_what_it_is),
		cmocka_unit_test(frames_have_their_place),
		cmocka_unit_test(runs_of_equal_stacks_are_one),
		cmocka_unit_test(the_busiest_thread_comes_first),
		cmocka_unit_test(without_samples_there_is_an_empty_profile),
		cmocka_unit_test(a_selection_is_in_the_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
