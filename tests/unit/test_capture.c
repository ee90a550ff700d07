#include "cmocka_all.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fake_target.h"
#include "sampler/capture.h"

enum {
	VERSION = 0x030b07f0,
	THREAD = 0x100000,
	CFRAME = 0x180000,
	FRAMES = 0x200000,
	CODE = 0x300000,
	IDENT = 0x500000,
	RSEQ_CPU = 64,
	NO_SUCH_CPU = 100000,
};

struct fixture {
	struct fake_target *target;
	struct qa_python python;
	struct qa_code_cache codes;
	struct qa_capture capture;
	struct qa_tracked_thread thread;
	uint32_t last_id;
};

static const struct qa_raw_consumer consumer = {0};

static void put_frame(struct fixture *f, uint64_t index, uint64_t code, bool is_last)
{
	const struct qa_layout *layout = &f->python.layout;
	uint64_t frame = FRAMES + index * 256;

	fake_put_u64(
		f->target, frame + (uint64_t)layout->frame.previous, is_last ? 0 : frame + 256);
	fake_put_u64(f->target, frame + (uint64_t)layout->frame.code, code);
	fake_put_u64(f->target, frame + (uint64_t)layout->frame.position,
		code + (uint64_t)layout->code.bytecode + 4);
	fake_put(f->target, frame + (uint64_t)layout->frame.owner, "\0", 1);
}

static void open_fixture(struct fixture *f)
{
	const struct qa_layout *layout = &f->python.layout;

	*f = (struct fixture){.target = fake_target_new()};
	fake_python(f->target, VERSION, &f->python);
	f->target->hook = f;
	for (int i = 0; i < 3; i++) {
		fake_put_code(f->target, layout, CODE + (uint64_t)i * 0x10000, "/app/main.py",
			"work", i + 1);
		put_frame(f, (uint64_t)i, CODE + (uint64_t)i * 0x10000, i == 2);
	}
	fake_put_u64(f->target, THREAD + (uint64_t)layout->thread.frame, CFRAME);
	fake_put_u64(f->target, CFRAME + (uint64_t)layout->thread.cframe_frame, FRAMES);
	qa_code_cache_init(&f->codes, &f->python, 1, &f->last_id, &consumer, NULL);
	qa_capture_init(&f->capture, &f->python, &f->codes, &qa_engine_beside);
	qa_thread_activity_open(&f->thread.activity, NULL, 0);
	f->thread.state = (struct qa_thread_state){.address = THREAD, .ident = IDENT};
	qa_watch_init(&f->thread.cpu, &f->target->base, 0);
	qa_snapshot_init(&f->thread.snapshot, &f->thread.cpu.base);
	f->thread.runner = IDENT;
	f->thread.run_by = &f->thread;
	f->thread.stack_to = UINT64_MAX;
}

static void close_fixture(struct fixture *f)
{
	qa_capture_free(&f->capture);
	qa_code_cache_free(&f->codes);
	qa_snapshot_free(&f->thread.snapshot);
	qa_stack_free(&f->thread.last.stack);
	free(f->thread.last.ids);
	free(f->target);
}

/* What the sampler does with a stack that it keeps. */
static void keep(struct fixture *f)
{
	struct qa_known_stack old = f->thread.last;

	f->thread.last = f->capture.fresh;
	f->capture.fresh = old;
}

static void expect_whole_stack(const struct fixture *f)
{
	assert_int_equal(f->capture.fresh.stack.count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(f->capture.fresh.stack.frames[i].code, CODE + i * 0x10000);
		assert_int_equal(f->capture.fresh.ids[i].code, i + 1);
	}
}

static void a_waiting_thread_is_read_twice(void **state)
{
	struct fixture f;
	unsigned first;

	(void)state;
	open_fixture(&f);
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	expect_whole_stack(&f);
	assert_false(f.capture.retried);
	keep(&f);
	f.target->calls = 0;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	expect_whole_stack(&f);
	first = f.target->calls;
	assert_int_equal(first, 1); /* one copy, for it is what it was; its codes are in it */
	close_fixture(&f);
}

/* Another caller each time that anything is read. */
static void flutter(struct fake_target *target)
{
	struct fixture *f = target->hook;

	put_frame(f, 0, CODE + (target->calls % 2) * 0x10000, false);
}

static void a_thread_that_keeps_changing_is_dropped(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	f.capture.engine = &qa_engine_apart;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	keep(&f);
	f.target->before_read = flutter;
	f.thread.state.runs = true;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -EAGAIN);
	assert_true(f.capture.retried);
	close_fixture(&f);
}

/* Of a thread that runs, what agrees with the last sample is no proof of anything. */
static void a_running_thread_read_from_elsewhere_is_read_often(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	f.capture.engine = &qa_engine_apart;
	f.thread.state.runs = true;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	keep(&f);
	f.target->calls = 0;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	assert_int_equal(f.target->calls, 4); /* copies, with the codes and their names */
	close_fixture(&f);
}

static void a_running_thread_whose_cpu_cannot_be_told_is_out_of_reach(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	f.thread.state.runs = true; /* and no rseq, nor a thread id */
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -ENOTSUP);
	assert_int_equal(f.capture.barred, QA_NO_CPU);
	close_fixture(&f);
}

