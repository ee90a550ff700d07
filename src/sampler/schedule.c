#include "sampler/schedule.h"

uint64_t qa_schedule_slot(const struct qa_schedule *schedule, uint64_t now_ns)
{
	return now_ns > schedule->start_ns ? (now_ns - schedule->start_ns) / schedule->period_ns
					   : 0;
}

/* Spreads every bit of a number over all bits: two rounds of xor-shift and multiplication. */
static uint64_t scatter(uint64_t x)
{
	x = (x ^ x >> 31) * 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 29) * 0xd6e8feb86659fd93u;
	return x ^ x >> 32;
}

uint64_t qa_schedule_moment(const struct qa_schedule *schedule, uint64_t slot)
{
	uint64_t drawn = scatter(scatter(schedule->seed) + slot + 1);

	return schedule->start_ns + slot * schedule->period_ns + drawn % schedule->period_ns;
}
