/* Which definition a frame has, or why none, and what the definitions weigh. */
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"
#include "qa/join.h"
#include "qa/listing.h"

struct joined {
	struct qa_profile *profile;
	struct qa_join *join;
};

static struct joined join(fixture_recording *record, const struct qa_profile_options *by,
	const struct qa_join_options *options)
{
	struct joined joined = {.profile = fixture_profile(record, by)};

	assert_non_null(joined.profile);
	assert_int_equal(qa_join_open(joined.profile, options, &joined.join, NULL), 0);
	return joined;
}

static void release(const struct joined *joined)
{
	qa_join_free(joined->join);
	qa_profile_free(joined->profile);
}

static const struct qa_joined_frame *frame(const struct joined *joined, const char *name)
{
	uint32_t index = fixture_frame(joined->profile, name);

	assert_int_not_equal(index, QA_NONE);
	return &joined->join->frames[index];
}

/* The frame's own definition, and the one that it counts for. */
static void assert_defined(
	const struct joined *joined, const char *name, const char *own, const char *counts_for)
{
	const struct qa_joined_frame *found = frame(joined, name);

	assert_int_equal(found->state, QA_JOIN_FOUND);
	assert_in_range(found->definition, 0, joined->join->definition_count - 1);
	assert_true(qa_str_equal(
		joined->join->definitions[found->definition].name, qa_str(counts_for)));
	if (own)
		assert_true(qa_str_equal(found->own->qualified, qa_str(own)));
	else
		assert_null(found->own);
}

static void frames_find_their_definitions(void **state)
{
	struct joined j = join(fixture_facts, NULL, NULL);

	(void)state;
	assert_defined(&j, "Shop.best", "Shop.best", "Shop.best");
	assert_defined(&j, "prices", "prices", "prices");
	assert_defined(&j, "decide", "decide", "decide");
	assert_defined(&j, "<module>", NULL, "<module>");
	assert_int_equal(frame(&j, "Shop.best")->own->def_line, 7);
	release(&j);
}

static void lambdas_and_comprehensions_count_for_their_function(void **state)
{
	struct joined j = join(fixture_facts, NULL, NULL);
	const struct qa_joined_definition *best, *prices;

	(void)state;
	if (!qa_source_has_grammars())
		skip();
	assert_defined(
		&j, "Shop.best.<locals>.<lambda>", "Shop.best.<locals>.<lambda>", "Shop.best");
	assert_defined(&j, "prices.<locals>.<listcomp>", "prices.<locals>.<listcomp>", "prices");
	best = &j.join->definitions[frame(&j, "Shop.best")->definition];
	assert_int_equal(best->self.samples, 25);
	assert_int_equal(best->total.samples, 36);
	prices = &j.join->definitions[frame(&j, "prices")->definition];
	assert_int_equal(prices->self.samples, 30);
	assert_int_equal(prices->total.samples, 30);
	assert_int_equal(prices->total.ns, 30 * (uint64_t)FIXTURE_PERIOD);
	release(&j);
}

static void assert_definition(const struct joined *joined, size_t i, const char *name,
	uint32_t line, uint32_t lines, uint32_t cyclomatic, uint32_t cognitive, uint64_t score)
{
	const struct qa_joined_definition *definition = &joined->join->definitions[i];

	assert_in_range(i + 1, 1, joined->join->definition_count);
	assert_true(qa_str_equal(definition->name, qa_str(name)));
	assert_int_equal(definition->line, line);
	assert_int_equal(definition->lines, lines);
	assert_int_equal(definition->cyclomatic, cyclomatic);
	assert_int_equal(definition->cognitive, cognitive);
	assert_int_equal(definition->score, score);
}

/* Hundredths of percents times log2 of 14, 6, 4 and 1. */
static void the_score_is_share_times_complexity(void **state)
{
	struct joined j = join(fixture_facts, NULL, NULL);

	(void)state;
	if (!qa_source_has_grammars())
		skip();
	assert_int_equal(j.join->definition_count, 4);
	assert_definition(&j, 0, "decide", 1, 9, 8, 13, 9138);
	assert_definition(&j, 1, "Shop.best", 6, 7, 5, 5, 6462);
	assert_definition(&j, 2, "<module>", 1, 19, 3, 3, 800);
	assert_definition(&j, 3, "prices", 14, 2, 3, 0, 0);
	assert_null(j.join->definitions[2].definition);
	release(&j);
}

