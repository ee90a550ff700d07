/* The worked example of docs/trace-format.md: its bytes mean these events, and these events give
 * its bytes. */
#include <stdio.h>
#include <stdlib.h>

#include "cmocka_all.h"
#include "qa/trace_reader.h"
#include "qa/trace_writer.h"
#include "trace_log.h"

static const char document[] = "docs/trace-format.md";
static const char fence[] = "```hex\n";

static const struct qa_raw_session session = {.recorder = {"qa-record 0.1.0", 15},
	.host = {"box", 3},
	.kernel = {"Linux", 5},
	.engine = {"beside", 6},
	.start_ns = 1000000000,
	.start_wall_ns = 1700000000000000000,
	.period_ns = 10000000};
static const struct qa_raw_process process = {.id = 1,
	.pid = 42,
	.parent_pid = 7,
	.python_version = 0x030b02f0,
	.time_ns = 1000000000,
	.python = {"3.11.2", 6},
	.executable = {"/bin/python3", 12},
	.cwd = {"/", 1},
	.command = {"python3\0a.py\0", 13},
	.build_id = {"c0de", 4}};
static const struct qa_raw_thread thread = {
	.id = 1, .process = 1, .tid = 42, .ident = 4096, .is_main = 1};
static const struct qa_raw_file file = {.path = {"a.py", 4},
	.process = 1,
	.found = 1,
	.size = 15,
	.modified_ns = -1,
	.crc32 = 0xcd2ff81d,
	.lines = 2};
static const struct qa_raw_source source = {
	.path = {"a.py", 4}, .process = 1, .part = {"f=1\ndef f(): 0\n", 15}};
static const struct qa_raw_code codes[] = {
	{.id = 1,
		.process = 1,
		.line_table = QA_LINE_TABLE_LOCATIONS,
		.first_line = 1,
		.file = {"a.py", 4},
		.name = {"<module>", 8},
		.qualname = {"<module>", 8},
		.lines = {"\xf0\x03\x01", 3}},
	{.id = 2,
		.process = 1,
		.line_table = QA_LINE_TABLE_LOCATIONS,
		.first_line = 2,
		.file = {"a.py", 4},
		.name = {"f", 1},
		.qualname = {"f", 1},
		.lines = {"\x80", 1}},
};
static const struct qa_raw_node nodes[] = {{1, 0, 1, 6}, {2, 1, 2, -1}};
static const struct qa_raw_sample samples[] = {{1, 2, QA_STATE_KNOWS_CPU},
	{1, 2, QA_STATE_KNOWS_CPU}, {1, 1, QA_STATE_KNOWS_CPU | QA_STATE_ON_CPU}};
static const struct qa_raw_tick ticks[] = {
	{1010000000, 10000000, 1, &samples[0]},
	{1020000064, 10000064, 1, &samples[1]},
	{1030000000, 10000000, 1, &samples[2]},
};
static const struct qa_raw_loss loss = {.planned = 3, .taken = 3, .retried = 1, .late_max_ns = 64};
static const struct qa_raw_end end = {.time_ns = 1040000000, .reason = QA_END_EXIT};

/* `flush` is called where the example begins its second block. */
static void feed(const struct qa_raw_consumer *to, void *ctx,
	int (*flush)(struct qa_trace_writer *, struct qa_error *))
{
	int rc = to->session(ctx, &session) | to->process(ctx, &process) |
		 to->thread(ctx, &thread) | to->file(ctx, &file) | to->source(ctx, &source);

	for (int i = 0; i < 2; i++)
		rc |= to->code(ctx, &codes[i]);
	for (int i = 0; i < 2; i++)
		rc |= to->node(ctx, &nodes[i]);
	for (int i = 0; i < 3; i++)
		rc |= to->tick(ctx, &ticks[i]);
	if (flush)
		rc |= flush(ctx, NULL);
	rc |= to->loss(ctx, &loss) | to->end(ctx, &end);
	assert_int_equal(rc, 0);
}

static void put_hex(struct qa_buf *bytes, const char *line)
{
	char *next;

	for (unsigned long byte = strtoul(line, &next, 16); next != line;
		byte = strtoul(line, &next, 16)) {
		assert_in_range(byte, 0, 255);
		qa_buf_append_char(bytes, (char)byte);
		line = next;
	}
}

/* The bytes of the fenced block; what follows a semicolon explains. */
static struct qa_buf example(void)
{
	struct qa_buf bytes = {0};
	char line[256];
	bool inside = false;
	FILE *in = fopen(document, "re");

	if (!in)
		fail_msg("%s is not there: run this from the top of the source tree.", document);
	while (fgets(line, sizeof(line), in) && !(inside && strcmp(line, "```\n") == 0)) {
		if (inside) {
			line[strcspn(line, ";")] = '\0';
			put_hex(&bytes, line);
		}
		inside = inside || strcmp(line, fence) == 0;
	}
	fclose(in);
	assert_true(bytes.len > 0);
	return bytes;
}

static void the_bytes_mean_the_events(void **state)
{
	struct qa_buf bytes = example();
	struct trace_log got = {0}, expected = {0};
	struct qa_trace_health health;

	(void)state;
	feed(&trace_log_consumer, &expected, NULL);
	assert_int_equal(qa_trace_read_memory(qa_buf_str(&bytes), document, &trace_log_consumer,
				 &got, &health, NULL),
		0);
	assert_true(trace_log_equal(&got, &expected));
	assert_true(qa_trace_is_whole(&health));
	assert_int_equal(health.blocks, 2);
	trace_log_free(&got);
	trace_log_free(&expected);
	qa_buf_free(&bytes);
}

static void the_events_give_the_bytes(void **state)
{
	struct qa_buf bytes = example();
	struct qa_trace_writer *writer;
	struct qa_sink *sink;
	struct qa_str written;

	(void)state;
	assert_int_equal(qa_sink_open_memory(&sink, NULL), 0);
	assert_int_equal(qa_trace_writer_open(sink, &writer, NULL), 0);
	feed(&qa_trace_writer_consumer, writer, qa_trace_writer_flush);
	assert_int_equal(qa_trace_writer_close(writer, NULL), 0);
	written = qa_sink_memory(sink);
	assert_int_equal(written.len, bytes.len);
	assert_memory_equal(written.data, bytes.data, bytes.len);
	qa_sink_abort(sink);
	qa_buf_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_mean_the_events),
		cmocka_unit_test(the_events_give_the_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
