/* The CPython inside a process: where it is, which version, and how its structures are laid out. */
#ifndef QA_CPYTHON_PYTHON_H
#define QA_CPYTHON_PYTHON_H

#include "cpython/layout.h"
#include "cpython/rseq.h"
#include "target/process.h"

struct qa_python {
	struct qa_process *process; /* borrowed */
	struct qa_memory *memory;   /* its memory */
	struct qa_layout layout;
	uint32_t version; /* PY_VERSION_HEX */
	uint64_t runtime; /* address of _PyRuntime; before 3.7, of a pointer to the interpreters */
	uint64_t gil_holder; /* address of the pointer to the thread state that holds the GIL; 0:
				each interpreter knows it */
	uint64_t code_type;  /* address of PyCode_Type; 0: not known yet */
	char build_id[41];
	struct qa_rseq rseq; /* tells which CPU a thread runs on */
	int32_t native_tid; /* from a thread's pointer to its kernel id, where Python does not tell;
			       or QA_ABSENT */
};

/*
 * Finds the interpreter of a process and checks that its structures are what the layout says.
 * -EAGAIN: it is there but not initialised yet. -ENOEXEC: no CPython in this process. -ENOTSUP: a
 * version or kind of build that is not supported, named in err. -EPERM: we may not read it; err
 * says why. -ESRCH: the process is gone.
 */
int qa_python_find(struct qa_process *process, struct qa_python *python, struct qa_error *err);

#endif
