#include "report.h"

#include <math.h>
#include <stdio.h>

bool result_is_exact(const struct result *result, double half_width)
{
	enum { LEAST_PAIRS = 10 };

	return result->lost.count >= LEAST_PAIRS &&
	       tally_half_width_a(&result->lost) <= half_width &&
	       tally_half_width_b(&result->lost) <= half_width;
}

static void print_mean(double mean, double half_width)
{
	printf("  %7.3f ± %5.3f %%", 100 * mean, 100 * half_width);
}

static void print_ratio(const struct tally *tally)
{
	struct estimate ratio = tally_ratio(tally);

	printf("  %6.2f (%.2f to %.2f)\n", ratio.value, ratio.low, ratio.high);
}

static void print_row(const char *name, const struct tally *tally)
{
	printf("  %-28s", name);
	print_mean(tally->mean_a, tally_half_width_a(tally));
	print_mean(tally->mean_b, tally_half_width_b(tally));
	print_ratio(tally);
}

/* CPU time of each, from the share of the time that all of them took. */
static double micros_each(double share, double seconds, uint64_t count)
{
	return count ? share * seconds / (double)count * 1e6 : NAN;
}

static void print_result(const struct circumstances *how, const struct result *result)
{
	printf("%g Hz: %zu pairs of windows, %u left out because of others%s\n", result->hertz,
		result->lost.count, result->disturbed,
		result_is_exact(result, how->half_width) ? "" : " (NOT exact enough)");
	printf("  %-28s  %-17s  %-17s  %s\n", "", "recorded", "bare loop", "ratio (95 %)");
	print_row("time the program lost", &result->lost);
	print_row("  by running slower itself", &result->own);
	print_row("  CPU time of our thread", &result->ours);
	printf("  our thread: %.1f us a sample, %.1f us a bare wake-up; %llu of %llu samples "
	       "kept\n",
		micros_each(result->ours.mean_a, result->on_seconds, result->wakes),
		micros_each(result->ours.mean_b, result->bare_seconds, result->bare_wakes),
		(unsigned long long)result->kept, (unsigned long long)result->wakes);
}

void report_text(const struct circumstances *how, const struct result *results, int count)
{
	printf("program: %s, %s; seed %lu; %.0f s\n", how->shape, how->python, how->seed,
		how->seconds);
	for (int i = 0; i < count; i++)
		print_result(how, &results[i]);
}

/* JSON has no infinity and no NaN: null. */
static void put_number(const char *name, double value, const char *after)
{
	if (isfinite(value))
		printf("\"%s\": %.9g%s", name, value, after);
	else
		printf("\"%s\": null%s", name, after);
}

static void put_tally(const char *name, const struct tally *tally)
{
	struct estimate ratio = tally_ratio(tally);

	printf(",\n    \"%s\": {", name);
	put_number("recorded", tally->mean_a, ", ");
	put_number("recorded_half_width", tally_half_width_a(tally), ", ");
	put_number("bare", tally->mean_b, ", ");
	put_number("bare_half_width", tally_half_width_b(tally), ", ");
	put_number("ratio", ratio.value, ", ");
	put_number("ratio_low", ratio.low, ", ");
	put_number("ratio_high", ratio.high, "}");
}

static void put_result(const struct circumstances *how, const struct result *result)
{
	printf("{\n    \"rate\": %g, \"pairs\": %zu, \"disturbed\": %u, \"exact\": %s,\n    ",
		result->hertz, result->lost.count, result->disturbed,
		result_is_exact(result, how->half_width) ? "true" : "false");
	printf("\"planned\": %llu, \"kept\": %llu, ", (unsigned long long)result->wakes,
		(unsigned long long)result->kept);
	put_number("recorder_us",
		micros_each(result->ours.mean_a, result->on_seconds, result->wakes), ", ");
	put_number("bare_us",
		micros_each(result->ours.mean_b, result->bare_seconds, result->bare_wakes), "");
	put_tally("lost", &result->lost);
	put_tally("own_cpu", &result->own);
	put_tally("our_cpu", &result->ours);
	printf("}");
}

/* A string of ours or of the command line: quotes and backslashes are escaped, the rest is text. */
static void put_string(const char *name, const char *text)
{
	printf("\"%s\": \"", name);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar((unsigned char)*text < ' ' ? '?' : *text);
	}
	printf("\", ");
}

void report_json(const struct circumstances *how, const struct result *results, int count)
{
	printf("{");
	put_string("program", how->shape);
	put_string("python", how->python);
	printf("\"seed\": %lu, ", how->seed);
	put_number("half_width_asked", how->half_width, ", ");
	put_number("others_most", how->others, ", ");
	put_number("seconds", how->seconds, ", ");
	printf("\"rates\": [");
	for (int i = 0; i < count; i++) {
		printf(i ? ", " : "");
		put_result(how, &results[i]);
	}
	printf("]}\n");
}
