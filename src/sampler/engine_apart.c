/* A stack read from any CPU: believed when two copies agree, or when it is what it was at the last
 * sample. */
#include <errno.h>

#include "sampler/capture.h"

static int take(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	int rc = qa_capture_copy(capture, thread, &capture->fresh.stack);

	if (!rc && (thread->state.runs ||
			   !qa_stack_equal(&capture->fresh.stack, &thread->last.stack))) {
		rc = qa_capture_copy(capture, thread, &capture->again);
		if (!rc && !qa_stack_equal(&capture->fresh.stack, &capture->again))
			rc = -EAGAIN;
	}
	return rc ? rc : qa_capture_resolve(capture, thread);
}

const struct qa_snapshot_engine qa_engine_apart = {"apart", take};