static void by_line_the_same_functions_weigh_the_same(void **state)
{
	const struct qa_profile_options by_line = {.by_line = true};
	struct joined one = join(fixture_facts, NULL, NULL);
	struct joined other = join(fixture_facts, &by_line, NULL);

	(void)state;
	assert_true(other.profile->frame_count > one.profile->frame_count);
	assert_int_equal(one.join->definition_count, other.join->definition_count);
	for (size_t i = 0; i < one.join->definition_count; i++) {
		const struct qa_joined_definition *a = &one.join->definitions[i];
		const struct qa_joined_definition *b = &other.join->definitions[i];

		assert_true(qa_str_equal(a->name, b->name));
		assert_int_equal(a->self.samples, b->self.samples);
		assert_int_equal(a->total.samples, b->total.samples);
	}
	release(&one);
	release(&other);
}

static void assert_file(
	const struct joined *joined, size_t i, const char *path, uint64_t self, uint64_t total)
{
	const struct qa_joined_file *file = &joined->join->files[i];

	assert_in_range(i + 1, 1, joined->join->file_count);
	assert_string_equal(file->path, path);
	assert_int_equal(file->self.samples, self);
	assert_int_equal(file->total.samples, total);
	assert_ptr_equal(qa_join_find_file(joined->join, path), file);
}

static void files_come_hottest_first(void **state)
{
	struct joined j = join(fixture_facts, NULL, NULL);

	(void)state;
	assert_int_equal(j.join->file_count, 4);
	assert_file(&j, 0, "app.py", 61, 94);
	assert_file(&j, 1, "rules.py", 24, 24);
	assert_file(&j, 2, "lost.py", 9, 9);
	assert_file(&j, 3, "<string>", 1, 1);
	assert_true(j.join->files[0].is_script);
	assert_false(j.join->files[1].is_script);
	assert_null(qa_join_find_file(j.join, "other.py"));
	release(&j);
}

static void recursion(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0a.py"), "");
	uint32_t down = fixture_code(f, "down", "a.py", 1);
	uint32_t lambda = fixture_code(f, "down.<locals>.<lambda>", "a.py", 2);
	uint32_t node = fixture_node(f, 0, down);

	fixture_source(f, "a.py", "def down(n):\n    f = lambda: down(n - 1)\n    return f()\n");
	for (int i = 0; i < 10; i++)
		node = fixture_node(f, fixture_node(f, node, lambda), down);
	fixture_samples(f, thread, node, 3);
	fixture_end(f, QA_END_EXIT);
}

static void a_stack_counts_once(void **state)
{
	struct joined j = join(recursion, NULL, NULL);

	(void)state;
	assert_int_equal(j.join->definition_count, 1);
	assert_int_equal(j.join->definitions[0].self.samples, 3);
	assert_int_equal(j.join->definitions[0].total.samples, 3);
	assert_file(&j, 0, "a.py", 3, 3);
	release(&j);
}

/* --- what cannot be joined ---------------------------------------------------------------------
 */

static char folder[] = "/tmp/qa-join-XXXXXX";
static char changed[64], empty[64];

