#include "cmocka_all.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "capture_fixture.h"

static void a_waiting_thread_is_read_twice(void **state)
{
	struct capture_fixture f;
	unsigned first;

	(void)state;
	capture_open(&f);
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	capture_expect_whole_stack(&f);
	assert_false(f.capture.retried);
	capture_keep(&f);
	f.target->calls = 0;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	capture_expect_whole_stack(&f);
	first = f.target->calls;
	assert_int_equal(first, 1); /* one copy, for it is what it was; its codes are in it */
	capture_close(&f);
}

/* Another caller each time that anything is read. */
static void flutter(struct fake_target *target)
{
	struct capture_fixture *f = target->hook;

	capture_put_frame(f, 0, CODE + (target->calls % 2) * 0x10000, false);
}

static void a_thread_that_keeps_changing_is_dropped(void **state)
{
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	f.capture.engine = &qa_engine_apart;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	capture_keep(&f);
	f.target->before_read = flutter;
	f.thread.state.runs = true;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -EAGAIN);
	assert_true(f.capture.retried);
	capture_close(&f);
}

/* Of a thread that runs, what agrees with the last sample is no proof of anything. */
static void a_running_thread_read_from_elsewhere_is_read_often(void **state)
{
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	f.capture.engine = &qa_engine_apart;
	f.thread.state.runs = true;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	capture_keep(&f);
	f.target->calls = 0;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	/* copies; the codes and their names are in the first ones, and may be read again */
	assert_in_range(f.target->calls, 8, 10);
	capture_close(&f);
}

static void a_running_thread_whose_cpu_cannot_be_told_is_out_of_reach(void **state)
{
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	f.thread.state.runs = true; /* and no rseq, nor a thread id */
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -ENOTSUP);
	assert_int_equal(f.capture.barred, QA_NO_CPU);
	capture_close(&f);
}

static void change_once(struct fake_target *target)
{
	struct capture_fixture *f = target->hook;

	if (target->calls == 4) /* three pages were read one by one; this is the second copy */
		capture_put_frame(f, 0, CODE, false);
}

static void a_change_between_the_copies_is_retried(void **state)
{
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	capture_put_frame(&f, 0, CODE + 0x10000, false);
	f.target->before_read = change_once;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	assert_int_equal(f.capture.fresh.stack.frames[0].code, CODE);
	assert_true(f.capture.retried);
	capture_close(&f);
}

/* It did not hold the lock, but it is not asleep either: this thread, as long as it asks. */
static void a_thread_that_runs_without_the_lock_is_no_failure(void **state)
{
	const struct qa_process process = {.pid = getpid()};
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	f.capture.engine = &qa_engine_apart;
	qa_thread_activity_open(&f.thread.activity, &process, (pid_t)syscall(SYS_gettid));
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	assert_true(f.capture.retried);
	assert_false(f.capture.asleep);
	capture_expect_whole_stack(&f);
	qa_thread_activity_close(&f.thread.activity);
	capture_close(&f);
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

static void open_sleeper(struct sleeper *sleeper, struct capture_fixture *f)
{
	const struct qa_process process = {.pid = getpid()};

	*sleeper = (struct sleeper){0};
	assert_int_equal(pipe(sleeper->pipe), 0);
	assert_int_equal(pthread_create(&sleeper->thread, NULL, sleep_on, sleeper), 0);
	while (!atomic_load(&sleeper->tid))
		sched_yield();
	qa_thread_activity_open(&f->thread.activity, &process, atomic_load(&sleeper->tid));
}

static void close_sleeper(struct sleeper *sleeper, struct capture_fixture *f)
{
	close(sleeper->pipe[1]);
	pthread_join(sleeper->thread, NULL);
	close(sleeper->pipe[0]);
	qa_thread_activity_close(&f->thread.activity);
}

/* Until it sleeps. */
static int capture_asleep(struct capture_fixture *f)
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
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	open_sleeper(&sleeper, &f);
	assert_int_equal(capture_asleep(&f), 0);
	assert_true(f.capture.asleep);
	capture_expect_whole_stack(&f);
	capture_keep(&f);
	f.target->calls = 0;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), QA_CAPTURE_UNCHANGED);
	assert_true(f.capture.asleep);
	assert_int_equal(f.target->calls, 0);
	assert_int_equal(write(sleeper.pipe[1], "", 1), 1); /* wakes it for a moment */
	while (capture_asleep(&f) == QA_CAPTURE_UNCHANGED)
		continue;
	capture_expect_whole_stack(&f);
	assert_true(f.target->calls > 0);
	close_sleeper(&sleeper, &f);
	capture_close(&f);
}

static void a_process_that_is_gone_is_told(void **state)
{
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	f.target->gone = true;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -ESRCH);
	capture_run_on(&f, sched_getcpu());
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -ESRCH);
	capture_close(&f);
}

static void expect_middle_unreadable(struct capture_fixture *f)
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
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	fake_unmap(f.target, CODE + 0x10000);
	expect_middle_unreadable(&f);
	capture_put_frame(&f, 1, 0xdead0000, false);
	expect_middle_unreadable(&f);
	capture_close(&f);
}

static void a_link_that_cannot_be_followed_costs_the_sample(void **state)
{
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	fake_put_u64(f.target, FRAMES + 256 + (uint64_t)f.python.layout.frame.previous, 0xdead0000);
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -EAGAIN);
	capture_put_frame(&f, 1, 0, false); /* no code: this frame is not in use */
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -EAGAIN);
	capture_put_frame(&f, 1, CODE + 0x10000, false);
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	capture_expect_whole_stack(&f);
	capture_close(&f);
}

/* The outer frames keep their ids without another look; the inner ones are always looked at. */
static void deep_stacks_cost_only_what_changed(void **state)
{
	enum { DEPTH = 200 };
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	for (uint64_t i = 0; i < DEPTH; i++)
		capture_put_frame(&f, i, CODE + (i % 3) * 0x10000, i == DEPTH - 1);
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	capture_keep(&f);
	fake_put_u32(f.target, CODE + (uint64_t)f.python.layout.code.first_line,
		99); /* made anew at the same place */
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	assert_int_equal(f.capture.fresh.ids[0].code, 4);
	assert_int_equal(f.capture.fresh.ids[DEPTH - 2].code, 1);
	capture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_waiting_thread_is_read_twice),
		cmocka_unit_test(a_thread_that_keeps_changing_is_dropped),
		cmocka_unit_test(a_change_between_the_copies_is_retried),
		cmocka_unit_test(a_running_thread_read_from_elsewhere_is_read_often),
		cmocka_unit_test(a_running_thread_whose_cpu_cannot_be_told_is_out_of_reach),
		cmocka_unit_test(a_thread_that_runs_without_the_lock_is_no_failure),
		cmocka_unit_test(a_thread_that_slept_on_is_not_read_again),
		cmocka_unit_test(a_process_that_is_gone_is_told),
		cmocka_unit_test(code_that_cannot_be_read_costs_its_frame),
		cmocka_unit_test(a_link_that_cannot_be_followed_costs_the_sample),
		cmocka_unit_test(deep_stacks_cost_only_what_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
