/* Means of paired figures, and how far they can be trusted. */
#ifndef OWN_TIME_TALLY_H
#define OWN_TIME_TALLY_H

#include <stddef.h>

/* Sums over pairs (a, b) that were measured together. */
struct tally {
	size_t count;
	double mean_a, mean_b;
	double square_a, square_b, product; /* sums of squared deviations, and of their products */
};

/* A value and the two ends of its 95 % interval. */
struct estimate {
	double value, low, high;
};

void tally_add(struct tally *tally, double a, double b);

/* Half the width of the 95 % interval of a mean; infinite below two pairs. */
double tally_half_width_a(const struct tally *tally);
double tally_half_width_b(const struct tally *tally);

/* mean a / mean b, by Fieller's theorem; the ends are infinite where b may be zero. */
struct estimate tally_ratio(const struct tally *tally);

#endif
