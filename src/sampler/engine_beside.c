/*
 * A stack read from the thread's own CPU: as long as we run there, the thread does not. That this
 * was so is checked, not assumed: the thread's CPU is ours before and after, and we were not
 * switched out in between.
 */
#include <errno.h>
#include <sched.h>

#include "sampler/capture.h"
#include "sampler/cpu.h"
#include "sampler/runner.h"

enum {
	/* Twice what it takes to copy a page and to go through the frames in it. */
	NS_PER_PAGE = 4000,
	/* Fewer pages fit into the usual slice, and asking costs as much as copying some of them.
	 */
	MANY_PAGES = 128,
};

/* The CPU that the thread ran on when it was last looked at; or a negative errno. */
static int cpu_of(struct qa_tracked_thread *thread)
{
	struct qa_watch *watch = &thread->cpu;
	int rc;

	if (!watch->address) {
		rc = qa_thread_activity_cpu(&thread->run_by->activity);
		return rc == -ESRCH ? -EAGAIN : rc; /* the thread has just ended */
	}
	rc = watch->seen ? 0 : qa_watch_look(watch);
	if (rc)
		return rc;
	return watch->seen && watch->value <= INT32_MAX ? (int)watch->value : -ENOTSUP;
}

/* Was the thread on our CPU all the time, as far as can be told? */
static bool was_beside(const struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	if (thread->candidates && qa_runner_guess(thread) != thread->runner)
		return false;
	return thread->cpu.address ? qa_watch_was(&thread->cpu, (uint32_t)capture->pinned)
				   : cpu_of(thread) == capture->pinned;
}

/* In the copy: did the thread run it that we took for its runner? */
static int check_runner(const struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	const struct qa_layout *layout = &capture->python->layout;
	uint64_t on_stack;
	int rc;

	if (layout->thread.cframe_frame == QA_ABSENT || capture->fresh.stack.count == 0)
		return 0;
	rc = qa_snapshot_read(&thread->snapshot,
		thread->state.address + (uint64_t)layout->thread.frame, &on_stack,
		sizeof(on_stack));
	if (!rc && (on_stack <= thread->stack_from || on_stack >= thread->stack_to))
		rc = -EAGAIN;
	return rc;
}

/* Goes to where the thread is. -ENOTSUP: that cannot be told, or we may not. */
static int join(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	int cpu = cpu_of(thread);

	if (cpu < 0 || cpu == capture->pinned)
		return cpu < 0 ? cpu : 0;
	if ((!capture->all_cpus && qa_cpu_list_has(&capture->kept_free, cpu)) || qa_cpu_pin(cpu)) {
		capture->barred = cpu;
		return -ENOTSUP;
	}
	capture->pinned = cpu;
	capture->retried = true;
	return 0;
}

/* Were we switched out since the copy was begun? */
static bool was_switched_out(void *ctx)
{
	const struct qa_capture *capture = ctx;

	return qa_cpu_switches() != capture->switches;
}

/* Is the copy a stack, and of that thread, and of one moment? Then with its code. */
static int check_copy(struct qa_capture *capture, struct qa_tracked_thread *thread, int rc)
{
	if (!rc)
		rc = check_runner(capture, thread);
	if (!rc)
		rc = qa_capture_resolve(capture, thread);
	if (!rc && (!was_beside(capture, thread) || was_switched_out(capture)))
		rc = -EAGAIN;
	return rc;
}

/*
 * From here on a switch of ours is noticed. False: we are not where we were pinned to; somebody
 * moved us.
 */
static bool begin(struct qa_capture *capture)
{
	capture->switches = qa_cpu_switches();
	if (sched_getcpu() == capture->pinned)
		return true;
	capture->pinned = QA_NO_CPU;
	return false;
}

static int copy_beside(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	int rc;

	if (!begin(capture) || (!thread->cpu.address && !was_beside(capture, thread)))
		return -EAGAIN;
	thread->snapshot.is_spoilt = was_switched_out;
	thread->snapshot.spoilt_ctx = capture;
	rc = qa_capture_copy(capture, thread, &capture->fresh.stack);
	rc = check_copy(capture, thread, rc);
	thread->snapshot.is_spoilt = NULL;
	return rc;
}

static int take(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	struct qa_cpu_hold hold;
	int rc;

	if (capture->ahead == thread) {
		capture->ahead = NULL;
		rc = qa_capture_walk(capture, thread, &capture->fresh.stack);
		return check_copy(capture, thread, rc);
	}
	rc = join(capture, thread);
	if (rc)
		return rc;
	qa_cpu_hold(&hold,
		thread->snapshot.count > MANY_PAGES ? thread->snapshot.count * NS_PER_PAGE : 0);
	rc = copy_beside(capture, thread);
	qa_cpu_let_go(&hold);
	return rc;
}

/* Only where one call brings all that is needed to judge the copy later, and not by going
 * elsewhere: it may be another thread that runs by now. */
static int copy_ahead(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	if (!thread->cpu.address || thread->candidates || thread->snapshot.count > MANY_PAGES ||
		cpu_of(thread) != capture->pinned || !begin(capture))
		return -ENOTSUP;
	qa_watch_begin(&thread->cpu);
	return qa_snapshot_take(&thread->snapshot);
}

const struct qa_snapshot_engine qa_engine_beside = {"beside", take, copy_ahead};
