/* Who takes a sample: the leading thread, or a post at the CPU where the program runs. */
#include "cmocka_all.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "fake_target.h"
#include "sampler/clock.h"
#include "sampler/cpu.h"
#include "sampler/posts.h"

enum {
	VERSION = 0x030b07f0,
	INTERPRETER = 0x100000,
	THREAD = 0x110000,
	CFRAME = 0x120000,
	IDENT = 0x500000,
	RSEQ_CPU = 64,
	PERIOD_NS = 1000000,
	SLOTS_MOST = 20000,
};

struct fixture {
	struct fake_target *target;
	struct qa_process process;
	struct qa_python python;
	struct qa_recording recording;
	struct qa_sampler sampler;
	struct qa_ticker ticker;
	uint64_t ticks;
	int taken_on; /* the CPU on which the last sample was taken */
	int cpus[2];  /* two that we may use */
};

static cpu_set_t allowed; /* before any sampling pinned us */

static int note_tick(void *ctx, const struct qa_raw_tick *tick)
{
	struct fixture *f = ctx;

	f->ticks++;
	f->taken_on = tick->count ? sched_getcpu() : QA_NO_CPU;
	return 0;
}

static const struct qa_raw_consumer consumer = {.tick = note_tick};
static const struct qa_sampling sampling = {.engine = &qa_engine_beside};

/* An interpreter with one thread, which holds the GIL and has no Python frame. */
static void put_interpreter(struct fixture *f)
{
	const struct qa_layout *layout = &f->python.layout;

	fake_put_u64(f->target, f->python.runtime + (uint64_t)layout->runtime.interpreters_head,
		INTERPRETER);
	fake_put_u64(f->target, INTERPRETER + (uint64_t)layout->interpreter.threads_head, THREAD);
	fake_put_u64(f->target, THREAD + (uint64_t)layout->thread.interpreter, INTERPRETER);
	fake_put_u64(f->target, THREAD + (uint64_t)layout->thread.thread_id, IDENT);
	fake_put_u64(f->target, THREAD + (uint64_t)layout->thread.native_thread_id,
		(uint64_t)f->process.pid);
	fake_put_u64(f->target, THREAD + (uint64_t)layout->thread.frame, CFRAME);
	fake_put_u64(f->target, CFRAME + (uint64_t)layout->thread.cframe_frame, 0);
	fake_put_u64(f->target, f->python.gil_holder, THREAD);
}

static void run_on(struct fixture *f, int cpu)
{
	fake_put_u32(f->target, IDENT + RSEQ_CPU, (uint32_t)cpu);
}

static void choose_cpus(struct fixture *f)
{
	int found = 0;

	for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			f->cpus[found++] = cpu;
	if (found < 2) {
		print_message("skipped: there is only one CPU here\n");
		skip();
	}
}

static void open_fixture(struct fixture *f, bool with_interpreter)
{
	const struct qa_schedule schedule = {
		.start_ns = qa_clock_ns(), .period_ns = PERIOD_NS, .seed = 1};
	struct qa_error error = {0};

	f->target = fake_target_new();
	f->process = (struct qa_process){.pid = getpid(), .pidfd = -1};
	fake_python(f->target, VERSION, &f->python);
	f->python.process = &f->process;
	f->python.rseq.registered = true;
	f->python.rseq.cpu = RSEQ_CPU;
	if (with_interpreter)
		put_interpreter(f);
	qa_recording_init(&f->recording, &consumer, f);
	assert_int_equal(qa_sampler_open(&f->sampler, &f->recording, &sampling, &f->python,
				 qa_clock_ns(), &error),
		0);
	assert_int_equal(qa_ticker_open(&f->ticker, &f->sampler, &schedule), 0);
}

static void close_fixture(struct fixture *f)
{
	qa_ticker_close(&f->ticker);
	qa_sampler_close(&f->sampler);
	qa_recording_free(&f->recording);
	free(f->target);
	sched_setaffinity(0, sizeof(allowed), &allowed);
}

static void a_slot_is_taken_once(void **state)
{
	struct fixture f = {0};
	int cpu = QA_NO_CPU;

	(void)state;
	open_fixture(&f, true);
	run_on(&f, sched_getcpu());
	assert_false(qa_ticker_is_taken(&f.ticker, 0));
	assert_int_equal(qa_ticker_take(&f.ticker, 0, &cpu), 0);
	assert_int_equal(qa_ticker_take(&f.ticker, 0, &cpu), 0);
	assert_true(qa_ticker_is_taken(&f.ticker, 0));
	assert_int_equal(f.recording.loss.planned, 1);
	assert_int_equal(qa_ticker_take(&f.ticker, 4, &cpu), 0);
	assert_int_equal(f.recording.loss.planned, 2);
	assert_int_equal(f.recording.loss.missed, 3);
	qa_ticker_await(&f.ticker, 4, 1000000000); /* returns at once */
	close_fixture(&f);
}

