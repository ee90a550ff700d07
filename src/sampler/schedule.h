/*
 * When to sample: once in each period, at a moment drawn evenly from it, so that no rhythm of the
 * program can hide from us. The draw is seeded: the same seed gives the same moments.
 */
#ifndef QA_SAMPLER_SCHEDULE_H
#define QA_SAMPLER_SCHEDULE_H

#include <stdint.h>

struct qa_schedule {
	uint64_t start_ns;
	uint64_t period_ns;
	uint64_t slot;   /* number of the period that is next */
	uint64_t random; /* state of the generator */
};

void qa_schedule_init(
	struct qa_schedule *schedule, uint64_t start_ns, uint64_t period_ns, uint64_t seed);

/* The moment of the next sample. Periods that have wholly passed by `now_ns` are skipped, never
 * caught up; *missed tells how many. */
uint64_t qa_schedule_next(struct qa_schedule *schedule, uint64_t now_ns, uint64_t *missed);

#endif
