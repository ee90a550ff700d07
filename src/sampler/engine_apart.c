/*
 * A stack read from any CPU.
 *
 * Of a thread that waits: it holds still, which is sure if it slept and did not get a CPU while it
 * was copied. If it got none since the last time, nothing need be copied at all. Where the kernel
 * does not count that, and of a thread that runs, two copies have to agree.
 */
#include <errno.h>

#include "sampler/capture.h"

/* A program that flutters comes back to the same bytes again and again, so that copies, each torn,
   may well be alike: when four had to agree, 4 of 118,587 stacks so taken were impossible. */
enum { COPIES_RUNNING = 8, COPIES_WAITING = 2 };

/* As many copies as have to agree. One is enough if a thread that waits still has the stack that it
 * had. */
static int take_often(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	const struct qa_stack *stack = &capture->fresh.stack;
	int copies = capture->runs ? COPIES_RUNNING : COPIES_WAITING;
	int rc = qa_capture_copy(capture, thread, &capture->fresh.stack);

	if (!capture->runs && qa_stack_equal(stack, &thread->last.stack))
		copies = 1;
	for (int i = 1; i < copies && !rc; i++) {
		rc = qa_capture_copy(capture, thread, &capture->again);
		if (!rc && !qa_stack_equal(stack, &capture->again))
			rc = -EAGAIN;
	}
	return rc ? rc : qa_capture_resolve(capture, thread);
}

static int take_asleep(
	struct qa_capture *capture, struct qa_tracked_thread *thread, uint64_t switched_in)
{
	const struct qa_thread_activity *activity = &thread->run_by->activity;
	uint64_t after;
	int rc = qa_thread_activity_is_runnable(activity) ? -EBUSY : 0;

	if (!rc)
		rc = qa_capture_copy(capture, thread, &capture->fresh.stack);
	if (!rc)
		rc = qa_capture_resolve(capture, thread);
	if (!rc && (qa_thread_activity_switches(activity, &after) || after != switched_in))
		rc = -EAGAIN;
	if (rc)
		return rc;
	capture->asleep = true;
	thread->asleep_since = thread->run_by == thread ? switched_in : 0;
	return 0;
}

static int take(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	uint64_t switched_in;

	if (capture->runs || thread->candidates ||
		qa_thread_activity_switches(&thread->run_by->activity, &switched_in))
		return take_often(capture, thread);
	if (thread->run_by != thread || thread->asleep_since != switched_in)
		return take_asleep(capture, thread, switched_in);
	capture->asleep = true;
	return QA_CAPTURE_UNCHANGED;
}

const struct qa_snapshot_engine qa_engine_apart = {"apart", take, NULL};
