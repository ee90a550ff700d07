#include "cmocka_all.h"

#include "sampler/schedule.h"

enum { PERIOD = 1000000, START = 5000000 };

static struct qa_schedule schedule_of(uint64_t seed)
{
	return (struct qa_schedule){.start_ns = START, .period_ns = PERIOD, .seed = seed};
}

static void one_moment_in_each_slot(void **state)
{
	const struct qa_schedule schedule = schedule_of(1);

	(void)state;
	for (uint64_t slot = 0; slot < 100000; slot++) {
		uint64_t at = qa_schedule_moment(&schedule, slot);

		assert_true(at >= START + slot * PERIOD && at < START + (slot + 1) * PERIOD);
		assert_int_equal(qa_schedule_slot(&schedule, at), slot);
	}
	assert_int_equal(qa_schedule_slot(&schedule, START - 1), 0);
}

static void moments_are_spread_evenly(void **state)
{
	enum { BINS = 10, DRAWS = 100000 };
	const struct qa_schedule schedule = schedule_of(12345);
	unsigned bins[BINS] = {0};

	(void)state;
	for (uint64_t slot = 0; slot < DRAWS; slot++)
		bins[(qa_schedule_moment(&schedule, slot) - START) % PERIOD / (PERIOD / BINS)]++;
	for (int i = 0; i < BINS; i++) /* 10,000 expected, standard deviation 95 */
		assert_in_range(bins[i], 9500, 10500);
}

/* A rhythm in the moments themselves would be as bad as one without them. */
static void neighbours_have_nothing_in_common(void **state)
{
	enum { DRAWS = 100000 };
	const struct qa_schedule schedule = schedule_of(3);
	double sum = 0;

	(void)state;
	for (uint64_t slot = 0; slot < DRAWS; slot++) {
		double a = (double)((qa_schedule_moment(&schedule, slot) - START) % PERIOD);
		double b = (double)((qa_schedule_moment(&schedule, slot + 1) - START) % PERIOD);

		sum += (a / PERIOD - 0.5) * (b / PERIOD - 0.5) * 12;
	}
	assert_true(sum / DRAWS > -0.016 && sum / DRAWS < 0.016); /* five standard errors */
}

static void the_seed_decides(void **state)
{
	const struct qa_schedule a = schedule_of(7), b = schedule_of(7), c = schedule_of(8);
	int same = 0;

	(void)state;
	for (uint64_t slot = 0; slot < 1000; slot++) {
		assert_int_equal(qa_schedule_moment(&a, slot), qa_schedule_moment(&b, slot));
		same += qa_schedule_moment(&a, slot) == qa_schedule_moment(&c, slot);
	}
	assert_in_range(same, 0, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_moment_in_each_slot),
		cmocka_unit_test(moments_are_spread_evenly),
		cmocka_unit_test(neighbours_have_nothing_in_common),
		cmocka_unit_test(the_seed_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
