#include "cmocka_all.h"

#include <stdlib.h>

#include "fixture.h"
#include "qa/listing.h"

static const struct qa_profile_options by_line = {.by_line = true};

/* What is written with these options; NULL: without any. Free it. */
static char *text_of(fixture_recording *record, const struct qa_emit_options *options)
{
	struct qa_profile *profile = fixture_profile(record, &by_line);
	struct qa_emit_options own = options ? *options : (struct qa_emit_options){0};
	struct qa_listing *listing;
	struct qa_sink *sink;
	struct qa_str bytes;
	char *text;

	assert_non_null(profile);
	assert_int_equal(qa_listing_open(profile, &listing, NULL), 0);
	own.listing = listing;
	assert_int_equal(qa_sink_open_memory(&sink, NULL), 0);
	assert_int_equal(qa_emitter_find("source")->emit(profile, &own, sink, NULL), 0);
	bytes = qa_sink_memory(sink);
	text = strndup(bytes.data, bytes.len);
	assert_non_null(text);
	qa_sink_abort(sink);
	qa_listing_free(listing);
	qa_profile_free(profile);
	return text;
}

static void assert_has(
	fixture_recording *record, const struct qa_emit_options *options, const char *part)
{
	char *text = text_of(record, options);

	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
	free(text);
}

static void assert_lacks(
	fixture_recording *record, const struct qa_emit_options *options, const char *part)
{
	char *text = text_of(record, options);

	if (strstr(text, part))
		fail_msg("'%s' in:\n%s", part, text);
	free(text);
}

static void heat_has_colours_only_if_asked(void **state)
{
	const struct qa_emit_options colored = {.color = true};

	(void)state;
	assert_lacks(fixture_sources, NULL, "\x1b");
	assert_has(fixture_sources, &colored,
		"\x1b[1;31m    82.03    88.68  ****     20 | def f_20():\x1b[0m\n");
	assert_has(fixture_sources, &colored, "\x1b[31m     8.20     8.20  ***      22 |");
	assert_has(fixture_sources, &colored, "\n             99.43           57 |");
	assert_has(fixture_sources, &colored, "\x1b[2m                             23 |");
	assert_has(fixture_sources, &colored, "\n\x1b[1mapp.py\x1b[0m\n");
}

static void every_region_is_cut_to_what_is_hot(void **state)
{
	(void)state;
	assert_has(fixture_sources, NULL, "Line\n                         ... 16 lines\n");
	assert_has(fixture_sources, NULL, "... 28 lines with 0.08 % in all\n");
	assert_lacks(fixture_sources, NULL, "| def f_40");
	assert_has(fixture_sources, &(struct qa_emit_options){.whole_files = true}, "| def f_40");
	assert_lacks(fixture_sources, &(struct qa_emit_options){.whole_files = true}, "...");
}

static void in_a_long_function(struct fixture *f)
{
	char text[301];
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0a.py"), "");
	uint32_t code = fixture_code(f, "long\nname", "a\x1b.py", 98);

	memset(text, '\n', 300);
	text[300] = '\0';
	fixture_source(f, "a\x1b.py", text);
	fixture_samples(f, thread, fixture_node_at(f, 0, code, 4), 3);
	fixture_samples(
		f, thread, fixture_node(f, 0, fixture_code(f, "below", "a\x1b.py", 200)), 1);
}

static void a_region_says_in_which_function_it_is(void **state)
{
	(void)state;
	/* Line 100 of a function that begins on line 98, which is shown; it has to be further. */
	assert_has(in_a_long_function, NULL, "... 96 lines\n");
	assert_has(in_a_long_function, NULL, "... 93 lines\n");
	assert_has(in_a_long_function, NULL, "\na\\x1b.py\n");
}

