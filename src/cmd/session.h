/* One recording from start to end: what qa-record does once its options are known. */
#ifndef QA_CMD_SESSION_H
#define QA_CMD_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "qa/recorder.h"

struct session_options {
	const char *output; /* NULL: named after program, process and time; "-": stdout */
	uint64_t period_ns;
	uint64_t duration_ns; /* 0: until the program ends */
	enum qa_on_cpu on_cpu;
	bool pause;
	enum qa_embed_sources embed;
	bool quiet;
	pid_t pid;         /* to attach to; 0: launch */
	char *const *argv; /* to launch */
};

/* Exit statuses of our own; see qa-record(1). */
enum { STATUS_FAILED = 125, STATUS_NOT_EXECUTABLE = 126, STATUS_NOT_FOUND = 127 };

/* Returns the exit status. */
int session_run(const struct session_options *options);

#endif
