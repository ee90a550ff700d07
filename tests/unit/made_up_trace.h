/* A recording made up from a seed, as events and as a trace. */
#ifndef MADE_UP_TRACE_H
#define MADE_UP_TRACE_H

#include "qa/sink.h"
#include "qa/trace_writer.h"
#include "trace_log.h"

struct made_up {
	uint64_t seed;
	unsigned ticks;
	unsigned threads;     /* at most, at one moment */
	unsigned flush_every; /* ticks; 0: never */
	bool modest;          /* ordinary times and short names, so that the trace is small */
};

struct made_up_trace {
	struct trace_log log; /* what was written */
	struct qa_sink *sink;
	struct qa_str bytes;
};

void made_up_trace_write(struct made_up_trace *trace, struct made_up plan);
void made_up_trace_free(struct made_up_trace *trace);

#endif
