#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>

#include "fixture.h"

static const struct qa_profile_options by_line = {.by_line = true};

static const struct qa_frame *frame_named(const struct qa_profile *profile, const char *name)
{
	uint32_t frame = fixture_frame(profile, name);

	assert_int_not_equal(frame, QA_NONE);
	return &profile->frames[frame];
}

static void assert_weight(struct qa_weight weight, uint64_t samples)
{
	assert_int_equal(weight.samples, samples);
	assert_int_equal(weight.ns, samples * FIXTURE_PERIOD);
}

static void instructions_of_a_function_are_one_frame(void **state)
{
	struct qa_profile *profile = fixture_profile(fixture_server, NULL);
	const struct qa_frame *handle = frame_named(profile, "Server.handle");

	(void)state;
	assert_int_equal(profile->frame_count, 8);
	assert_string_equal(handle->short_name, "handle");
	assert_int_equal(handle->line, 20);
	assert_weight(handle->self, 17);
	assert_weight(handle->total, 91);
	assert_int_equal(profile->node_count, 11);
	qa_profile_free(profile);
}

static void by_line_they_are_a_frame_each(void **state)
{
	struct qa_profile *profile = fixture_profile(fixture_server, &by_line);
	const struct qa_frame *handle = frame_named(profile, "Server.handle");

	(void)state;
	assert_int_equal(profile->frame_count, 11);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(handle[i].name, "Server.handle");
		assert_int_equal(handle[i].line, 20 + i);
		assert_int_equal(handle[i].first_line, 20);
		assert_int_equal(handle[i].function, handle->function);
	}
	assert_int_equal(handle->function, 4);
	assert_int_equal(handle[-1].function, 3);
	assert_int_equal(handle[3].function, 5);
	assert_weight(handle[1].self, 10);
	assert_weight(handle[2].self, 7);
	assert_int_equal(profile->function_count, 5);
	qa_profile_free(profile);
}

static void recursion_counts_once(void **state)
{
	struct qa_profile *profile = fixture_profile(fixture_server, NULL);
	const struct qa_frame *walk = frame_named(profile, "walk");

	(void)state;
	assert_weight(walk->self, 30);
	assert_weight(walk->total, 34);
	qa_profile_free(profile);
}

/* Everything that the header promises about arrays and their order. */
static void assert_consistent(const struct qa_profile *profile)
{
	struct qa_weight sum = {0};

	assert_int_equal(profile->nodes[0].parent, QA_NONE);
	assert_int_equal(profile->nodes[0].frame, QA_NONE);
	assert_int_equal(profile->nodes[0].self.samples, 0);
	assert_int_equal(profile->nodes[0].total.samples, profile->total.samples);
	assert_int_equal(profile->nodes[0].total.ns, profile->total.ns);
	for (size_t i = 1; i < profile->node_count; i++) {
		const struct qa_node *node = &profile->nodes[i];
		uint64_t below = node->self.samples;

		assert_true(node->parent < i);
		assert_true(node->frame < profile->frame_count);
		assert_int_equal(node->depth, profile->nodes[node->parent].depth + 1);
		assert_true(node->depth <= profile->max_depth);
		assert_true(node->total.samples > 0);
		assert_true(node->first_child == QA_NONE || node->first_child == i + 1);
		if (node->next_sibling != QA_NONE) {
			assert_int_equal(profile->nodes[node->next_sibling].parent, node->parent);
			assert_true(profile->nodes[node->next_sibling].frame > node->frame);
		}
		for (uint32_t c = node->first_child; c != QA_NONE;
			c = profile->nodes[c].next_sibling)
			below += profile->nodes[c].total.samples;
		assert_int_equal(below, node->total.samples);
	}
	for (size_t i = 0; i < profile->frame_count; i++) {
		assert_true(i == 0 ||
			    strcmp(profile->frames[i - 1].name, profile->frames[i].name) <= 0);
		sum.samples += profile->frames[i].self.samples;
		sum.ns += profile->frames[i].self.ns;
	}
	assert_int_equal(sum.samples, profile->total.samples);
	assert_int_equal(sum.ns, profile->total.ns);
}

