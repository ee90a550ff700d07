/* A window of time in which one thing is done to the program, and how fast it worked meanwhile. */
#ifndef OWN_TIME_WINDOW_H
#define OWN_TIME_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "subject.h"

enum window_kind {
	WINDOW_OFF,  /* nothing */
	WINDOW_ON,   /* it is recorded, as qa-record does it */
	WINDOW_BARE, /* a thread of ours wakes on its CPU at moments like the recorder's, and does
			nothing */
};

struct window {
	enum window_kind kind;
	double rate;     /* rounds in a nanosecond */
	double own_rate; /* rounds in a nanosecond of its own CPU time */
	double ours;     /* our threads' CPU time, in seconds a second */
	double others;   /* that of all other processes */
	uint64_t wakes;  /* samples planned, or wake-ups, from begin to end */
	uint64_t kept;   /* samples taken */
	double seconds;  /* from begin to end */
	unsigned moves;  /* times that the program was seen on another CPU than before */
};

/* Runs one. Exits with a sentence when the program cannot be recorded. */
struct window window_run(
	const struct subject *subject, enum window_kind kind, uint64_t period_ns, uint64_t seed);

#endif
