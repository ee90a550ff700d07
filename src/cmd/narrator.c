#include "cmd/narrator.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/options.h"

static const double second_ns = 1e9;

void narrator_init(struct narrator *narrator, bool quiet)
{
	*narrator = (struct narrator){.quiet = quiet, .live = !quiet && isatty(STDERR_FILENO)};
}

void narrator_price(const struct narrator *narrator, uint64_t period_ns)
{
	enum { DEAR_BELOW_NS = 500000 };

	if (narrator->quiet || period_ns >= DEAR_BELOW_NS)
		return;
	fputs("qa-record: above 2 kHz the program pays for being sampled: each sample takes some "
	      "30 us "
	      "of its CPU.\n"
	      "  hint: A lower --rate for longer sees as much. --on-cpu=never takes nothing, but "
	      "loses what runs fast.\n",
		stderr);
}

static void erase(struct narrator *narrator)
{
	if (narrator->drawn)
		fputs("\r\033[K", stderr);
	narrator->drawn = false;
}

/* "1.2 MB" */
static void print_bytes(char *text, size_t room, uint64_t bytes)
{
	if (bytes < 10000)
		snprintf(text, room, "%llu B", (unsigned long long)bytes);
	else if (bytes < 10000000)
		snprintf(text, room, "%.1f kB", (double)bytes / 1e3);
	else
		snprintf(text, room, "%.1f MB", (double)bytes / 1e6);
}

static double share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

/* Of a moment at which no sample was taken nobody knows how many threads there were: so its share
 * is that of the moments, and what was dropped is a share of the samples at the others. */
static double percent_lost(const struct qa_recorder_progress *progress)
{
	const struct qa_raw_loss *loss = &progress->loss;

	return 100 - 100 * (1 - share(loss->missed, loss->missed + progress->ticks)) *
			     (1 - share(loss->dropped, loss->planned));
}

static void draw(
	struct narrator *narrator, const struct qa_recorder_progress *progress, uint64_t bytes)
{
	double seconds = (double)progress->elapsed_ns / second_ns;
	char size[32];

	print_bytes(size, sizeof(size), bytes);
	erase(narrator);
	if (progress->state == QA_RECORDER_WAITING)
		fprintf(stderr, "%7.1f s  waiting for the Python interpreter", seconds);
	else
		fprintf(stderr, "%7.1f s  %llu samples  %.0f/s  %.1f %% lost  %s", seconds,
			(unsigned long long)progress->loss.taken,
			seconds > 0 ? (double)progress->loss.taken / seconds : 0,
			percent_lost(progress), size);
	fflush(stderr);
	narrator->drawn = true;
}

void narrator_progress(
	struct narrator *narrator, const struct qa_recorder_progress *progress, uint64_t bytes)
{
	/* A launcher that is not Python yet is nothing to tell; a Python that we cannot sample is.
	 */
	bool worth_telling = progress->error.code && progress->error.code != ENOEXEC;

	if (progress->state == QA_RECORDER_WAITING && worth_telling &&
		narrator->warned != progress->error.code) {
		erase(narrator);
		narrator->warned = progress->error.code;
		print_error("qa-record", &progress->error);
	}
	if (narrator->live)
		draw(narrator, progress, bytes);
}

static void explain_nothing(const struct narrator *narrator,
	const struct qa_recorder_progress *progress, uint64_t period_ns)
{
	struct qa_error error = {0};

	if (progress->error.code && progress->error.code == narrator->warned)
		return; /* told already */
	if (progress->loss.dropped > 0) {
		qa_error_set(&error, EAGAIN,
			"No samples collected: all %llu were dropped, because the stacks changed "
			"while they were read.",
			(unsigned long long)progress->loss.dropped);
		qa_error_hint(&error, "qa-record is held up while it reads: do not trace it, and "
				      "let it use the CPUs of the target.");
	} else if (progress->interpreters > 0) {
		qa_error_set(&error, ESRCH,
			"No samples collected: the program ended before the first one, %.0f ms "
			"after the start.",
			(double)progress->elapsed_ns / 1e6);
		qa_error_hint(&error, "Sample more often, for example with --rate %.0f.",
			10 * second_ns / (double)period_ns);
	} else if (progress->state == QA_RECORDER_ENDED) {
		qa_error_set(&error, ENOEXEC,
			"No samples collected: the program ended before there was a Python "
			"interpreter in it.");
		qa_error_hint(&error, "The program itself, or what it becomes by exec, has to be "
				      "Python: children of it are not sampled.");
	} else {
		qa_error_set(&error, EAGAIN,
			"No samples collected: the recording ended before there was a Python "
			"interpreter.");
		qa_error_hint(&error, "Record for longer, and make sure that the program becomes "
				      "Python by itself or by exec.");
	}
	print_error("qa-record", &error);
}

/* Samples that could not be had at all are no bad luck: they are missing from the picture. */
static void explain_barred(const struct qa_raw_loss *loss)
{
	struct qa_error error = {0};

	qa_error_set(&error, EXDEV,
		"%llu sample%s dropped because the thread could not be reached: it ran on a CPU "
		"that qa-record may not use, or something else traces it.",
		(unsigned long long)loss->barred, loss->barred == 1 ? " was" : "s were");
	qa_error_hint(&error, "Let it use the same CPUs as the program (cpuset), or read "
			      "from other CPUs, which loses what runs fast: --on-cpu=never.");
	print_error("qa-record", &error);
}

/* As a shell takes it: in single quotes where it needs any. */
static void print_word(const char *word, size_t len, const char *ending)
{
	bool plain = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."
				  "/+-@%:,=") >= len;

	if (plain) {
		fprintf(stderr, "%.*s%s", (int)len, word, ending);
		return;
	}
	fputc('\'', stderr);
	for (size_t i = 0; i < len; i++)
		fputs(word[i] == '\'' ? "'\\''" : (char[2]){word[i], '\0'}, stderr);
	fprintf(stderr, "%s'", ending);
}

static void say_what_next(const char *output)
{
	size_t len = strlen(output);
	size_t stem = len > 4 && strcmp(output + len - 4, ".qat") == 0 ? len - 4 : len;

	fputs("  next: qa-report ", stderr);
	print_word(output, len, "");
	fputs("\n        qa-report --format svg -o ", stderr);
	print_word(output, stem, ".svg");
	fputc(' ', stderr);
	print_word(output, len, "");
	fputc('\n', stderr);
}

void narrator_summary(struct narrator *narrator, const struct qa_recorder_progress *progress,
	uint64_t period_ns, uint64_t bytes, const char *output)
{
	const struct qa_raw_loss *loss = &progress->loss;
	char size[32];

	erase(narrator);
	if (loss->barred > 0)
		explain_barred(loss);
	else if (loss->taken == 0)
		explain_nothing(narrator, progress, period_ns);
	if (narrator->quiet)
		return;
	print_bytes(size, sizeof(size), bytes);
	fprintf(stderr,
		"qa-record: %llu samples in %.2f s, %.2f %% lost (%llu late, %llu missed, %llu "
		"dropped); %s in %s\n",
		(unsigned long long)loss->taken, (double)progress->elapsed_ns / second_ns,
		percent_lost(progress), (unsigned long long)loss->late,
		(unsigned long long)loss->missed, (unsigned long long)loss->dropped, size,
		output ? output : "stdout");
	if (output && loss->taken > 0)
		say_what_next(output);
}