/* Who is there and the stack of the one that runs, once it is known who that is. */
static void a_tick_is_one_call(void **state)
{
	enum {
		TICKS = 40,
		LOOK = 31
	}; /* names are looked up in the rounds 0, 1, 3, 7, 15 and 31 */
	struct fixture f = {0};
	int cpu = QA_NO_CPU, single = 0;

	(void)state;
	open_fixture(&f, true);
	run_on(&f, sched_getcpu());
	for (uint64_t slot = 0; slot < TICKS; slot++) {
		f.target->calls = 0;
		assert_int_equal(qa_ticker_take(&f.ticker, slot, &cpu), 0);
		single += slot > LOOK && f.target->calls == 1;
	}
	assert_true(single > 0); /* fewer than all if the machine switches us out */
	close_fixture(&f);
}

static void an_interpreter_that_is_gone_ends_it(void **state)
{
	struct fixture f = {0};
	int cpu = QA_NO_CPU;

	(void)state;
	open_fixture(&f, false);
	assert_int_equal(qa_ticker_take(&f.ticker, 0, &cpu), 0);
	assert_int_equal(qa_ticker_take(&f.ticker, 1, &cpu), 0);
	assert_int_equal(qa_ticker_take(&f.ticker, 2, &cpu), -EAGAIN);
	put_interpreter(&f);
	assert_int_equal(qa_ticker_take(&f.ticker, 3, &cpu), -EAGAIN); /* for good */
	close_fixture(&f);
}

static void wait_for_slot(const struct fixture *f, uint64_t slot)
{
	uint64_t at = qa_schedule_moment(&f->ticker.schedule, slot);

	while (qa_clock_ns() < at)
		qa_clock_sleep_until(at);
}

/* The program is at the one CPU and at the other in turn, until there is a post. */
static uint64_t hop_until_posted(struct fixture *f, struct qa_posts *posts, int *cpu)
{
	uint64_t slot = 0;

	while (!posts->list[0].made && slot < SLOTS_MOST) {
		run_on(f, f->cpus[slot % 2]);
		wait_for_slot(f, slot);
		assert_int_equal(qa_posts_take(posts, slot++, cpu), 0);
	}
	assert_true(posts->list[0].made);
	return slot;
}

static void frequent_hops_make_a_post_that_takes_the_samples(void **state)
{
	struct fixture f = {0};
	struct qa_posts posts;
	int cpu = QA_NO_CPU, home, away;
	uint64_t slot;

	(void)state;
	choose_cpus(&f);
	open_fixture(&f, true);
	qa_posts_init(&posts, &f.ticker);
	slot = hop_until_posted(&f, &posts, &cpu);
	home = cpu; /* where the leader went back to */
	away = posts.list[0].cpu;
	assert_int_not_equal(home, away);
	run_on(&f, away);
	f.taken_on = QA_NO_CPU;
	do { /* a post that is held up lets the leader hop: on a busy machine that happens */
		uint64_t now = qa_schedule_slot(&f.ticker.schedule, qa_clock_ns());

		slot = slot > now ? slot : now;
		wait_for_slot(&f, slot);
		assert_int_equal(qa_posts_take(&posts, slot, &cpu), 0);
		assert_true(qa_ticker_is_taken(&f.ticker, slot));
		slot++;
	} while ((f.taken_on != away || cpu != home) && slot < SLOTS_MOST);
	assert_int_equal(f.taken_on, away);
	assert_int_equal(cpu, home);
	qa_posts_free(&posts);
	close_fixture(&f);
}

static void a_program_that_stays_needs_no_post(void **state)
{
	struct fixture f = {0};
	struct qa_posts posts;
	int cpu = QA_NO_CPU;

	(void)state;
	choose_cpus(&f);
	open_fixture(&f, true);
	qa_posts_init(&posts, &f.ticker);
	run_on(&f, f.cpus[1]);
	for (uint64_t slot = 0; slot < 100; slot++)
		assert_int_equal(qa_posts_take(&posts, slot, &cpu), 0);
	assert_int_equal(cpu, f.cpus[1]);
	assert_false(posts.list[0].made);
	qa_posts_free(&posts);
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slot_is_taken_once),
		cmocka_unit_test(a_tick_is_one_call),
		cmocka_unit_test(an_interpreter_that_is_gone_ends_it),
		cmocka_unit_test(frequent_hops_make_a_post_that_takes_the_samples),
		cmocka_unit_test(a_program_that_stays_needs_no_post),
	};

	sched_getaffinity(0, sizeof(allowed), &allowed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
