/* Which threads and samples a profile is made of. */
#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>

#include "fixture.h"

static struct qa_profile *select_states(
	enum qa_selection selection, const char *const *threads, size_t count)
{
	struct qa_profile_options options = {
		.selection = selection, .threads = threads, .thread_count = count};
	struct qa_profile *profile = fixture_profile(fixture_states, &options);

	assert_non_null(profile);
	return profile;
}

static uint64_t self_of(const struct qa_profile *profile, const char *name)
{
	uint32_t frame = fixture_frame(profile, name);

	return frame == QA_NONE ? 0 : profile->frames[frame].self.samples;
}

/* The sums that all formats draw on. */
static void assert_samples(const struct qa_profile *profile, uint64_t samples)
{
	uint64_t self = 0;
	uint64_t by_thread = 0;

	assert_int_equal(profile->total.samples, samples);
	assert_int_equal(profile->total.ns, samples * FIXTURE_PERIOD);
	assert_int_equal(profile->sample_count, samples);
	assert_int_equal(profile->nodes[0].total.samples, samples);
	for (size_t i = 0; i < profile->frame_count; i++)
		self += profile->frames[i].self.samples;
	for (size_t i = 0; i < profile->thread_count; i++)
		by_thread += profile->threads[i].total.samples;
	assert_int_equal(self, samples);
	assert_int_equal(by_thread, samples);
	assert_int_equal(profile->recorded.samples, 100);
	assert_int_equal(profile->recorded.ns, 100 * FIXTURE_PERIOD);
}

static void everything_without_a_choice(void **state)
{
	struct qa_profile *profile = select_states(QA_SELECT_ALL, NULL, 0);

	(void)state;
	assert_samples(profile, 100);
	assert_int_equal(profile->selection, QA_SELECT_ALL);
	assert_int_equal(profile->thread_count, 4);
	assert_int_equal(profile->asked_thread_count, 0);
	qa_profile_free(profile);
}

static void on_a_cpu_the_unknown_do_not_count(void **state)
{
	struct qa_profile *profile = select_states(QA_SELECT_ON_CPU, NULL, 0);

	(void)state;
	assert_samples(profile, 70);
	assert_int_equal(profile->selection, QA_SELECT_ON_CPU);
	assert_int_equal(self_of(profile, "spin"), 46);
	assert_int_equal(self_of(profile, "compress"), 20);
	assert_int_equal(fixture_frame(profile, "wait"), QA_NONE);
	assert_int_equal(profile->thread_count, 4);
	assert_int_equal(profile->threads[0].total.samples, 0);
	qa_profile_free(profile);
}

static void with_the_gil(void **state)
{
	struct qa_profile *profile = select_states(QA_SELECT_GIL, NULL, 0);

	(void)state;
	assert_samples(profile, 40);
	assert_int_equal(self_of(profile, "spin"), 36);
	assert_int_equal(self_of(profile, "<GC>"), 4);
	assert_int_equal(profile->function_count, 1);
	qa_profile_free(profile);
}

static void without_the_idle_the_unknown_stay(void **state)
{
	struct qa_profile *profile = select_states(QA_SELECT_NOT_IDLE, NULL, 0);

	(void)state;
	assert_samples(profile, 80);
	assert_int_equal(self_of(profile, "compress"), 30);
	assert_int_equal(self_of(profile, "wait"), 0);
	qa_profile_free(profile);
}

static void threads_by_name_or_id(void **state)
{
	static const struct {
		const char *asked[2];
		size_t count;
		uint64_t samples;
		size_t threads;
	} cases[] = {
		{{"busy"}, 1, 50, 1},
		{{"MainThread"}, 1, 20, 1},
		{{"worker"}, 1, 30, 2}, /* all of a name */
		{{"5004"}, 1, 10, 1},
		{{"5003", "worker"}, 2, 30, 2}, /* none twice */
		{{"MainThread", "5002"}, 2, 70, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct qa_profile *profile =
			select_states(QA_SELECT_ALL, cases[i].asked, cases[i].count);

		assert_samples(profile, cases[i].samples);
		assert_int_equal(profile->thread_count, cases[i].threads);
		assert_int_equal(profile->asked_thread_count, cases[i].count);
		for (size_t k = 0; k < cases[i].count; k++)
			assert_string_equal(profile->asked_threads[k], cases[i].asked[k]);
		qa_profile_free(profile);
	}
}

static void a_thread_and_a_state(void **state)
{
	static const char *const worker[] = {"worker"};
	struct qa_profile *profile = select_states(QA_SELECT_ON_CPU, worker, 1);

	(void)state;
	assert_samples(profile, 20);
	assert_int_equal(profile->threads[0].tid, 5003);
	assert_int_equal(profile->threads[0].first_sample, 0);
	assert_int_equal(profile->threads[1].total.samples, 0);
	assert_int_equal(profile->samples[profile->thread_samples[0]].thread, 0);
	qa_profile_free(profile);
}

static void hostile_names_can_be_said_as_shown(void **state)
{
	static const char *const spellings[] = {
		"thread;\n\"<&>\" 9", "thread;\\x0a\"<&>\" 9", "5001"};

	(void)state;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		struct qa_profile_options options = {.threads = &spellings[i], .thread_count = 1};
		struct qa_profile *profile = fixture_profile(fixture_hostile, &options);

		assert_non_null(profile);
		assert_int_equal(profile->total.samples, 22);
		qa_profile_free(profile);
	}
}

