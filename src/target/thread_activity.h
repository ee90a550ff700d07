/*
 * Does a thread run, or could it, if it had a CPU? As the kernel sees it, from /proc.
 *
 * Asking outright (the thread's stat) costs about four times as much as reading how long it ran and
 * waited for a CPU so far (its schedstat), so the latter is read first, and often is an answer: a
 * thread that was idle and never got a CPU since is idle still; one that used all the time that has
 * passed, running or ready to, was not idle.
 */
#ifndef QA_TARGET_THREAD_ACTIVITY_H
#define QA_TARGET_THREAD_ACTIVITY_H

#include <stdbool.h>

#include "target/process.h"

struct qa_thread_activity {
	int stat; /* descriptors that stay open; -1: none */
	int schedstat;
	bool known; /* the rest is from an earlier look */
	bool on_cpu;
	uint64_t time_ns;     /* of that look */
	uint64_t busy_ns;     /* time that it had run or waited for a CPU by then */
	uint64_t switched_in; /* how often it had got a CPU by then */
};

/* `tid` as seen by us. What cannot be opened is done without. */
void qa_thread_activity_open(
	struct qa_thread_activity *activity, const struct qa_process *process, pid_t tid);
void qa_thread_activity_close(struct qa_thread_activity *activity);

/* Does it run, or is it ready to, now? Returns 1 or 0, or a negative errno. */
int qa_thread_activity_look(struct qa_thread_activity *activity, uint64_t now_ns);

/* The same, without the time; false also if it cannot be told. */
bool qa_thread_activity_is_runnable(const struct qa_thread_activity *activity);

/* How often it has got a CPU so far. Returns 0 or a negative errno. */
int qa_thread_activity_switches(const struct qa_thread_activity *activity, uint64_t *count);

/* The CPU that it runs on, or ran on last (field 39 of its stat), or a negative errno. */
int qa_thread_activity_cpu(const struct qa_thread_activity *activity);

#endif
