/*
 * A stack read from the thread's own CPU: as long as we run there, the thread does not. That this
 * was so is checked, not assumed: the thread's CPU is ours before and after, and we were not
 * switched out in between.
 */
#include <errno.h>

#include "sampler/capture.h"
#include "sampler/cpu.h"

/* The CPU that the thread runs on, or ran on last; or a negative errno. */
static int cpu_of(const struct qa_capture *capture, const struct qa_tracked_thread *thread)
{
	const struct qa_python *python = capture->python;
	uint32_t cpu;
	int rc;

	if (!python->has_rseq) {
		rc = qa_thread_activity_cpu(&thread->activity);
		return rc == -ESRCH ? -EAGAIN : rc; /* the thread has just ended */
	}
	rc = qa_memory_read(python->memory, thread->state.ident + (uint64_t)python->rseq_cpu, &cpu,
		sizeof(cpu));
	if (rc)
		return rc;
	return cpu <= INT32_MAX ? (int)cpu : -ENOTSUP; /* not registered */
}

/* Goes to where the thread is, for the next attempt. */
static int join(struct qa_capture *capture, int cpu)
{
	bool barred = !capture->all_cpus && qa_cpu_list_has(&capture->kept_free, cpu);

	if (barred || qa_cpu_pin(cpu)) {
		capture->barred = cpu;
		return -ENOTSUP;
	}
	capture->pinned = cpu;
	return -EAGAIN;
}

static int take(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	uint64_t switches = qa_cpu_switches();
	int cpu = cpu_of(capture, thread);
	int rc;

	if (cpu < 0)
		return cpu;
	if (cpu != capture->pinned)
		return join(capture, cpu);
	rc = qa_capture_copy(capture, thread, &capture->fresh.stack);
	if (!rc)
		rc = qa_capture_resolve(capture, thread);
	if (!rc && (cpu_of(capture, thread) != cpu || qa_cpu_switches() != switches))
		rc = -EAGAIN;
	return rc;
}

const struct qa_snapshot_engine qa_engine_beside = {"beside", take};
