#include "sampler/clock.h"

#include <time.h>

enum { SECOND_NS = 1000000000 };

uint64_t qa_clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

int64_t qa_clock_wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

void qa_clock_sleep_until(uint64_t at_ns)
{
	struct timespec t = {(time_t)(at_ns / SECOND_NS), (long)(at_ns % SECOND_NS)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0);
}
