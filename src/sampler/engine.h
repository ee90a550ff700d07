/*
 * The ways to the stack of a thread that runs. Each is one file; which one a recording uses is
 * chosen when it begins.
 *
 *	beside	from the thread's own CPU: as long as we run there, it does not
 *	apart	from any CPU, believed when two copies agree: for threads that hold still
 *	paused	the thread is stopped for the moment: only if the user asks for it
 */
#ifndef QA_SAMPLER_ENGINE_H
#define QA_SAMPLER_ENGINE_H

struct qa_capture;
struct qa_tracked_thread;

struct qa_snapshot_engine {
	const char *name;
	/*
	 * Takes the thread's stack into capture->fresh. -EAGAIN: it changed meanwhile, try again.
	 * -ENOTSUP: this thread, where it is now, is out of reach. -EBUSY: it runs, which this
	 * engine is not for. -ESRCH: the process is gone.
	 */
	int (*take)(struct qa_capture *capture, struct qa_tracked_thread *thread);
	/*
	 * Copies what `take` of that thread will want, before it is known whether the thread runs:
	 * whoever needs to know reads it from the same copy, the thread's. NULL, or not 0: the
	 * engine takes its own copy when the time comes.
	 */
	int (*copy_ahead)(struct qa_capture *capture, struct qa_tracked_thread *thread);
};

extern const struct qa_snapshot_engine qa_engine_beside;
extern const struct qa_snapshot_engine qa_engine_apart;
extern const struct qa_snapshot_engine qa_engine_paused;

#endif