static void far_into_a_function(struct fixture *f)
{
	struct qa_raw_code code = {.id = ++f->codes,
		.line_table = QA_LINE_TABLE_LNOTAB,
		.first_line = 5,
		.file = qa_str("a.py"),
		.name = qa_str("f"),
		.qualname = qa_str("C.f\n"),
		.lines = {"\x02\x40", 2}};
	char text[101];
	uint32_t thread;

	memset(text, '\n', 100);
	text[100] = '\0';
	code.process = FIXTURE_PROCESS(f, "python3\0a.py");
	thread = fixture_thread(f, code.process, "");
	fixture_source(f, "a.py", text);
	f->rc = f->consumer->code(f->ctx, &code);
	fixture_samples(f, thread, fixture_node_at(f, 0, code.id, 2), 1);
}

static void a_region_within_a_function_names_it(void **state)
{
	(void)state;
	assert_has(far_into_a_function, NULL, "... 65 lines; in C.f\\x0a\n");
	assert_has(far_into_a_function, NULL, "   100.00   100.00  ****     69 |\n");
	assert_has(far_into_a_function, NULL, "... 28 lines\n");
}

static void what_has_no_text_is_said(void **state)
{
	(void)state;
	assert_has(fixture_sources, NULL, "total 99.43 %; source from the recording\n");
	assert_has(fixture_sources, NULL, "3.36 %; no source was recorded: only line numbers\n");
	assert_has(fixture_sources, NULL, "source not found here: only line numbers\n");
	assert_has(fixture_sources, NULL, "     3.36     3.36  **        3 | in other\n");
	assert_has(fixture_sources, NULL, "70 | (beyond the end of the file)\n");
	assert_has(fixture_sources, NULL, "\nIn no file: 0.57 % of the samples\n");
}

/* The states that a fixture cannot make. */
static void assert_state(enum qa_text_state state, const char *sentence)
{
	const struct qa_listed_line line = {.line = 7,
		.self = {1, 1},
		.total = {1, 1},
		.hottest = &(struct qa_frame){.name = "f"}};
	const struct qa_listed_file file = {.path = "a.py",
		.text = {.state = state},
		.self = {1, 1},
		.total = {1, 1},
		.lines = &line,
		.line_count = 1};
	const struct qa_listing listing = {.files = &file, .file_count = 1};
	const struct qa_emit_options options = {.listing = &listing, .title = "t"};
	const struct qa_profile profile = {.total = {1, 1}};
	struct qa_sink *sink;
	struct qa_str bytes;

	assert_int_equal(qa_sink_open_memory(&sink, NULL), 0);
	assert_int_equal(qa_emitter_find("source")->emit(&profile, &options, sink, NULL), 0);
	bytes = qa_sink_memory(sink);
	assert_non_null(memmem(bytes.data, bytes.len, sentence, strlen(sentence)));
	assert_non_null(memmem(bytes.data, bytes.len, " 7 | in f\n", 10));
	qa_sink_abort(sink);
}

static void every_state_has_its_sentence(void **state)
{
	(void)state;
	assert_state(QA_TEXT_CHANGED, "; source changed since the recording: only line numbers\n");
	assert_state(QA_TEXT_MISSING, "; source not found here: only line numbers\n");
	assert_state(QA_TEXT_TOO_LARGE, "; source too large to show: only line numbers\n");
	assert_state(QA_TEXT_NOT_RECORDED, "; no source was recorded: only line numbers\n");
}

static void the_limit_is_of_files(void **state)
{
	(void)state;
	assert_has(fixture_sources, &(struct qa_emit_options){.limit = 1},
		"\nOther files: 2 with 6.64 % of the samples as their own\n");
	assert_lacks(fixture_sources, &(struct qa_emit_options){.limit = 1}, "changed.py");
	assert_lacks(fixture_sources, &(struct qa_emit_options){.limit = 3}, "Other files");
}

static void without_a_listing_there_are_no_lines(void **state)
{
	struct qa_profile *profile = fixture_profile(fixture_sources, NULL);
	char *text = fixture_emit("source", profile, 0, NULL);

	(void)state;
	assert_non_null(strstr(text, "\nThe lines of the sources were not listed.\n"));
	free(text);
	qa_profile_free(profile);
}

