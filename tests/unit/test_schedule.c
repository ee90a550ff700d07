#include "cmocka_all.h"

#include "sampler/schedule.h"

enum { PERIOD = 1000000, START = 5000000 };

static void one_moment_in_each_period(void **state)
{
	struct qa_schedule schedule;
	uint64_t missed;
	uint64_t now = START;

	(void)state;
	qa_schedule_init(&schedule, START, PERIOD, 1);
	for (uint64_t slot = 0; slot < 100000; slot++) {
		uint64_t at = qa_schedule_next(&schedule, now, &missed);

		assert_int_equal(missed, 0);
		assert_true(at >= START + slot * PERIOD && at < START + (slot + 1) * PERIOD);
		now = at;
	}
}

static void moments_are_spread_evenly(void **state)
{
	enum { BINS = 10, DRAWS = 100000 };
	struct qa_schedule schedule;
	unsigned bins[BINS] = {0};
	uint64_t missed, now = START;

	(void)state;
	qa_schedule_init(&schedule, START, PERIOD, 12345);
	for (int i = 0; i < DRAWS; i++) {
		now = qa_schedule_next(&schedule, now, &missed);
		bins[(now - START) % PERIOD / (PERIOD / BINS)]++;
	}
	for (int i = 0; i < BINS; i++) /* 10,000 expected, standard deviation 95 */
		assert_in_range(bins[i], 9500, 10500);
}

static void the_seed_decides(void **state)
{
	struct qa_schedule a, b, c;
	uint64_t missed, same = 0;

	(void)state;
	qa_schedule_init(&a, START, PERIOD, 7);
	qa_schedule_init(&b, START, PERIOD, 7);
	qa_schedule_init(&c, START, PERIOD, 8);
	for (int i = 0; i < 1000; i++) {
		uint64_t at = qa_schedule_next(&a, START, &missed);

		assert_int_equal(at, qa_schedule_next(&b, START, &missed));
		same += at == qa_schedule_next(&c, START, &missed);
	}
	assert_in_range(same, 0, 10);
}

static void what_was_missed_is_not_caught_up(void **state)
{
	struct qa_schedule schedule;
	uint64_t missed, at, now = START + 50 * PERIOD + PERIOD / 2;

	(void)state;
	qa_schedule_init(&schedule, START, PERIOD, 1);
	qa_schedule_next(&schedule, START, &missed);
	at = qa_schedule_next(&schedule, now, &missed);
	assert_int_equal(missed, 49);
	assert_true(at >= START + 50 * PERIOD && at < START + 51 * PERIOD);
	at = qa_schedule_next(&schedule, at, &missed);
	assert_int_equal(missed, 0);
	assert_true(at >= START + 51 * PERIOD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_moment_in_each_period),
		cmocka_unit_test(moments_are_spread_evenly),
		cmocka_unit_test(the_seed_decides),
		cmocka_unit_test(what_was_missed_is_not_caught_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
