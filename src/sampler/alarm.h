/*
 * Wakes the calling thread at the moments of a schedule.
 *
 * Whichever timer goes off next is written into the CPU's clock. A thread that sets its one timer
 * each time it wakes has that done twice for each moment: when the timer goes off, for what comes
 * after it, and when it is set again. Here two timers are set, those of this moment and of the next
 * one, so once is enough. In a virtual machine, where each time leads out to the hypervisor, that
 * spares the CPU a sixth of what a wake-up takes.
 */
#ifndef QA_SAMPLER_ALARM_H
#define QA_SAMPLER_ALARM_H

#include <stdbool.h>
#include <stddef.h>

#include "sampler/schedule.h"

enum { QA_ALARM_TIMERS = 2 };

struct qa_alarm {
	const struct qa_schedule *schedule; /* borrowed */
	int timers[QA_ALARM_TIMERS];        /* descriptors; -1: done without */
	uint64_t set_for[QA_ALARM_TIMERS];  /* one more than the slot; 0: it is not set */
};

void qa_alarm_init(struct qa_alarm *alarm, const struct qa_schedule *schedule);
void qa_alarm_free(struct qa_alarm *alarm);

/* Sleeps until the moment of the slot, or for `most_ns` if that is longer away. */
void qa_alarm_await(struct qa_alarm *alarm, uint64_t slot, uint64_t most_ns);

#endif
