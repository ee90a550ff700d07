/* The program that qa-record launches. */
#ifndef QA_CMD_CHILD_H
#define QA_CMD_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "cmd/signals.h"
#include "qa/error.h"

struct child {
	pid_t pid;
	int go;     /* a byte written here lets it become the program */
	int failed; /* delivers an errno if it could not */
	bool ended;
	int wait_status; /* as of waitpid; once ended */
};

/*
 * Forks a child that waits. It keeps stdin, stdout and stderr; with stdout_to_stderr its stdout is
 * our stderr.
 */
int child_fork(char *const *argv, bool stdout_to_stderr, const struct signals *signals,
	struct child *child, struct qa_error *err);

/* Lets it become the program. -ENOENT: there is no such program; -EACCES and others: it cannot be
 * executed. */
int child_exec(struct child *child, const char *program, struct qa_error *err);

/* Without having become the program it ends. */
void child_cancel(struct child *child);

/* Looks whether it has ended; does not wait. */
bool child_has_ended(struct child *child);

/* As a shell reports it: the exit status, or 128 + the number of the signal that killed it. */
int child_exit_status(const struct child *child);

#endif
