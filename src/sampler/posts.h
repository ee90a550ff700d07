/*
 * Sampling threads beside the leading one, each pinned to a CPU on which the program was found
 * lately.
 *
 * Where the GIL passes between threads on several CPUs, following it costs a hop to another CPU for
 * most samples: the sample comes late, and sometimes too late. So a thread of ours stands at each
 * of these CPUs. All of them wake at the same moments; the one that finds the GIL's holder beside
 * itself takes the sample, the others sleep on. Posts are made when hops become frequent and end by
 * themselves when nothing comes by any more.
 */
#ifndef QA_SAMPLER_POSTS_H
#define QA_SAMPLER_POSTS_H

#include "sampler/ticker.h"

enum { QA_POSTS_MOST = 16 };

struct qa_post {
	struct qa_posts *posts;
	pthread_t thread;
	int cpu;
	uint64_t slot;    /* the first one to wake for */
	bool made;        /* the thread has to be joined */
	atomic_bool over; /* it has ended, or is about to */
};

struct qa_posts {
	struct qa_ticker *ticker; /* borrowed */
	struct qa_post list[QA_POSTS_MOST];
	atomic_bool stop;
	atomic_int home; /* the CPU of the leading thread, where no post is needed */
	uint64_t recent; /* a bit for each of the last slots that the leader took: was it a hop? */
};

void qa_posts_init(struct qa_posts *posts, struct qa_ticker *ticker);

/* Ends them all. */
void qa_posts_free(struct qa_posts *posts);

/*
 * For the leading thread, at the moment of a slot: sees that its sample is taken, by a post or by
 * itself. *cpu and the result are those of qa_ticker_take.
 */
int qa_posts_take(struct qa_posts *posts, uint64_t slot, int *cpu);

#endif
