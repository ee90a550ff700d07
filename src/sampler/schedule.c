#include "sampler/schedule.h"

void qa_schedule_init(
	struct qa_schedule *schedule, uint64_t start_ns, uint64_t period_ns, uint64_t seed)
{
	*schedule =
		(struct qa_schedule){.start_ns = start_ns, .period_ns = period_ns, .random = seed};
}

/* A 64-bit linear congruential step with its high bits folded into the low ones. */
static uint64_t draw(struct qa_schedule *schedule, uint64_t below)
{
	schedule->random = schedule->random * 6364136223846793005u + 1442695040888963407u;
	return (schedule->random >> 32 ^ schedule->random >> 48) % below;
}

uint64_t qa_schedule_next(struct qa_schedule *schedule, uint64_t now_ns, uint64_t *missed)
{
	uint64_t first = now_ns > schedule->start_ns
				 ? (now_ns - schedule->start_ns) / schedule->period_ns
				 : 0;
	uint64_t begin;

	*missed = first > schedule->slot ? first - schedule->slot : 0;
	schedule->slot += *missed;
	begin = schedule->start_ns + schedule->slot * schedule->period_ns;
	schedule->slot++;
	return begin + draw(schedule, schedule->period_ns);
}
