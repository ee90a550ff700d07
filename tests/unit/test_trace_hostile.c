/* Records that are malformed or beyond the limits, with checksums that are right. */
#include <zlib.h>

#include "cmocka_all.h"
#include "hand_made_trace.h"

/* The rest of the block is lost, the next block is not. */
static void assert_rejected(struct trace *trace)
{
	put_tick(trace, 1, 0);
	put_block(trace);
	put_process(trace, 9);
	put_end(trace);
	read_trace(trace);
	assert_int_equal(trace->rc, 0);
	assert_int_equal(trace->health.blocks, 1);
	assert_int_equal(trace->health.damaged_blocks, 1);
	assert_true(trace->health.skipped_bytes > 0);
	assert_int_equal(trace->log.counts[LOG_TICK], 0);
	assert_int_equal(trace->log.counts[LOG_END], 1);
	assert_false(trace->log.order_broken);
}

static void put_definitions(struct trace *trace)
{
	put_session(trace);
	put_process(trace, 1);
	put_thread(trace, 1, 1);
	put_code(trace, 1, 1, 0, 0);
}

#define REJECTS(name, ...)                                                                         \
	static void name(void **state)                                                             \
	{                                                                                          \
		struct trace *trace = *state;                                                      \
                                                                                                   \
		put_definitions(trace);                                                            \
		__VA_ARGS__;                                                                       \
		assert_rejected(trace);                                                            \
	}

REJECTS(a_record_beyond_its_block_is_rejected, qa_buf_append(&trace->records, "\x01\x7f", 2))
REJECTS(a_record_that_ends_early_is_rejected, PUT(trace, QA_RECORD_END, 0, 5000))
REJECTS(a_second_session_is_rejected, put_session(trace))
REJECTS(a_process_without_id_is_rejected, put_process(trace, 0))
REJECTS(a_pid_beyond_32_bits_is_rejected,
	PUT(trace, QA_RECORD_PROCESS, 5, 2, 1ull << 32, 1, 0, 1000))
REJECTS(a_huge_thread_id_is_rejected, put_thread(trace, QA_TRACE_ID_SLACK + 1000, 1))
REJECTS(a_huge_code_id_is_rejected, put_code(trace, QA_TRACE_ID_SLACK + 1000, 1, 0, 0))
REJECTS(a_huge_string_id_is_rejected,
	PUT(trace, QA_RECORD_STRING, 0, QA_TRACE_ID_SLACK + 1000, 1, 'f'))
REJECTS(a_huge_node_id_is_rejected, put_node(trace, QA_TRACE_NODE_SLACK + 10000, 0, 1))
REJECTS(a_node_without_id_is_rejected, put_node(trace, 0, 0, 1))
REJECTS(a_node_above_the_outermost_is_rejected, put_node(trace, 3, 3, 1))
REJECTS(a_node_batch_with_a_short_column_is_rejected,
	PUT(trace, QA_RECORD_NODES, 0, 1, 2, 1, 0, 2, 1, 1, 1, 0))
REJECTS(a_tick_batch_with_a_short_column_is_rejected,
	PUT(trace, QA_RECORD_TICKS, 0, 1000, 1, 1, 100, 1, 0, 1, 3, 1, 2, 1, 0, 0))
REJECTS(a_sample_without_thread_is_rejected, put_tick(trace, 0, 0))
REJECTS(a_sample_of_a_negative_node_is_rejected,
	PUT(trace, QA_RECORD_TICKS, 0, 1000, 1, 1, 100, 1, 0, 1, 2, 1, 2, 1, 2, 0))
REJECTS(a_tick_without_time_is_rejected,
	PUT(trace, QA_RECORD_TICKS, 0, 1000, 1, 0, 1, 0, 1, 2, 1, 2, 1, 0, 0))

REJECTS(a_part_of_a_source_that_ends_early_is_rejected,
	PUT(trace, QA_RECORD_SOURCE, 0, 0, 1, 0, 2, 'x'))

/* A column of zeros, but for the first. */
static void put_column(struct qa_buf *content, char first, size_t count)
{
	qa_put_varint(content, count);
	qa_buf_append_char(content, first);
	while (--count > 0)
		qa_buf_append_char(content, 0);
}

static void put_crowd(struct trace *trace, size_t samples)
{
	static const char times[] = {
		1, 100, 1, 0}; /* a column of one time, a column of one weight */
	struct qa_buf content = {0};
	struct qa_buf shape = {0};

	qa_put_varint(&content, 1000);
	qa_put_varint(&content, 1);
	qa_buf_append(&content, times, sizeof(times));
	qa_put_varint(&shape, samples + 1);
	qa_put_bytes(&content, qa_buf_str(&shape), SIZE_MAX);
	put_column(&content, 2, samples);
	put_column(&content, 0, samples);
	qa_put_varint(&content, 0);
	put_record(trace, QA_RECORD_TICKS, &content);
	qa_buf_free(&shape);
	qa_buf_free(&content);
}

