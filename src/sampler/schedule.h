/*
 * When to sample: once in each period (a slot), at a moment drawn evenly from it, so that no rhythm
 * of the program can hide from us. The draw depends on the seed and the slot alone: whoever has the
 * same schedule knows the same moments.
 */
#ifndef QA_SAMPLER_SCHEDULE_H
#define QA_SAMPLER_SCHEDULE_H

#include <stdint.h>

struct qa_schedule {
	uint64_t start_ns;
	uint64_t period_ns;
	uint64_t seed;
};

/* The slot in which `now_ns` lies. */
uint64_t qa_schedule_slot(const struct qa_schedule *schedule, uint64_t now_ns);

/* The moment of the slot's sample. */
uint64_t qa_schedule_moment(const struct qa_schedule *schedule, uint64_t slot);

#endif
