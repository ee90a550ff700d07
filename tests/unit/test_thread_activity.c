#include "cmocka_all.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "target/thread_activity.h"

/* A thread of our own that waits for a pipe, then spins until told to end. */
struct subject {
	pthread_t thread;
	int go[2];
	atomic_int tid;
	atomic_bool spins;
	atomic_bool end;
};

static void *live(void *ctx)
{
	struct subject *subject = ctx;
	char word;

	atomic_store(&subject->tid, (int)syscall(SYS_gettid));
	if (read(subject->go[0], &word, 1) != 1)
		return NULL;
	atomic_store(&subject->spins, true);
	while (!atomic_load(&subject->end))
		continue;
	return NULL;
}

static void begin(struct subject *subject)
{
	*subject = (struct subject){0};
	assert_int_equal(pipe(subject->go), 0);
	assert_int_equal(pthread_create(&subject->thread, NULL, live, subject), 0);
	while (!atomic_load(&subject->tid))
		sched_yield();
}

static void end(struct subject *subject)
{
	atomic_store(&subject->end, true);
	pthread_join(subject->thread, NULL);
	close(subject->go[0]);
	close(subject->go[1]);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void open_of(struct qa_thread_activity *activity, int tid)
{
	const struct qa_process process = {.pid = getpid()};

	qa_thread_activity_open(activity, &process, tid);
}

/* The thread comes to its read a moment after it told its number: the kernel is asked until it is
 * so. */
static void a_thread_that_waits_is_idle_until_it_is_woken(void **state)
{
	struct qa_thread_activity activity;
	struct subject subject;

	(void)state;
	begin(&subject);
	open_of(&activity, atomic_load(&subject.tid));
	while (qa_thread_activity_look(&activity, now_ns()) != 0)
		sched_yield();
	for (int i = 0; i < 100; i++)
		assert_int_equal(qa_thread_activity_look(&activity, now_ns()), 0);
	assert_int_equal(write(subject.go[1], "", 1), 1);
	while (!atomic_load(&subject.spins))
		sched_yield();
	for (int i = 0; i < 100; i++)
		assert_int_equal(qa_thread_activity_look(&activity, now_ns()), 1);
	qa_thread_activity_close(&activity);
	end(&subject);
}

/* Without the file that tells it cheaply, the answer is the same. */
static void asking_outright_gives_the_same(void **state)
{
	struct qa_thread_activity activity;
	int other;

	(void)state;
	open_of(&activity, getpid());
	other = activity.schedstat;
	activity.schedstat = -1;
	assert_int_equal(qa_thread_activity_look(&activity, now_ns()), 1); /* we run, obviously */
	assert_false(activity.known);
	activity.schedstat = other;
	qa_thread_activity_close(&activity);
}

static void the_cpu_is_ours(void **state)
{
	struct qa_thread_activity activity;
	int cpu;

	(void)state;
	open_of(&activity, getpid());
	do { /* we may be moved at any time */
		cpu = sched_getcpu();
	} while (qa_thread_activity_cpu(&activity) != cpu);
	qa_thread_activity_close(&activity);
}

static void what_is_not_there_is_not_known(void **state)
{
	struct qa_thread_activity activity;
	struct subject subject;

	(void)state;
	open_of(&activity, 0);
	assert_true(qa_thread_activity_look(&activity, 1) < 0);
	assert_true(qa_thread_activity_cpu(&activity) < 0);
	qa_thread_activity_close(&activity);
	begin(&subject);
	open_of(&activity, atomic_load(&subject.tid));
	close(subject.go[1]); /* its read ends, and so does it */
	pthread_join(subject.thread, NULL);
	while (qa_thread_activity_look(&activity, now_ns()) >=
		0) /* the kernel may still be at it */
		sched_yield();
	qa_thread_activity_close(&activity);
	close(subject.go[0]);
}

/* A program may have more threads than we may have files. */
static void the_last_descriptors_are_spared(void **state)
{
	struct qa_thread_activity activity;
	struct rlimit before, tight;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &before);
	tight = before;
	tight.rlim_cur = 100;
	setrlimit(RLIMIT_NOFILE, &tight);
	open_of(&activity, getpid());
	assert_int_equal(activity.stat, -1);
	assert_int_equal(activity.schedstat, -1);
	assert_true(qa_thread_activity_look(&activity, 1) < 0);
	setrlimit(RLIMIT_NOFILE, &before);
	open_of(&activity, getpid());
	assert_true(activity.stat >= 0);
	qa_thread_activity_close(&activity);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_that_waits_is_idle_until_it_is_woken),
		cmocka_unit_test(asking_outright_gives_the_same),
		cmocka_unit_test(the_cpu_is_ours),
		cmocka_unit_test(what_is_not_there_is_not_known),
		cmocka_unit_test(the_last_descriptors_are_spared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
