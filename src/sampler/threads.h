/* The threads of one process that are being sampled, and the last stack of each. */
#ifndef QA_SAMPLER_THREADS_H
#define QA_SAMPLER_THREADS_H

#include "cpython/roster.h"
#include "cpython/stack_walker.h"
#include "cpython/thread_names.h"
#include "qa/raw.h"
#include "target/thread_activity.h"
#include "target/thread_ids.h"
#include "target/watch.h"

/* What became of one frame of a stack: its code's id and its node. */
struct qa_frame_ids {
	uint32_t code;
	uint32_t node;
};

/* A stack with the ids of its frames; both innermost first. */
struct qa_known_stack {
	struct qa_stack stack;
	struct qa_frame_ids *ids;
	size_t ids_room;
};

struct qa_tracked_thread {
	struct qa_thread_state state;
	struct qa_thread_activity activity;
	struct qa_watch cpu; /* the CPU that it runs on, around all that is read of it */
	uint32_t id;         /* in the recording */
	pid_t tid;           /* the kernel's, as we see it; 0: unknown */
	pid_t inner_tid;     /* the same as the target sees it */
	struct qa_buf name;  /* as last announced; empty: unknown */
	uint32_t looks;      /* how often it was looked up */
	uint32_t next_look;  /* the round for the next time */
	/*
	 * The ident of the thread that runs it. Not always its own: up to 3.12 code of an
	 * interpreter within the interpreter runs in a thread state that another thread has made.
	 */
	uint64_t runner;
	struct qa_tracked_thread *run_by; /* one with that ident; most often itself */
	uint64_t stack_from;              /* the runner's C stack lies between these */
	uint64_t stack_to;
	/* Set if its ident is not its alone, and nothing else tells who runs it: those among whom
	 * the runner is. */
	const struct qa_threads *candidates;
	struct qa_snapshot snapshot;
	struct qa_known_stack last; /* as last taken */
	uint64_t asleep_since; /* how often it had got a CPU when that was taken, asleep; 0: unknown
				*/
	uint32_t seen;         /* the round in which the roster named it last */
};

struct qa_threads {
	struct qa_python *python; /* borrowed */
	uint32_t process;         /* id in the recording */
	struct qa_thread_ids ids;
	struct qa_thread_names names;
	uint32_t *last_id; /* the last thread id given in the recording */
	const struct qa_raw_consumer *consumer;
	void *consumer_ctx;
	struct qa_tracked_thread **list;
	size_t count;
	size_t room;
	struct qa_tracked_thread *likely; /* it ran when it was last looked at; NULL: none did */
	uint32_t round;
};

void qa_threads_init(struct qa_threads *threads, struct qa_python *python, uint32_t process,
	uint32_t *last_id, const struct qa_raw_consumer *consumer, void *consumer_ctx);
void qa_threads_free(struct qa_threads *threads);

/* Is there nobody on the roster who is not on the list? */
bool qa_threads_know_all(const struct qa_threads *threads, const struct qa_roster *roster);

/* Is everybody on the list still on the roster? */
bool qa_threads_are_all_on(const struct qa_threads *threads, const struct qa_roster *roster);

/* Makes the list agree with the roster: announces new threads, forgets those that ended. */
int qa_threads_update(struct qa_threads *threads, const struct qa_roster *roster);

/*
 * Looks up names, of some of the threads that it is time for, and announces again those of which it
 * learns one. A thread is looked up when it is new and at growing intervals after, a few times in
 * all: it may get a name later, or another one. -ESRCH: the process is gone.
 */
int qa_threads_look_up_names(struct qa_threads *threads);

#endif
