/* What the lines of each file weigh. */
#include "cmocka_all.h"

#include <errno.h>

#include "fixture.h"
#include "qa/listing.h"

static const struct qa_profile_options by_line = {.by_line = true};

struct listed {
	struct qa_profile *profile;
	struct qa_listing *listing;
};

static struct listed list(fixture_recording *record)
{
	struct listed listed = {.profile = fixture_profile(record, &by_line)};

	assert_non_null(listed.profile);
	assert_int_equal(qa_listing_open(listed.profile, &listed.listing, NULL), 0);
	return listed;
}

static void release(const struct listed *listed)
{
	qa_listing_free(listed->listing);
	qa_profile_free(listed->profile);
}

static void assert_line(const struct qa_listed_file *file, size_t i, uint32_t line, uint64_t self,
	uint64_t total, const char *hottest)
{
	assert_in_range(i + 1, 1, file->line_count);
	assert_int_equal(file->lines[i].line, line);
	assert_int_equal(file->lines[i].self.samples, self);
	assert_int_equal(file->lines[i].self.ns, self * FIXTURE_PERIOD);
	assert_int_equal(file->lines[i].total.samples, total);
	assert_int_equal(file->lines[i].total.ns, total * FIXTURE_PERIOD);
	assert_string_equal(file->lines[i].hottest->name, hottest);
}

static void assert_file(const struct qa_listed_file *file, const char *path, uint64_t self,
	uint64_t total, size_t lines)
{
	assert_string_equal(file->path, path);
	assert_int_equal(file->self.samples, self);
	assert_int_equal(file->total.samples, total);
	assert_int_equal(file->line_count, lines);
}

static void files_come_hottest_first(void **state)
{
	struct listed l = list(fixture_server);
	const struct qa_listed_file *files = l.listing->files;

	(void)state;
	assert_int_equal(l.listing->file_count, 4);
	assert_file(&files[0], "/srv/tree.py", 30, 34, 2);
	assert_file(&files[1], "/srv/venv/lib/python3.11/site-packages/requests/api.py", 23, 24, 1);
	assert_file(&files[2], "/srv/server.py", 20, 94, 4);
	assert_file(&files[3], "/usr/lib/python3.11/json/__init__.py", 16, 16, 1);
	assert_int_equal(l.listing->elsewhere.samples, 6 + 4 + 1);
	release(&l);
}

static void lines_ascend(void **state)
{
	struct listed l = list(fixture_server);
	const struct qa_listed_file *server = &l.listing->files[2];

	(void)state;
	assert_int_equal(server->file, 0);
	assert_line(server, 0, 1, 3, 70, "<module>");
	assert_line(server, 1, 20, 0, 24, "Server.handle");
	assert_line(server, 2, 21, 10, 44, "Server.handle");
	assert_line(server, 3, 22, 7, 23, "Server.handle");
	assert_line(&l.listing->files[0], 0, 5, 11, 34, "walk");
	assert_line(&l.listing->files[0], 1, 6, 19, 23, "walk");
	release(&l);
}

/* A line that calls itself, and a line of two functions of which one calls the other. */
static void shared_lines(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0a.py"), "");
	uint32_t down = fixture_code(f, "down", "a.py", 1);
	uint32_t outer = fixture_code(f, "outer", "a.py", 10);
	uint32_t lambda = fixture_code(f, "outer.<locals>.<lambda>", "a.py", 10);
	uint32_t node = fixture_node(f, 0, down);

	node = fixture_node(f, fixture_node(f, node, down), down);
	fixture_samples(f, thread, node, 3);
	node = fixture_node(f, 0, outer);
	fixture_samples(f, thread, node, 1);
	fixture_samples(f, thread, fixture_node(f, node, lambda), 4);
	fixture_samples(f, thread, fixture_node(f, node, down), 2);
}

static void a_line_counts_once_for_each_sample(void **state)
{
	struct listed l = list(shared_lines);

	(void)state;
	assert_int_equal(l.listing->file_count, 1);
	assert_file(&l.listing->files[0], "a.py", 10, 10, 2);
	assert_line(&l.listing->files[0], 0, 1, 5, 5, "down");
	assert_line(&l.listing->files[0], 1, 10, 5, 7, "outer.<locals>.<lambda>");
	assert_int_equal(l.listing->files[0].file, QA_NONE);
	assert_int_equal(l.listing->files[0].text.state, QA_TEXT_NOT_RECORDED);
	release(&l);
}

static void without_a_line(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0a.py"), "");

	fixture_source(f, "a.py", "pass\n");
	fixture_samples(f, thread, fixture_node(f, 0, fixture_code(f, "made", "a.py", 0)), 2);
	fixture_samples(f, thread, fixture_node(f, 0, fixture_code(f, "f", "a.py", 1)), 1);
}

static void what_has_no_line_is_not_lost(void **state)
{
	struct listed l = list(without_a_line);
	const struct qa_listed_file *file = &l.listing->files[0];

	(void)state;
	assert_file(file, "a.py", 3, 3, 1);
	assert_int_equal(file->unplaced.samples, 2);
	assert_line(file, 0, 1, 1, 1, "f");
	assert_int_equal(file->text.state, QA_TEXT_SAME);
	assert_true(file->text.embedded);
	assert_true(qa_str_equal(file->text.bytes, qa_str("pass\n")));
	release(&l);
}

static void every_recording_can_be_listed(void **state)
{
	(void)state;
	for (const struct fixture_kind *kind = fixture_kinds; kind->name; kind++) {
		struct listed l = list(kind->record);
		uint64_t self = l.listing->elsewhere.samples;

		for (size_t i = 0; i < l.listing->file_count; i++) {
			const struct qa_listed_file *file = &l.listing->files[i];
			uint64_t lines = file->unplaced.samples;

			for (size_t j = 0; j < file->line_count; j++) {
				lines += file->lines[j].self.samples;
				assert_true(file->lines[j].total.samples <= file->total.samples);
				assert_true(
					j == 0 || file->lines[j].line > file->lines[j - 1].line);
			}
			assert_int_equal(lines, file->self.samples);
			self += file->self.samples;
		}
		assert_int_equal(self, l.profile->total.samples);
		release(&l);
	}
}

static void a_profile_by_function_has_no_lines(void **state)
{
	struct qa_profile *profile = fixture_profile(fixture_server, NULL);
	struct qa_listing *listing;

	(void)state;
	assert_int_equal(qa_listing_open(profile, &listing, NULL), -EINVAL);
	assert_null(listing);
	qa_profile_free(profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_come_hottest_first),
		cmocka_unit_test(lines_ascend),
		cmocka_unit_test(a_line_counts_once_for_each_sample),
		cmocka_unit_test(what_has_no_line_is_not_lost),
		cmocka_unit_test(every_recording_can_be_listed),
		cmocka_unit_test(a_profile_by_function_has_no_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