static void samples_without_a_line_are_shown(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0a.py"), "");

	fixture_source(f, "a.py", "pass\n");
	fixture_samples(f, thread, fixture_node(f, 0, fixture_code(f, "made", "a.py", 0)), 2);
}

static void no_line_is_a_row_of_its_own(void **state)
{
	(void)state;
	assert_has(samples_without_a_line_are_shown, NULL,
		"Line\n   100.00                (no line is known)\n");
}

/* The first file of a recording with these facts about it. */
static void assert_with_facts(const struct qa_source_facts *facts, const char *part)
{
	struct qa_profile *profile = fixture_profile(fixture_sources, &by_line);
	struct qa_emit_options options = {.limit = 1};
	struct qa_listing *listing;
	struct qa_sink *sink;
	struct qa_str bytes;

	assert_int_equal(qa_listing_open(profile, &listing, NULL), 0);
	qa_listing_set_facts(listing, 0, facts);
	options.listing = listing;
	assert_int_equal(qa_sink_open_memory(&sink, NULL), 0);
	assert_int_equal(qa_emitter_find("source")->emit(profile, &options, sink, NULL), 0);
	bytes = qa_sink_memory(sink);
	if (!memmem(bytes.data, bytes.len, part, strlen(part)))
		fail_msg("no '%s' in:\n%.*s", part, (int)bytes.len, bytes.data);
	qa_sink_abort(sink);
	qa_listing_free(listing);
	qa_profile_free(profile);
}

static void facts_stand_in_the_margin(void **state)
{
	static const struct qa_definition definitions[] = {
		{.kind = QA_DEFINITION_CLASS, .first_line = 18, .def_line = 18, .cyclomatic = 7},
		{.kind = QA_DEFINITION_LAMBDA, .first_line = 20, .def_line = 20, .cyclomatic = 8},
		{.kind = QA_DEFINITION_FUNCTION,
			.first_line = 20,
			.def_line = 21,
			.cyclomatic = 12,
			.cognitive = 345},
		{.kind = QA_DEFINITION_FUNCTION,
			.first_line = 22,
			.def_line = 22,
			.cyclomatic = QA_FACT_UNKNOWN,
			.cognitive = QA_FACT_UNKNOWN},
	};
	char text[100];
	struct qa_source_facts facts = {.level = QA_SOURCE_FULL,
		.definitions = definitions,
		.definition_count = 4,
		.text = {text, sizeof(text)}};

	(void)state;
	memset(text, '\n', sizeof(text));
	assert_with_facts(&facts, "\n   Self %  Total %  Heat Cycl Cogn   Line\n");
	assert_with_facts(&facts, "\n    82.03    88.68  ****               20 |\n");
	assert_with_facts(&facts, "\n                            7    0     18 |\n");
	assert_with_facts(&facts, "\n                           12  345     21 |\n");
	assert_with_facts(&facts, "\n     8.20     8.20  ***     ?    ?     22 |\n");
	assert_with_facts(&facts, "\n                                   ... 16 lines\n");
	facts.level = QA_SOURCE_FAILED;
	assert_with_facts(&facts, "\n    82.03    88.68  ****     20 | def f_20():\n");
	assert_with_facts(NULL, "\n    82.03    88.68  ****     20 | def f_20():\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heat_has_colours_only_if_asked),
		cmocka_unit_test(every_region_is_cut_to_what_is_hot),
		cmocka_unit_test(a_region_says_in_which_function_it_is),
		cmocka_unit_test(a_region_within_a_function_names_it),
		cmocka_unit_test(what_has_no_text_is_said),
		cmocka_unit_test(every_state_has_its_sentence),
		cmocka_unit_test(the_limit_is_of_files),
		cmocka_unit_test(without_a_listing_there_are_no_lines),
		cmocka_unit_test(no_line_is_a_row_of_its_own),
		cmocka_unit_test(facts_stand_in_the_margin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