static void a_tick_with_many_samples_is_delivered(void **state)
{
	struct trace *trace = *state;

	put_definitions(trace);
	put_crowd(trace, QA_TRACE_MAX_TICK);
	read_trace(trace);
	assert_int_equal(trace->log.counts[LOG_SAMPLE], QA_TRACE_MAX_TICK);
}

REJECTS(a_tick_with_too_many_samples_is_rejected, put_crowd(trace, QA_TRACE_MAX_TICK + 1))

static void a_line_beyond_32_bits_is_rejected(void **state)
{
	struct trace *trace = *state;

	put_definitions(trace);
	PUT(trace, QA_RECORD_CODE, 1, 2, 1, 0, 0, 1ull << 33, 0, 0, 0);
	assert_rejected(trace);
}

static char long_text[QA_TRACE_MAX_STRING + 1];

static void put_long_string(struct trace *trace, uint32_t id, size_t len)
{
	struct qa_buf content = {0};

	qa_put_varint(&content, id);
	qa_put_bytes(&content, (struct qa_str){long_text, len}, len);
	put_record(trace, QA_RECORD_STRING, &content);
	qa_buf_free(&content);
}

static void an_overlong_text_is_rejected(void **state)
{
	struct trace *trace = *state;

	put_definitions(trace);
	put_long_string(trace, 1, QA_TRACE_MAX_STRING + 1);
	assert_rejected(trace);
}

/* A small file may not make the reader hold more than a bounded amount of text. */
static void a_flood_of_text_is_bounded(void **state)
{
	enum { BLOCKS = 16, STRINGS = 12 }; /* 3 MiB each, of the 32 MiB that are allowed */
	struct trace *trace = *state;

	for (uint32_t id = 1; id <= BLOCKS * STRINGS; id++) {
		put_long_string(trace, id, QA_TRACE_MAX_STRING);
		if (id % STRINGS == 0)
			put_block(trace);
	}
	read_trace(trace);
	assert_int_equal(trace->rc, 0);
	assert_in_range(trace->health.blocks, 10, 11);
	assert_int_equal(trace->health.damaged_blocks, BLOCKS - trace->health.blocks);
}

static void put_long_source(struct trace *trace, size_t len)
{
	static char zeros[QA_TRACE_MAX_BYTES + 1];
	struct qa_buf content = {0};

	qa_put_varint(&content, 0);
	qa_put_varint(&content, 1);
	qa_put_varint(&content, 0);
	qa_put_bytes(&content, (struct qa_str){zeros, len}, len);
	put_record(trace, QA_RECORD_SOURCE, &content);
	qa_buf_free(&content);
}

REJECTS(an_overlong_part_of_a_source_is_rejected, put_long_source(trace, QA_TRACE_MAX_BYTES + 1))

static void a_flood_of_sources_is_bounded(void **state)
{
	enum { BLOCKS = 20 }; /* 2 MiB each, of the 32 MiB that are allowed */
	struct trace *trace = *state;

	put_process(trace, 1);
	for (int i = 0; i < BLOCKS; i++) {
		put_long_source(trace, QA_TRACE_MAX_BYTES);
		put_block(trace);
	}
	read_trace(trace);
	assert_int_equal(trace->rc, 0);
	assert_int_equal(trace->log.counts[LOG_SOURCE], 16);
	assert_int_equal(trace->health.damaged_blocks, BLOCKS - 16);
}

/* Makes other sizes in the header of the last block, and checksums that fit them. */
static void resize(struct trace *trace, size_t start, uint32_t stored, uint32_t raw)
{
	unsigned char *header = (unsigned char *)trace->bytes.data + start;
	size_t follow = trace->bytes.len - start - QA_BLOCK_HEADER_SIZE;
	uLong crc =
		crc32(0, header + QA_BLOCK_HEADER_SIZE, (uInt)(stored < follow ? stored : follow));

	qa_store_le(header + 8, stored, 4);
	qa_store_le(header + 12, raw, 4);
	qa_store_le(header + 20, (uint32_t)crc, 4);
	qa_store_le(header + 24, (uint32_t)crc32(0, header, 24), 4);
}

/* A sound block, `zeros` large, to which this is done. */
static void read_resized(struct trace *trace, uint32_t zeros, int64_t more_stored, int64_t more_raw)
{
	struct qa_buf content = {0};
	size_t start = trace->bytes.len;
	uint32_t stored, raw;

	while (content.len < zeros)
		qa_buf_append_char(&content, 0);
	put_record(trace, QA_RECORD_SOURCE + 1, &content);
	raw = (uint32_t)trace->records.len;
	put_block(trace);
	stored = (uint32_t)(trace->bytes.len - start - QA_BLOCK_HEADER_SIZE);
	qa_buf_append(&trace->bytes, "xx", 2);
	resize(trace, start, (uint32_t)(stored + more_stored), (uint32_t)(raw + more_raw));
	qa_buf_free(&content);
	read_trace(trace);
	assert_int_equal(trace->rc, 0);
}

