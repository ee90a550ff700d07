/*
 * Reads a trace from its standard input and prints two numbers: the ticks at which a thread held
 * the GIL, and those at which several threads did, as only threads of a free-threaded interpreter
 * can.
 */
#include <stdio.h>

#include "qa/trace_reader.h"

struct counts {
	unsigned one_or_more;
	unsigned several;
};

static int on_tick(void *ctx, const struct qa_raw_tick *tick)
{
	struct counts *counts = ctx;
	unsigned holders = 0;

	for (size_t i = 0; i < tick->count; i++)
		holders += (tick->samples[i].state & QA_STATE_GIL) != 0;
	counts->one_or_more += holders > 0;
	counts->several += holders > 1;
	return 0;
}

int main(void)
{
	static const struct qa_raw_consumer consumer = {.tick = on_tick};
	struct qa_trace_health health;
	struct qa_error err = {0};
	struct counts counts = {0, 0};

	if (qa_trace_read_fd(0, "stdin", &consumer, &counts, &health, &err)) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	printf("%u %u\n", counts.one_or_more, counts.several);
	return 0;
}
