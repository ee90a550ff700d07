#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_threading.h"
#include "sampler/threads.h"

enum { VERSION = 0x030c01f0, EVENTS = 64, NAME_ROOM = 32 };

struct event {
	struct qa_raw_thread thread;
	char name[NAME_ROOM];
};

struct fixture {
	struct fake_target *target;
	struct qa_process process;
	struct qa_python python;
	struct fake_threading threading;
	struct qa_roster roster;
	struct qa_raw_consumer consumer;
	struct qa_threads threads;
	struct event events[EVENTS];
	size_t event_count;
	uint32_t last_id;
};

static int note_thread(void *ctx, const struct qa_raw_thread *thread)
{
	struct fixture *f = ctx;
	struct event *event = &f->events[f->event_count++];

	assert_true(f->event_count < EVENTS && thread->name.len < NAME_ROOM);
	*event = (struct event){.thread = *thread};
	if (thread->name.len)
		memcpy(event->name, thread->name.data, thread->name.len);
	return 0;
}

static void open_fixture(struct fixture *f)
{
	*f = (struct fixture){.target = fake_target_new(),
		.process = {.pid = getpid(), .pidfd = -1},
		.consumer = {.thread = note_thread}};
	fake_python(f->target, VERSION, &f->python);
	f->python.process = &f->process;
	fake_threading_init(&f->threading, f->target, &f->python.layout, FAKE_NO_DICT);
	f->roster.threads = f->threading.states;
	f->roster.count = FAKE_THREADS;
	f->target->hook = f;
	qa_threads_init(&f->threads, &f->python, 1, &f->last_id, &f->consumer, f);
}

static void close_fixture(struct fixture *f)
{
	qa_threads_free(&f->threads);
	free(f->target);
}

/* As a tick does it. */
static void pass_round(struct fixture *f)
{
	assert_int_equal(qa_threads_update(&f->threads, &f->roster), 0);
	assert_int_equal(qa_threads_look_up_names(&f->threads), 0);
}

static const struct event *last_event(const struct fixture *f, uint32_t id)
{
	const struct event *last = NULL;

	for (size_t i = 0; i < f->event_count; i++)
		if (f->events[i].thread.id == id)
			last = &f->events[i];
	return last;
}

static void a_thread_is_announced_again_when_its_name_is_known(void **state)
{
	static const char *const names[] = {"worker 0", "worker 1", "worker 2"};
	struct fixture f;

	(void)state;
	open_fixture(&f);
	assert_int_equal(qa_threads_update(&f.threads, &f.roster), 0);
	assert_int_equal(f.event_count, FAKE_THREADS);
	for (uint32_t i = 0; i < FAKE_THREADS; i++)
		assert_string_equal(last_event(&f, i + 1)->name, "");
	assert_int_equal(qa_threads_look_up_names(&f.threads), 0);
	assert_int_equal(f.event_count, 2 * FAKE_THREADS);
	for (uint32_t i = 0; i < FAKE_THREADS; i++) {
		const struct event *event = last_event(&f, i + 1);

		assert_string_equal(event->name, names[i]);
		assert_int_equal(event->thread.process, 1);
		assert_int_equal(event->thread.tid, 100 + i);
		assert_true(event->thread.ident == f.threading.states[i].ident);
	}
	for (int i = 0; i < 100; i++)
		pass_round(&f);
	assert_int_equal(f.event_count, 2 * FAKE_THREADS);
	close_fixture(&f);
}

static void the_main_thread_stays_the_main_one(void **state)
{
	const struct qa_layout *layout;
	struct fixture f;

	(void)state;
	open_fixture(&f);
	layout = &f.python.layout;
	f.threading.states[1].native_id = (uint64_t)getpid();
	fake_put_u64(f.target,
		f.threading.states[1].address + (uint64_t)layout->thread.native_thread_id,
		(uint64_t)getpid());
	pass_round(&f);
	assert_string_equal(last_event(&f, 2)->name, "worker 1");
	for (uint32_t i = 0; i < FAKE_THREADS; i++)
		assert_int_equal(last_event(&f, i + 1)->thread.is_main, i == 1);
	close_fixture(&f);
}