static void arrays_are_consistent(void **state)
{
	(void)state;
	for (const struct fixture_kind *kind = fixture_kinds; kind->name; kind++)
		for (int lines = 0; lines < 2; lines++) {
			struct qa_profile *profile =
				fixture_profile(kind->record, lines ? &by_line : NULL);

			assert_non_null(profile);
			assert_consistent(profile);
			qa_profile_free(profile);
		}
}

static void samples_are_grouped_by_thread(void **state)
{
	struct qa_profile *profile = fixture_profile(fixture_server, NULL);
	size_t seen = 0;

	(void)state;
	assert_int_equal(profile->thread_count, 2);
	for (uint32_t t = 0; t < 2; t++) {
		assert_int_equal(profile->threads[t].first_sample, seen);
		for (size_t i = 0; i < profile->threads[t].total.samples; i++, seen++) {
			uint32_t sample = profile->thread_samples[seen];

			assert_int_equal(profile->samples[sample].thread, t);
			assert_true(i == 0 || sample > profile->thread_samples[seen - 1]);
		}
	}
	assert_int_equal(seen, profile->sample_count);
	assert_weight(profile->threads[0].total, 70);
	assert_weight(profile->threads[1].total, 30);
	qa_profile_free(profile);
}

static void hot_frames_come_hottest_first(void **state)
{
	static const char *const names[] = {"walk", "get", "Server.handle", "dumps",
		"<no python frame>", "<GC>", "<module>", "<unreadable>"};
	struct qa_profile *profile = fixture_profile(fixture_server, NULL);

	(void)state;
	assert_int_equal(profile->hot_count, 8);
	for (size_t i = 0; i < profile->hot_count; i++)
		assert_string_equal(profile->frames[profile->hot_frames[i]].name, names[i]);
	qa_profile_free(profile);
}

static void a_stack_without_python_has_a_frame(void **state)
{
	struct qa_profile *profile = fixture_profile(fixture_server, NULL);
	const struct qa_frame *none = frame_named(profile, "<no python frame>");

	(void)state;
	assert_int_equal(none->kind, QA_FRAME_NO_PYTHON);
	assert_weight(none->self, 6);
	assert_string_equal(none->file, "");
	qa_profile_free(profile);
}

static void origins_follow_the_path(void **state)
{
	struct qa_profile *profile = fixture_profile(fixture_server, NULL);

	(void)state;
	assert_int_equal(frame_named(profile, "walk")->origin, QA_ORIGIN_APPLICATION);
	assert_int_equal(frame_named(profile, "dumps")->origin, QA_ORIGIN_STANDARD);
	assert_int_equal(frame_named(profile, "get")->origin, QA_ORIGIN_PACKAGE);
	assert_int_equal(frame_named(profile, "<unreadable>")->origin, QA_ORIGIN_OTHER);
	qa_profile_free(profile);
}

static void processes_threads_and_files_are_described(void **state)
{
	struct qa_profile *profile = fixture_profile(fixture_server, NULL);
	const struct qa_process *process = &profile->processes[0];

	(void)state;
	assert_int_equal(process->argument_count, 5);
	assert_string_equal(process->arguments[4], "8000");
	assert_null(process->arguments[5]);
	assert_string_equal(process->script, "server.py");
	assert_string_equal(process->script_path, "/srv/server.py");
	assert_int_equal(process->script_file, 0);
	assert_string_equal(profile->threads[0].name, "MainThread");
	assert_string_equal(profile->threads[1].name, "worker-1");
	assert_int_equal(profile->files[0].size, 2059);
	assert_int_equal(profile->files[0].lines, 89);
	assert_weight(profile->files[0].self, 20);
	assert_int_equal(frame_named(profile, "Server.handle")->file_index, 0);
	assert_int_equal(frame_named(profile, "walk")->file_index, QA_NONE);
	assert_int_equal(profile->loss.dropped, 2);
	assert_true(profile->ended);
	assert_int_equal(profile->end_reason, QA_END_EXIT);
	assert_int_equal(profile->tick_count, 100);
	qa_profile_free(profile);
}

