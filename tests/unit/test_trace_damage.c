/* A trace that is cut, flipped, shortened or lengthened anywhere: what is delivered was written,
 * and what is lost is told. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "made_up_trace.h"
#include "qa/trace_format.h"
#include "qa/trace_reader.h"

static struct made_up_trace original;
static uint64_t blocks;
static char *copy; /* of the original, with room for one byte more */

struct outcome {
	int rc;
	struct trace_log log;
	struct qa_trace_health health;
	struct qa_error error;
};

static struct outcome read_bytes(const char *bytes, size_t len)
{
	struct outcome outcome = {0};
	/* Of just this size, so that a read beyond it is noticed. */
	char *exact = malloc(len ? len : 1);

	assert_non_null(exact);
	memcpy(exact, bytes, len);
	outcome.rc = qa_trace_read_memory((struct qa_str){exact, len}, "damaged",
		&trace_log_consumer, &outcome.log, &outcome.health, &outcome.error);
	free(exact);
	if (!trace_log_is_part(&outcome.log, &original.log))
		fail_msg("Something was delivered that was not written.");
	return outcome;
}

static void assert_accounted(const struct outcome *outcome)
{
	assert_true(outcome->log.counts[LOG_SAMPLE] + outcome->health.orphan_samples <=
		    original.log.counts[LOG_SAMPLE]);
	assert_true(outcome->log.sample_ns + outcome->health.orphan_ns <= original.log.sample_ns);
}

static int set_up(void **state)
{
	struct made_up plan = {
		.seed = 3, .ticks = 16, .threads = 2, .flush_every = 4, .modest = true};
	struct outcome whole;

	(void)state;
	made_up_trace_write(&original, plan);
	copy = malloc(original.bytes.len + 1);
	assert_non_null(copy);
	memcpy(copy, original.bytes.data, original.bytes.len);
	whole = read_bytes(copy, original.bytes.len);
	blocks = whole.health.blocks;
	assert_true(blocks >= 4);
	assert_true(trace_log_equal(&whole.log, &original.log));
	trace_log_free(&whole.log);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(copy);
	made_up_trace_free(&original);
	return 0;
}

static void a_trace_cut_anywhere_gives_what_was_whole(void **state)
{
	size_t samples = 0;
	uint64_t sound = 0;

	(void)state;
	for (size_t len = 0; len < original.bytes.len; len++) {
		struct outcome outcome = read_bytes(copy, len);

		assert_int_equal(outcome.rc, len < QA_TRACE_HEADER_SIZE ? -EINVAL : 0);
		assert_true(outcome.health.cut);
		assert_int_equal(outcome.health.bytes, len);
		assert_int_equal(outcome.health.damaged_blocks, 0);
		assert_int_equal(outcome.health.missing_blocks, 0);
		assert_int_equal(outcome.health.orphan_samples, 0);
		assert_false(outcome.health.damaged_header);
		assert_true(outcome.health.blocks >= sound && outcome.health.blocks <= sound + 1);
		assert_true((outcome.health.skipped_bytes == 0) ==
			    (outcome.health.blocks > sound || len <= QA_TRACE_HEADER_SIZE));
		assert_true(outcome.log.counts[LOG_SAMPLE] >= samples);
		sound = outcome.health.blocks;
		samples = outcome.log.counts[LOG_SAMPLE];
		trace_log_free(&outcome.log);
	}
	assert_int_equal(sound, blocks - 1);
}

static void assert_flip_is_contained(size_t at)
{
	struct outcome outcome = read_bytes(copy, original.bytes.len);

	assert_int_equal(outcome.rc, 0);
	assert_false(qa_trace_is_whole(&outcome.health));
	assert_accounted(&outcome);
	assert_int_equal(outcome.health.damaged_header, at < QA_TRACE_HEADER_SIZE);
	if (at < QA_TRACE_HEADER_SIZE) {
		assert_true(trace_log_equal(&outcome.log, &original.log));
	} else {
		assert_int_equal(outcome.health.blocks, blocks - 1);
		assert_int_equal(outcome.health.damaged_blocks, 1);
		assert_int_equal(outcome.health.missing_blocks, 0);
	}
	trace_log_free(&outcome.log);
}