static int fail_to_build(
	fixture_recording *record, const struct qa_profile_options *options, struct qa_error *err)
{
	struct qa_profile_builder *builder;
	struct qa_profile *profile;
	struct fixture f;
	int rc;

	assert_int_equal(qa_profile_builder_open(options, &builder, NULL), 0);
	f = fixture_begin(&qa_profile_builder_consumer, builder);
	record(&f);
	assert_int_equal(f.rc, 0);
	rc = qa_profile_builder_finish(builder, &profile, err);
	assert_null(profile);
	return rc;
}

static void a_thread_that_nobody_knows(void **state)
{
	static const char *const asked[] = {"busy", "nobody"};
	struct qa_profile_options options = {.threads = asked, .thread_count = 2};
	struct qa_error err = {0};

	(void)state;
	assert_int_equal(fail_to_build(fixture_states, &options, &err), -ESRCH);
	assert_string_equal(err.message, "The recording has no thread 'nobody'.");
	assert_string_equal(err.hint,
		"There are: MainThread (5001), busy (5002), worker (5003), worker (5004).");
	assert_int_equal(fail_to_build(fixture_hostile, &options, &err), -ESRCH);
	assert_string_equal(err.hint, "There are: thread;\\x0a\"<&>\" 9 (5001).");
}

static void crowd(struct fixture *f)
{
	uint32_t process = FIXTURE_PROCESS(f, "python3\0app.py");

	for (int i = 0; i < 1000; i++)
		fixture_thread(f, process, i == 0 ? "first" : "one of many");
}

static void many_threads_are_not_all_listed(void **state)
{
	static const char *const asked[] = {"nobody"};
	struct qa_profile_options options = {.threads = asked, .thread_count = 1};
	struct qa_error err = {0};

	(void)state;
	assert_int_equal(fail_to_build(crowd, &options, &err), -ESRCH);
	assert_non_null(strstr(err.hint, "There are: first (5001), one of many (5002), "));
	assert_non_null(strstr(err.hint, " (5020) and 980 more threads."));
}

static void what_the_recording_does_not_tell(void **state)
{
	static const char *const worker[] = {"5004"};
	struct qa_profile_options options = {.selection = QA_SELECT_ON_CPU};
	struct qa_error err = {0};

	(void)state;
	assert_int_equal(fail_to_build(fixture_server, &options, &err), -ENODATA);
	assert_string_equal(err.message,
		"The recording does not tell which threads were on a CPU: this is unknown of all "
		"100 samples.");
	options.selection = QA_SELECT_NOT_IDLE;
	assert_int_equal(fail_to_build(fixture_server, &options, &err), -ENODATA);
	options.selection = QA_SELECT_GIL;
	assert_int_equal(fail_to_build(fixture_server, &options, &err), -ENODATA);
	assert_non_null(strstr(err.message, " held the GIL: "));
	options = (struct qa_profile_options){
		.selection = QA_SELECT_ON_CPU, .threads = worker, .thread_count = 1};
	assert_int_equal(fail_to_build(fixture_states, &options, &err), -ENODATA);
	assert_non_null(strstr(err.message, " of all 10 samples."));
}

static void without_samples_there_is_nothing_to_know(void **state)
{
	struct qa_profile_options options = {.selection = QA_SELECT_ON_CPU};
	struct qa_profile *profile = fixture_profile(fixture_empty, &options);

	(void)state;
	assert_non_null(profile);
	assert_int_equal(profile->total.samples, 0);
	qa_profile_free(profile);
}

static void assert_states(
	const struct qa_states *states, uint64_t samples, const uint64_t counts[5])
{
	assert_int_equal(states->samples, samples);
	assert_int_equal(states->knows_cpu, counts[0]);
	assert_int_equal(states->on_cpu, counts[1]);
	assert_int_equal(states->knows_gil, counts[2]);
	assert_int_equal(states->gil, counts[3]);
	assert_int_equal(states->gc, counts[4]);
}

static void states_are_counted_before_they_are_chosen(void **state)
{
	static const uint64_t all[] = {90, 70, 96, 40, 4};
	static const uint64_t busy[] = {50, 50, 50, 40, 4};
	static const uint64_t unknown[] = {0, 0, 6, 0, 0};
	static const uint64_t workers[] = {20, 20, 26, 0, 0};
	static const char *const worker[] = {"worker"};

	(void)state;
	for (int selection = QA_SELECT_ALL; selection <= QA_SELECT_NOT_IDLE; selection++) {
		struct qa_profile *profile = select_states((enum qa_selection)selection, NULL, 0);

		assert_states(&profile->states, 100, all);
		assert_states(&profile->threads[1].states, 50, busy);
		assert_states(&profile->threads[3].states, 10, unknown);
		qa_profile_free(profile);
	}
	for (int selection = QA_SELECT_ALL; selection <= QA_SELECT_NOT_IDLE; selection++) {
		struct qa_profile *profile = select_states((enum qa_selection)selection, worker, 1);

		assert_states(&profile->states, 30, workers);
		assert_states(&profile->threads[1].states, 10, unknown);
		qa_profile_free(profile);
	}
}