static void names_a_thread_late(struct fixture *f)
{
	uint32_t process = FIXTURE_PROCESS(f, "python3\0a.py");
	struct qa_raw_thread thread = {
		.id = 2, .process = process, .tid = 77, .name = qa_str("late")};

	fixture_thread(f, process, "");
	fixture_thread(f, process, "");
	fixture_thread(f, process, "");
	fixture_samples(f, 2, 0, 3);
	if (!f->rc)
		f->rc = f->consumer->thread(f->ctx, &thread);
}

static void a_thread_may_get_its_name_late(void **state)
{
	struct qa_profile *profile = fixture_profile(names_a_thread_late, NULL);

	(void)state;
	assert_int_equal(profile->thread_count, 3);
	assert_string_equal(profile->threads[1].name, "late");
	assert_weight(profile->threads[1].total, 3);
	assert_string_equal(profile->threads[2].name, "Thread 5003");
	assert_false(profile->ended);
	assert_int_equal(profile->end_ns, FIXTURE_START + 3 * FIXTURE_PERIOD);
	qa_profile_free(profile);
}

static void two_processes(struct fixture *f)
{
	uint32_t module;

	fixture_thread(f, FIXTURE_PROCESS(f, "python3\0main.py"), "");
	module = fixture_node(f, 0, fixture_code(f, "<module>", "main.py", 1));
	fixture_file(f, "main.py", 10, 1);
	fixture_samples(f, 1, module, 2);
	fixture_thread(f, FIXTURE_PROCESS(f, "python3\0-m\0pkg.tool"), "");
	fixture_file(f, "main.py", 20, 2);
	module = fixture_node(f, 0, fixture_code(f, "<module>", "main.py", 1));
	fixture_samples(f, 2, module, 5);
	module = fixture_node(f, module, fixture_code(f, "<module>", "/x/pkg/tool.py", 1));
	fixture_samples(f, 2, module, 1);
}

static void equal_functions_of_processes_are_one_frame(void **state)
{
	struct qa_profile *profile = fixture_profile(two_processes, NULL);

	(void)state;
	assert_int_equal(profile->frame_count, 2);
	assert_int_equal(profile->file_count, 2);
	assert_weight(profile->files[0].self, 2);
	assert_weight(profile->files[1].self, 5);
	assert_string_equal(profile->processes[1].script, "-m pkg.tool");
	assert_string_equal(profile->processes[1].script_path, "/x/pkg/tool.py");
	qa_profile_free(profile);
}

static void hostile_names_become_text(void **state)
{
	struct qa_profile *profile = fixture_profile(fixture_hostile, NULL);

	(void)state;
	frame_named(profile, "lone \xef\xbf\xbd surrogate");
	frame_named(profile, "<unknown>");
	frame_named(profile, "line\nbreak 7");
	qa_profile_free(profile);
}

static int feed_node(uint32_t id, uint32_t parent, uint32_t code)
{
	struct qa_profile_options options = {0};
	struct qa_profile_builder *builder;
	struct fixture f;

	assert_int_equal(qa_profile_builder_open(&options, &builder, NULL), 0);
	f = fixture_begin(&qa_profile_builder_consumer, builder);
	FIXTURE_PROCESS(&f, "python3");
	fixture_code(&f, "f", "f.py", 1);
	f.nodes = id - 1;
	fixture_node(&f, parent, code);
	qa_profile_builder_abort(builder);
	return f.rc;
}

static void unknown_ids_are_refused(void **state)
{
	(void)state;
	assert_int_equal(feed_node(1, 0, 1), 0);
	assert_int_equal(feed_node(4000000000u, 0, 1), 0);
	assert_int_equal(feed_node(0, 0, 1), -EINVAL);
	assert_int_equal(feed_node(1, 1, 1), -EINVAL);
	assert_int_equal(feed_node(1, 0, 2), -EINVAL);
}