static void a_flipped_byte_costs_one_block(void **state)
{
	(void)state;
	for (size_t at = 0; at < original.bytes.len; at++) {
		const char flips[] = {(char)(1 << at % 8), '\x80', '\xff'};

		for (size_t i = 0; i < sizeof(flips); i++) {
			copy[at] ^= flips[i];
			assert_flip_is_contained(at);
			copy[at] ^= flips[i];
		}
	}
}

static void a_lost_byte_costs_one_block(void **state)
{
	size_t len = original.bytes.len;

	(void)state;
	for (size_t at = QA_TRACE_HEADER_SIZE; at < len; at++) {
		struct outcome outcome;

		memmove(copy + at, original.bytes.data + at + 1, len - at - 1);
		outcome = read_bytes(copy, len - 1);
		assert_int_equal(outcome.rc, 0);
		assert_int_equal(outcome.health.blocks, blocks - 1);
		assert_false(qa_trace_is_whole(&outcome.health));
		assert_int_equal(outcome.health.missing_blocks, 0);
		assert_accounted(&outcome);
		trace_log_free(&outcome.log);
		copy[at] = original.bytes.data[at];
	}
	copy[len - 1] = original.bytes.data[len - 1];
}

static void a_byte_too_many_costs_at_most_one_block(void **state)
{
	size_t len = original.bytes.len;

	(void)state;
	for (size_t at = QA_TRACE_HEADER_SIZE; at <= len; at++) {
		struct outcome outcome;

		memcpy(copy + at + 1, original.bytes.data + at, len - at);
		copy[at] = QA_BLOCK_MARKER[at % QA_BLOCK_MARKER_SIZE];
		outcome = read_bytes(copy, len + 1);
		assert_int_equal(outcome.rc, 0);
		assert_true(outcome.health.blocks >= blocks - 1);
		assert_false(qa_trace_is_whole(&outcome.health));
		assert_int_equal(outcome.health.missing_blocks, 0);
		assert_accounted(&outcome);
		trace_log_free(&outcome.log);
		copy[at] = original.bytes.data[at];
	}
	memcpy(copy, original.bytes.data, len);
}

/* Where the blocks begin; as many as there are, then the file's end. */
static size_t block_start(uint64_t number)
{
	const char *at = original.bytes.data + QA_TRACE_HEADER_SIZE;
	const char *end = original.bytes.data + original.bytes.len;

	for (; number > 0; number--) {
		at = memmem(at + 1, (size_t)(end - at) - 1, QA_BLOCK_MARKER, QA_BLOCK_MARKER_SIZE);
		if (!at)
			return original.bytes.len;
	}
	return (size_t)(at - original.bytes.data);
}

static struct outcome read_two(size_t first_len, size_t second_from, size_t second_to)
{
	struct qa_buf bytes = {0};
	struct outcome outcome;

	qa_buf_append(&bytes, copy, first_len);
	qa_buf_append(&bytes, copy + second_from, second_to - second_from);
	outcome = read_bytes(bytes.data, bytes.len);
	qa_buf_free(&bytes);
	return outcome;
}

static void a_missing_block_is_missed(void **state)
{
	(void)state;
	for (uint64_t number = 1; number + 1 < blocks; number++) {
		struct outcome outcome =
			read_two(block_start(number), block_start(number + 1), original.bytes.len);

		assert_int_equal(outcome.health.blocks, blocks - 1);
		assert_int_equal(outcome.health.missing_blocks, 1);
		assert_int_equal(outcome.health.damaged_blocks, 0);
		assert_int_equal(outcome.health.skipped_bytes, 0);
		assert_false(outcome.health.cut);
		assert_false(qa_trace_is_whole(&outcome.health));
		assert_accounted(&outcome);
		trace_log_free(&outcome.log);
	}
}

static void neighbours_that_are_damaged_are_counted_each(void **state)
{
	size_t first = block_start(1) + QA_BLOCK_HEADER_SIZE;
	size_t second = block_start(2) + QA_BLOCK_HEADER_SIZE;
	struct outcome outcome;

	(void)state;
	copy[first] ^= 1;
	copy[second] ^= 1;
	outcome = read_bytes(copy, original.bytes.len);
	assert_int_equal(outcome.health.blocks, blocks - 2);
	assert_int_equal(outcome.health.damaged_blocks, 2);
	assert_int_equal(outcome.health.missing_blocks, 0);
	trace_log_free(&outcome.log);
	copy[first] ^= 1;
	copy[second] ^= 1;
}

