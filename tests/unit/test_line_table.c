#include "cmocka_all.h"

#include <limits.h>
#include <stdlib.h>

#include "qa/line_table.h"

#define TABLE(text)                                                                                \
	(struct qa_str)                                                                            \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

/* What a table says about one instruction. */
struct lookup {
	int instruction;
	struct qa_position place;
};

static void assert_place(struct qa_position found, struct qa_position expected)
{
	assert_int_equal(found.line, expected.line);
	assert_int_equal(found.end_line, expected.end_line);
	assert_int_equal(found.column, expected.column);
	assert_int_equal(found.end_column, expected.end_column);
}

static void assert_places(enum qa_line_table kind, struct qa_str table, int first_line,
	const struct lookup *lookups, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_place(qa_line_table_lookup(kind, table, first_line, lookups[i].instruction),
			lookups[i].place);
}

#define ASSERT_PLACES(kind, table, first_line, lookups)                                            \
	assert_places(kind, table, first_line, lookups, sizeof(lookups) / sizeof(*(lookups)))

#define ONLY_LINE(line)                                                                            \
	{                                                                                          \
		line, 0, -1, -1                                                                    \
	}

static void lnotab_adds_lines_at_their_address(void **state)
{
	static const struct lookup lookups[] = {{-1, ONLY_LINE(10)}, {0, ONLY_LINE(11)},
		{4, ONLY_LINE(11)}, {6, ONLY_LINE(13)}, {8, ONLY_LINE(9)}, {1000, ONLY_LINE(9)}};

	(void)state;
	ASSERT_PLACES(QA_LINE_TABLE_LNOTAB, TABLE("\0\1\6\2\2\xfc"), 10, lookups);
}

/* Steps beyond 255 bytes or 127 lines come in several pairs. */
static void lnotab_joins_long_steps(void **state)
{
	static const struct lookup lookups[] = {
		{298, ONLY_LINE(1)}, {300, ONLY_LINE(301)}, {302, ONLY_LINE(101)}};

	(void)state;
	ASSERT_PLACES(
		QA_LINE_TABLE_LNOTAB, TABLE("\xff\0\x2d\x7f\0\x7f\0\x2e\2\x80\0\xb8"), 1, lookups);
}

static void lnotab_may_be_empty(void **state)
{
	static const struct lookup lookups[] = {{0, ONLY_LINE(7)}, {2, ONLY_LINE(7)}};

	(void)state;
	ASSERT_PLACES(QA_LINE_TABLE_LNOTAB, TABLE(""), 7, lookups);
	ASSERT_PLACES(QA_LINE_TABLE_LNOTAB, ((struct qa_str){NULL, 0}), 7, lookups);
}

static void ranges_end_before_their_end(void **state)
{
	static const struct lookup lookups[] = {{-1, ONLY_LINE(5)}, {0, ONLY_LINE(6)},
		{2, ONLY_LINE(6)}, {4, ONLY_LINE(3)}, {6, ONLY_LINE(0)}, {400, ONLY_LINE(0)}};

	(void)state;
	ASSERT_PLACES(QA_LINE_TABLE_RANGES, TABLE("\4\1\2\xfd"), 5, lookups);
}

static void ranges_without_a_line_still_take_their_bytes(void **state)
{
	static const struct lookup lookups[] = {{2, ONLY_LINE(21)}, {4, ONLY_LINE(0)},
		{6, ONLY_LINE(0)}, {8, ONLY_LINE(22)}, {10, ONLY_LINE(0)}};

	(void)state;
	ASSERT_PLACES(QA_LINE_TABLE_RANGES, TABLE("\4\1\4\x80\2\1"), 20, lookups);
}

/* A range of no bytes only moves the line. */
static void ranges_join_long_steps(void **state)
{
	static const struct lookup lookups[] = {{0, ONLY_LINE(201)}, {253, ONLY_LINE(201)},
		{254, ONLY_LINE(201)}, {256, ONLY_LINE(0)}};

	(void)state;
	ASSERT_PLACES(QA_LINE_TABLE_RANGES, TABLE("\0\x7f\xfe\x49\2\0"), 1, lookups);
}

static void locations_have_a_short_form(void **state)
{
	static const struct lookup lookups[] = {{-1, ONLY_LINE(30)}, {0, {30, 30, 5, 8}},
		{2, {30, 30, 5, 8}}, {4, {30, 30, 79, 94}}, {6, ONLY_LINE(0)}};

	(void)state;
	ASSERT_PLACES(QA_LINE_TABLE_LOCATIONS, TABLE("\x81\x53\xc8\x7f"), 30, lookups);
}

static void locations_have_a_form_for_one_line(void **state)
{
	static const struct lookup lookups[] = {
		{0, {30, 30, 4, 9}}, {2, {31, 31, 0, 127}}, {4, {33, 33, 8, 9}}};

	(void)state;
	ASSERT_PLACES(
		QA_LINE_TABLE_LOCATIONS, TABLE("\xd0\4\x09\xd8\0\x7f\xe0\x08\x09"), 30, lookups);
}

static void locations_may_lack_columns(void **state)
{
	static const struct lookup lookups[] = {{0, {31, 31, -1, -1}}, {2, {28, 28, -1, -1}}};

	(void)state;
	ASSERT_PLACES(QA_LINE_TABLE_LOCATIONS, TABLE("\xe8\2\xe8\7"), 30, lookups);
}

