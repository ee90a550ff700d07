/* The names that Python's threads have in the module threading. */
#ifndef QA_CPYTHON_THREAD_NAMES_H
#define QA_CPYTHON_THREAD_NAMES_H

#include "cpython/python.h"
#include "cpython/roster.h"
#include "support/buf.h"

struct qa_thread_names {
	const struct qa_python *python; /* borrowed */
	uint64_t interpreter;           /* the one of which the next is known */
	uint64_t active;                /* address of its threading._active */
	struct qa_buf name;
	struct qa_buf again;
};

void qa_thread_names_init(struct qa_thread_names *names, const struct qa_python *python);
void qa_thread_names_free(struct qa_thread_names *names);

/*
 * A thread's name, valid until the next call. -ENOENT: it has none, or none yet, or it was changing
 * meanwhile. -ESRCH: the process is gone. -ENOMEM.
 */
int qa_thread_names_read(
	struct qa_thread_names *names, const struct qa_thread_state *thread, struct qa_str *name);

#endif