/* A reader of a file sees it piece by piece: a block's marker may lie across two of them. */
static void a_block_after_rubbish_of_any_length_is_found(void **state)
{
	enum { PIECE = 256 << 10 };

	(void)state;
	for (int across = 0; across <= QA_BLOCK_MARKER_SIZE; across++) {
		struct outcome outcome = {0};
		FILE *file = tmpfile();

		assert_non_null(file);
		fwrite(copy, 1, QA_TRACE_HEADER_SIZE, file);
		for (int i = QA_TRACE_HEADER_SIZE; i < PIECE - across; i++)
			fputc('x', file);
		fwrite(copy + QA_TRACE_HEADER_SIZE, 1, original.bytes.len - QA_TRACE_HEADER_SIZE,
			file);
		assert_int_equal(fflush(file), 0);
		assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
		assert_int_equal(qa_trace_read_fd(fileno(file), "rubbish", &trace_log_consumer,
					 &outcome.log, &outcome.health, NULL),
			0);
		assert_true(trace_log_equal(&outcome.log, &original.log));
		assert_int_equal(
			outcome.health.skipped_bytes, PIECE - across - QA_TRACE_HEADER_SIZE);
		trace_log_free(&outcome.log);
		fclose(file);
	}
}

static void a_block_that_comes_twice_counts_once(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < blocks; number++) {
		size_t start = block_start(number), end = block_start(number + 1);
		struct outcome outcome = read_two(end, start, original.bytes.len);

		assert_int_equal(outcome.health.blocks, blocks);
		assert_int_equal(outcome.health.skipped_bytes, end - start);
		assert_int_equal(outcome.health.missing_blocks, 0);
		assert_true(trace_log_equal(&outcome.log, &original.log));
		trace_log_free(&outcome.log);
	}
}

/* Every sample of the other blocks is either delivered or an orphan. */
static void lost_definitions_make_orphans(void **state)
{
	struct outcome head = read_bytes(copy, block_start(1));
	struct outcome outcome = read_two(QA_TRACE_HEADER_SIZE, block_start(1), original.bytes.len);

	(void)state;
	assert_int_equal(outcome.log.counts[LOG_SESSION], 0);
	assert_int_equal(outcome.log.counts[LOG_END], 1);
	assert_true(outcome.health.orphan_samples > 0);
	assert_int_equal(outcome.log.counts[LOG_SAMPLE] + outcome.health.orphan_samples,
		original.log.counts[LOG_SAMPLE] - head.log.counts[LOG_SAMPLE]);
	assert_int_equal(outcome.log.sample_ns + outcome.health.orphan_ns,
		original.log.sample_ns - head.log.sample_ns);
	trace_log_free(&head.log);
	trace_log_free(&outcome.log);
}

static void what_follows_the_end_is_told(void **state)
{
	size_t len = original.bytes.len;
	struct outcome outcome;

	(void)state;
	copy[len] = 'x';
	outcome = read_bytes(copy, len + 1);
	assert_true(trace_log_equal(&outcome.log, &original.log));
	assert_int_equal(outcome.health.skipped_bytes, 1);
	assert_false(outcome.health.cut);
	assert_false(qa_trace_is_whole(&outcome.health));
	trace_log_free(&outcome.log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trace_cut_anywhere_gives_what_was_whole),
		cmocka_unit_test(a_flipped_byte_costs_one_block),
		cmocka_unit_test(a_lost_byte_costs_one_block),
		cmocka_unit_test(a_byte_too_many_costs_at_most_one_block),
		cmocka_unit_test(a_missing_block_is_missed),
		cmocka_unit_test(neighbours_that_are_damaged_are_counted_each),
		cmocka_unit_test(a_block_after_rubbish_of_any_length_is_found),
		cmocka_unit_test(a_block_that_comes_twice_counts_once),
		cmocka_unit_test(lost_definitions_make_orphans),
		cmocka_unit_test(what_follows_the_end_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