static void make_file(char *path, size_t room, const char *name, const char *text)
{
	FILE *file;

	snprintf(path, room, "%s/%s", folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static int make_folder(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	make_file(changed, sizeof(changed), "a.py", "def f(): pass\n");
	make_file(empty, sizeof(empty), "empty.py", "");
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(changed);
	unlink(empty);
	return rmdir(folder);
}

static void one_of_each_state(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0-c\0pass"), "");
	const char *const paths[] = {[QA_JOIN_FOUND] = "found.py",
		[QA_JOIN_CHANGED] = changed,
		[QA_JOIN_MISSING] = "/no/such/folder/a.py",
		[QA_JOIN_TOO_LARGE] = "large.py",
		[QA_JOIN_NOT_RECORDED] = "<string>",
		[QA_JOIN_FAILED] = "coded.py",
		[QA_JOIN_UNDEFINED] = "other.py"};

	fixture_source(f, "found.py", "\ndef f(): pass\n");
	fixture_file(f, changed, 14, 1);
	fixture_file(f, "/no/such/folder/a.py", 14, 1);
	fixture_file(f, "large.py", QA_TEXT_MAX + 1, 1);
	fixture_source(f, "coded.py", "# coding: no-such\ndef f(): pass\n");
	fixture_source(f, "other.py", "def f(): pass\ndef g(): pass\n");
	for (int i = 0; i <= QA_JOIN_UNDEFINED; i++)
		fixture_samples(
			f, thread, fixture_node(f, 0, fixture_code(f, "f", paths[i], 2)), i + 1);
	fixture_samples(f, thread, 0, 100);
	fixture_end(f, QA_END_EXIT);
}

static void every_state_is_told(void **state)
{
	struct joined j = join(one_of_each_state, NULL, NULL);

	(void)state;
	assert_int_equal(j.join->definition_count, 1);
	assert_int_equal(j.join->self[QA_JOIN_NO_FILE].samples, 100);
	for (int i = 0; i <= QA_JOIN_UNDEFINED; i++) {
		assert_int_equal(j.join->self[i].samples, i + 1);
		assert_int_equal(j.join->self[i].ns, (uint64_t)(i + 1) * FIXTURE_PERIOD);
	}
	for (size_t i = 0; i < j.join->file_count; i++) {
		const struct qa_joined_file *file = &j.join->files[i];
		bool has_facts = file->state == QA_JOIN_FOUND || file->state == QA_JOIN_FAILED;

		assert_int_equal(has_facts, file->facts != NULL);
		assert_int_not_equal(file->state, QA_JOIN_UNDEFINED);
	}
	assert_int_equal(j.join->file_counts[QA_JOIN_FOUND], 2);
	assert_non_null(qa_join_find_file(j.join, "coded.py")->facts->reason);
	release(&j);
}

/* --- limits ------------------------------------------------------------------------------------
 */

static enum qa_join_state state_of(const struct joined *joined, const char *path)
{
	return qa_join_find_file(joined->join, path)->state;
}

static void the_script_comes_before_the_hottest(struct fixture *f)
{
	static const char text[] = "def f():\n    if x:\n        pass\n";
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0script.py"), "");
	uint32_t node = fixture_node(f, 0, fixture_code(f, "<module>", "script.py", 1));

	fixture_source(f, "script.py", "import a, b\n");
	fixture_source(f, "a.py", text);
	fixture_source(f, "b.py", text);
	fixture_samples(f, thread, fixture_node(f, node, fixture_code(f, "f", "a.py", 1)), 990);
	fixture_samples(f, thread, fixture_node(f, node, fixture_code(f, "f", "b.py", 1)), 10);
	fixture_end(f, QA_END_EXIT);
}

static void no_more_is_analysed_than_allowed(void **state)
{
	static const struct qa_join_options limits[] = {
		{.max_files = 2},
		{.max_bytes = 12 + 32},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct joined j = join(the_script_comes_before_the_hottest, NULL, &limits[i]);

		assert_int_equal(state_of(&j, "script.py"), QA_JOIN_FOUND);
		assert_int_equal(state_of(&j, "a.py"), QA_JOIN_FOUND);
		assert_int_equal(state_of(&j, "b.py"), QA_JOIN_LEFT_OUT);
		assert_int_equal(j.join->self[QA_JOIN_LEFT_OUT].samples, 10);
		assert_int_equal(j.join->file_counts[QA_JOIN_LEFT_OUT], 1);
		release(&j);
	}
}

static void what_is_too_cold_for_the_top_is_not_analysed(void **state)
{
	struct qa_join_options options = {.top = 1};
	struct joined j = join(the_script_comes_before_the_hottest, NULL, &options);

	(void)state;
	assert_int_equal(state_of(&j, "script.py"), QA_JOIN_FOUND);
	assert_int_equal(state_of(&j, "a.py"), QA_JOIN_FOUND);
	assert_int_equal(state_of(&j, "b.py"), QA_JOIN_COLD);
	assert_int_equal(j.join->self[QA_JOIN_COLD].samples, 10);
	release(&j);
	options.hot_files = 2;
	j = join(the_script_comes_before_the_hottest, NULL, &options);
	assert_int_equal(state_of(&j, "b.py"), QA_JOIN_FOUND);
	release(&j);
	options = (struct qa_join_options){.top = 2};
	j = join(the_script_comes_before_the_hottest, NULL, &options);
	assert_int_equal(state_of(&j, "b.py"), QA_JOIN_FOUND);
	release(&j);
}

static void the_script_is_the_hottest(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0script.py"), "");
	uint32_t node = fixture_node(f, 0, fixture_code(f, "<module>", "script.py", 1));

	fixture_source(f, "script.py", "if x:\n    import a, b\n");
	fixture_source(f, "a.py", "def f(): pass\n");
	fixture_source(f, "b.py", "def f(): pass\n");
	fixture_file(f, empty, 0, 0);
	fixture_samples(f, thread, node, 980);
	fixture_samples(f, thread, fixture_node(f, node, fixture_code(f, "f", empty, 1)), 9);
	fixture_samples(f, thread, fixture_node(f, node, fixture_code(f, "f", "a.py", 1)), 8);
	fixture_samples(f, thread, fixture_node(f, node, fixture_code(f, "f", "b.py", 1)), 3);
	fixture_end(f, QA_END_EXIT);
}

static void the_script_takes_no_place_of_a_hot_file(void **state)
{
	const struct qa_join_options options = {.top = 1, .hot_files = 2};
	struct joined j = join(the_script_is_the_hottest, NULL, &options);

	(void)state;
	assert_int_equal(state_of(&j, "script.py"), QA_JOIN_FOUND);
	assert_int_equal(state_of(&j, empty), QA_JOIN_FOUND);
	assert_int_equal(state_of(&j, "a.py"), QA_JOIN_FOUND);
	assert_int_equal(state_of(&j, "b.py"), QA_JOIN_COLD);
	release(&j);
}

static void an_empty_file_is_one_too(void **state)
{
	const struct qa_join_options options = {.max_files = 1};
	struct joined j = join(the_script_is_the_hottest, NULL, &options);

	(void)state;
	assert_int_equal(state_of(&j, "script.py"), QA_JOIN_FOUND);
	assert_int_equal(state_of(&j, empty), QA_JOIN_LEFT_OUT);
	assert_int_equal(state_of(&j, "a.py"), QA_JOIN_LEFT_OUT);
	release(&j);
}

static void only_the_module_of_the_other(struct fixture *f)
{
	uint32_t main_thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0script.py"), "");
	uint32_t worker = fixture_thread(f, 1, "worker");

	fixture_source(f, "script.py", "def f(): pass\n");
	fixture_samples(
		f, main_thread, fixture_node(f, 0, fixture_code(f, "<module>", "script.py", 1)), 1);
	fixture_samples(f, worker, fixture_node(f, 0, fixture_code(f, "f", "a.py", 1)), 1);
}

static void a_script_without_samples_is_analysed_too(void **state)
{
	static const char *const threads[] = {"worker"};
	const struct qa_profile_options options = {.threads = threads, .thread_count = 1};
	struct joined j = join(only_the_module_of_the_other, &options, NULL);

	(void)state;
	assert_int_equal(j.join->file_count, 2);
	assert_file(&j, 1, "script.py", 0, 0);
	assert_true(j.join->files[1].is_script);
	assert_int_equal(j.join->files[1].facts->functions, 1);
	assert_int_equal(j.join->definition_count, 0);
	release(&j);
}

static void every_recording_can_be_joined(void **state)
{
	(void)state;
	for (const struct fixture_kind *kind = fixture_kinds; kind->name; kind++) {
		struct joined j = join(kind->record, NULL, NULL);
		uint64_t samples = 0;

		for (int i = 0; i < QA_JOIN_STATES; i++)
			samples += j.join->self[i].samples;
		assert_int_equal(samples, j.profile->total.samples);
		release(&j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_find_their_definitions),
		cmocka_unit_test(lambdas_and_comprehensions_count_for_their_function),
		cmocka_unit_test(the_score_is_share_times_complexity),
		cmocka_unit_test(by_line_the_same_functions_weigh_the_same),
		cmocka_unit_test(files_come_hottest_first),
		cmocka_unit_test(a_stack_counts_once),
		cmocka_unit_test(every_state_is_told),
		cmocka_unit_test(no_more_is_analysed_than_allowed),
		cmocka_unit_test(what_is_too_cold_for_the_top_is_not_analysed),
		cmocka_unit_test(the_script_takes_no_place_of_a_hot_file),
		cmocka_unit_test(an_empty_file_is_one_too),
		cmocka_unit_test(a_script_without_samples_is_analysed_too),
		cmocka_unit_test(every_recording_can_be_joined),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
