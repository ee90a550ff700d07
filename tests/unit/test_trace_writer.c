#include <errno.h>
#include <stdlib.h>

#include "cmocka_all.h"
#include "made_up_trace.h"
#include "qa/trace_format.h"
#include "qa/trace_reader.h"
#include "support/sink.h"

/* A disk that gets full, and that counts. */
struct disk {
	struct qa_sink base;
	size_t room;
	size_t writes;
	struct qa_buf bytes;
};

static int disk_write(struct qa_sink *sink, const void *data, size_t len)
{
	struct disk *disk = (struct disk *)sink;

	disk->writes++;
	if (len > disk->room)
		return -ENOSPC;
	disk->room -= len;
	qa_buf_append(&disk->bytes, data, len);
	return 0;
}

static int disk_finish(struct qa_sink *sink, bool commit)
{
	(void)commit;
	qa_buf_free(&((struct disk *)sink)->bytes);
	return 0;
}

static const struct qa_sink_ops disk_ops = {.write = disk_write, .finish = disk_finish};

static struct disk *open_disk(size_t room)
{
	struct disk *disk = qa_sink_new(sizeof(*disk), &disk_ops, "x.qat", NULL);

	assert_non_null(disk);
	disk->room = room;
	return disk;
}

static const struct qa_raw_consumer *const put = &qa_trace_writer_consumer;

static void a_flush_is_one_write_of_whole_blocks(void **state)
{
	const struct qa_raw_session session = {.recorder = qa_str("r")};
	const struct qa_raw_end end = {.time_ns = 5, .reason = QA_END_EXIT};
	struct disk *disk = open_disk(SIZE_MAX);
	struct trace_log log = {0};
	struct qa_trace_health health;
	struct qa_trace_writer *writer;

	(void)state;
	assert_int_equal(qa_trace_writer_open(&disk->base, &writer, NULL), 0);
	assert_int_equal(disk->writes, 1);
	assert_int_equal(qa_trace_writer_flush(writer, NULL), 0);
	assert_int_equal(disk->writes, 1);
	assert_int_equal(put->session(writer, &session), 0);
	assert_int_equal(disk->writes, 1);
	assert_int_equal(qa_trace_writer_flush(writer, NULL), 0);
	assert_int_equal(disk->writes, 2);
	assert_int_equal(qa_trace_read_memory(qa_buf_str(&disk->bytes), "x", &trace_log_consumer,
				 &log, &health, NULL),
		0);
	assert_int_equal(log.counts[LOG_SESSION], 1);
	assert_int_equal(health.skipped_bytes, 0);
	assert_int_equal(put->end(writer, &end), 0);
	assert_int_equal(qa_trace_writer_close(writer, NULL), 0);
	assert_int_equal(disk->writes, 3);
	trace_log_free(&log);
	qa_sink_abort(&disk->base);
}

/* Ticks that never repeat, until the disk is full or the count is reached. */
static int put_ticks(struct qa_trace_writer *writer, uint32_t count)
{
	struct qa_raw_sample sample = {.thread = 1};
	struct qa_raw_tick tick = {.count = 1, .samples = &sample};
	uint64_t random = 1;
	int rc = 0;

	for (uint32_t i = 0; i < count && !rc; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		tick.time_ns += random >> 32;
		sample.node = (uint32_t)(random >> 40);
		rc = put->tick(writer, &tick);
	}
	return rc;
}

static void a_full_disk_is_reported_at_once(void **state)
{
	struct disk *disk = open_disk(100000);
	struct qa_raw_loss loss = {0};
	struct qa_trace_writer *writer;
	struct qa_error error;

	(void)state;
	assert_int_equal(qa_trace_writer_open(&disk->base, &writer, NULL), 0);
	assert_int_equal(put_ticks(writer, 200000), -ENOSPC);
	assert_int_equal(put->loss(writer, &loss), -ENOSPC);
	assert_int_equal(qa_trace_writer_flush(writer, &error), -ENOSPC);
	assert_string_equal(error.message, "Cannot write x.qat: No space left on device.");
	error.code = 0;
	assert_int_equal(qa_trace_writer_close(writer, &error), -ENOSPC);
	assert_int_equal(error.code, ENOSPC);
	qa_sink_abort(&disk->base);
}

static void a_full_disk_is_reported_at_the_header(void **state)
{
	struct disk *disk = open_disk(10);
	struct qa_trace_writer *writer;
	struct qa_error error;

	(void)state;
	assert_int_equal(qa_trace_writer_open(&disk->base, &writer, &error), -ENOSPC);
	assert_null(writer);
	assert_int_equal(error.code, ENOSPC);
	qa_sink_abort(&disk->base);
}

static void a_full_block_goes_out_by_itself(void **state)
{
	struct disk *disk = open_disk(SIZE_MAX);
	struct qa_trace_writer *writer;

	(void)state;
	assert_int_equal(qa_trace_writer_open(&disk->base, &writer, NULL), 0);
	assert_int_equal(put_ticks(writer, 200000), 0);
	assert_true(disk->writes > 5);
	assert_int_equal(qa_trace_writer_close(writer, NULL), 0);
	qa_sink_abort(&disk->base);
}

static int remember_name(void *ctx, const struct qa_raw_code *code)
{
	*(size_t *)ctx = code->name.len;
	return code->lines.len == QA_TRACE_MAX_BYTES && code->file.len == QA_TRACE_MAX_STRING
		       ? 0
		       : -EINVAL;
}

