#include "sampler/alarm.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include "sampler/clock.h"

void qa_alarm_init(struct qa_alarm *alarm, const struct qa_schedule *schedule)
{
	*alarm = (struct qa_alarm){.schedule = schedule};
	for (int i = 0; i < QA_ALARM_TIMERS; i++)
		alarm->timers[i] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
}

void qa_alarm_free(struct qa_alarm *alarm)
{
	for (int i = 0; i < QA_ALARM_TIMERS; i++) {
		if (alarm->timers[i] >= 0)
			close(alarm->timers[i]);
		alarm->timers[i] = -1;
	}
}

/* Which of the timers is that of a slot? */
static size_t place_of(uint64_t slot)
{
	return slot % QA_ALARM_TIMERS;
}

/* False: the timer cannot be had. */
static bool set(struct qa_alarm *alarm, uint64_t slot)
{
	const size_t place = place_of(slot);
	struct itimerspec at = {0};

	if (alarm->set_for[place] == slot + 1)
		return true;
	at.it_value = qa_clock_time(qa_schedule_moment(alarm->schedule, slot));
	alarm->set_for[place] = slot + 1;
	return timerfd_settime(alarm->timers[place], TFD_TIMER_ABSTIME, &at, NULL) == 0;
}

/* Until it has gone off. False: it cannot. */
static bool await_timer(struct qa_alarm *alarm, uint64_t slot)
{
	const size_t place = place_of(slot);
	uint64_t times;

	alarm->set_for[place] = 0;
	return read(alarm->timers[place], &times, sizeof(times)) == (ssize_t)sizeof(times);
}

void qa_alarm_await(struct qa_alarm *alarm, uint64_t slot, uint64_t most_ns)
{
	const uint64_t now = qa_clock_ns(), at = qa_schedule_moment(alarm->schedule, slot);

	if (at > now + most_ns)
		qa_clock_sleep_until(now + most_ns);
	else if (!set(alarm, slot) || !set(alarm, slot + 1) || !await_timer(alarm, slot))
		qa_clock_sleep_until(at);
}
