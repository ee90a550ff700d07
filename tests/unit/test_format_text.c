#include "cmocka_all.h"

#include <stdlib.h>

#include "fixture.h"

static char *text_of(fixture_recording *record, bool by_line, size_t limit)
{
	struct qa_profile_options options = {.by_line = by_line};
	struct qa_profile *profile = fixture_profile(record, &options);
	char *text = fixture_emit("text", profile, limit, NULL);

	assert_non_null(text);
	qa_profile_free(profile);
	return text;
}

static void assert_has(fixture_recording *record, bool by_line, size_t limit, const char *part)
{
	char *text = text_of(record, by_line, limit);

	if (!strstr(text, part))
		fail_msg("no %s in:\n%s", part, text);
	free(text);
}

static void the_first_lines_have_their_shape(void **state)
{
	(void)state;
	assert_has(fixture_server, false, 3,
		"=== Profiling Results for Python ===\n"
		"File Size: 2059 bytes\n"
		"Lines of Code: 89\n"
		"\n"
		"=== Runtime Profile (qa-record) ===\n"
		"Total samples collected: 100\n"
		"Unique functions executed: 5\n"
		"\n"
		"Top 3 Hot Functions:\n"
		"  1. walk:tree.py - 30 samples (30.00%)\n"
		"  2. get:api.py - 23 samples (23.00%)\n"
		"  3. Server.handle:server.py - 17 samples (17.00%)\n"
		"\n");
}

static void no_more_than_there_are(void **state)
{
	(void)state;
	assert_has(fixture_server, false, 0, "\nTop 8 Hot Functions:\n");
	assert_has(fixture_server, true, 0,
		"\nTop 10 Hot Lines:\n  1. get:api.py:62 - 23 samples (23.00%)\n");
	assert_has(fixture_server, false, 1000, "  8. <unreadable> - 1 sample (1.00%)\n\n");
}

static void thirds(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0a.py"), "");
	uint32_t one = fixture_node(f, 0, fixture_code(f, "one", "a.py", 1));
	uint32_t two = fixture_node(f, one, fixture_code(f, "two", "a.py", 2));

	fixture_samples(f, thread, one, 1);
	fixture_samples(f, thread, two, 2);
	fixture_end(f, QA_END_DURATION);
}

static void shares_are_rounded(void **state)
{
	(void)state;
	assert_has(thirds, false, 0,
		"two:a.py - 2 samples (66.67%)\n  2. one:a.py - 1 sample (33.33%)\n");
	assert_has(thirds, false, 0, "     0.010   33.33     0.030  100.00  one  a.py:1\n");
	assert_has(thirds, false, 0, "; the asked duration was over\n");
}

static void without_samples_it_says_why(void **state)
{
	(void)state;
	assert_has(fixture_empty, false, 0,
		"Script: -c\nFile Size: unknown (no source file was recorded)\n");
	assert_has(fixture_empty, false, 0,
		"No samples were collected.\nReason: the process ended before the first one.\n");
}

static void nothing_at_all(struct fixture *f)
{
	(void)f;
}

static void even_the_emptiest_recording_has_a_report(void **state)
{
	(void)state;
	assert_has(nothing_at_all, false, 0,
		"Reason: the recording was cut off before the first one.\n");
}

static void losses_are_told(void **state)
{
	(void)state;
	assert_has(fixture_server, false, 0, "\nLoss: 4 late, 3 torn, 2 dropped, 1 missed\n");
	assert_has(fixture_server, false, 0, "; 0.020 s are in no sample\n");
	assert_has(fixture_server, false, 0,
		"\nRecording: 1.000 s, 100 ticks, 100.0 per second (asked: 100.0); the process "
		"ended\n");
}

static void names_stay_on_their_line(void **state)
{
	char *text = text_of(fixture_hostile, false, 100);

	(void)state;
	assert_non_null(strstr(text, "line\\x0abreak 7:f 3.py - 1 sample"));
	assert_non_null(strstr(text, "\\x1b[31mred"));
	assert_non_null(strstr(text, "right \\u202e to left"));
	for (const char *p = text; *p; p++)
		assert_true(*p == '\n' || (unsigned char)*p >= ' ');
	free(text);
}

static void a_block_for_each_script(struct fixture *f)
{
	static const char *const scripts[] = {"a.py", "b.py", "a.py"};
	char command[] = "python3\0?.py";

	for (int i = 0; i < 3; i++) {
		command[sizeof("python3")] = scripts[i][0];
		fixture_thread(f, fixture_process(f, command, sizeof(command)), "");
		fixture_file(f, scripts[i], (uint64_t)(i + 1) * 100, 7);
	}
	fixture_samples(f, 1, 0, 1);
}

static void each_script_is_described_once(void **state)
{
	(void)state;
	assert_has(a_block_for_each_script, false, 0,
		"=== Profiling Results for Python ===\nScript: a.py\nFile Size: 100 bytes\nLines "
		"of Code: 7\n\n"
		"=== Profiling Results for Python ===\nScript: b.py\nFile Size: 200 bytes\nLines "
		"of Code: 7\n\n"
		"=== Runtime Profile");
	assert_has(a_block_for_each_script, false, 0, "  MainThread (pid 4001, tid 5001)\n");
}

