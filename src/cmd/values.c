/* What the values of options may look like. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmd/options.h"

struct unit {
	const char *name;
	double factor;
};

/*
 * A number in plain decimals and a unit, if the whole text is that. Hexadecimal, exponents, signs,
 * spaces and the like are not: who writes them means something else.
 */
static bool parse_number(const char *text, const struct unit *units, double *out)
{
	size_t len = strspn(text, "0123456789.");
	char *end;
	double number;

	if (len == 0 || len > 30)
		return false;
	number = strtod(text, &end);
	if (end != text + len)
		return false;
	for (; units->name; units++) {
		if (strcasecmp(text + len, units->name) == 0) {
			*out = number * units->factor;
			return true;
		}
	}
	return false;
}

int parse_count(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *out,
	struct qa_error *err)
{
	char *end;
	unsigned long long value;

	value = strtoull(text, &end, 10); /* too large a number gives the largest */
	if (*text < '0' || *text > '9' || *end || value < least || value > most)
		return qa_error_set(err, EINVAL,
			"%s must be a whole number between %llu and %llu, not '%s'.", option,
			(unsigned long long)least, (unsigned long long)most, text);
	*out = value;
	return 0;
}

int parse_rate(const char *option, const char *text, uint64_t most_hz, uint64_t *period_ns,
	struct qa_error *err)
{
	static const struct unit units[] = {
		{"", 1}, {"hz", 1}, {"k", 1e3}, {"khz", 1e3}, {NULL, 0}};
	double value;

	if (!parse_number(text, units, &value) || value < 1 || value > (double)most_hz) {
		qa_error_set(err, EINVAL, "%s must be between 1 and %llu Hz, not '%s'.", option,
			(unsigned long long)most_hz, text);
		qa_error_hint(err, "Write the samples a second, for example %s 1000 or %s 10k.",
			option, option);
		return -EINVAL;
	}
	*period_ns = (uint64_t)llround(1e9 / value);
	return 0;
}

int parse_duration(const char *option, const char *text, uint64_t *ns, struct qa_error *err)
{
	static const struct unit units[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3},
		{"m", 60e9}, {"min", 60e9}, {"h", 3600e9}, {NULL, 0}};
	const double longest = 1000.0 * 24 * 3600e9;
	double value;

	if (!parse_number(text, units, &value) || value < 1 || value > longest) {
		qa_error_set(err, EINVAL,
			"%s must be a time of more than 0 and at most 1000 days, not '%s'.", option,
			text);
		qa_error_hint(err, "Write seconds, or add a unit: 3, 0.5, 250ms, 10s, 2m, 1h.");
		return -EINVAL;
	}
	*ns = (uint64_t)llround(value);
	return 0;
}
