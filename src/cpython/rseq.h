/* The restartable sequence area, in which the kernel keeps the number of the CPU that a thread runs
 * on. */
#ifndef QA_CPYTHON_RSEQ_H
#define QA_CPYTHON_RSEQ_H

#include <stdbool.h>

#include "target/maps.h"
#include "target/memory.h"

struct qa_rseq {
	bool registered; /* the C library registers one for each thread */
	int64_t cpu;     /* from what pthread_self() returns to the number of the CPU: 32 bits */
};

/* Asks the C library of a process, glibc from 2.35 on; elsewhere nothing is registered. */
void qa_rseq_find(const struct qa_process *process, struct qa_memory *memory,
	const struct qa_maps *maps, struct qa_rseq *rseq);

#endif
