#include "cmocka_all.h"

#include "sampler/alarm.h"
#include "sampler/clock.h"

enum { PERIOD_NS = 2000000, SLOTS = 20, LONG_NS = 1000000000 };

static struct qa_schedule schedule_from_now(uint64_t period_ns)
{
	return (struct qa_schedule){.start_ns = qa_clock_ns(), .period_ns = period_ns, .seed = 7};
}

static void sleeps_until_each_moment(void **state)
{
	const struct qa_schedule schedule = schedule_from_now(PERIOD_NS);
	struct qa_alarm alarm;

	(void)state;
	qa_alarm_init(&alarm, &schedule);
	for (uint64_t slot = 0; slot < SLOTS; slot++) {
		qa_alarm_await(&alarm, slot, LONG_NS);
		assert_true(qa_clock_ns() >= qa_schedule_moment(&schedule, slot));
		/* the next one's timer is set */
		assert_int_equal(alarm.set_for[(slot + 1) % QA_ALARM_TIMERS], slot + 2);
	}
	qa_alarm_free(&alarm);
}

static void slots_may_be_left_out(void **state)
{
	static const uint64_t slots[] = {0, 3, 4, 6, 9, 9};
	const struct qa_schedule schedule = schedule_from_now(PERIOD_NS);
	struct qa_alarm alarm;

	(void)state;
	qa_alarm_init(&alarm, &schedule);
	for (size_t i = 0; i < sizeof(slots) / sizeof(*slots); i++) {
		qa_alarm_await(&alarm, slots[i], LONG_NS);
		assert_true(qa_clock_ns() >= qa_schedule_moment(&schedule, slots[i]));
	}
	qa_alarm_free(&alarm);
}

/* So that whoever waits can look after other things. */
static void sleeps_no_longer_than_asked(void **state)
{
	const struct qa_schedule schedule = schedule_from_now((uint64_t)LONG_NS * 3600);
	const uint64_t start = qa_clock_ns();
	struct qa_alarm alarm;

	(void)state;
	qa_alarm_init(&alarm, &schedule);
	qa_alarm_await(&alarm, 1, PERIOD_NS);
	assert_true(qa_clock_ns() >= start + PERIOD_NS);
	assert_true(qa_clock_ns() < qa_schedule_moment(&schedule, 1));
	qa_alarm_free(&alarm);
}

static void does_without_timers(void **state)
{
	const struct qa_schedule schedule = schedule_from_now(PERIOD_NS);
	struct qa_alarm alarm;

	(void)state;
	qa_alarm_init(&alarm, &schedule);
	qa_alarm_free(&alarm);
	for (uint64_t slot = 0; slot < SLOTS; slot++) {
		qa_alarm_await(&alarm, slot, LONG_NS);
		assert_true(qa_clock_ns() >= qa_schedule_moment(&schedule, slot));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sleeps_until_each_moment),
		cmocka_unit_test(slots_may_be_left_out),
		cmocka_unit_test(sleeps_no_longer_than_asked),
		cmocka_unit_test(does_without_timers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
