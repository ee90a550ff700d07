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

struct timespec qa_clock_time(uint64_t ns)
{
	return (struct timespec){(time_t)(ns / SECOND_NS), (long)(ns % SECOND_NS)};
}

void qa_clock_sleep_until(uint64_t at_ns)
{
	const struct timespec t = qa_clock_time(at_ns);

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0);
}
