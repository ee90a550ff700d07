/*
 * print_samples FILE.qat: what a trace says about threads, one line each: "thread ID TID IDENT",
 * then "state ID BITS COUNT" for each state in which a thread was seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "qa/trace_reader.h"

enum { THREADS = 1024, STATES = 64 };

struct counts {
	unsigned long by_state[THREADS][STATES];
};

static int on_thread(void *ctx, const struct qa_raw_thread *thread)
{
	(void)ctx;
	printf("thread %" PRIu32 " %" PRIu64 " %" PRIu64 "\n", thread->id, thread->tid,
		thread->ident);
	return 0;
}

static int on_tick(void *ctx, const struct qa_raw_tick *tick)
{
	struct counts *counts = ctx;

	for (size_t i = 0; i < tick->count; i++) {
		const struct qa_raw_sample *sample = &tick->samples[i];

		if (sample->thread >= THREADS || sample->state >= STATES)
			return -ERANGE;
		counts->by_state[sample->thread][sample->state]++;
	}
	return 0;
}

static void print_counts(const struct counts *counts)
{
	for (unsigned thread = 0; thread < THREADS; thread++)
		for (unsigned state = 0; state < STATES; state++)
			if (counts->by_state[thread][state])
				printf("state %u %u %lu\n", thread, state,
					counts->by_state[thread][state]);
}

int main(int argc, char **argv)
{
	static const struct qa_raw_consumer consumer = {.thread = on_thread, .tick = on_tick};
	static struct counts counts;
	struct qa_trace_health health;
	struct qa_error err = {0};
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0) {
		fputs("usage: print_samples FILE.qat\n", stderr);
		return 2;
	}
	if (qa_trace_read_fd(fd, argv[1], &consumer, &counts, &health, &err)) {
		fprintf(stderr, "print_samples: %s\n", err.message);
		return 1;
	}
	close(fd);
	print_counts(&counts);
	return 0;
}
