/*
 * One thread's stack as it really was at one moment, without stopping the thread.
 *
 * A thread that holds the GIL runs, and its stack changes while we read it from another CPU. So it
 * is read from its own CPU: as long as we run there, it does not. That this was so is checked, not
 * assumed: the thread's CPU is ours before and after, and we were not switched out in between. A
 * thread that waits holds still: it is read from anywhere, and counts when two copies agree, or
 * when it still is what it was at the last sample.
 */
#ifndef QA_SAMPLER_CAPTURE_H
#define QA_SAMPLER_CAPTURE_H

#include "cpython/code_cache.h"
#include "sampler/threads.h"

struct qa_capture {
	struct qa_python *python;    /* borrowed */
	struct qa_code_cache *codes; /* borrowed */
	bool may_pin;                /* cleared when the kernel refuses a CPU */
	int pinned;                  /* the CPU that we pinned ourselves to; -1: none */
	struct qa_known_stack fresh; /* the stack just taken, without nodes yet */
	struct qa_stack again;       /* its second copy */
	uint64_t *addresses;         /* of the code objects to be resolved */
	size_t addresses_room;
	uint32_t *codes_found;
	size_t codes_room;
	bool retried; /* the last stack took more than one attempt */
};

void qa_capture_init(
	struct qa_capture *capture, struct qa_python *python, struct qa_code_cache *codes);
void qa_capture_free(struct qa_capture *capture);

/* Takes the thread's stack into capture->fresh. -EAGAIN: it kept changing; the sample is lost.
 * -ESRCH: the process is gone. */
int qa_capture_thread(struct qa_capture *capture, struct qa_tracked_thread *thread);

#endif
