#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "made_up_trace.h"
#include "qa/trace_format.h"
#include "qa/trace_reader.h"

static void assert_comes_back(const struct made_up_trace *trace)
{
	struct trace_log log = {0};
	struct qa_trace_health health;

	assert_int_equal(qa_trace_read_memory(
				 trace->bytes, "made up", &trace_log_consumer, &log, &health, NULL),
		0);
	assert_true(trace_log_equal(&log, &trace->log));
	assert_false(log.order_broken);
	assert_true(qa_trace_is_whole(&health));
	assert_int_equal(health.bytes, trace->bytes.len);
	assert_int_equal(health.major_version, QA_TRACE_MAJOR);
	assert_int_equal(health.minor_version, QA_TRACE_MINOR);
	assert_int_equal(health.unknown_records, 0);
	trace_log_free(&log);
}

static void events_come_back(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 16; seed++) {
		struct made_up plan = {.seed = seed,
			.ticks = 100,
			.threads = (unsigned)seed,
			.flush_every = seed % 4 * 7};
		struct made_up_trace trace;

		made_up_trace_write(&trace, plan);
		assert_comes_back(&trace);
		made_up_trace_free(&trace);
	}
}

/* Long enough for a block that is full. */
static void a_long_recording_comes_back_from_a_file(void **state)
{
	struct made_up plan = {.seed = 7, .ticks = 3000, .threads = 30};
	struct trace_log log = {0};
	struct qa_trace_health health;
	struct made_up_trace trace;
	FILE *file = tmpfile();

	(void)state;
	made_up_trace_write(&trace, plan);
	assert_non_null(file);
	assert_int_equal(fwrite(trace.bytes.data, 1, trace.bytes.len, file), trace.bytes.len);
	assert_int_equal(fflush(file), 0);
	assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
	assert_int_equal(
		qa_trace_read_fd(fileno(file), "made up", &trace_log_consumer, &log, &health, NULL),
		0);
	assert_true(health.blocks > 1);
	assert_true(qa_trace_is_whole(&health));
	assert_true(trace_log_equal(&log, &trace.log));
	fclose(file);
	trace_log_free(&log);
	made_up_trace_free(&trace);
}

static int note_tick(void *ctx, const struct qa_raw_tick *tick)
{
	(void)tick;
	qa_buf_append_char(ctx, 't');
	return 0;
}

static int note_loss(void *ctx, const struct qa_raw_loss *loss)
{
	(void)loss;
	qa_buf_append_char(ctx, 'l');
	return 0;
}

static int note_end(void *ctx, const struct qa_raw_end *end)
{
	(void)end;
	qa_buf_append_char(ctx, 'e');
	return 0;
}

static void ticks_losses_and_the_end_keep_their_order(void **state)
{
	const struct qa_raw_consumer *put = &qa_trace_writer_consumer;
	const struct qa_raw_consumer notes = {
		.tick = note_tick, .loss = note_loss, .end = note_end};
	const struct qa_raw_tick tick = {.time_ns = 5};
	const struct qa_raw_loss loss = {0};
	const struct qa_raw_end end = {.reason = QA_END_EXIT};
	struct qa_buf order = {0};
	struct qa_trace_health health;
	struct qa_trace_writer *writer;
	struct qa_sink *sink;

	(void)state;
	assert_int_equal(qa_sink_open_memory(&sink, NULL), 0);
	assert_int_equal(qa_trace_writer_open(sink, &writer, NULL), 0);
	put->tick(writer, &tick);
	put->loss(writer, &loss);
	put->tick(writer, &tick);
	put->tick(writer, &tick);
	put->end(writer, &end);
	assert_int_equal(qa_trace_writer_close(writer, NULL), 0);
	assert_int_equal(
		qa_trace_read_memory(qa_sink_memory(sink), "order", &notes, &order, &health, NULL),
		0);
	assert_true(qa_str_equal(qa_buf_str(&order), qa_str("tltte")));
	qa_buf_free(&order);
	qa_sink_abort(sink);
}

static struct made_up_trace steady(size_t ticks, uint32_t period)
{
	static const struct qa_raw_sample samples[] = {{1, 0, 5}, {2, 0, 9}, {3, 0, 9}, {4, 0, 1}};
	struct qa_raw_tick tick = {.count = 4, .samples = samples, .weight_ns = period};
	struct made_up_trace trace = {0};
	struct qa_trace_writer *writer;

