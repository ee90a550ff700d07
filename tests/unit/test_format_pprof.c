#include "cmocka_all.h"

#include <stdlib.h>
#include <zlib.h>

#include "fixture.h"
#include "profile.pb-c.h"

enum { MOST = 1 << 20 };

static Qa__Pprof__Profile *decode_with(
	fixture_recording *record, const struct qa_profile_options *options)
{
	struct qa_profile *profile = fixture_profile(record, options);
	size_t len = 0;
	char *bytes = fixture_emit("pprof", profile, 0, &len);
	unsigned char *plain = malloc(MOST);
	z_stream z = {.next_in = (unsigned char *)bytes,
		.avail_in = (uInt)len,
		.next_out = plain,
		.avail_out = MOST};
	Qa__Pprof__Profile *decoded;

	assert_true(bytes && plain);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	decoded = qa__pprof__profile__unpack(NULL, MOST - z.avail_out, plain);
	assert_non_null(decoded);
	inflateEnd(&z);
	free(plain);
	free(bytes);
	qa_profile_free(profile);
	return decoded;
}

static Qa__Pprof__Profile *decode(fixture_recording *record, bool by_line)
{
	struct qa_profile_options options = {.by_line = by_line};

	return decode_with(record, &options);
}

static void release(Qa__Pprof__Profile *p)
{
	qa__pprof__profile__free_unpacked(p, NULL);
}

static void assert_text(const Qa__Pprof__Profile *p, int64_t number, const char *text)
{
	assert_in_range(number, 0, p->n_string_table - 1);
	assert_string_equal(p->string_table[number], text);
}

static const Qa__Pprof__Function *function_named(const Qa__Pprof__Profile *p, const char *name)
{
	for (size_t i = 0; i < p->n_function; i++)
		if (strcmp(p->string_table[p->function[i]->name], name) == 0)
			return p->function[i];
	fail_msg("no function %s", name);
	return NULL;
}

static void numbers_have_types(void **state)
{
	Qa__Pprof__Profile *p = decode(fixture_server, false);

	(void)state;
	assert_text(p, 0, "");
	assert_int_equal(p->n_sample_type, 2);
	assert_text(p, p->sample_type[0]->type, "samples");
	assert_text(p, p->sample_type[0]->unit, "count");
	assert_text(p, p->sample_type[1]->type, "wall");
	assert_text(p, p->sample_type[1]->unit, "nanoseconds");
	assert_text(p, p->default_sample_type, "wall");
	assert_text(p, p->period_type->type, "wall");
	assert_int_equal(p->period, FIXTURE_PERIOD);
	assert_int_equal(p->time_nanos, 1700000000000000000);
	assert_int_equal(p->duration_nanos, 1000000000);
	assert_int_equal(p->n_comment, 3);
	assert_text(p, p->comment[0], "server.py");
	release(p);
}

static void samples_add_up_for_each_thread(void **state)
{
	Qa__Pprof__Profile *p = decode(fixture_server, false);
	int64_t samples = 0;
	int64_t ns = 0;

	(void)state;
	for (size_t i = 0; i < p->n_sample; i++) {
		const Qa__Pprof__Sample *sample = p->sample[i];

		assert_int_equal(sample->n_value, 2);
		samples += sample->value[0];
		ns += sample->value[1];
		assert_int_equal(sample->n_label, 3);
		assert_text(p, sample->label[0]->key, "thread_name");
		assert_text(p, sample->label[1]->key, "thread_id");
		assert_text(p, sample->label[2]->key, "pid");
		assert_int_equal(sample->label[2]->num, 4001);
		assert_text(p, sample->label[0]->str,
			sample->label[1]->num == 5001 ? "MainThread" : "worker-1");
	}
	assert_int_equal(p->n_sample, 9);
	assert_int_equal(samples, 100);
	assert_int_equal(ns, 1000000000);
	release(p);
}

static void one_stack_in_two_threads(struct fixture *f)
{
	uint32_t process = FIXTURE_PROCESS(f, "python3\0a.py");
	uint32_t node;

	fixture_thread(f, process, "one");
	fixture_thread(f, process, "two");
	node = fixture_node(f, 0, fixture_code(f, "f", "a.py", 1));
	fixture_samples(f, 1, node, 3);
	fixture_samples(f, 2, node, 4);
}

static void threads_are_counted_apart(void **state)
{
	Qa__Pprof__Profile *p = decode(one_stack_in_two_threads, false);

	(void)state;
	assert_int_equal(p->n_sample, 2);
	assert_int_equal(p->sample[0]->value[0], 3);
	assert_int_equal(p->sample[1]->value[0], 4);
	release(p);
}

static void stacks_begin_with_the_innermost_frame(void **state)
{
	Qa__Pprof__Profile *p = decode(fixture_server, false);
	const Qa__Pprof__Sample *sample = p->sample[p->n_sample - 1];
	const Qa__Pprof__Location *leaf;

	(void)state;
	assert_int_equal(sample->n_location_id, 3);
	leaf = p->location[sample->location_id[0] - 1];
	assert_int_equal(leaf->id, sample->location_id[0]);
	assert_text(p, p->function[leaf->line[0]->function_id - 1]->name, "<unreadable>");
	release(p);
}

