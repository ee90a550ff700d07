/* The clocks of a recording. */
#ifndef QA_SAMPLER_CLOCK_H
#define QA_SAMPLER_CLOCK_H

#include <stdint.h>

uint64_t qa_clock_ns(void);     /* CLOCK_MONOTONIC */
int64_t qa_clock_wall_ns(void); /* CLOCK_REALTIME */

/* Until that monotonic moment, or less. */
void qa_clock_sleep_until(uint64_t at_ns);

#endif