static void too_much_time_is_refused(void **state)
{
	struct qa_profile_options options = {0};
	struct qa_profile_builder *builder;
	struct qa_raw_sample sample = {1, 0, 0};
	struct qa_raw_tick tick = {FIXTURE_START, INT64_MAX - 1, 1, &sample};
	struct fixture f;

	(void)state;
	assert_int_equal(qa_profile_builder_open(&options, &builder, NULL), 0);
	f = fixture_begin(&qa_profile_builder_consumer, builder);
	fixture_thread(&f, FIXTURE_PROCESS(&f, "python3"), "");
	assert_int_equal(f.consumer->tick(f.ctx, &tick), 0);
	assert_int_equal(f.consumer->tick(f.ctx, &tick), -EOVERFLOW);
	sample.thread = 2;
	assert_int_equal(f.consumer->tick(f.ctx, &tick), -EINVAL);
	qa_profile_builder_abort(builder);
}

static void ids_with_holes(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0a.py"), "");
	uint32_t code, node;

	f->codes = 6;
	code = fixture_code(f, "late", "a.py", 1);
	f->nodes = 99999;
	node = fixture_node(f, 0, code);
	f->nodes = 0; /* an id that is not its index + 1, but could be that of the node before */
	node = fixture_node(f, node, code);
	fixture_samples(f, thread, node, 2);
}

static void holes_in_ids_are_allowed(void **state)
{
	struct qa_profile *profile = fixture_profile(ids_with_holes, NULL);

	(void)state;
	assert_non_null(profile);
	assert_weight(frame_named(profile, "late")->self, 2);
	assert_int_equal(profile->max_depth, 2);
	qa_profile_free(profile);
}

static void partly_sampled(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0a.py"), "");
	uint32_t seen = fixture_node(f, 0, fixture_code(f, "seen", "a.py", 1));

	fixture_node(f, seen, fixture_code(f, "never", "a.py", 2));
	fixture_file(f, "a.py", 100, 10);
	fixture_file(f, "a.py", 200, 20);
	fixture_samples(f, thread, seen, 1);
}

static void what_no_sample_has_is_left_out(void **state)
{
	struct qa_profile *profile = fixture_profile(partly_sampled, NULL);

	(void)state;
	assert_int_equal(profile->node_count, 2);
	assert_int_equal(profile->frame_count, 1);
	qa_profile_free(profile);
}

static void a_file_is_as_it_was_at_first(void **state)
{
	struct qa_profile *profile = fixture_profile(partly_sampled, NULL);

	(void)state;
	assert_int_equal(profile->file_count, 1);
	assert_int_equal(profile->files[0].size, 100);
	qa_profile_free(profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instructions_of_a_function_are_one_frame),
		cmocka_unit_test(by_line_they_are_a_frame_each),
		cmocka_unit_test(recursion_counts_once),
		cmocka_unit_test(arrays_are_consistent),
		cmocka_unit_test(samples_are_grouped_by_thread),
		cmocka_unit_test(hot_frames_come_hottest_first),
		cmocka_unit_test(a_stack_without_python_has_a_frame),
		cmocka_unit_test(origins_follow_the_path),
		cmocka_unit_test(processes_threads_and_files_are_described),
		cmocka_unit_test(a_thread_may_get_its_name_late),
		cmocka_unit_test(equal_functions_of_processes_are_one_frame),
		cmocka_unit_test(hostile_names_become_text),
		cmocka_unit_test(unknown_ids_are_refused),
		cmocka_unit_test(too_much_time_is_refused),
		cmocka_unit_test(holes_in_ids_are_allowed),
		cmocka_unit_test(what_no_sample_has_is_left_out),
		cmocka_unit_test(a_file_is_as_it_was_at_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
