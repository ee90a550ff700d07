#include "bare_loop.h"

#include <err.h>
#include <sched.h>
#include <string.h>

#include "sampler/clock.h"
#include "sampler/cpu.h"
#include "sampler/schedule.h"

enum { FAILED = 2 };

static void *run(void *ctx)
{
	struct bare_loop *loop = ctx;
	const struct qa_schedule schedule = {
		.start_ns = qa_clock_ns(), .period_ns = loop->period_ns, .seed = loop->seed};
	uint64_t slot = 0;

	qa_cpu_be_prompt();
	for (; !atomic_load(&loop->stop); slot++) {
		uint64_t now = qa_schedule_slot(&schedule, qa_clock_ns());

		slot = slot > now ? slot : now;
		qa_clock_sleep_until(qa_schedule_moment(&schedule, slot));
		atomic_fetch_add_explicit(&loop->wakes, 1, memory_order_relaxed);
	}
	return NULL;
}

void bare_loop_move(struct bare_loop *loop, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (pthread_setaffinity_np(loop->thread, sizeof(set), &set))
		errx(FAILED, "Threads cannot be pinned to CPU %d.", cpu);
}

void bare_loop_start(struct bare_loop *loop, int cpu, uint64_t period_ns, uint64_t seed)
{
	int rc;

	*loop = (struct bare_loop){.period_ns = period_ns, .seed = seed};
	rc = pthread_create(&loop->thread, NULL, run, loop);
	if (rc)
		errx(FAILED, "Cannot start a thread: %s.", strerror(rc));
	bare_loop_move(loop, cpu);
}

void bare_loop_end(struct bare_loop *loop)
{
	atomic_store(&loop->stop, true);
	pthread_join(loop->thread, NULL);
}
