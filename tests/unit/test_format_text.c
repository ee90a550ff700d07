#include "cmocka_all.h"

#include <stdlib.h>

#include "fixture.h"
#include "qa/sink.h"

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
		"Not analysed: the source was not found here.\n"
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
		"of Code: 7\nNot analysed: the source was not found here.\n\n"
		"=== Profiling Results for Python ===\nScript: b.py\nFile Size: 200 bytes\nLines "
		"of Code: 7\nNot analysed: the source was not found here.\n\n"
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

static void the_script_is_described_by_its_text(void **state)
{
	(void)state;
	assert_has(fixture_facts, false, 0,
		"=== Profiling Results for Python ===\n"
		"File Size: 470 bytes\n"
		"Lines of Code: 19\n"
		"Functions: 2\n"
		"Classes: 1\n"
		"Imports: 2\n"
		"Complexity Score: 11\n"
		"Details:\n"
		"- Detected 2 function definitions, of these 1 method\n"
		"- Detected 1 class definition\n");
	assert_has(fixture_facts, false, 0, " blank\n\n=== Runtime Profile");
}

static void hot_files_follow(void **state)
{
	char *one = text_of(fixture_facts, false, 1);

	(void)state;
	assert_has(fixture_facts, false, 0,
		"\n=== Hot File: rules.py ===\nSelf: 24.00 %, total: 24.00 %\n"
		"File Size: 273 bytes\nLines of Code: 9\nFunctions: 1\n");
	assert_has(fixture_facts, false, 0,
		"\n=== Hot File: lost.py ===\nSelf: 9.00 %, total: 9.00 %\n"
		"Not analysed: the source was not found here.\n");
	assert_has(fixture_facts, false, 0,
		"\n=== Hot File: <string> ===\nSelf: 1.00 %, total: 1.00 %\n"
		"Not analysed: no source was recorded.\n\nHot and complex:\n");
	assert_null(strstr(one, "Hot File: lost.py"));
	free(one);
}

static void what_is_hot_and_complex_is_ranked(void **state)
{
	(void)state;
	assert_has(fixture_facts, false, 0,
		"\nHot and complex:\n"
		"     Score  Self % Total % Cyclomatic Cognitive Lines  Function and place\n"
		"     91.38   24.00   24.00          8        13     9  decide     rules.py:1\n");
	assert_has(fixture_facts, false, 0,
		"      0.00   30.00   30.00          3         0     2  prices     app.py:14\n"
		"Score: ");
	assert_has(fixture_facts, false, 0,
		"around them.\nNot in this table:\n"
		"      9.00 %  the source was not found here (1 file)\n"
		"      1.00 %  no source was recorded (1 file)\n"
		"      2.00 %  the source has no such definition\n"
		"      5.00 %  no Python source\n\nProgram: ");
}

static void without_a_join_it_is_as_short_as_ever(void **state)
{
	struct qa_profile *profile = fixture_profile(fixture_facts, NULL);
	const struct qa_emit_options options = {0};
	struct qa_sink *sink;
	struct qa_str bytes;

	(void)state;
	assert_int_equal(qa_sink_open_memory(&sink, NULL), 0);
	assert_int_equal(qa_emitter_find("text")->emit(profile, &options, sink, NULL), 0);
	bytes = qa_sink_memory(sink);
	assert_null(memmem(bytes.data, bytes.len, "Functions: ", 11));
	assert_null(memmem(bytes.data, bytes.len, "Hot and complex", 15));
	assert_null(memmem(bytes.data, bytes.len, "Not analysed", 12));
	qa_sink_abort(sink);
	qa_profile_free(profile);
}

/* A recording that a fixture cannot make: one hot file in this state. */
static void assert_joined(
	enum qa_join_state state, const struct qa_source_facts *facts, const char *part)
{
	const struct qa_joined_file file = {
		.path = "a\n.py", .state = state, .facts = facts, .self = {1, 1}, .total = {1, 1}};
	const uint32_t hot = 0;
	const struct qa_frame frame = {.name = "f", .file = "a\n.py", .self = {1, 1}};
	const struct qa_profile profile = {.frames = &frame,
		.frame_count = 1,
		.hot_frames = &hot,
		.hot_count = 1,
		.total = {1, 1}};
	struct qa_join join = {
		.files = &file, .file_count = 1, .max_files = 7, .max_bytes = 3 << 20};
	const struct qa_emit_options options = {.join = &join};
	struct qa_sink *sink;
	struct qa_str bytes;

	join.self[state] = (struct qa_weight){1, 1};
	join.file_counts[state] = 1;
	assert_int_equal(qa_sink_open_memory(&sink, NULL), 0);
	assert_int_equal(qa_emitter_find("text")->emit(&profile, &options, sink, NULL), 0);
	bytes = qa_sink_memory(sink);
	if (!memmem(bytes.data, bytes.len, part, strlen(part)))
		fail_msg("no '%s' in:\n%.*s", part, (int)bytes.len, bytes.data);
	qa_sink_abort(sink);
}

static void every_state_of_a_source_has_its_sentence(void **state)
{
	(void)state;
	assert_joined(QA_JOIN_CHANGED, NULL,
		"\n=== Hot File: a\\x0a.py ===\nSelf: 100.00 %, total: 100.00 %\n"
		"Not analysed: the source changed since the recording.\n");
	assert_joined(QA_JOIN_CHANGED, NULL,
		"\nHot and complex:\nNot known of any function:\n"
		"    100.00 %  the source changed since the recording (1 file)\n");
	assert_joined(QA_JOIN_MISSING, NULL, "\nNot analysed: the source was not found here.\n");
	assert_joined(QA_JOIN_TOO_LARGE, NULL, "\nNot analysed: the source is too large.\n");
	assert_joined(QA_JOIN_NOT_RECORDED, NULL, "\nNot analysed: no source was recorded.\n");
	assert_joined(QA_JOIN_LEFT_OUT, NULL,
		" %  hotter sources were as much as is analysed (1 file beyond 7, or 3 MiB of "
		"text)\n");
	assert_joined(QA_JOIN_COLD, NULL, " %  too little time to matter here (1 file)\n");
}

static void the_level_is_told_unless_it_is_full(void **state)
{
	struct qa_source_facts facts = {
		.level = QA_SOURCE_FAILED, .reason = "It is odd.", .functions = QA_FACT_UNKNOWN};

	(void)state;
	assert_joined(QA_JOIN_FAILED, &facts,
		"total: 100.00 %\nAnalysis: failed\nNote: It is odd.\n\nHot and complex:\n");
	facts.level = QA_SOURCE_BASIC;
	assert_joined(QA_JOIN_FOUND, &facts,
		"total: 100.00 %\nFile Size: 0 bytes\nLines of Code: 0\nFunctions: unknown\n");
	assert_joined(QA_JOIN_FOUND, &facts, "\nAnalysis: basic\nNote: It is odd.\n\nHot and");
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
		cmocka_unit_test(the_script_is_described_by_its_text),
		cmocka_unit_test(hot_files_follow),
		cmocka_unit_test(what_is_hot_and_complex_is_ranked),
		cmocka_unit_test(without_a_join_it_is_as_short_as_ever),
		cmocka_unit_test(every_state_of_a_source_has_its_sentence),
		cmocka_unit_test(the_level_is_told_unless_it_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