/* Bits that the recorder says it does not know. */
static void bare_bits(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0app.py"), "");
	uint32_t node = fixture_node(f, 0, fixture_code(f, "f", "app.py", 1));

	f->state = QA_STATE_ON_CPU | QA_STATE_GIL | QA_STATE_GC;
	fixture_samples(f, thread, node, 5);
}

static void bits_count_only_where_they_are_known(void **state)
{
	static const uint64_t none[5] = {0};
	struct qa_profile *profile = fixture_profile(bare_bits, NULL);

	(void)state;
	assert_states(&profile->states, 5, none);
	assert_int_equal(self_of(profile, "f"), 5);
	qa_profile_free(profile);
}

static void collecting(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0app.py"), "");
	uint32_t node = fixture_node(f, 0, fixture_code(f, "f", "app.py", 1));
	uint32_t gc = fixture_node(f, node, fixture_special(f, QA_CODE_GC));

	fixture_file(f, "app.py", 1, 1);
	fixture_samples(f, thread, node, 1);
	f->state = QA_STATE_KNOWS_GIL | QA_STATE_GIL | QA_STATE_GC;
	fixture_samples(f, thread, node, 2);
	fixture_samples(f, thread, gc, 3); /* says so already */
	fixture_samples(f, thread, 0, 4);  /* from no Python code */
}

static void collecting_garbage_is_a_frame(void **state)
{
	struct qa_profile *profile = fixture_profile(collecting, NULL);
	const struct qa_frame *gc = &profile->frames[fixture_frame(profile, "<GC>")];

	(void)state;
	assert_int_equal(gc->kind, QA_FRAME_GC);
	assert_int_equal(gc->self.samples, 9);
	assert_int_equal(self_of(profile, "f"), 1);
	assert_int_equal(profile->node_count, 4); /* root, <GC>, f, f;<GC> */
	assert_int_equal(profile->max_depth, 2);
	assert_int_equal(profile->files[0].self.samples, 1);
	assert_int_equal(fixture_frame(profile, "<no python frame>"), QA_NONE);
	qa_profile_free(profile);
}

static void the_frame_of_collecting_can_be_left_out(void **state)
{
	struct qa_profile_options options = {.no_gc_frames = true};
	struct qa_profile *profile = fixture_profile(collecting, &options);

	(void)state;
	assert_int_equal(self_of(profile, "f"), 3);
	assert_int_equal(self_of(profile, "<GC>"), 3); /* what the recorder saw stays */
	assert_int_equal(self_of(profile, "<no python frame>"), 4);
	qa_profile_free(profile);
}

static void deep_collecting(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0deep.py"), "");
	uint32_t down = fixture_code(f, "down", "deep.py", 2);
	uint32_t node = 0;

	for (int i = 0; i < 100; i++)
		node = fixture_node(f, node, down);
	f->state = QA_STATE_KNOWS_GIL | QA_STATE_GC;
	fixture_samples(f, thread, node, 1);
}

static void a_deep_stack_collects_at_its_end(void **state)
{
	struct qa_profile_options options = {.max_depth = 10};
	struct qa_profile *profile = fixture_profile(deep_collecting, &options);
	const struct qa_node *last = &profile->nodes[profile->node_count - 1];

	(void)state;
	assert_string_equal(profile->frames[last->frame].name, "<GC>");
	assert_int_equal(last->self.samples, 1);
	assert_int_equal(last->depth, profile->max_depth);
	assert_true(profile->max_depth <= 12); /* 10, the elided, the collection */
	qa_profile_free(profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_without_a_choice),
		cmocka_unit_test(on_a_cpu_the_unknown_do_not_count),
		cmocka_unit_test(with_the_gil),
		cmocka_unit_test(without_the_idle_the_unknown_stay),
		cmocka_unit_test(threads_by_name_or_id),
		cmocka_unit_test(a_thread_and_a_state),
		cmocka_unit_test(hostile_names_can_be_said_as_shown),
		cmocka_unit_test(a_thread_that_nobody_knows),
		cmocka_unit_test(many_threads_are_not_all_listed),
		cmocka_unit_test(what_the_recording_does_not_tell),
		cmocka_unit_test(without_samples_there_is_nothing_to_know),
		cmocka_unit_test(states_are_counted_before_they_are_chosen),
		cmocka_unit_test(bits_count_only_where_they_are_known),
		cmocka_unit_test(collecting_garbage_is_a_frame),
		cmocka_unit_test(the_frame_of_collecting_can_be_left_out),
		cmocka_unit_test(a_deep_stack_collects_at_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
