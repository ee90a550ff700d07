/*
 * What sampling costs the program that is sampled, against a bare loop that wakes as often on the
 * same CPU.
 *
 *     own_time [OPTION]... [SHAPE]     SHAPE: shallow (default), deep or waiting; see program.py
 *
 * Half a second with nothing done to the program, half a second with something, and so on; what is
 * done (recording or the bare loop, at each of the rates) changes in random order. The time lost in
 * a window is judged against the two beside it in which nothing was done: it did so much less of
 * its work. A window in which other processes were at work does not count.
 */
#include <err.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "sampler/clock.h"
#include "subject.h"
#include "window.h"

enum { RATES_MAX = 8, NOT_EXACT = 1, FAILED = 2 };

struct plan {
	struct circumstances how;
	const char *program;
	double limit; /* seconds */
	bool json;
	int count;
	struct result results[RATES_MAX];
	uint64_t random;
};

/* One thing done to the program, in its round. */
struct trial {
	struct result *result;
	enum window_kind kind;
	struct window window;
	double lost, own; /* shares of the time */
	bool valid;
};

static uint64_t draw(struct plan *plan, uint64_t below)
{
	plan->random = plan->random * 6364136223846793005u + 1442695040888963407u;
	return (plan->random >> 33) % below;
}

static void shuffle(struct plan *plan, struct trial *trials, int count)
{
	for (int i = count - 1; i > 0; i--) {
		int k = (int)draw(plan, (uint64_t)i + 1);
		struct trial other = trials[k];

		trials[k] = trials[i];
		trials[i] = other;
	}
}

static bool is_quiet(const struct plan *plan, const struct window *window)
{
	return window->others <= plan->how.others;
}

static void judge(const struct plan *plan, struct trial *trial, const struct window *before,
	const struct window *after)
{
	const struct window *window = &trial->window;

	trial->lost = 1 - window->rate / ((before->rate + after->rate) / 2);
	trial->own = 1 - window->own_rate / ((before->own_rate + after->own_rate) / 2);
	trial->valid = is_quiet(plan, before) && is_quiet(plan, window) && is_quiet(plan, after) &&
		       isfinite(trial->lost) && isfinite(trial->own);
}

static void add(struct result *result, const struct trial *on, const struct trial *bare)
{
	if (!on->valid || !bare->valid) {
		result->disturbed++;
		return;
	}
	tally_add(&result->lost, on->lost, bare->lost);
	tally_add(&result->own, on->own, bare->own);
	tally_add(&result->ours, on->window.ours, bare->window.ours);
	result->wakes += on->window.wakes;
	result->kept += on->window.kept;
	result->on_seconds += on->window.seconds;
	result->bare_wakes += bare->window.wakes;
	result->bare_seconds += bare->window.seconds;
}

static const struct trial *find(
	const struct trial *trials, int count, const struct result *result, enum window_kind kind)
{
	for (int i = 0; i < count; i++)
		if (trials[i].result == result && trials[i].kind == kind)
			return &trials[i];
	return NULL;
}

/* Every rate once with recording and once with the bare loop. `before`: the last window in which
 * nothing was done. */
static void run_round(struct plan *plan, const struct subject *subject, struct window *before)
{
	struct trial trials[2 * RATES_MAX] = {0};
	const int count = 2 * plan->count;

	for (int i = 0; i < count; i++)
		trials[i] = (struct trial){
			.result = &plan->results[i / 2], .kind = i % 2 ? WINDOW_ON : WINDOW_BARE};
	shuffle(plan, trials, count);
	for (int i = 0; i < count; i++) {
		struct window after;

		trials[i].window = window_run(subject, trials[i].kind,
			(uint64_t)llround(1e9 / trials[i].result->hertz), draw(plan, UINT32_MAX));
		after = window_run(subject, WINDOW_OFF, 0, 0);
		judge(plan, &trials[i], before, &after);
		*before = after;
	}
	for (int i = 0; i < plan->count; i++)
		add(&plan->results[i], find(trials, count, &plan->results[i], WINDOW_ON),
			find(trials, count, &plan->results[i], WINDOW_BARE));
}

