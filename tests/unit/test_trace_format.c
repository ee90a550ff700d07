/* What a trace may be: versions, records that are unknown, longer or repeated, references to
 * nothing. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include "cmocka_all.h"
#include "hand_made_trace.h"

static void set_version(struct trace *trace, uint32_t major, uint32_t minor)
{
	unsigned char *header = (unsigned char *)trace->bytes.data;

	qa_store_le(header + 8, major, 2);
	qa_store_le(header + 10, minor, 2);
	qa_store_le(header + 12, (uint32_t)crc32(0, header, 12), 4);
}

static void a_newer_minor_version_is_read(void **state)
{
	struct trace *trace = *state;

	set_version(trace, QA_TRACE_MAJOR, QA_TRACE_MINOR + 7);
	put_session(trace);
	put_end(trace);
	read_trace(trace);
	assert_int_equal(trace->rc, 0);
	assert_int_equal(trace->health.minor_version, QA_TRACE_MINOR + 7);
	assert_true(qa_trace_is_whole(&trace->health));
	assert_int_equal(trace->log.counts[LOG_SESSION], 1);
}

static void a_newer_major_version_is_refused(void **state)
{
	struct trace *trace = *state;

	set_version(trace, 2, 0);
	put_session(trace);
	read_trace(trace);
	assert_int_equal(trace->rc, -EPROTONOSUPPORT);
	assert_string_equal(trace->error.message,
		"x.qat is a trace of format 2; this qa-report reads format 1.");
	assert_string_equal(trace->error.hint, "Use a newer qa-report.");
	assert_int_equal(trace->log.counts[LOG_SESSION], 0);
}

static void assert_refused(const char *bytes, size_t len, const char *message)
{
	const struct qa_raw_consumer nobody = {0};
	struct qa_trace_health health;
	struct qa_error error;

	assert_int_equal(qa_trace_read_memory((struct qa_str){bytes, len}, "x.qat", &nobody, NULL,
				 &health, &error),
		-EINVAL);
	assert_string_equal(error.message, message);
	assert_true(error.hint[0] != '\0');
}

static void what_is_no_trace_is_refused(void **state)
{
	(void)state;
	assert_refused("", 0, "x.qat is empty.");
	assert_refused("x", 1, "x.qat is not a trace.");
	assert_refused("#!/usr/bin/env python3\n", 23, "x.qat is not a trace.");
	assert_refused(
		"\x89QAT\r\n", 6, "x.qat is cut off within its header: it holds no samples.");
	assert_refused("\x89QAT\n\x1a\n\x01\0\0\0\0\0\0\0\0\0", 17,
		"x.qat is a trace that was damaged by a copy in text mode.");
	assert_refused("\x89QAT\r\r\n\x1a\r\n\x01\0\0\0\0\0\0\0\0", 18,
		"x.qat is a trace that was damaged by a copy in text mode.");
	assert_refused("\xef\xbf\xbdQAT\r\n\x1a\n\x01\0\0\0\0\0\0\0", 18,
		"x.qat is a trace that was damaged by a copy in text mode.");
}

static void unknown_records_are_skipped(void **state)
{
	struct trace *trace = *state;

	put_session(trace);
	PUT(trace, QA_RECORD_SOURCE + 1, 0, 1, 2, 3);
	PUT(trace, UINT64_MAX, 0, 1);
	PUT(trace, 0, 0, 1);
	put_process(trace, 1);
	put_end(trace);
	PUT(trace, QA_RECORD_SOURCE + 1, 0, 1);
	read_trace(trace);
	assert_int_equal(trace->health.unknown_records, 4);
	assert_true(qa_trace_is_whole(&trace->health));
	assert_int_equal(trace->log.counts[LOG_PROCESS], 1);
}

static void known_records_may_be_longer(void **state)
{
	struct trace *trace = *state;

	PUT(trace, QA_RECORD_SESSION, 4 + 9, 1000, 2000, 100);
	PUT(trace, QA_RECORD_PROCESS, 5 + 9, 1, 4711, 1, 0, 1000);
	PUT(trace, QA_RECORD_THREAD, 1 + 9, 1, 1, 4711, 0, 0, 1);
	PUT(trace, QA_RECORD_STRING, 0, 1, 1, 'f', 9, 9);
	PUT(trace, QA_RECORD_FILE, 9, 1, 1, 1, 10, 20, 30, 40);
	PUT(trace, QA_RECORD_SOURCE, 9, 1, 1, 6, 2, 'x', 'y');
	PUT(trace, QA_RECORD_CODE, 1 + 9, 1, 1, 0, 0, 2, 1, 0, 0);
	PUT(trace, QA_RECORD_NODES, 9, 1, 1, 1, 0, 1, 1, 1, 7);
	PUT(trace, QA_RECORD_TICKS, 9, 1000, 1, 1, 100, 1, 0, 1, 2, 1, 2, 1, 5, 1, 3);
	PUT(trace, QA_RECORD_LOSS, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
	PUT(trace, QA_RECORD_END, 9, 5000, QA_END_EXIT);
	read_trace(trace);
	assert_true(qa_trace_is_whole(&trace->health));
	assert_lines(trace, LOG_SESSION, "session 1000 1000 100 \"\" \"\" \"\" \"\" \n");
	assert_lines(trace, LOG_FILE, "file 1 1 10 10 30 40 \"f\" \n");
	assert_lines(trace, LOG_SOURCE, "source 1 6 \"f\" \"xy\" \n");
	assert_lines(trace, LOG_CODE, "code 1 1 0 0 1 \"f\" \"\" \"\" \"\" \n");
	assert_lines(trace, LOG_NODE, "node 1 0 1 6 \n");
	assert_lines(trace, LOG_SAMPLE, "sample 1100 100 1 1 3 \n");
	assert_lines(trace, LOG_LOSS, "loss 1 2 3 4 5 6 7 8 9 10 \n");
	assert_lines(trace, LOG_END, "end 5000 2 \n");
}

static void kinds_of_a_later_version_are_replaced(void **state)
{
	struct trace *trace = *state;

	put_process(trace, 1);
	put_code(trace, 1, 1, QA_CODE_NATIVE + 1, QA_LINE_TABLE_LOCATIONS + 1);
	PUT(trace, QA_RECORD_END, 0, 5000, QA_END_FAILED + 1);
	read_trace(trace);
	assert_lines(trace, LOG_CODE, "code 1 1 1 0 1 \"\" \"\" \"\" \"\" \n");
	assert_lines(trace, LOG_END, "end 5000 3 \n");
}

static void what_refers_to_nothing_is_not_delivered(void **state)
{
	struct trace *trace = *state;

	put_process(trace, 1);
	put_thread(trace, 1, 2);
	put_thread(trace, 2, 1);
	PUT(trace, QA_RECORD_FILE, 0, 0, 2, 1, 1, 1, 1, 1);
	PUT(trace, QA_RECORD_FILE, 0, 5, 1, 1, 1, 1, 1, 1);
	PUT(trace, QA_RECORD_SOURCE, 1, 0, 2, 0);
	PUT(trace, QA_RECORD_SOURCE, 1, 5, 1, 0);
	put_code(trace, 1, 2, 0, 0);
	PUT(trace, QA_RECORD_CODE, 1, 2, 1, 0, 0, 2, 0, 0, 5);
	put_code(trace, 3, 1, 0, 0);
	put_node(trace, 1, 0, 1);
	put_node(trace, 2, 1, 3);
	put_node(trace, 3, 0, 3);
	put_tick(trace, 1, 3);
	put_tick(trace, 2, 2);
	put_tick(trace, 2, 3);
	put_tick(trace, 2, 0);
	put_end(trace);
	read_trace(trace);
	assert_false(trace->log.order_broken);
	assert_int_equal(trace->log.counts[LOG_THREAD], 1);
	assert_int_equal(trace->log.counts[LOG_FILE], 0);
	assert_int_equal(trace->log.counts[LOG_SOURCE], 0);
	assert_int_equal(trace->log.counts[LOG_CODE], 1);
	assert_int_equal(trace->log.counts[LOG_NODE], 1);
	assert_lines(trace, LOG_SAMPLE, "sample 1100 100 2 3 0 \nsample 1100 100 2 0 0 \n");
	assert_int_equal(trace->log.counts[LOG_TICK], 2);
	assert_int_equal(trace->health.orphan_samples, 2);
	assert_int_equal(trace->health.orphan_ns, 200);
	assert_false(qa_trace_is_whole(&trace->health));
}

static void definitions_may_be_repeated(void **state)
{
	struct trace *trace = *state;

	for (int i = 0; i < 2; i++) {
		put_process(trace, 1);
		PUT(trace, QA_RECORD_STRING, 0, 1, 1, 'f');
		PUT(trace, QA_RECORD_CODE, 1, 1, 1, 0, 0, 2, 1, 1, 1);
		put_node(trace, 1, 0, 1);
		put_block(trace);
	}
	put_end(trace);
	read_trace(trace);
	assert_true(qa_trace_is_whole(&trace->health));
	assert_int_equal(trace->log.counts[LOG_PROCESS], 1);
	assert_int_equal(trace->log.counts[LOG_CODE], 1);
	assert_int_equal(trace->log.counts[LOG_NODE], 1);
}

static void nothing_is_delivered_after_the_end(void **state)
{
	struct trace *trace = *state;

	put_session(trace);
	put_end(trace);
	put_block(trace);
	put_process(trace, 1);
	read_trace(trace);
	assert_int_equal(trace->log.counts[LOG_PROCESS], 0);
	assert_int_equal(trace->health.damaged_blocks, 1);
	assert_false(trace->health.cut);
}

static int refuse(void *ctx, const struct qa_raw_process *process)
{
	(void)process;
	++*(int *)ctx;
	return -ECANCELED;
}

static void the_consumer_may_stop(void **state)
{
	const struct qa_raw_consumer consumer = {.process = refuse};
	struct trace *trace = *state;
	int count = 0;

	put_session(trace);
	put_process(trace, 1);
	put_process(trace, 2);
	put_block(trace);
	assert_int_equal(qa_trace_read_memory(qa_buf_str(&trace->bytes), "x.qat", &consumer, &count,
				 &trace->health, &trace->error),
		-ECANCELED);
	assert_int_equal(count, 1);
	assert_int_equal(trace->error.code, ECANCELED);
}

static void a_folder_is_no_trace(void **state)
{
	struct trace *trace = *state;
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(qa_trace_read_fd(fd, "/", &trace_log_consumer, &trace->log, &trace->health,
				 &trace->error),
		-EISDIR);
	assert_string_equal(trace->error.message, "Cannot read /: Is a directory.");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HAND_MADE_TEST(a_newer_minor_version_is_read),
		HAND_MADE_TEST(a_newer_major_version_is_refused),
		HAND_MADE_TEST(what_is_no_trace_is_refused),
		HAND_MADE_TEST(unknown_records_are_skipped),
		HAND_MADE_TEST(known_records_may_be_longer),
		HAND_MADE_TEST(kinds_of_a_later_version_are_replaced),
		HAND_MADE_TEST(what_refers_to_nothing_is_not_delivered),
		HAND_MADE_TEST(definitions_may_be_repeated),
		HAND_MADE_TEST(nothing_is_delivered_after_the_end),
		HAND_MADE_TEST(the_consumer_may_stop),
		HAND_MADE_TEST(a_folder_is_no_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
