#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>

#include "cpython/roster.h"
#include "fake_target.h"

enum { THREAD = 0x100000, INTERPRETER = 0x400000, GIL = 0x4f0000 };

static const uint32_t versions[] = {
#if defined(__x86_64__)
	0x030703f0, /* has a row only there */
#endif
	0x03060ff0, 0x030710f0, 0x030812f0, 0x030912f0, 0x030a0df0, 0x030b07f0, 0x030c01f0,
	0x030d00f0, 0x030e0af0, 0x030f02f0, FAKE_FREE_THREADED | 0x030d05f0,
	FAKE_FREE_THREADED | 0x030e0af0, FAKE_FREE_THREADED | 0x030f02f0};

#define FOR_EACH_VERSION(v) for (size_t v = 0; v < sizeof(versions) / sizeof(*versions); v++)

static void put_field(struct fake_target *target, uint64_t base, int32_t offset, uint64_t value)
{
	if (offset != QA_ABSENT)
		fake_put_u64(target, base + (uint64_t)offset, value);
}

struct fixture {
	struct fake_target *target;
	struct qa_python python;
};

static void open_fixture(struct fixture *f, uint32_t version)
{
	*f = (struct fixture){.target = fake_target_new()};
	fake_python(f->target, version, &f->python);
}

static void close_fixture(struct fixture *f)
{
	free(f->target);
}

static void put_interpreter(
	struct fixture *f, uint64_t interpreter, uint64_t next, uint64_t id, uint64_t threads)
{
	const struct qa_layout *layout = &f->python.layout;

	put_field(f->target, interpreter, layout->interpreter.next, next);
	put_field(f->target, interpreter, layout->interpreter.id, id);
	put_field(f->target, interpreter, layout->interpreter.threads_head, threads);
	put_field(f->target, interpreter, layout->interpreter.gil, GIL);
	put_field(f->target, interpreter, layout->interpreter.gc_collecting, 0);
}

static void put_thread_state(struct fixture *f, uint64_t thread, uint64_t interpreter,
	uint64_t next, uint64_t ident, uint64_t native)
{
	const struct qa_layout *layout = &f->python.layout;

	put_field(f->target, thread, layout->thread.interpreter, interpreter);
	put_field(f->target, thread, layout->thread.next, next);
	put_field(f->target, thread, layout->thread.thread_id, ident);
	put_field(f->target, thread, layout->thread.native_thread_id, native);
}

/* What the states of a thread are called in free-threaded builds: Include/internal/pycore_pystate.h
 */
enum { DETACHED = 0, ATTACHED, SUSPENDED, SHUTTING_DOWN, SUSPENDED_WAITING, DETACHED_WAITING };

static void put_state(struct fixture *f, uint64_t thread, uint32_t state)
{
	fake_put_u32(f->target, thread + (uint64_t)f->python.layout.thread.state, state);
}

static void give_gil(struct fixture *f, uint64_t thread)
{
	const struct qa_layout *layout = &f->python.layout;

	if (layout->free_threaded) {
		put_state(f, THREAD, thread == THREAD ? ATTACHED : DETACHED);
		put_state(f, THREAD + 0x2000, thread == THREAD + 0x2000 ? ATTACHED : DETACHED);
		return;
	}
	if (f->python.gil_holder) {
		fake_put_u64(f->target, f->python.gil_holder, thread);
		return;
	}
	fake_put_u64(f->target, GIL + (uint64_t)layout->gil.last_holder, thread);
	fake_put_u32(f->target, GIL + (uint64_t)layout->gil.locked, thread != 0);
}

static void put_world(struct fixture *f)
{
	const struct qa_layout *layout = &f->python.layout;

	put_field(f->target, FAKE_RUNTIME, layout->runtime.interpreters_head, INTERPRETER);
	put_field(f->target, FAKE_RUNTIME, layout->runtime.gc_collecting, 0);
	put_interpreter(f, INTERPRETER, INTERPRETER + 0x10000, 1, THREAD);
	put_interpreter(f, INTERPRETER + 0x10000, 0, 0, THREAD + 0x2000);
	put_thread_state(f, THREAD, INTERPRETER, THREAD + 0x1000, 0x7001, 501);
	put_thread_state(f, THREAD + 0x1000, INTERPRETER, 0, 0, 0); /* made, but not running yet */
	put_thread_state(f, THREAD + 0x2000, INTERPRETER + 0x10000, 0, 0x7002, 502);
	give_gil(f, THREAD + 0x2000);
}

static void the_roster_names_all_threads_of_all_interpreters(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		struct qa_roster roster;
		bool has_ids; /* 3.6 has none: they count from the newest */

		open_fixture(&f, versions[v]);
		has_ids = f.python.layout.interpreter.id != QA_ABSENT;
		put_world(&f);
		qa_roster_init(&roster, &f.python);
		assert_int_equal(qa_roster_read(&roster, &f.python), 0);
		assert_int_equal(roster.count, 2);
		assert_int_equal(roster.threads[0].address, THREAD);
		assert_int_equal(roster.threads[0].ident, 0x7001);
		assert_int_equal(roster.threads[0].interpreter, has_ids ? 1 : 0);
		assert_false(roster.threads[0].holds_gil);
		assert_int_equal(roster.threads[1].address, THREAD + 0x2000);
		assert_int_equal(roster.threads[1].interpreter, has_ids ? 0 : 1);
		assert_true(roster.threads[1].holds_gil);
		give_gil(&f, 0);
		assert_int_equal(qa_roster_read(&roster, &f.python), 0);
		assert_false(roster.threads[1].holds_gil);
		qa_roster_free(&roster);
		close_fixture(&f);
	}
}

