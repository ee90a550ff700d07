/* The clocks of a recording. */
#ifndef QA_SAMPLER_CLOCK_H
#define QA_SAMPLER_CLOCK_H

#include <stdint.h>
#include <time.h>

uint64_t qa_clock_ns(void);     /* CLOCK_MONOTONIC */
int64_t qa_clock_wall_ns(void); /* CLOCK_REALTIME */

struct timespec qa_clock_time(uint64_t ns);

/* Until that monotonic moment, or less. */
void qa_clock_sleep_until(uint64_t at_ns);

#endif
