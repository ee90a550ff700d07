#include "cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "qa/sink.h"

struct folder {
	char path[64];
	char file[96];
};

static void make_folder(struct folder *folder)
{
	strcpy(folder->path, "/tmp/qa-test-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	snprintf(folder->file, sizeof(folder->file), "%s/out", folder->path);
}

static void remove_folder(struct folder *folder)
{
	unlink(folder->file);
	assert_int_equal(rmdir(folder->path), 0); /* nothing else was left behind */
}

static void expect_content(const char *path, const char *expected)
{
	char text[256] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	(void)!fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	assert_string_equal(text, expected);
}

static void a_file_is_whole_or_absent(void **state)
{
	struct folder folder;
	struct qa_sink *sink;
	struct qa_error err = {0};
	struct stat st;

	(void)state;
	make_folder(&folder);
	assert_int_equal(qa_sink_open_file(folder.file, &sink, &err), 0);
	qa_sink_puts(sink, "half");
	assert_int_equal(access(folder.file, F_OK), -1);
	qa_sink_abort(sink);
	assert_int_equal(access(folder.file, F_OK), -1);
	assert_int_equal(qa_sink_open_file(folder.file, &sink, &err), 0);
	qa_sink_printf(sink, "%s %d", "whole", 1);
	assert_int_equal(qa_sink_written(sink), 7);
	assert_int_equal(qa_sink_close(sink, &err), 0);
	expect_content(folder.file, "whole 1");
	assert_int_equal(stat(folder.file, &st), 0);
	assert_int_equal(st.st_mode & 0600, 0600);
	remove_folder(&folder);
}

static void a_stream_is_there_at_once(void **state)
{
	struct folder folder;
	struct qa_sink *sink;
	struct qa_error err = {0};

	(void)state;
	make_folder(&folder);
	assert_int_equal(qa_sink_open_stream(folder.file, &sink, &err), 0);
	qa_sink_puts(sink, "so far");
	qa_sink_flush(sink);
	expect_content(folder.file, "so far");
	qa_sink_abort(sink);
	expect_content(folder.file, "so far");
	remove_folder(&folder);
}

static void a_full_disk_is_told_at_close(void **state)
{
	struct qa_sink *sink;
	struct qa_error err = {0};
	char block[100000] = "";

	(void)state;
	assert_int_equal(qa_sink_open_file("/dev/full", &sink, &err), 0);
	for (int i = 0; i < 10; i++)
		qa_sink_write(sink, block, sizeof(block));
	assert_int_equal(qa_sink_error(sink), ENOSPC);
	assert_int_equal(qa_sink_close(sink, &err), -ENOSPC);
	assert_non_null(strstr(err.message, "/dev/full"));
	assert_non_null(strstr(err.hint, "disk is full"));
	assert_int_equal(qa_sink_open_stream("/dev/full", &sink, &err), 0);
	qa_sink_puts(sink, "x");
	assert_int_equal(qa_sink_close(sink, &err), -ENOSPC);
}

static void places_that_cannot_be_written_are_told_at_once(void **state)
{
	struct qa_sink *sink;
	struct qa_error err = {0};

	(void)state;
	assert_int_equal(qa_sink_open_file("/nowhere/at/all", &sink, &err), -ENOENT);
	assert_non_null(strstr(err.message, "/nowhere/at/all"));
	assert_non_null(strstr(err.hint, "folder"));
	assert_int_equal(qa_sink_open_stream("/nowhere/at/all", &sink, &err), -ENOENT);
	assert_int_equal(qa_sink_open_stream("/", &sink, &err), -EISDIR);
}

static void gzip_gives_back_what_it_got(void **state)
{
	struct qa_sink *memory, *gzip;
	struct qa_error err = {0};
	unsigned char *big = malloc(300000), *back = malloc(300001);
	struct qa_str packed;
	z_stream z = {0};

	(void)state;
	for (int i = 0; i < 300000; i++)
		big[i] = (unsigned char)((unsigned)i * (unsigned)i >> 3);
	assert_int_equal(qa_sink_open_memory(&memory, &err), 0);
	assert_int_equal(qa_sink_open_gzip(memory, &gzip, &err), 0);
	qa_sink_write(gzip, big, 100);
	qa_sink_write(gzip, big + 100, 299900);
	assert_int_equal(qa_sink_close(gzip, &err), 0);
	packed = qa_sink_memory(memory);
	assert_memory_equal(packed.data, "\x1f\x8b\x08\0\0\0\0\0", 8); /* no name, no time */
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)packed.data;
	z.avail_in = (uInt)packed.len;
	z.next_out = back;
	z.avail_out = 300001;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, 300000);
	assert_memory_equal(back, big, 300000);
	inflateEnd(&z);
	qa_sink_abort(memory);
	free(big);
	free(back);
}

static void a_descriptor_stays_open(void **state)
{
	struct qa_sink *sink;
	struct qa_error err = {0};
	char text[8] = "";
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(qa_sink_open_fd(fds[1], "pipe", &sink, &err), 0);
	qa_sink_puts(sink, "one");
	assert_int_equal(qa_sink_close(sink, &err), 0);
	assert_int_equal(write(fds[1], "two", 3), 3);
	assert_int_equal(read(fds[0], text, sizeof(text)), 6);
	assert_string_equal(text, "onetwo");
	close(fds[0]);
	close(fds[1]);
}

static void long_texts_are_printed_whole(void **state)
{
	struct qa_sink *sink;
	struct qa_error err = {0};
	char long_text[3000];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_int_equal(qa_sink_open_memory(&sink, &err), 0);
	qa_sink_printf(sink, "[%s]", long_text);
	assert_int_equal(qa_sink_memory(sink).len, sizeof(long_text) + 1);
	qa_sink_abort(sink);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_whole_or_absent),
		cmocka_unit_test(a_stream_is_there_at_once),
		cmocka_unit_test(a_full_disk_is_told_at_close),
		cmocka_unit_test(places_that_cannot_be_written_are_told_at_once),
		cmocka_unit_test(gzip_gives_back_what_it_got),
		cmocka_unit_test(a_descriptor_stays_open),
		cmocka_unit_test(long_texts_are_printed_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
