#include "cmd/check.h"

struct tally {
	uint64_t samples;
	uint64_t threads;
	uint64_t first_ns;
	uint64_t last_ns;
	uint32_t newest_thread;
};

/* A thread comes again when its name becomes known. */
static int count_thread(void *ctx, const struct qa_raw_thread *thread)
{
	struct tally *tally = ctx;

	if (thread->id > tally->newest_thread) {
		tally->newest_thread = thread->id;
		tally->threads++;
	}
	return 0;
}

static int count_tick(void *ctx, const struct qa_raw_tick *tick)
{
	struct tally *tally = ctx;

	if (tally->samples == 0)
		tally->first_ns = tick->time_ns;
	tally->last_ns = tick->time_ns;
	tally->samples += tick->count;
	return 0;
}

static const struct qa_raw_consumer counter = {.thread = count_thread, .tick = count_tick};

static double span(const struct tally *tally)
{
	return tally->last_ns > tally->first_ns ? (double)(tally->last_ns - tally->first_ns) / 1e9
						: 0;
}

int check_trace(const struct trace_file *trace, bool *whole, struct qa_error *err)
{
	struct tally tally = {0};
	struct qa_trace_health health;
	int rc = trace_file_read(trace, &counter, &tally, &health, err);

	if (rc)
		return rc;
	*whole = qa_trace_is_whole(&health);
	printf("%s is %s.\n", trace->name, *whole ? "whole" : "incomplete");
	print_health(&health, stdout);
	printf("  Format: %u.%u. Bytes: %llu. Sound blocks: %llu.\n", health.major_version,
		health.minor_version, (unsigned long long)health.bytes,
		(unsigned long long)health.blocks);
	printf("  Samples: %llu. Threads: %llu. Time: %.3f s.\n", (unsigned long long)tally.samples,
		(unsigned long long)tally.threads, span(&tally));
	return 0;
}
