/* Who holds the GIL, asked by itself: without the roster, from any thread of ours. */
#ifndef QA_CPYTHON_GIL_H
#define QA_CPYTHON_GIL_H

#include "cpython/python.h"

struct qa_gil {
	uint64_t holder; /* address of the pointer to the thread state; 0: none known */
	uint64_t locked; /* address of the int that says whether it is held; 0: the pointer tells */
};

/* The CPU that the holder runs on, or ran on last. -ENOENT: nobody holds it. Other negative errnos:
 * it cannot be told. */
int qa_gil_holder_cpu(const struct qa_gil *gil, const struct qa_python *python);

#endif