/* The process that is recorded must not be able to stop the recording. */
static void overlong_text_is_cut(void **state)
{
	enum { LONG = QA_TRACE_MAX_BYTES + 1 };
	char *text = malloc(LONG);
	struct qa_str longest = {text, LONG};
	struct qa_raw_process process = {
		1, 1, 1, 1, 1, longest, longest, longest, longest, longest};
	struct qa_raw_code code = {.id = 1,
		.process = 1,
		.file = longest,
		.name = longest,
		.qualname = longest,
		.lines = longest};
	const struct qa_raw_consumer consumer = {.code = remember_name};
	struct disk *disk = open_disk(SIZE_MAX);
	struct qa_trace_health health;
	struct qa_trace_writer *writer;
	size_t name_len = 0;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LONG);
	assert_int_equal(qa_trace_writer_open(&disk->base, &writer, NULL), 0);
	assert_int_equal(put->process(writer, &process), 0);
	assert_int_equal(put->code(writer, &code), 0);
	assert_int_equal(qa_trace_writer_close(writer, NULL), 0);
	assert_int_equal(qa_trace_read_memory(qa_buf_str(&disk->bytes), "x", &consumer, &name_len,
				 &health, NULL),
		0);
	assert_int_equal(name_len, QA_TRACE_MAX_STRING);
	assert_int_equal(health.damaged_blocks, 0);
	qa_sink_abort(&disk->base);
	free(text);
}

struct reassembly {
	struct qa_buf text;
	size_t parts;
	size_t longest;
};

static int put_together(void *ctx, const struct qa_raw_source *source)
{
	struct reassembly *whole = ctx;

	assert_int_equal(source->offset, 1000 + whole->text.len);
	qa_buf_append_str(&whole->text, source->part);
	whole->parts++;
	if (source->part.len > whole->longest)
		whole->longest = source->part.len;
	return 0;
}

/* Whatever the length, nothing of it is lost, and no block takes long to compress. */
static void source_text_is_split(void **state)
{
	enum { LONG = 3 * QA_TRACE_SOURCE_PART + 1 };
	const struct qa_raw_consumer consumer = {.source = put_together};
	struct qa_raw_process process = {.id = 1};
	struct disk *disk = open_disk(SIZE_MAX);
	struct reassembly whole = {0};
	struct qa_trace_health health;
	struct qa_trace_writer *writer;
	char *text = malloc(LONG);
	const struct qa_raw_source source = {
		.path = qa_str("a.py"), .process = 1, .offset = 1000, .part = {text, LONG}};

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < LONG; i++)
		text[i] = (char)(i * i / 7);
	assert_int_equal(qa_trace_writer_open(&disk->base, &writer, NULL), 0);
	assert_int_equal(put->process(writer, &process), 0);
	assert_int_equal(put->source(writer, &source), 0);
	assert_int_equal(disk->writes, 4);
	assert_int_equal(qa_trace_writer_close(writer, NULL), 0);
	assert_int_equal(qa_trace_read_memory(
				 qa_buf_str(&disk->bytes), "x", &consumer, &whole, &health, NULL),
		0);
	assert_int_equal(whole.parts, 4);
	assert_int_equal(whole.longest, QA_TRACE_SOURCE_PART);
	assert_int_equal(whole.text.len, LONG);
	assert_memory_equal(whole.text.data, text, LONG);
	qa_buf_free(&whole.text);
	qa_sink_abort(&disk->base);
	free(text);
}

static void equal_names_are_written_once(void **state)
{
	struct qa_raw_process process = {.id = 1};
	struct qa_raw_code code = {.process = 1, .name = qa_str("a_name_of_some_length")};
	struct disk *disk = open_disk(SIZE_MAX);
	struct qa_trace_writer *writer;
	size_t found = 0;
	const char *at;

	(void)state;
	assert_int_equal(qa_trace_writer_open(&disk->base, &writer, NULL), 0);
	assert_int_equal(put->process(writer, &process), 0);
	for (code.id = 1; code.id <= 4; code.id++) {
		code.file = code.id % 2 ? code.name : qa_str("");
		assert_int_equal(put->code(writer, &code), 0);
	}
	assert_int_equal(qa_trace_writer_close(writer, NULL), 0);
	for (at = disk->bytes.data; at; found += at != NULL)
		at = memmem(at + 1, (size_t)(disk->bytes.data + disk->bytes.len - at - 1),
			code.name.data, code.name.len);
	assert_int_equal(found, 1);
	qa_sink_abort(&disk->base);
}

static void events_that_refer_forward_are_refused(void **state)
{
	const struct qa_raw_node node = {.id = 2, .parent = 2, .code = 1};
	const struct qa_raw_sample sample = {.thread = 0};
	const struct qa_raw_tick tick = {.count = 1, .samples = &sample};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct disk *disk = open_disk(SIZE_MAX);
		struct qa_trace_writer *writer;

		assert_int_equal(qa_trace_writer_open(&disk->base, &writer, NULL), 0);
		assert_int_equal(i ? put->node(writer, &node) : put->tick(writer, &tick), -EINVAL);
		assert_int_equal(qa_trace_writer_close(writer, NULL), -EINVAL);
		qa_sink_abort(&disk->base);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flush_is_one_write_of_whole_blocks),
		cmocka_unit_test(a_full_disk_is_reported_at_once),
		cmocka_unit_test(a_full_disk_is_reported_at_the_header),
		cmocka_unit_test(a_full_block_goes_out_by_itself),
		cmocka_unit_test(overlong_text_is_cut),
		cmocka_unit_test(source_text_is_split),
		cmocka_unit_test(equal_names_are_written_once),
		cmocka_unit_test(events_that_refer_forward_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