	assert_int_equal(qa_sink_open_memory(&trace.sink, NULL), 0);
	assert_int_equal(qa_trace_writer_open(trace.sink, &writer, NULL), 0);
	for (size_t i = 0; i < ticks; i++) {
		tick.time_ns += period;
		assert_int_equal(qa_trace_writer_consumer.tick(writer, &tick), 0);
	}
	assert_int_equal(qa_trace_writer_close(writer, NULL), 0);
	trace.bytes = qa_sink_memory(trace.sink);
	return trace;
}

/* Before compression: a byte for each repeated sample, and a few for the moment. */
static void repeated_samples_are_small(void **state)
{
	struct made_up_trace few = steady(2, 100), many = steady(12, 100);

	(void)state;
	assert_int_equal(many.bytes.len - few.bytes.len, 10 * (4 + 1 + 1 + 1));
	made_up_trace_free(&few);
	made_up_trace_free(&many);
}

static void steady_samples_are_compressed(void **state)
{
	struct made_up_trace trace = steady(30000, 1000000);

	(void)state;
	assert_true(trace.bytes.len < 30000 / 4);
	made_up_trace_free(&trace);
}

static void a_trace_without_events_is_cut_and_no_more(void **state)
{
	struct qa_raw_consumer nobody = {0};
	struct qa_trace_health health;
	struct made_up_trace trace = steady(0, 0);

	(void)state;
	assert_int_equal(trace.bytes.len, QA_TRACE_HEADER_SIZE);
	assert_int_equal(
		qa_trace_read_memory(trace.bytes, "empty", &nobody, NULL, &health, NULL), 0);
	assert_true(health.cut);
	assert_int_equal(health.skipped_bytes, 0);
	assert_int_equal(health.damaged_blocks, 0);
	assert_false(qa_trace_is_whole(&health));
	made_up_trace_free(&trace);
}

static int count_samples(void *ctx, const struct qa_raw_tick *tick)
{
	*(size_t *)ctx += tick->count;
	return tick->count <= QA_TRACE_MAX_TICK ? 0 : -1;
}

static void a_crowd_of_threads_is_split(void **state)
{
	enum { CROWD = QA_TRACE_MAX_TICK + 5 };
	struct qa_raw_sample *samples = calloc(CROWD, sizeof(*samples));
	struct qa_raw_process process = {.id = 1};
	struct qa_raw_tick tick = {
		.time_ns = 5, .weight_ns = 3, .count = CROWD, .samples = samples};
	struct qa_raw_consumer counter = {.tick = count_samples};
	struct qa_trace_health health;
	struct made_up_trace trace = {0};
	struct qa_trace_writer *writer;
	size_t count = 0;

	(void)state;
	assert_non_null(samples);
	assert_int_equal(qa_sink_open_memory(&trace.sink, NULL), 0);
	assert_int_equal(qa_trace_writer_open(trace.sink, &writer, NULL), 0);
	assert_int_equal(qa_trace_writer_consumer.process(writer, &process), 0);
	for (uint32_t i = 0; i < CROWD; i++) {
		struct qa_raw_thread thread = {.id = i + 1, .process = 1, .tid = i};

		samples[i].thread = thread.id;
		assert_int_equal(qa_trace_writer_consumer.thread(writer, &thread), 0);
	}
	assert_int_equal(qa_trace_writer_consumer.tick(writer, &tick), 0);
	assert_int_equal(qa_trace_writer_close(writer, NULL), 0);
	trace.bytes = qa_sink_memory(trace.sink);
	assert_int_equal(
		qa_trace_read_memory(trace.bytes, "crowd", &counter, &count, &health, NULL), 0);
	assert_int_equal(count, CROWD);
	assert_int_equal(health.orphan_samples, 0);
	free(samples);
	made_up_trace_free(&trace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_back),
		cmocka_unit_test(a_long_recording_comes_back_from_a_file),
		cmocka_unit_test(ticks_losses_and_the_end_keep_their_order),
		cmocka_unit_test(repeated_samples_are_small),
		cmocka_unit_test(steady_samples_are_compressed),
		cmocka_unit_test(a_trace_without_events_is_cut_and_no_more),
		cmocka_unit_test(a_crowd_of_threads_is_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