static void change_once(struct fake_target *target)
{
	struct fixture *f = target->hook;

	if (target->calls == 4) /* three pages were read one by one; this is the second copy */
		put_frame(f, 0, CODE, false);
}

static void a_change_between_the_copies_is_retried(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	put_frame(&f, 0, CODE + 0x10000, false);
	f.target->before_read = change_once;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	assert_int_equal(f.capture.fresh.stack.frames[0].code, CODE);
	assert_true(f.capture.retried);
	close_fixture(&f);
}

/* The machine may switch us out at any time, under valgrind more than once: then there is no
 * sample, rightly. */
static int capture_in_peace(struct fixture *f)
{
	int rc = -EAGAIN;

	for (int i = 0; i < 1000 && rc == -EAGAIN; i++)
		rc = qa_capture_thread(&f->capture, &f->thread);
	return rc;
}

static void run_on(struct fixture *f, int cpu)
{
	f->thread.cpu.address = IDENT + RSEQ_CPU;
	f->thread.state.runs = true;
	fake_put_u32(f->target, IDENT + RSEQ_CPU, (uint32_t)cpu);
}

static void a_running_thread_is_read_from_its_cpu(void **state)
{
	struct fixture f;
	int cpu = sched_getcpu();

	(void)state;
	open_fixture(&f);
	run_on(&f, cpu);
	assert_int_equal(capture_in_peace(&f), 0);
	expect_whole_stack(&f);
	assert_int_equal(f.capture.pinned, cpu);
	assert_int_equal(sched_getcpu(), cpu);
	assert_int_equal(f.capture.barred, QA_NO_CPU);
	close_fixture(&f);
}

/* As if the scheduler moved the thread away after its stack was read: the last look at its CPU
 * tells. */
static void move_away(struct fake_target *target)
{
	if (target->calls == 1)
		fake_put_u32(target, IDENT + RSEQ_CPU, NO_SUCH_CPU);
}

static void a_running_thread_that_moved_is_not_believed(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	run_on(&f, sched_getcpu());
	assert_int_equal(capture_in_peace(&f), 0);
	keep(&f);
	f.target->calls = 0;
	f.target->before_read = move_away;
	assert_int_equal(capture_in_peace(&f), -ENOTSUP);
	assert_true(f.capture.retried);
	assert_int_equal(f.capture.barred, NO_SUCH_CPU); /* it was looked for where it went */
	close_fixture(&f);
}

/* As if the recorder had to wait for a page, or was preempted: the thread may have run meanwhile.
 */
static void give_way(struct fake_target *target)
{
	const struct timespec moment = {0, 1};

	(void)target;
	nanosleep(&moment, NULL);
}

static void a_recorder_that_was_switched_out_does_not_believe_itself(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	run_on(&f, sched_getcpu());
	f.target->before_read = give_way;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -EAGAIN);
	close_fixture(&f);
}

/* Then it is another thread's CPU that was looked at. */
static void a_thread_state_on_another_stack_is_not_believed(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	run_on(&f, sched_getcpu());
	f.thread.stack_from = CFRAME;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -EAGAIN);
	f.thread.stack_from = 0;
	f.thread.stack_to = CFRAME;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -EAGAIN);
	f.thread.stack_to = UINT64_MAX;
	assert_int_equal(capture_in_peace(&f), 0);
	close_fixture(&f);
}

static void a_thread_on_a_cpu_that_we_may_not_use_is_out_of_reach(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	run_on(&f, NO_SUCH_CPU);
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -ENOTSUP);
	assert_int_equal(f.capture.barred, NO_SUCH_CPU);
	close_fixture(&f);
}

static void a_cpu_kept_free_of_others_is_left_alone_unless_asked(void **state)
{
	struct fixture f;
	int cpu = sched_getcpu();

	(void)state;
	open_fixture(&f);
	run_on(&f, cpu);
	f.capture.kept_free.bits[cpu / 64] = UINT64_MAX;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -ENOTSUP);
	assert_int_equal(f.capture.barred, cpu);
	f.capture.all_cpus = true;
	assert_int_equal(capture_in_peace(&f), 0);
	close_fixture(&f);
}

/* A thread of ours that sleeps until its pipe brings something, again and again. */
struct sleeper {
	pthread_t thread;
	int pipe[2];
	atomic_int tid;
};

static void *sleep_on(void *ctx)
{
	struct sleeper *sleeper = ctx;
	char word;

	atomic_store(&sleeper->tid, (int)syscall(SYS_gettid));
	while (read(sleeper->pipe[0], &word, 1) == 1)
		continue;
	return NULL;
}

static void open_sleeper(struct sleeper *sleeper, struct fixture *f)
{
	const struct qa_process process = {.pid = getpid()};

	*sleeper = (struct sleeper){0};
	assert_int_equal(pipe(sleeper->pipe), 0);
	assert_int_equal(pthread_create(&sleeper->thread, NULL, sleep_on, sleeper), 0);
	while (!atomic_load(&sleeper->tid))
		sched_yield();
	qa_thread_activity_open(&f->thread.activity, &process, atomic_load(&sleeper->tid));
}

