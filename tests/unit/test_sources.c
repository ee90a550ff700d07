#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sampler/sources.h"

struct told {
	struct qa_raw_file files[8];
	size_t count;
};

static int on_file(void *ctx, const struct qa_raw_file *file)
{
	struct told *told = ctx;

	told->files[told->count++] = *file;
	return 0;
}

static const struct qa_raw_consumer consumer = {.file = on_file};

/* Looks at one file with this content, through the eyes of this very process. */
static struct qa_raw_file look_at(const char *content, size_t len)
{
	const struct qa_process self = {.pid = getpid(), .pidfd = -1};
	char path[] = "/tmp/qa-source-XXXXXX";
	struct qa_sources sources;
	struct told told = {0};
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, len), len);
	close(fd);
	qa_sources_init(&sources, &self, 1, &consumer, &told);
	assert_int_equal(qa_sources_note(&sources, qa_str(path)), 0);
	assert_int_equal(qa_sources_note(&sources, qa_str(path)), 0);
	assert_int_equal(qa_sources_settle(&sources, 10), 0);
	assert_int_equal(told.count, 1);
	qa_sources_free(&sources);
	unlink(path);
	return told.files[0];
}

static void counts_lines_and_bytes(void **state)
{
	static const struct {
		const char *content;
		unsigned lines;
	} cases[] = {{"", 0}, {"a", 1}, {"a\n", 1}, {"a\nb", 2}, {"\n\n\n", 3}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct qa_raw_file file = look_at(cases[i].content, strlen(cases[i].content));

		assert_int_equal(file.found, 1);
		assert_int_equal(file.lines, cases[i].lines);
		assert_int_equal(file.size, strlen(cases[i].content));
	}
	assert_int_equal(look_at("123456789", 9).crc32, 0xcbf43926); /* the check value of CRC-32 */
}

static void what_is_no_file_is_not_waited_for(void **state)
{
	const struct qa_process self = {.pid = getpid(), .pidfd = -1};
	static const char *const names[] = {"<string>", "", "<frozen importlib._bootstrap>"};
	char folder[] = "/tmp/qa-source-XXXXXX", fifo[64];
	struct qa_sources sources;
	struct told told = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	qa_sources_init(&sources, &self, 1, &consumer, &told);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(qa_sources_note(&sources, qa_str(names[i])), 0);
	assert_int_equal(qa_sources_settle(&sources, 10), 0);
	assert_int_equal(told.count, 0);
	qa_sources_note(&sources, qa_str(fifo));
	qa_sources_note(&sources, qa_str("/dev/zero"));
	qa_sources_note(&sources, qa_str(folder));
	qa_sources_note(&sources, qa_str("/no/such.py"));
	assert_int_equal(qa_sources_settle(&sources, 3), 0);
	assert_int_equal(told.count, 3);
	assert_int_equal(qa_sources_settle(&sources, 10), 0);
	assert_int_equal(told.count, 4);
	for (size_t i = 0; i < told.count; i++)
		assert_int_equal(told.files[i].found, 0);
	qa_sources_free(&sources);
	unlink(fifo);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_lines_and_bytes),
		cmocka_unit_test(what_is_no_file_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