/* 70 lines on, to 2 lines later; columns 100 and, in the second entry, none. */
static void locations_have_a_long_form(void **state)
{
	static const struct lookup lookups[] = {
		{0, {100, 102, 100, 7}}, {14, {100, 102, 100, 7}}, {16, {99, 100, -1, -1}}};

	(void)state;
	ASSERT_PLACES(
		QA_LINE_TABLE_LOCATIONS, TABLE("\xf7\x4c\2\2\x65\1\x08\xf0\3\1\0\0"), 30, lookups);
}

static void locations_may_be_missing(void **state)
{
	static const struct lookup lookups[] = {
		{0, {31, 31, 1, 2}}, {2, ONLY_LINE(0)}, {6, ONLY_LINE(0)}, {8, {32, 32, 3, 4}}};

	(void)state;
	ASSERT_PLACES(QA_LINE_TABLE_LOCATIONS, TABLE("\xd8\1\2\xfa\xd8\3\4"), 30, lookups);
}

/* A module's first instruction: before its first line. */
static void locations_may_be_at_line_zero(void **state)
{
	static const struct lookup lookups[] = {{0, {0, 1, 0, 0}}, {2, {1, 1, 0, 4}}};

	(void)state;
	ASSERT_PLACES(QA_LINE_TABLE_LOCATIONS, TABLE("\xf0\3\1\1\1\xd8\0\4"), 1, lookups);
}

/* The next entry is found again, whatever the damaged one lacks or has too much. */
static void damaged_locations_end_at_the_next_entry(void **state)
{
	static const struct lookup lookups[] = {{0, {31, 31, 9, 0}}, {2, {31, 31, -1, -1}},
		{4, {32, 32, 1, 2}}, {6, {33, 33, 3, 0}}};

	(void)state;
	ASSERT_PLACES(
		QA_LINE_TABLE_LOCATIONS, TABLE("\xd8\x09\xf0\xd8\1\2\3\4\xd8\3"), 30, lookups);
}

static void without_a_table_nothing_is_known(void **state)
{
	static const struct lookup lookups[] = {{-1, ONLY_LINE(3)}, {0, ONLY_LINE(0)}};

	(void)state;
	ASSERT_PLACES(QA_LINE_TABLE_NONE, TABLE("\2\1"), 3, lookups);
	ASSERT_PLACES((enum qa_line_table)77, TABLE("\2\1"), 3, lookups);
}

static void lines_stay_within_an_int(void **state)
{
	static const char far[] = "\x80\0\xf0\x7e\x7f\x7f\x7f\x7f\3\x7f\x7f\x7f\x7f\x7f\3\0\0";
	static const char back[] = "\xe8\x7f\x7f\x7f\x7f\x7f\3\xe8\x7f\x7f\x7f\x7f\x7f\3";
	struct qa_position place;

	(void)state;
	place = qa_line_table_lookup(QA_LINE_TABLE_LOCATIONS, TABLE(far), INT_MAX, 2);
	assert_place(place, (struct qa_position){INT_MAX, INT_MAX, -1, -1});
	place = qa_line_table_lookup(QA_LINE_TABLE_LOCATIONS, TABLE(back), INT_MIN, 2);
	assert_place(place, (struct qa_position){0, 0, -1, -1});
	place = qa_line_table_lookup(QA_LINE_TABLE_LNOTAB, TABLE("\0\1\0\1"), INT_MAX, 0);
	assert_int_equal(place.line, INT_MAX);
	place = qa_line_table_lookup(QA_LINE_TABLE_RANGES, TABLE("\2\xff"), INT_MIN, 0);
	assert_int_equal(place.line, 0);
	place = qa_line_table_lookup(QA_LINE_TABLE_RANGES, TABLE("\2\1"), INT_MAX, INT_MAX);
	assert_int_equal(place.line, 0);
}

/* Tables of any bytes, each in memory of its exact length for the sanitizers to watch. */
static void random_tables_give_sane_places(void **state)
{
	uint32_t random = 20;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t len = (size_t)round % 40;
		char *bytes = malloc(len ? len : 1);

		assert_non_null(bytes);
		for (size_t i = 0; i < len; i++) {
			random = random * 1664525u + 1013904223u;
			bytes[i] = (char)(random >> 24);
		}
		for (int kind = QA_LINE_TABLE_NONE; kind <= QA_LINE_TABLE_LOCATIONS; kind++) {
			struct qa_position place = qa_line_table_lookup((enum qa_line_table)kind,
				(struct qa_str){bytes, len}, (int)random, (int)(random >> 8) % 300);

			assert_true(place.line >= 0 && place.end_line >= 0);
			assert_true(place.column >= -1 && place.end_column >= -1);
		}
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lnotab_adds_lines_at_their_address),
		cmocka_unit_test(lnotab_joins_long_steps),
		cmocka_unit_test(lnotab_may_be_empty),
		cmocka_unit_test(ranges_end_before_their_end),
		cmocka_unit_test(ranges_without_a_line_still_take_their_bytes),
		cmocka_unit_test(ranges_join_long_steps),
		cmocka_unit_test(locations_have_a_short_form),
		cmocka_unit_test(locations_have_a_form_for_one_line),
		cmocka_unit_test(locations_may_lack_columns),
		cmocka_unit_test(locations_have_a_long_form),
		cmocka_unit_test(locations_may_be_missing),
		cmocka_unit_test(locations_may_be_at_line_zero),
		cmocka_unit_test(damaged_locations_end_at_the_next_entry),
		cmocka_unit_test(without_a_table_nothing_is_known),
		cmocka_unit_test(lines_stay_within_an_int),
		cmocka_unit_test(random_tables_give_sane_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
