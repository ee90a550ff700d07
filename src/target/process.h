/* A process: which one it is for sure, whether it still is, and what /proc tells about it. */
#ifndef QA_TARGET_PROCESS_H
#define QA_TARGET_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "qa/error.h"
#include "support/buf.h"
#include "target/memory.h"

struct qa_process {
	pid_t pid;
	int pidfd; /* readable once the process has ended; guards against a reused pid */
	struct qa_live_memory memory;
};

/* -ESRCH: there is no such process. */
int qa_process_open(pid_t pid, struct qa_process *process, struct qa_error *err);
void qa_process_close(struct qa_process *process);

/* Not ended: a zombie counts as ended. */
bool qa_process_alive(const struct qa_process *process);

/* Appends what a file below /proc/PID holds. Returns 0 or a negative errno. */
int qa_process_read_file(const struct qa_process *process, const char *name, struct qa_buf *out);

/* Appends where a link below /proc/PID points to. Returns 0 or a negative errno. */
int qa_process_read_link(const struct qa_process *process, const char *name, struct qa_buf *out);

/* A number that an exec changes, as it makes a new stack and a new auxiliary vector; 0: unknown. */
uint64_t qa_process_exec_marker(const struct qa_process *process);

/* 0 if unknown. */
pid_t qa_process_parent(const struct qa_process *process);

/* The process id that the process itself sees: the last of NSpid. */
pid_t qa_process_inner_pid(const struct qa_process *process);

/* The user whose right it has to files; (uid_t)-1 if unknown. */
uid_t qa_process_user(const struct qa_process *process);

#endif
