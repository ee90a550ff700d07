/*
 * A stack read from any CPU.
 *
 * Of a thread that waits: it holds still, which is sure if it slept and did not get a CPU while it
 * was copied. Where the kernel does not count that, and of a thread that runs, two copies have to
 * agree.
 */
#include <errno.h>

#include "sampler/capture.h"

static int take_twice(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	int rc = qa_capture_copy(capture, thread, &capture->again);

	if (!rc)
		rc = qa_capture_copy(capture, thread, &capture->fresh.stack);
	if (!rc && !qa_stack_equal(&capture->fresh.stack, &capture->again))
		rc = -EAGAIN;
	return rc ? rc : qa_capture_resolve(capture, thread);
}

static int take_asleep(
	struct qa_capture *capture, struct qa_tracked_thread *thread, uint64_t switched_in)
{
	uint64_t after;
	int rc = qa_thread_activity_is_runnable(&thread->activity) ? -EBUSY : 0;

	if (!rc)
		rc = qa_capture_copy(capture, thread, &capture->fresh.stack);
	if (!rc)
		rc = qa_capture_resolve(capture, thread);
	if (!rc && (qa_thread_activity_switches(&thread->activity, &after) || after != switched_in))
		rc = -EAGAIN;
	return rc;
}

static int take(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	uint64_t switched_in;
	int rc;

	if (thread->state.runs)
		return take_twice(capture, thread);
	rc = qa_capture_copy(capture, thread, &capture->fresh.stack);
	if (rc)
		return rc;
	if (qa_stack_equal(&capture->fresh.stack, &thread->last.stack))
		return qa_capture_resolve(capture, thread);
	if (qa_thread_activity_switches(&thread->activity, &switched_in))
		return take_twice(capture, thread);
	return take_asleep(capture, thread, switched_in);
}

const struct qa_snapshot_engine qa_engine_apart = {"apart", take};
