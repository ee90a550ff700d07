#include "sampler/ticker.h"

#include <errno.h>
#include <time.h>

#include "sampler/clock.h"

enum {
	LONGEST_WEIGHT =
		4, /* periods that one sample may stand for; what is more counts as missed */
	LATE_FRACTION = 10, /* of a period */
	LATE_LEAST_NS = 100000,
	TICKS_UNTIL_LOST =
		3, /* in a row without an interpreter: it may have gone, by exit or exec */
};

int qa_ticker_open(
	struct qa_ticker *ticker, struct qa_sampler *sampler, const struct qa_schedule *schedule)
{
	pthread_condattr_t monotonic;
	int rc;

	*ticker = (struct qa_ticker){
		.schedule = *schedule, .sampler = sampler, .ticked_ns = qa_clock_ns()};
	pthread_mutex_init(&ticker->turn, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	rc = -pthread_cond_init(&ticker->turn_over, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return rc;
}

void qa_ticker_close(struct qa_ticker *ticker)
{
	pthread_cond_destroy(&ticker->turn_over);
	pthread_mutex_destroy(&ticker->turn);
}

bool qa_ticker_is_taken(const struct qa_ticker *ticker, uint64_t slot)
{
	return slot < atomic_load(&ticker->next_slot);
}

static struct qa_raw_loss *loss_of(const struct qa_ticker *ticker)
{
	return &ticker->sampler->recording->loss;
}

static void count_lateness(struct qa_ticker *ticker, uint64_t slot, uint64_t now_ns)
{
	struct qa_raw_loss *loss = loss_of(ticker);
	uint64_t planned_ns = qa_schedule_moment(&ticker->schedule, slot);
	uint64_t tolerated = ticker->schedule.period_ns / LATE_FRACTION;
	uint64_t late = now_ns > planned_ns ? now_ns - planned_ns : 0;

	if (late > (tolerated > LATE_LEAST_NS ? tolerated : LATE_LEAST_NS))
		loss->late++;
	if (late > loss->late_max_ns)
		loss->late_max_ns = late;
}

/* The time since the last tick, capped. */
static uint64_t weigh(struct qa_ticker *ticker, uint64_t now_ns)
{
	uint64_t gap = now_ns - ticker->ticked_ns;
	uint64_t longest = ticker->schedule.period_ns * LONGEST_WEIGHT;

	if (gap <= longest)
		return gap;
	loss_of(ticker)->missed_ns += gap - longest;
	return longest;
}

/* For those who stand by. With several GILs there is no one place where the program runs. */
static void publish_gil(struct qa_ticker *ticker, const struct qa_roster *roster)
{
	bool single = roster->gil_count == 1;

	atomic_store(&ticker->gil_holder, single ? roster->gil.holder : 0);
	atomic_store(&ticker->gil_locked, single ? roster->gil.locked : 0);
}

static int tick(struct qa_ticker *ticker, uint64_t slot)
{
	uint64_t now = qa_clock_ns();
	int rc;

	loss_of(ticker)->missed += slot - atomic_load(&ticker->next_slot);
	atomic_store(&ticker->next_slot, slot + 1);
	count_lateness(ticker, slot, now);
	rc = qa_sampler_tick(ticker->sampler, now, weigh(ticker, now));
	/* While a thread makes the process another program, nobody may seem to be there. */
	if (rc == -ESRCH && qa_process_alive(ticker->sampler->python.process))
		rc = -EAGAIN;
	publish_gil(ticker, &ticker->sampler->roster);
	if (rc != -ESRCH)
		ticker->ticked_ns = now;
	if (rc == -ENOEXEC)
		return -EAGAIN; /* another program by now */
	ticker->lost = rc == -EAGAIN ? ticker->lost + 1 : 0;
	return rc == -EAGAIN && ticker->lost < TICKS_UNTIL_LOST ? 0 : rc;
}

int qa_ticker_take(struct qa_ticker *ticker, uint64_t slot, int *cpu)
{
	int rc;

	pthread_mutex_lock(&ticker->turn);
	if (!ticker->result && !qa_ticker_is_taken(ticker, slot)) {
		ticker->sampler->capture.pinned = *cpu;
		ticker->result = tick(ticker, slot);
		*cpu = ticker->sampler->capture.pinned;
		pthread_cond_broadcast(&ticker->turn_over);
	}
	rc = ticker->result;
	pthread_mutex_unlock(&ticker->turn);
	return rc;
}

void qa_ticker_await(struct qa_ticker *ticker, uint64_t slot, uint64_t most_ns)
{
	const struct timespec end = qa_clock_time(qa_clock_ns() + most_ns);
	int rc = 0;

	pthread_mutex_lock(&ticker->turn);
	while (!rc && !qa_ticker_is_taken(ticker, slot))
		rc = pthread_cond_timedwait(&ticker->turn_over, &ticker->turn, &end);
	pthread_mutex_unlock(&ticker->turn);
}

void qa_ticker_count_unseen_end(struct qa_ticker *ticker)
{
	struct qa_raw_loss *loss = loss_of(ticker);
	uint64_t gap = qa_clock_ns() - ticker->ticked_ns;

	if (gap <= ticker->schedule.period_ns * LONGEST_WEIGHT)
		return;
	loss->missed += gap / ticker->schedule.period_ns;
	loss->missed_ns += gap;
}