static void close_sleeper(struct sleeper *sleeper, struct fixture *f)
{
	close(sleeper->pipe[1]);
	pthread_join(sleeper->thread, NULL);
	close(sleeper->pipe[0]);
	qa_thread_activity_close(&f->thread.activity);
}

/* Until it sleeps. */
static int capture_asleep(struct fixture *f)
{
	int rc;

	do {
		sched_yield();
		rc = qa_capture_thread(&f->capture, &f->thread);
	} while (rc < 0);
	return rc;
}

static void a_thread_that_slept_on_is_not_read_again(void **state)
{
	struct sleeper sleeper;
	struct fixture f;

	(void)state;
	open_fixture(&f);
	open_sleeper(&sleeper, &f);
	assert_int_equal(capture_asleep(&f), 0);
	assert_true(f.capture.asleep);
	expect_whole_stack(&f);
	keep(&f);
	f.target->calls = 0;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), QA_CAPTURE_UNCHANGED);
	assert_true(f.capture.asleep);
	assert_int_equal(f.target->calls, 0);
	assert_int_equal(write(sleeper.pipe[1], "", 1), 1); /* wakes it for a moment */
	while (capture_asleep(&f) == QA_CAPTURE_UNCHANGED)
		continue;
	expect_whole_stack(&f);
	assert_true(f.target->calls > 0);
	close_sleeper(&sleeper, &f);
	close_fixture(&f);
}

static void a_process_that_is_gone_is_told(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	f.target->gone = true;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -ESRCH);
	run_on(&f, sched_getcpu());
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -ESRCH);
	close_fixture(&f);
}

static void expect_middle_unreadable(struct fixture *f)
{
	assert_int_equal(qa_capture_thread(&f->capture, &f->thread), 0);
	assert_int_equal(f->capture.fresh.stack.count, 3);
	assert_int_not_equal(f->capture.fresh.ids[0].code, f->codes.unreadable);
	assert_int_equal(f->capture.fresh.ids[1].code, f->codes.unreadable);
	assert_int_not_equal(f->codes.unreadable, 0);
	assert_int_not_equal(f->capture.fresh.ids[2].code, f->codes.unreadable);
}

/* One frame's code is lost, not the sample. */
static void code_that_cannot_be_read_costs_its_frame(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	fake_unmap(f.target, CODE + 0x10000);
	expect_middle_unreadable(&f);
	put_frame(&f, 1, 0xdead0000, false);
	expect_middle_unreadable(&f);
	close_fixture(&f);
}

static void a_link_that_cannot_be_followed_costs_the_sample(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	fake_put_u64(f.target, FRAMES + 256 + (uint64_t)f.python.layout.frame.previous, 0xdead0000);
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -EAGAIN);
	put_frame(&f, 1, 0, false); /* no code: this frame is not in use */
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -EAGAIN);
	put_frame(&f, 1, CODE + 0x10000, false);
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	expect_whole_stack(&f);
	close_fixture(&f);
}

/* The outer frames keep their ids without another look; the inner ones are always looked at. */
static void deep_stacks_cost_only_what_changed(void **state)
{
	enum { DEPTH = 200 };
	struct fixture f;

	(void)state;
	open_fixture(&f);
	for (uint64_t i = 0; i < DEPTH; i++)
		put_frame(&f, i, CODE + (i % 3) * 0x10000, i == DEPTH - 1);
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	keep(&f);
	fake_put_u32(f.target, CODE + (uint64_t)f.python.layout.code.first_line,
		99); /* made anew at the same place */
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	assert_int_equal(f.capture.fresh.ids[0].code, 4);
	assert_int_equal(f.capture.fresh.ids[DEPTH - 2].code, 1);
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_waiting_thread_is_read_twice),
		cmocka_unit_test(a_thread_that_keeps_changing_is_dropped),
		cmocka_unit_test(a_change_between_the_copies_is_retried),
		cmocka_unit_test(a_running_thread_is_read_from_its_cpu),
		cmocka_unit_test(a_running_thread_that_moved_is_not_believed),
		cmocka_unit_test(a_recorder_that_was_switched_out_does_not_believe_itself),
		cmocka_unit_test(a_running_thread_read_from_elsewhere_is_read_often),
		cmocka_unit_test(a_running_thread_whose_cpu_cannot_be_told_is_out_of_reach),
		cmocka_unit_test(a_thread_on_a_cpu_that_we_may_not_use_is_out_of_reach),
		cmocka_unit_test(a_cpu_kept_free_of_others_is_left_alone_unless_asked),
		cmocka_unit_test(a_thread_state_on_another_stack_is_not_believed),
		cmocka_unit_test(a_thread_that_slept_on_is_not_read_again),
		cmocka_unit_test(a_process_that_is_gone_is_told),
		cmocka_unit_test(code_that_cannot_be_read_costs_its_frame),
		cmocka_unit_test(a_link_that_cannot_be_followed_costs_the_sample),
		cmocka_unit_test(deep_stacks_cost_only_what_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