static void by_line_a_function_has_locations(void **state)
{
	Qa__Pprof__Profile *p = decode(fixture_server, true);
	const Qa__Pprof__Function *handle = function_named(p, "Server.handle");
	int64_t line = 20;

	(void)state;
	assert_int_equal(p->n_function, 8);
	assert_int_equal(p->n_location, 11);
	assert_int_equal(handle->start_line, 20);
	assert_text(p, handle->filename, "/srv/server.py");
	for (size_t i = 0; i < p->n_location; i++) {
		assert_int_equal(p->location[i]->mapping_id, 1);
		if (p->location[i]->line[0]->function_id == handle->id)
			assert_int_equal(p->location[i]->line[0]->line, line++);
	}
	assert_int_equal(line, 23);
	release(p);
}

static void the_mapping_needs_no_symbols(void **state)
{
	Qa__Pprof__Profile *p = decode(fixture_server, false);

	(void)state;
	assert_int_equal(p->n_mapping, 1);
	assert_int_equal(p->mapping[0]->id, 1);
	assert_text(p, p->mapping[0]->filename, "/usr/bin/python3.11");
	assert_text(p, p->mapping[0]->build_id, "c0ffee");
	assert_true(p->mapping[0]->has_functions && p->mapping[0]->has_filenames);
	assert_true(p->mapping[0]->has_line_numbers && p->mapping[0]->has_inline_frames);
	release(p);
}

static void hostile_names_are_escaped(void **state)
{
	Qa__Pprof__Profile *p = decode(fixture_hostile, false);

	(void)state;
	function_named(p, "line\\x0abreak 7");
	function_named(p, "<module>");
	function_named(p, "lone \xef\xbf\xbd surrogate");
	release(p);
}

static void without_samples_it_is_still_a_profile(void **state)
{
	Qa__Pprof__Profile *p = decode(fixture_empty, false);

	(void)state;
	assert_int_equal(p->n_sample, 0);
	assert_int_equal(p->n_sample_type, 2);
	release(p);
}

static void the_type_follows_the_selection(void **state)
{
	static const struct {
		enum qa_selection selection;
		const char *type;
		const char *said;
	} cases[] = {
		{QA_SELECT_ALL, "wall", "qa-record 0.1.0: 100 samples, "},
		{QA_SELECT_ON_CPU, "cpu", "qa-record 0.1.0: 70 of 100 samples (on a CPU), "},
		{QA_SELECT_GIL, "cpu", "qa-record 0.1.0: 40 of 100 samples (with the GIL), "},
		{QA_SELECT_NOT_IDLE, "wall", "qa-record 0.1.0: 80 of 100 samples (not idle), "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct qa_profile_options options = {.selection = cases[i].selection};
		Qa__Pprof__Profile *p = decode_with(fixture_states, &options);

		assert_text(p, p->sample_type[1]->type, cases[i].type);
		assert_text(p, p->sample_type[1]->unit, "nanoseconds");
		assert_text(p, p->default_sample_type, cases[i].type);
		assert_text(p, p->period_type->type, cases[i].type);
		assert_memory_equal(
			p->string_table[p->comment[1]], cases[i].said, strlen(cases[i].said));
		release(p);
	}
}

/* The samples with this label, "" for none. */
static int64_t samples_in_state(const Qa__Pprof__Profile *p, const char *name)
{
	int64_t sum = 0;

	for (size_t i = 0; i < p->n_sample; i++) {
		const Qa__Pprof__Sample *sample = p->sample[i];
		const char *label = "";

		if (sample->n_label == 4) {
			assert_text(p, sample->label[3]->key, "state");
			label = p->string_table[sample->label[3]->str];
		}
		sum += strcmp(label, name) == 0 ? sample->value[0] : 0;
	}
	return sum;
}

static void known_states_are_labels(void **state)
{
	Qa__Pprof__Profile *p = decode(fixture_states, false);

	(void)state;
	assert_int_equal(samples_in_state(p, "gc"), 4);
	assert_int_equal(samples_in_state(p, "gil"), 36);
	assert_int_equal(samples_in_state(p, "cpu"), 30);
	assert_int_equal(samples_in_state(p, "idle"), 20);
	assert_int_equal(samples_in_state(p, ""), 10);
	assert_int_equal(p->n_sample, 6);
	release(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_types),
		cmocka_unit_test(samples_add_up_for_each_thread),
		cmocka_unit_test(threads_are_counted_apart),
		cmocka_unit_test(stacks_begin_with_the_innermost_frame),
		cmocka_unit_test(by_line_a_function_has_locations),
		cmocka_unit_test(the_mapping_needs_no_symbols),
		cmocka_unit_test(hostile_names_are_escaped),
		cmocka_unit_test(without_samples_it_is_still_a_profile),
		cmocka_unit_test(the_type_follows_the_selection),
		cmocka_unit_test(known_states_are_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
