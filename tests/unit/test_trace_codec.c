#include "cmocka_all.h"

#include "trace/codec.h"

static const uint64_t numbers[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX,
	(uint64_t)UINT32_MAX + 1, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX};

static struct qa_cursor over(const char *bytes, size_t len)
{
	return qa_cursor((struct qa_str){bytes, len});
}

static void numbers_come_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct qa_buf buf = {0};
		struct qa_cursor cursor;

		qa_put_varint(&buf, numbers[i]);
		cursor = qa_cursor(qa_buf_str(&buf));
		assert_true(qa_get_varint(&cursor) == numbers[i]);
		assert_false(cursor.failed);
		assert_true(qa_cursor_done(&cursor));
		assert_true(qa_unzigzag(qa_zigzag(numbers[i])) == numbers[i]);
		qa_buf_free(&buf);
	}
}

static void small_differences_are_small_numbers(void **state)
{
	(void)state;
	assert_int_equal(qa_zigzag(0), 0);
	assert_int_equal(qa_zigzag((uint64_t)-1), 1);
	assert_int_equal(qa_zigzag(1), 2);
	assert_int_equal(qa_zigzag((uint64_t)-2), 3);
}

static void a_cut_number_fails(void **state)
{
	struct qa_cursor cursor = over("\xff\xff", 2);

	(void)state;
	assert_int_equal(qa_get_varint(&cursor), 0);
	assert_true(cursor.failed);
	assert_int_equal(qa_get_varint(&cursor), 0);
}

static void a_number_beyond_64_bits_fails(void **state)
{
	struct qa_cursor most = over("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);
	struct qa_cursor more = over("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10);
	struct qa_cursor longer = over("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11);

	(void)state;
	assert_true(qa_get_varint(&most) == UINT64_MAX);
	assert_false(most.failed);
	qa_get_varint(&more);
	assert_true(more.failed);
	qa_get_varint(&longer);
	assert_true(longer.failed);
}

static void a_number_beyond_32_bits_fails_where_32_are_due(void **state)
{
	struct qa_cursor most = over("\xff\xff\xff\xff\x0f", 5);
	struct qa_cursor more = over("\x80\x80\x80\x80\x10", 5);

	(void)state;
	assert_true(qa_get_u32(&most) == UINT32_MAX);
	assert_int_equal(qa_get_u32(&more), 0);
	assert_true(more.failed);
}

static void bytes_end_within_their_bounds(void **state)
{
	struct qa_cursor whole = over("\x03"
				      "abcd",
		5);
	struct qa_cursor cut = over("\x03"
				    "ab",
		3);
	struct qa_cursor longer = over("\x03"
				       "abc",
		4);
	struct qa_cursor huge = over("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);

	(void)state;
	assert_true(qa_str_equal(qa_get_bytes(&whole, 3), qa_str("abc")));
	assert_false(whole.failed);
	assert_int_equal(qa_get_bytes(&cut, 9).len, 0);
	assert_true(cut.failed);
	assert_int_equal(qa_get_bytes(&longer, 2).len, 0);
	assert_true(longer.failed);
	assert_int_equal(qa_get_bytes(&huge, SIZE_MAX).len, 0);
	assert_true(huge.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_come_back),
		cmocka_unit_test(small_differences_are_small_numbers),
		cmocka_unit_test(a_cut_number_fails),
		cmocka_unit_test(a_number_beyond_64_bits_fails),
		cmocka_unit_test(a_number_beyond_32_bits_fails_where_32_are_due),
		cmocka_unit_test(bytes_end_within_their_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
