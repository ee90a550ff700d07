/* A stack read while its thread is stopped: nothing is lost, but the program is held up. */
#include <errno.h>

#include "sampler/capture.h"
#include "target/pause.h"

static int take(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	struct qa_pause pause;
	int rc = qa_pause_begin(&pause, capture->python->process, thread->tid);

	if (rc)
		return rc;
	rc = qa_capture_copy(capture, thread, &capture->fresh.stack);
	if (!rc)
		rc = qa_capture_resolve(capture, thread);
	qa_pause_end(&pause);
	return rc;
}

const struct qa_snapshot_engine qa_engine_paused = {"paused", take, NULL};
