/* What qa-record tells the person in front of it: progress while it records, and a summary at the
 * end. On stderr. */
#ifndef QA_CMD_NARRATOR_H
#define QA_CMD_NARRATOR_H

#include <stdbool.h>

#include "qa/recorder.h"

struct narrator {
	bool quiet;
	bool live;  /* a line that is drawn again and again: stderr is a terminal */
	bool drawn; /* the live line is on the screen */
	int warned; /* the error code that was told last while waiting for an interpreter */
};

void narrator_init(struct narrator *narrator, bool quiet);

/* Says what a high rate costs the program. */
void narrator_price(const struct narrator *narrator, uint64_t period_ns);

/* Draws the progress line, and tells once why nothing can be sampled at the moment. */
void narrator_progress(
	struct narrator *narrator, const struct qa_recorder_progress *progress, uint64_t bytes);

/* The end: how much was recorded, what was lost, and what to type next. `output` is NULL for
 * stdout. */
void narrator_summary(struct narrator *narrator, const struct qa_recorder_progress *progress,
	uint64_t period_ns, uint64_t bytes, const char *output);

#endif
