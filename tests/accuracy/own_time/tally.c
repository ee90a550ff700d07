#include "tally.h"

#include <math.h>

void tally_add(struct tally *tally, double a, double b)
{
	double n = (double)++tally->count;
	double from_a = a - tally->mean_a, from_b = b - tally->mean_b;

	tally->mean_a += from_a / n;
	tally->mean_b += from_b / n;
	tally->square_a += from_a * (a - tally->mean_a);
	tally->square_b += from_b * (b - tally->mean_b);
	tally->product += from_a * (b - tally->mean_b);
}

/* Student's 97.5 % quantile, from the normal one by the first terms of the Cornish-Fisher
 * expansion; from 4 degrees of freedom on it is right to 2 %. */
static double quantile(double freedom)
{
	const double z = 1.959964;
	const double z3 = z * z * z, z5 = z3 * z * z;

	return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom);
}

static double half_width(double square, size_t count)
{
	double freedom = (double)count - 1;

	if (count < 2)
		return INFINITY;
	return quantile(freedom) * sqrt(square / freedom / (double)count);
}

double tally_half_width_a(const struct tally *tally)
{
	return half_width(tally->square_a, tally->count);
}

double tally_half_width_b(const struct tally *tally)
{
	return half_width(tally->square_b, tally->count);
}

struct estimate tally_ratio(const struct tally *tally)
{
	double n = (double)tally->count, freedom = n - 1;
	double a = tally->mean_a, b = tally->mean_b;
	double t, aa, bb, ab, g, root, middle;

	if (tally->count < 2)
		return (struct estimate){NAN, -INFINITY, INFINITY};
	t = quantile(freedom);
	aa = tally->square_a / freedom / n; /* variances of the means */
	bb = tally->square_b / freedom / n;
	ab = tally->product / freedom / n;
	g = t * t * bb / (b * b);
	if (!(g < 1))
		return (struct estimate){a / b, -INFINITY, INFINITY};
	middle = bb > 0 ? (a / b - g * ab / bb) / (1 - g) : a / b;
	root = aa - 2 * (a / b) * ab + (a / b) * (a / b) * bb -
	       (bb > 0 ? g * (aa - ab * ab / bb) : 0);
	root = t / fabs(b) * sqrt(root > 0 ? root : 0) / (1 - g);
	return (struct estimate){a / b, middle - root, middle + root};
}
