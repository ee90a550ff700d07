/*
 * One thread's stack as it really was at one moment.
 *
 * A thread that runs changes its stack all the time: how it is read all the same is the matter of
 * an engine. A thread that waits holds still, and is read from anywhere.
 */
#ifndef QA_SAMPLER_CAPTURE_H
#define QA_SAMPLER_CAPTURE_H

#include "cpython/code_cache.h"
#include "sampler/cpu_list.h"
#include "sampler/engine.h"
#include "sampler/threads.h"

enum { QA_NO_CPU = -1, QA_CAPTURE_UNCHANGED = 1 };

struct qa_capture {
	struct qa_python *python;                /* borrowed */
	struct qa_code_cache *codes;             /* borrowed */
	const struct qa_snapshot_engine *engine; /* for threads that run */
	int pinned;    /* the CPU that the calling thread is pinned to; QA_NO_CPU: none */
	int barred;    /* the CPU that we could not get to last; QA_NO_CPU: none */
	bool all_cpus; /* use also those that are kept free */
	struct qa_cpu_list kept_free;
	struct qa_known_stack fresh; /* the stack just taken, without nodes yet */
	struct qa_stack again;       /* its second copy */
	uint64_t *addresses;         /* of the code objects to be resolved */
	size_t addresses_room;
	uint32_t *codes_found;
	size_t codes_room;
	/* The thread of which there is a copy already, and how often we had been switched out
	 * before it was taken. */
	const struct qa_tracked_thread *ahead;
	uint64_t switches;
	bool runs;    /* the thread looked at is taken to run */
	bool retried; /* the last stack took more than one attempt */
	bool asleep;  /* its thread slept all the while */
};

void qa_capture_init(struct qa_capture *capture, struct qa_python *python,
	struct qa_code_cache *codes, const struct qa_snapshot_engine *engine);
void qa_capture_free(struct qa_capture *capture);

/* Takes the thread's stack into capture->fresh. QA_CAPTURE_UNCHANGED: it is the last one still, and
 * `fresh` was not filled. -EAGAIN: it kept changing; the sample is lost.
 * -ENOTSUP: it is out of reach, so lost, too. -ESRCH: the process is gone. */
int qa_capture_thread(struct qa_capture *capture, struct qa_tracked_thread *thread);

/*
 * Copies already what a sample of this thread will want, where the engine can. 0: the copy is the
 * thread's snapshot. -EAGAIN: there is none. -ESRCH: the process is gone.
 */
int qa_capture_ahead(struct qa_capture *capture, struct qa_tracked_thread *thread);

/* For engines: one copy of the thread's stack. -EAGAIN: what was read is no stack. */
int qa_capture_copy(
	struct qa_capture *capture, struct qa_tracked_thread *thread, struct qa_stack *stack);

/* For engines: the stack in the copy that there is. */
int qa_capture_walk(
	const struct qa_capture *capture, struct qa_tracked_thread *thread, struct qa_stack *stack);

/* For engines: gives each frame of the fresh stack its code's id. */
int qa_capture_resolve(struct qa_capture *capture, struct qa_tracked_thread *thread);

#endif