/* One interpreter with the threads 0 to 2, that collects garbage. */
/* It is learnt by that copy what to bring next time. */
static void another_copy_can_bring_the_roster(void **state)
{
	struct qa_snapshot copy;
	struct qa_roster roster;
	struct fixture f;

	(void)state;
	open_fixture(&f, versions[0]);
	put_world(&f);
	qa_roster_init(&roster, &f.python);
	qa_snapshot_init(&copy, &f.target->base);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(qa_snapshot_take(&copy), 0);
		f.target->calls = 0;
		assert_int_equal(qa_roster_read_from(&roster, &f.python, &copy), 0);
		assert_int_equal(roster.count, 2);
		assert_true(roster.threads[1].holds_gil);
	}
	assert_int_equal(f.target->calls, 0);
	qa_snapshot_free(&copy);
	qa_roster_free(&roster);
	close_fixture(&f);
}

static void put_threads(struct fixture *f, const uint32_t *states)
{
	const struct qa_layout *layout = &f->python.layout;

	put_field(f->target, FAKE_RUNTIME, layout->runtime.interpreters_head, INTERPRETER);
	put_interpreter(f, INTERPRETER, 0, 0, THREAD);
	fake_put_u32(f->target, INTERPRETER + (uint64_t)layout->interpreter.gc_collecting, 1);
	for (uint64_t i = 0; i < 3; i++) {
		put_thread_state(f, THREAD + i * 0x1000, INTERPRETER,
			i < 2 ? THREAD + (i + 1) * 0x1000 : 0, 0x7001 + i, 501 + i);
		put_state(f, THREAD + i * 0x1000, states[i]);
	}
}

static void free_threads_run_while_they_are_attached(void **state)
{
	static const uint32_t worlds[][3] = {{ATTACHED, ATTACHED, DETACHED},
		{DETACHED, SUSPENDED, ATTACHED}, {SUSPENDED, SHUTTING_DOWN, SUSPENDED_WAITING},
		{DETACHED_WAITING, ATTACHED, ATTACHED}};

	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		struct qa_roster roster;

		open_fixture(&f, versions[v]);
		qa_roster_init(&roster, &f.python);
		for (size_t w = 0; w < 4 && f.python.layout.free_threaded; w++) {
			size_t attached = 0;

			put_threads(&f, worlds[w]);
			assert_int_equal(qa_roster_read(&roster, &f.python), 0);
			assert_int_equal(roster.count, 3);
			for (size_t i = 0; i < 3; i++)
				attached += worlds[w][i] == ATTACHED;
			for (size_t i = 0; i < 3; i++) {
				bool runs = worlds[w][i] == ATTACHED;

				assert_int_equal(roster.threads[i].runs, runs);
				assert_int_equal(roster.threads[i].holds_gil, runs);
				/* Who collects is certain only if one runs. */
				assert_int_equal(
					roster.threads[i].collecting, runs && attached == 1);
			}
		}
		qa_roster_free(&roster);
		close_fixture(&f);
	}
}

/* Half of its ids would make two threads of it: one without the other id, and one with both. */
static void a_thread_that_does_not_know_its_ids_yet_is_left_out(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		struct qa_roster roster;

		open_fixture(&f, versions[v]);
		put_world(&f);
		put_field(f.target, THREAD, f.python.layout.thread.native_thread_id, 0);
		qa_roster_init(&roster, &f.python);
		assert_int_equal(qa_roster_read(&roster, &f.python), 0);
		assert_int_equal(
			roster.count, f.python.layout.thread.native_thread_id == QA_ABSENT ? 2 : 1);
		qa_roster_free(&roster);
		close_fixture(&f);
	}
}

static void a_torn_roster_is_noticed(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		struct qa_roster roster;
		const struct qa_layout *layout = &f.python.layout;

		open_fixture(&f, versions[v]);
		put_world(&f);
		qa_roster_init(&roster, &f.python);
		put_field(f.target, THREAD, layout->thread.interpreter,
			0x123); /* freed and used for something else */
		assert_int_equal(qa_roster_read(&roster, &f.python), -EAGAIN);
		put_world(&f);
		put_field(f.target, THREAD, layout->thread.next, THREAD); /* a circle */
		assert_int_equal(qa_roster_read(&roster, &f.python), -EAGAIN);
		put_world(&f);
		put_field(f.target, INTERPRETER, layout->interpreter.next, INTERPRETER);
		assert_int_equal(qa_roster_read(&roster, &f.python), -EAGAIN);
		put_world(&f);
		put_field(f.target, INTERPRETER, layout->interpreter.threads_head, 0xdead0000);
		assert_int_equal(qa_roster_read(&roster, &f.python), -EAGAIN);
		put_world(&f);
		assert_int_equal(qa_roster_read(&roster, &f.python), 0);
		qa_roster_free(&roster);
		close_fixture(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_roster_names_all_threads_of_all_interpreters),
		cmocka_unit_test(another_copy_can_bring_the_roster),
		cmocka_unit_test(free_threads_run_while_they_are_attached),
		cmocka_unit_test(a_thread_that_does_not_know_its_ids_yet_is_left_out),
		cmocka_unit_test(a_torn_roster_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
