/* Threads of a process that lives in another pid namespace: the numbers that it has for them, and
 * ours. */
#ifndef QA_TARGET_THREAD_IDS_H
#define QA_TARGET_THREAD_IDS_H

#include "target/process.h"

struct qa_thread_id_pair {
	pid_t outer; /* as we see it */
	pid_t inner; /* as the process sees it */
};

struct qa_thread_ids {
	const struct qa_process *process; /* borrowed */
	pid_t inner_pid;                  /* of the process, as it sees itself */
	bool same;                        /* its numbers are ours */
	struct qa_thread_id_pair *list;   /* the threads that were there at the last look */
	size_t count;
	size_t room;
};

void qa_thread_ids_init(struct qa_thread_ids *ids, const struct qa_process *process);
void qa_thread_ids_free(struct qa_thread_ids *ids);

/* Our number for a thread of the process; 0: it has none of that number. Looks into /proc only if
 * the thread is not known. */
pid_t qa_thread_ids_find(struct qa_thread_ids *ids, pid_t inner);

/* The numbers in the line NSpid of a status file. Returns how many there are: the first is ours,
 * the last the process's own. */
size_t qa_thread_ids_parse(struct qa_str status, struct qa_thread_id_pair *pair);

/*
 * Where the C library keeps a thread's number, counted from its struct pthread: looked for in the
 * main thread, whose number is the inner pid. -ENOENT: not found for sure.
 */
int qa_thread_ids_locate(
	struct qa_memory *memory, uint64_t pthread, pid_t inner_pid, int32_t *offset);

#endif
