/* Stacks of a thread that runs, read from its own CPU. */
#include "cmocka_all.h"

#include <errno.h>
#include <sched.h>
#include <time.h>

#include "capture_fixture.h"

static void a_running_thread_is_read_from_its_cpu(void **state)
{
	struct capture_fixture f;
	int cpu = sched_getcpu();

	(void)state;
	capture_open(&f);
	capture_run_on(&f, cpu);
	assert_int_equal(capture_in_peace(&f), 0);
	capture_expect_whole_stack(&f);
	assert_int_equal(f.capture.pinned, cpu);
	assert_int_equal(sched_getcpu(), cpu);
	assert_int_equal(f.capture.barred, QA_NO_CPU);
	capture_close(&f);
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
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	capture_run_on(&f, sched_getcpu());
	assert_int_equal(capture_in_peace(&f), 0);
	capture_keep(&f);
	f.target->calls = 0;
	f.target->before_read = move_away;
	assert_int_equal(capture_in_peace(&f), -ENOTSUP);
	assert_true(f.capture.retried);
	assert_int_equal(f.capture.barred, NO_SUCH_CPU); /* it was looked for where it went */
	capture_close(&f);
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
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	capture_run_on(&f, sched_getcpu());
	f.target->before_read = give_way;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -EAGAIN);
	capture_close(&f);
}

/* Then it is another thread's CPU that was looked at. */
static void a_thread_state_on_another_stack_is_not_believed(void **state)
{
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	capture_run_on(&f, sched_getcpu());
	f.thread.stack_from = CFRAME;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -EAGAIN);
	f.thread.stack_from = 0;
	f.thread.stack_to = CFRAME;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -EAGAIN);
	f.thread.stack_to = UINT64_MAX;
	assert_int_equal(capture_in_peace(&f), 0);
	capture_close(&f);
}

static void a_thread_on_a_cpu_that_we_may_not_use_is_out_of_reach(void **state)
{
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	capture_run_on(&f, NO_SUCH_CPU);
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -ENOTSUP);
	assert_int_equal(f.capture.barred, NO_SUCH_CPU);
	capture_close(&f);
}

static void a_cpu_kept_free_of_others_is_left_alone_unless_asked(void **state)
{
	struct capture_fixture f;
	int cpu = sched_getcpu();

	(void)state;
	capture_open(&f);
	capture_run_on(&f, cpu);
	f.capture.kept_free.bits[cpu / 64] = UINT64_MAX;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -ENOTSUP);
	assert_int_equal(f.capture.barred, cpu);
	f.capture.all_cpus = true;
	assert_int_equal(capture_in_peace(&f), 0);
	capture_close(&f);
}

/* As if somebody had moved us since we pinned ourselves. */
static void a_recorder_that_is_not_where_it_was_pinned_does_not_believe_itself(void **state)
{
	struct capture_fixture f;

	(void)state;
	capture_open(&f);
	capture_run_on(&f, NO_SUCH_CPU);
	f.capture.pinned = NO_SUCH_CPU;
	assert_int_equal(qa_capture_ahead(&f.capture, &f.thread), -EAGAIN);
	assert_int_equal(f.capture.pinned, QA_NO_CPU);
	f.capture.pinned = NO_SUCH_CPU;
	assert_int_equal(qa_capture_thread(&f.capture, &f.thread), -ENOTSUP);
	capture_close(&f);
}

/* A thread whose stack was taken before, so that the next copy brings all of it. */
static void open_known(struct capture_fixture *f)
{
	capture_open(f);
	capture_run_on(f, sched_getcpu());
	assert_int_equal(capture_in_peace(f), 0);
	capture_keep(f);
	f->target->calls = 0;
}

static void a_copy_taken_ahead_is_all_that_is_read(void **state)
{
	struct capture_fixture f;

	(void)state;
	open_known(&f);
	do {
		f.target->calls = 0;
		assert_int_equal(qa_capture_ahead(&f.capture, &f.thread), 0);
		assert_int_equal(f.target->calls, 1);
		assert_int_equal(qa_capture_thread(&f.capture, &f.thread), 0);
	} while (f.capture.retried); /* we were switched out */
	assert_int_equal(f.target->calls, 1);
	capture_expect_whole_stack(&f);
	capture_close(&f);
}

static void a_copy_taken_ahead_serves_once(void **state)
{
	struct capture_fixture f;

	(void)state;
	open_known(&f);
	assert_int_equal(qa_capture_ahead(&f.capture, &f.thread), 0);
	capture_put_frame(&f, 0, CODE + 0x10000, false);
	assert_int_equal(capture_in_peace(&f), 0);
	assert_int_equal(capture_in_peace(&f), 0);
	assert_int_equal(f.capture.fresh.stack.frames[0].code, CODE + 0x10000);
	capture_close(&f);
}

/* The word tells where the thread was when its stack had been copied. */
static void a_copy_taken_ahead_elsewhere_is_not_believed(void **state)
{
	struct capture_fixture f;

	(void)state;
	open_known(&f);
	fake_put_u32(f.target, IDENT + RSEQ_CPU, NO_SUCH_CPU);
	assert_int_equal(qa_capture_ahead(&f.capture, &f.thread), 0);
	assert_int_equal(capture_in_peace(&f), -ENOTSUP);
	assert_int_equal(f.capture.barred, NO_SUCH_CPU);
	capture_close(&f);
}

static void a_copy_taken_ahead_is_not_believed_after_a_switch(void **state)
{
	struct capture_fixture f;

	(void)state;
	open_known(&f);
	assert_int_equal(qa_capture_ahead(&f.capture, &f.thread), 0);
	capture_put_frame(&f, 0, CODE + 0x10000, false);
	give_way(f.target);
	assert_int_equal(capture_in_peace(&f), 0);
	assert_int_equal(f.capture.fresh.stack.frames[0].code, CODE + 0x10000);
	capture_close(&f);
}

static void no_copy_is_taken_ahead_where_it_could_not_be_judged(void **state)
{
	struct capture_fixture f;

	(void)state;
	open_known(&f);
	f.capture.engine = &qa_engine_apart;
	assert_int_equal(qa_capture_ahead(&f.capture, &f.thread), -EAGAIN);
	f.capture.engine = &qa_engine_beside;
	f.thread.cpu.address = 0;
	assert_int_equal(qa_capture_ahead(&f.capture, &f.thread), -EAGAIN);
	f.thread.cpu.address = IDENT + RSEQ_CPU;
	f.target->gone = true;
	assert_int_equal(qa_capture_ahead(&f.capture, &f.thread), -ESRCH);
	capture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_running_thread_is_read_from_its_cpu),
		cmocka_unit_test(a_running_thread_that_moved_is_not_believed),
		cmocka_unit_test(a_recorder_that_was_switched_out_does_not_believe_itself),
		cmocka_unit_test(a_thread_state_on_another_stack_is_not_believed),
		cmocka_unit_test(a_thread_on_a_cpu_that_we_may_not_use_is_out_of_reach),
		cmocka_unit_test(a_cpu_kept_free_of_others_is_left_alone_unless_asked),
		cmocka_unit_test(
			a_recorder_that_is_not_where_it_was_pinned_does_not_believe_itself),
		cmocka_unit_test(a_copy_taken_ahead_is_all_that_is_read),
		cmocka_unit_test(a_copy_taken_ahead_serves_once),
		cmocka_unit_test(a_copy_taken_ahead_elsewhere_is_not_believed),
		cmocka_unit_test(a_copy_taken_ahead_is_not_believed_after_a_switch),
		cmocka_unit_test(no_copy_is_taken_ahead_where_it_could_not_be_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