#define RESIZED(name, zeros, more_stored, more_raw, sound)                                         \
	static void name(void **state)                                                             \
	{                                                                                          \
		struct trace *trace = *state;                                                      \
                                                                                                   \
		read_resized(trace, zeros, more_stored, more_raw);                                 \
		assert_int_equal(trace->health.blocks, sound);                                     \
		assert_int_equal(trace->health.damaged_blocks, !(sound));                          \
	}

RESIZED(a_stored_block_of_its_size_is_sound, 10, 0, 0, 1)
RESIZED(a_stored_block_of_another_size_is_not, 10, 0, 1, 0)
RESIZED(a_compressed_block_of_its_size_is_sound, 1000, 0, 0, 1)
RESIZED(a_compressed_block_that_is_shorter_is_not, 1000, 0, 1, 0)
RESIZED(a_compressed_block_that_is_longer_is_not, 1000, 0, -1, 0)
RESIZED(a_compressed_block_with_a_rest_is_not, 1000, 1, 0, 0)
RESIZED(a_block_beyond_the_limit_is_not, QA_TRACE_MAX_BLOCK, 0, 0, 0)
RESIZED(a_block_that_claims_more_than_the_limit_is_not, 10, QA_TRACE_MAX_BLOCK, 0, 0)

/* Headers that all claim a long block: searching each of them to its end would take time without
 * bound. */
static void a_nest_of_headers_ends(void **state)
{
	enum { NEST = 4 << 20 };
	struct trace *trace = *state;
	struct qa_str block = qa_packer_pack(trace->packer, 0, qa_str("x"));
	unsigned char header[QA_BLOCK_HEADER_SIZE];

	memcpy(header, block.data, sizeof(header));
	qa_store_le(header + 8, NEST / 2, 4);
	qa_store_le(header + 12, NEST / 2, 4);
	qa_store_le(header + 24, (uint32_t)crc32(0, header, 24), 4);
	while (trace->bytes.len < NEST)
		qa_buf_append(&trace->bytes, header, sizeof(header));
	read_trace(trace);
	assert_int_equal(trace->rc, 0);
	assert_int_equal(trace->health.blocks, 0);
	assert_in_range(trace->health.damaged_blocks, 1, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HAND_MADE_TEST(a_record_beyond_its_block_is_rejected),
		HAND_MADE_TEST(a_record_that_ends_early_is_rejected),
		HAND_MADE_TEST(a_second_session_is_rejected),
		HAND_MADE_TEST(a_process_without_id_is_rejected),
		HAND_MADE_TEST(a_pid_beyond_32_bits_is_rejected),
		HAND_MADE_TEST(a_huge_thread_id_is_rejected),
		HAND_MADE_TEST(a_huge_code_id_is_rejected),
		HAND_MADE_TEST(a_huge_string_id_is_rejected),
		HAND_MADE_TEST(a_huge_node_id_is_rejected),
		HAND_MADE_TEST(a_node_without_id_is_rejected),
		HAND_MADE_TEST(a_node_above_the_outermost_is_rejected),
		HAND_MADE_TEST(a_node_batch_with_a_short_column_is_rejected),
		HAND_MADE_TEST(a_tick_batch_with_a_short_column_is_rejected),
		HAND_MADE_TEST(a_sample_without_thread_is_rejected),
		HAND_MADE_TEST(a_sample_of_a_negative_node_is_rejected),
		HAND_MADE_TEST(a_tick_without_time_is_rejected),
		HAND_MADE_TEST(a_tick_with_many_samples_is_delivered),
		HAND_MADE_TEST(a_tick_with_too_many_samples_is_rejected),
		HAND_MADE_TEST(a_line_beyond_32_bits_is_rejected),
		HAND_MADE_TEST(an_overlong_text_is_rejected),
		HAND_MADE_TEST(a_flood_of_text_is_bounded),
		HAND_MADE_TEST(a_part_of_a_source_that_ends_early_is_rejected),
		HAND_MADE_TEST(an_overlong_part_of_a_source_is_rejected),
		HAND_MADE_TEST(a_flood_of_sources_is_bounded),
		HAND_MADE_TEST(a_stored_block_of_its_size_is_sound),
		HAND_MADE_TEST(a_stored_block_of_another_size_is_not),
		HAND_MADE_TEST(a_compressed_block_of_its_size_is_sound),
		HAND_MADE_TEST(a_compressed_block_that_is_shorter_is_not),
		HAND_MADE_TEST(a_compressed_block_that_is_longer_is_not),
		HAND_MADE_TEST(a_compressed_block_with_a_rest_is_not),
		HAND_MADE_TEST(a_block_beyond_the_limit_is_not),
		HAND_MADE_TEST(a_block_that_claims_more_than_the_limit_is_not),
		HAND_MADE_TEST(a_nest_of_headers_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
