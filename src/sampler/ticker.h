/*
 * Takes the samples of one interpreter, each at its moment, until it is gone.
 *
 * The moments are those of a schedule that several threads of ours may follow (posts.h): whoever
 * stands beside the thread that runs takes the sample of a slot, and only one does.
 */
#ifndef QA_SAMPLER_TICKER_H
#define QA_SAMPLER_TICKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "sampler/sampler.h"
#include "sampler/schedule.h"

struct qa_ticker {
	struct qa_schedule schedule;
	pthread_mutex_t turn;        /* guards all below */
	pthread_cond_t turn_over;    /* a sample was taken */
	struct qa_sampler *sampler;  /* borrowed */
	uint64_t ticked_ns;          /* when the last tick was taken, or sampling began */
	int lost;                    /* ticks in a row without an interpreter */
	int result;                  /* 0, or why it is over */
	_Atomic uint64_t next_slot;  /* the first one that nobody has taken */
	_Atomic uint64_t gil_holder; /* where the only GIL is, as in struct qa_gil; 0: unknown */
	_Atomic uint64_t gil_locked;
};

int qa_ticker_open(
	struct qa_ticker *ticker, struct qa_sampler *sampler, const struct qa_schedule *schedule);
void qa_ticker_close(struct qa_ticker *ticker);

bool qa_ticker_is_taken(const struct qa_ticker *ticker, uint64_t slot);

/*
 * Takes the sample of a slot, unless somebody did. *cpu is the CPU that the calling thread is
 * pinned to (QA_NO_CPU: none), and may be another one afterwards. Returns 0; -EAGAIN when the
 * interpreter has gone; else what went wrong. Once it is over, it stays so.
 */
int qa_ticker_take(struct qa_ticker *ticker, uint64_t slot, int *cpu);

/* Waits until somebody has taken the slot's sample, for so long at most. */
void qa_ticker_await(struct qa_ticker *ticker, uint64_t slot, uint64_t most_ns);

/* The process ended while we were held up: what it did meanwhile nobody saw. */
void qa_ticker_count_unseen_end(struct qa_ticker *ticker);

#endif