/* In the rounds 0, 1, 3, 7 and so on, and then no more. */
static void names_are_looked_up_at_growing_intervals(void **state)
{
	struct fixture f;
	unsigned looks = 0;
	uint32_t next = 0;

	(void)state;
	open_fixture(&f);
	f.roster.count = 1;
	for (uint32_t round = 0; round < 10000; round++) {
		assert_int_equal(qa_threads_update(&f.threads, &f.roster), 0);
		f.target->calls = 0;
		assert_int_equal(qa_threads_look_up_names(&f.threads), 0);
		assert_int_equal(f.target->calls > 0, round == next && looks < 12);
		if (round == next)
			next += 1u << looks++;
	}
	assert_in_range(looks, 13, 20);
	close_fixture(&f);
}

static void a_name_may_come_late_and_change(void **state)
{
	struct fixture f;
	uint64_t ident;

	(void)state;
	open_fixture(&f);
	fake_rename(&f.threading, 1, 0);
	ident = f.threading.states[1].ident;
	pass_round(&f);
	pass_round(&f);
	assert_string_equal(last_event(&f, 2)->name, "");
	fake_rename(&f.threading, 1, fake_text(&f.threading.heap, "late"));
	for (int i = 0; i < 10; i++)
		pass_round(&f);
	assert_string_equal(last_event(&f, 2)->name, "late");
	fake_rename(&f.threading, 1, fake_text(&f.threading.heap, "later"));
	for (int i = 0; i < 20; i++)
		pass_round(&f);
	assert_string_equal(last_event(&f, 2)->name, "later");
	assert_true(last_event(&f, 2)->thread.ident == ident);
	close_fixture(&f);
}

/* Another thread has taken the place of the one that is on the list. */
static void the_name_of_a_successor_is_not_taken(void **state)
{
	struct fixture f;
	const struct qa_layout *layout;

	(void)state;
	open_fixture(&f);
	layout = &f.python.layout;
	assert_int_equal(qa_threads_update(&f.threads, &f.roster), 0);
	fake_put_u64(f.target,
		f.threading.states[0].address + (uint64_t)layout->thread.native_thread_id, 999);
	fake_put_u64(
		f.target, f.threading.states[1].address + (uint64_t)layout->thread.thread_id, 999);
	assert_int_equal(qa_threads_look_up_names(&f.threads), 0);
	assert_string_equal(last_event(&f, 1)->name, "");
	assert_string_equal(last_event(&f, 2)->name, "");
	assert_string_equal(last_event(&f, 3)->name, "worker 2");
	close_fixture(&f);
}

/* However many there are, each has had its turn after a few rounds, new ones before old ones. */
static void many_threads_take_a_few_rounds(void **state)
{
	enum { MANY = 400 };
	struct qa_thread_state many[MANY];
	struct fixture f;
	size_t looked_up = 0;
	int rounds = 0;

	(void)state;
	open_fixture(&f);
	f.consumer.thread = NULL;
	for (uint64_t i = 0; i < MANY; i++) {
		many[i] = f.threading.states[0];
		many[i].ident += i;
	}
	f.roster.threads = many;
	f.roster.count = MANY;
	while (looked_up < MANY && rounds < 100) {
		pass_round(&f);
		rounds++;
		looked_up = 0;
		for (size_t i = 0; i < f.threads.count; i++)
			looked_up += f.threads.list[i]->looks > 0;
	}
	assert_in_range(rounds, 2, 8);
	close_fixture(&f);
}

static void tells_the_end_of_the_process(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	assert_int_equal(qa_threads_update(&f.threads, &f.roster), 0);
	f.target->gone = true;
	assert_int_equal(qa_threads_look_up_names(&f.threads), -ESRCH);
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_is_announced_again_when_its_name_is_known),
		cmocka_unit_test(the_main_thread_stays_the_main_one),
		cmocka_unit_test(names_are_looked_up_at_growing_intervals),
		cmocka_unit_test(a_name_may_come_late_and_change),
		cmocka_unit_test(the_name_of_a_successor_is_not_taken),
		cmocka_unit_test(many_threads_take_a_few_rounds),
		cmocka_unit_test(tells_the_end_of_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
