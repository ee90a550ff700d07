/* Who is there: all thread states of all interpreters, at one moment. */
#ifndef QA_CPYTHON_ROSTER_H
#define QA_CPYTHON_ROSTER_H

#include "cpython/gil.h"
#include "target/snapshot.h"

struct qa_thread_state {
	uint64_t address;    /* of the PyThreadState */
	uint64_t ident;      /* threading.get_ident(); with glibc, the thread pointer */
	uint64_t native_id;  /* the kernel's, as the target sees it; 0: unknown */
	int64_t interpreter; /* its interpreter's id */
	/* An address on the C stack of the thread that runs it now, which up to 3.12 need not be
	 * the one that `ident` names; 0: not known. */
	uint64_t c_stack;
	bool runs;       /* it may run Python code now: its stack changes while it is read */
	bool holds_gil;  /* free-threaded: it is attached to its interpreter */
	bool collecting; /* alone it holds the GIL, and its interpreter collects garbage */
};

struct qa_roster {
	struct qa_snapshot snapshot;
	struct qa_thread_state *threads;
	size_t count;
	size_t room;
	struct qa_gil gil; /* the one last seen */
	size_t gil_count;  /* how many there are */
};

void qa_roster_init(struct qa_roster *roster, const struct qa_python *python);
void qa_roster_free(struct qa_roster *roster);

/* Reads it anew. -EAGAIN: it was changing meanwhile; try again. -ESRCH: the process is gone. */
int qa_roster_read(struct qa_roster *roster, const struct qa_python *python);

/* The same from a copy that was taken for something else, too. What it lacks is read at once, and
 * will be in the next one. */
int qa_roster_read_from(
	struct qa_roster *roster, const struct qa_python *python, struct qa_snapshot *snapshot);

#endif