static void wide_characters_keep_columns(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0a.py"), "");

	fixture_samples(f, thread,
		fixture_node(f, 0, fixture_code(f, "\xe6\xbc\xa2\xe5\xad\x97", "a.py", 1)), 1);
	fixture_samples(f, thread, fixture_node(f, 0, fixture_code(f, "abcdef", "a.py", 2)), 1);
}

static void columns_are_aligned(void **state)
{
	(void)state;
	assert_has(
		wide_characters_keep_columns, false, 0, "  \xe6\xbc\xa2\xe5\xad\x97    a.py:1\n");
	assert_has(wide_characters_keep_columns, false, 0, "  abcdef  a.py:2\n");
}

static void assert_selected(const struct qa_profile_options *options, const char *part)
{
	struct qa_profile *profile = fixture_profile(fixture_states, options);
	char *text = fixture_emit("text", profile, 0, NULL);

	assert_non_null(text);
	if (!strstr(text, part))
		fail_msg("no %s in:\n%s", part, text);
	free(text);
	qa_profile_free(profile);
}

static void a_selection_is_said_above_the_first_lines(void **state)
{
	static const char *const threads[] = {"worker", "MainThread"};
	struct qa_profile_options options = {.selection = QA_SELECT_NOT_IDLE};
	struct qa_profile *profile = fixture_profile(fixture_states, &options);
	char *text = fixture_emit("text", profile, 0, NULL);

	(void)state;
	assert_ptr_equal(
		text, strstr(text, "Selected: 80 of 100 samples (not idle)\n\n=== Profiling"));
	free(text);
	qa_profile_free(profile);
	options = (struct qa_profile_options){.threads = threads, .thread_count = 2};
	assert_selected(&options, "Selected: 50 of 100 samples (threads: worker, MainThread)\n\n");
	options.selection = QA_SELECT_ON_CPU;
	assert_selected(&options, "20 of 100 samples (on a CPU; threads: worker, MainThread)\n");
	assert_selected(&options, "\n=== Runtime Profile (qa-record) ===\n"
				  "Total samples collected: 20\nUnique functions executed: 1\n\n"
				  "Top 1 Hot Functions:\n"
				  "  1. compress:app.py - 20 samples (100.00%)\n\n");
}

static void states_are_told_as_far_as_they_are_known(void **state)
{
	(void)state;
	assert_has(fixture_states, false, 0,
		"\nStates of the threads:\n   Samples       %\n"
		"        70   77.78  on a CPU, or ready for one\n"
		"        20   22.22  idle\n"
		"        40   41.67  with the GIL\n"
		"         4    4.17  collecting garbage\n"
		"        10          unknown whether on a CPU or idle\n"
		"         4          unknown whether with the GIL\n\n");
	assert_has(fixture_states, false, 0,
		"\nThreads:\n   Samples       %         s  On CPU %\n"
		"        20   20.00     0.200      0.00  MainThread (tid 5001)\n"
		"        50   50.00     0.500    100.00  busy (tid 5002)\n"
		"        20   20.00     0.200    100.00  worker (tid 5003)\n"
		"        10   10.00     0.100   unknown  worker (tid 5004)\n");
}

static void only_the_gil(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0a.py"), "");

	f->state = QA_STATE_KNOWS_GIL | QA_STATE_GIL;
	fixture_samples(f, thread, 0, 1);
}

static void unknown_states_are_not_told(void **state)
{
	char *text = text_of(fixture_server, false, 0);

	(void)state;
	assert_null(strstr(text, "States"));
	assert_null(strstr(text, "On CPU"));
	assert_null(strstr(text, "Selected"));
	free(text);
	assert_has(only_the_gil, false, 0, "         1  100.00  with the GIL\n\nProgram: ");
}

static void nothing_may_be_selected(void **state)
{
	static const char *const threads[] = {"MainThread"};
	struct qa_profile_options options = {
		.selection = QA_SELECT_GIL, .threads = threads, .thread_count = 1};

	(void)state;
	assert_selected(&options, "\nNo samples were selected.\n\n"
				  "States in all samples of these threads:\n"
				  "   Samples       %\n         0    0.00  on a CPU");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_lines_have_their_shape),
		cmocka_unit_test(no_more_than_there_are),
		cmocka_unit_test(shares_are_rounded),
		cmocka_unit_test(without_samples_it_says_why),
		cmocka_unit_test(even_the_emptiest_recording_has_a_report),
		cmocka_unit_test(losses_are_told),
		cmocka_unit_test(names_stay_on_their_line),
		cmocka_unit_test(each_script_is_described_once),
		cmocka_unit_test(columns_are_aligned),
		cmocka_unit_test(a_selection_is_said_above_the_first_lines),
		cmocka_unit_test(states_are_told_as_far_as_they_are_known),
		cmocka_unit_test(unknown_states_are_not_told),
		cmocka_unit_test(nothing_may_be_selected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