static bool all_exact(const struct plan *plan)
{
	for (int i = 0; i < plan->count; i++)
		if (!result_is_exact(&plan->results[i], plan->how.half_width))
			return false;
	return true;
}

static void measure(struct plan *plan)
{
	uint64_t start = qa_clock_ns();
	struct subject subject;
	struct window before;

	subject_start(&subject, plan->how.python, plan->program, plan->how.shape);
	before = window_run(&subject, WINDOW_OFF, 0, 0);
	do {
		run_round(plan, &subject, &before);
		plan->how.seconds = (double)(qa_clock_ns() - start) / 1e9;
	} while (!all_exact(plan) && plan->how.seconds < plan->limit);
	subject_end(&subject);
}

static double number(const char *text, const char *name)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value > 0))
		errx(FAILED, "%s needs a positive number, not %s.", name, text);
	return value;
}

static void add_rate(struct plan *plan, const char *text)
{
	if (plan->count == RATES_MAX)
		errx(FAILED, "At most %d rates.", RATES_MAX);
	plan->results[plan->count++] = (struct result){.hertz = number(text, "--rate")};
}

static void print_help(void)
{
	puts("own_time [OPTION]... [shallow|deep|waiting]\n"
	     "  --rate HZ         may be repeated; default: 100, 1000 and 10000\n"
	     "  --half-width PCT  of the 95 % interval at which it is enough (0.3)\n"
	     "  --seconds N       but no longer than that (600)\n"
	     "  --others PCT      of a CPU: windows in which other processes used more do not "
	     "count (5)\n"
	     "  --python PATH     the interpreter (python3)\n"
	     "  --program PATH    program.py (beside the sources, below the current folder)\n"
	     "  --seed N          of the order and of the moments (1)\n"
	     "  --json            for programs\n"
	     "The exit status is 1 when the half-width was not reached.");
}

static void take_option(struct plan *plan, int option)
{
	switch (option) {
	case 'r':
		add_rate(plan, optarg);
		return;
	case 'w':
		plan->how.half_width = number(optarg, "--half-width") / 100;
		return;
	case 's':
		plan->limit = number(optarg, "--seconds");
		return;
	case 'o':
		plan->how.others = number(optarg, "--others") / 100;
		return;
	case 'p':
		plan->how.python = optarg;
		return;
	case 'P':
		plan->program = optarg;
		return;
	case 'S':
		plan->how.seed = (unsigned long)number(optarg, "--seed");
		return;
	case 'j':
		plan->json = true;
		return;
	case 'h':
		print_help();
		exit(0);
	default:
		exit(FAILED);
	}
}

static void read_options(struct plan *plan, int argc, char **argv)
{
	static const struct option options[] = {{"rate", 1, NULL, 'r'},
		{"half-width", 1, NULL, 'w'}, {"seconds", 1, NULL, 's'}, {"others", 1, NULL, 'o'},
		{"python", 1, NULL, 'p'}, {"program", 1, NULL, 'P'}, {"seed", 1, NULL, 'S'},
		{"json", 0, NULL, 'j'}, {"help", 0, NULL, 'h'}, {0}};
	const char *const usual[] = {"100", "1000", "10000"};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		take_option(plan, option);
	if (optind < argc)
		plan->how.shape = argv[optind];
	if (plan->count == 0)
		for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
			add_rate(plan, usual[i]);
}

int main(int argc, char **argv)
{
	struct plan plan = {.how = {.shape = "shallow",
				    .python = "python3",
				    .seed = 1,
				    .half_width = 0.003,
				    .others = 0.05},
		.program = "tests/accuracy/own_time/program.py",
		.limit = 600};

	read_options(&plan, argc, argv);
	plan.random = plan.how.seed;
	measure(&plan);
	(plan.json ? report_json : report_text)(&plan.how, plan.results, plan.count);
	return all_exact(&plan) ? 0 : NOT_EXACT;
}
