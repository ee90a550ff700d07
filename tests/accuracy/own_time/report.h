/* What was measured at one rate, and how it is told. */
#ifndef OWN_TIME_REPORT_H
#define OWN_TIME_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "tally.h"

/* In each tally, a is of the windows with recording and b of those with the bare loop. */
struct result {
	double hertz;
	struct tally lost; /* of the program's time: 0.01 is 1 %. It takes 1 / (1 - lost) times as
			      long */
	struct tally own;  /* the part of it in which the program itself runs, slower: cold caches
			      and  the like */
	struct tally ours; /* the CPU time of our thread, of the wall clock's */
	uint64_t wakes, kept; /* samples planned and taken */
	uint64_t bare_wakes;
	double on_seconds, bare_seconds; /* in which these came */
	unsigned disturbed;              /* pairs left out because others were at work */
};

struct circumstances {
	const char *shape;
	const char *python;
	unsigned long seed;
	double half_width; /* that was asked for */
	double others;     /* CPU time of other processes above which a window does not count */
	double seconds;    /* that it took */
};

/* Are its means known well enough? */
bool result_is_exact(const struct result *result, double half_width);

void report_text(const struct circumstances *how, const struct result *results, int count);
void report_json(const struct circumstances *how, const struct result *results, int count);

#endif
