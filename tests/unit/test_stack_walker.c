#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpython/roster.h"
#include "cpython/stack_walker.h"
#include "fake_target.h"

enum {
	THREAD = 0x100000,
	FRAMES = 0x200000,
	BOTTOM = 0x2f0000,
	CODE = 0x300000,
	INTERPRETER = 0x400000,
	GIL = 0x4f0000
};

static const uint32_t versions[] = {
#if defined(__x86_64__)
	0x030703f0, /* has a row only there */
#endif
	0x03060ff0, 0x030710f0, 0x030812f0, 0x030912f0, 0x030a0df0, 0x030b07f0, 0x030c01f0,
	0x030d00f0, 0x030e0af0, 0x030f02f0};

#define FOR_EACH_VERSION(v) for (size_t v = 0; v < sizeof(versions) / sizeof(*versions); v++)

static void put_field(struct fake_target *target, uint64_t base, int32_t offset, uint64_t value)
{
	if (offset != QA_ABSENT)
		fake_put_u64(target, base + (uint64_t)offset, value);
}

/* A frame in the middle of its code, 10 bytes from its start; the code's address is tagged where
 * the version has tags. */
static void put_frame(struct fake_target *target, const struct qa_layout *layout, uint64_t frame,
	uint64_t code, uint64_t previous)
{
	put_field(target, frame, layout->frame.previous, previous);
	put_field(target, frame, layout->frame.code, code | (~layout->frame.code_mask & 1));
	if (layout->frame.position_kind == QA_POSITION_POINTER)
		put_field(target, frame, layout->frame.position,
			code + (uint64_t)layout->code.bytecode + 10);
	else
		fake_put_u32(target, frame + (uint64_t)layout->frame.position,
			layout->frame.position_kind == QA_POSITION_LASTI_UNITS ? 5 : 10);
	if (layout->frame.owner != QA_ABSENT)
		fake_put(target, frame + (uint64_t)layout->frame.owner, "\0", 1);
}

static void put_thread(struct fake_target *target, const struct qa_layout *layout, uint64_t frame)
{
	enum { CFRAME = 0x180000 };

	if (layout->thread.cframe_frame != QA_ABSENT) {
		put_field(target, CFRAME, layout->thread.cframe_frame, frame);
		frame = CFRAME;
	}
	put_field(target, THREAD, layout->thread.frame, frame);
}

static void put_owner(
	struct fake_target *target, const struct qa_layout *layout, uint64_t frame, int32_t owner)
{
	unsigned char byte = (unsigned char)owner;

	fake_put(target, frame + (uint64_t)layout->frame.owner, &byte, 1);
}

/* What the version has below all frames: the frame of an entry from C, or nothing. */
static uint64_t put_bottom(struct fake_target *target, const struct qa_layout *layout)
{
	if (layout->frame.first_codeless_owner == QA_ABSENT)
		return 0;
	put_field(target, BOTTOM, layout->frame.previous, 0);
	put_field(target, BOTTOM, layout->frame.code, 0xdead);
	put_owner(target, layout, BOTTOM, layout->frame.first_codeless_owner);
	put_field(target, THREAD, layout->thread.base_frame, BOTTOM);
	return BOTTOM;
}

/* Frames 0 (innermost) to depth - 1, 256 bytes apart, of codes 4096 bytes apart. */
static void put_stack(struct fake_target *target, const struct qa_layout *layout, size_t depth)
{
	uint64_t bottom = put_bottom(target, layout);

	put_thread(target, layout, depth ? FRAMES : bottom);
	for (size_t i = 0; i < depth; i++)
		put_frame(target, layout, FRAMES + i * 256, CODE + i * 4096,
			i + 1 < depth ? FRAMES + (i + 1) * 256 : bottom);
}

struct fixture {
	struct fake_target *target;
	struct qa_python python;
	struct qa_snapshot snapshot;
	struct qa_stack stack;
};

static void open_fixture(struct fixture *f, uint32_t version)
{
	*f = (struct fixture){.target = fake_target_new()};
	fake_python(f->target, version, &f->python);
	qa_snapshot_init(&f->snapshot, &f->target->base);
}

static void close_fixture(struct fixture *f)
{
	qa_stack_free(&f->stack);
	qa_snapshot_free(&f->snapshot);
	free(f->target);
}

static int walk(struct fixture *f)
{
	qa_snapshot_take(&f->snapshot);
	return qa_stack_walk(&f->snapshot, &f->python, THREAD, &f->stack);
}

static void walks_from_the_innermost_frame(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;

		open_fixture(&f, versions[v]);
		put_stack(f.target, &f.python.layout, 40);
		assert_int_equal(walk(&f), 0);
		assert_int_equal(f.stack.count, 40);
		for (size_t i = 0; i < 40; i++) {
			assert_int_equal(f.stack.frames[i].address, FRAMES + i * 256);
			assert_int_equal(f.stack.frames[i].code, CODE + i * 4096);
			assert_int_equal(f.stack.frames[i].instruction, 10);
		}
		close_fixture(&f);
	}
}

static void takes_a_known_stack_in_one_call(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;

		open_fixture(&f, versions[v]);
		put_stack(f.target, &f.python.layout, 40);
		assert_int_equal(walk(&f), 0);
		f.target->calls = 0;
		assert_int_equal(walk(&f), 0);
		assert_int_equal(f.target->calls, 1);
		close_fixture(&f);
	}
}

static void an_empty_stack_is_a_stack(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;

		open_fixture(&f, versions[v]);
		put_stack(f.target, &f.python.layout, 0);
		assert_int_equal(walk(&f), 0);
		assert_int_equal(f.stack.count, 0);
		close_fixture(&f);
	}
}

static void entries_from_c_are_left_out(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;

		open_fixture(&f, versions[v]);
		put_stack(f.target, &f.python.layout, 3);
		if (f.python.layout.frame.first_codeless_owner != QA_ABSENT) {
			put_owner(f.target, &f.python.layout, FRAMES + 256,
				f.python.layout.frame.first_codeless_owner);
			put_field(f.target, FRAMES + 256, f.python.layout.frame.code, 0xdead);
			assert_int_equal(walk(&f), 0);
			assert_int_equal(f.stack.count, 2);
			assert_int_equal(f.stack.frames[1].code, CODE + 2 * 4096);
		}
		close_fixture(&f);
	}
}

/* From 3.12 on each stack ends in an entry from C, from 3.15 on in one certain frame. */
static void a_stack_that_ends_elsewhere_is_torn(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		const struct qa_layout *layout = &f.python.layout;

		open_fixture(&f, versions[v]);
		put_stack(f.target, layout, 3);
		put_field(f.target, FRAMES + 256, layout->frame.previous, 0);
		assert_int_equal(
			walk(&f), layout->frame.first_codeless_owner == QA_ABSENT ? 0 : -EAGAIN);
		put_stack(f.target, layout, 3);
		put_field(f.target, THREAD, layout->thread.base_frame, BOTTOM + 256);
		assert_int_equal(walk(&f), layout->thread.base_frame == QA_ABSENT ? 0 : -EAGAIN);
		put_stack(f.target, layout, 0);
		put_field(f.target, THREAD, layout->thread.base_frame, BOTTOM + 256);
		assert_int_equal(walk(&f), layout->thread.base_frame == QA_ABSENT ? 0 : -EAGAIN);
		close_fixture(&f);
	}
}

/* 3.11: a stack may end in a generator's frame, if the generator runs. */
static void a_generator_that_does_not_run_is_torn(void **state)
{
	enum { GENERATOR = 1, VERSION = 0x030b07f0, LAST = FRAMES + 512 };
	static const signed char states[] = {-2, -1, 1, 4};
	struct fixture f;
	const struct qa_layout *layout = &f.python.layout;
	uint64_t state_at;

	(void)state;
	open_fixture(&f, VERSION);
	put_stack(f.target, layout, 3);
	put_owner(f.target, layout, LAST, GENERATOR);
	state_at = LAST - (uint64_t)layout->generator.frame + (uint64_t)layout->generator.state;
	fake_put(f.target, state_at, "\0", 1);
	assert_int_equal(walk(&f), 0);
	for (size_t i = 0; i < sizeof(states); i++) {
		fake_put(f.target, state_at, &states[i], 1);
		assert_int_equal(walk(&f), -EAGAIN);
	}
	put_owner(f.target, layout, LAST, 0);
	assert_int_equal(walk(&f), 0);
	close_fixture(&f);
}

static void a_circle_is_torn(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;

		open_fixture(&f, versions[v]);
		put_stack(f.target, &f.python.layout, 3);
		put_field(f.target, FRAMES + 512, f.python.layout.frame.previous, FRAMES);
		assert_int_equal(walk(&f), -EAGAIN);
		close_fixture(&f);
	}
}

static void links_into_nowhere_are_torn(void **state)
{
	static const uint64_t nowhere[] = {0x1, 0xdead0000, UINT64_MAX, UINT64_MAX - 100};

	(void)state;
	FOR_EACH_VERSION(v)
	{
		for (size_t i = 0; i < sizeof(nowhere) / sizeof(*nowhere); i++) {
			struct fixture f;

			open_fixture(&f, versions[v]);
			put_stack(f.target, &f.python.layout, 3);
			put_field(
				f.target, FRAMES + 512, f.python.layout.frame.previous, nowhere[i]);
			assert_int_equal(walk(&f), -EAGAIN);
			put_thread(f.target, &f.python.layout, nowhere[i]);
			assert_int_equal(walk(&f), -EAGAIN);
			close_fixture(&f);
		}
	}
}

static void a_position_outside_the_code_is_torn(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;

		open_fixture(&f, versions[v]);
		put_stack(f.target, &f.python.layout, 3);
		if (f.python.layout.frame.position_kind == QA_POSITION_POINTER) {
			put_field(f.target, FRAMES + 256, f.python.layout.frame.position,
				CODE - 1000000);
			assert_int_equal(walk(&f), -EAGAIN);
		}
		close_fixture(&f);
	}
}

static void a_frame_not_begun_is_before_its_code(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		const struct qa_layout *layout = &f.python.layout;

		open_fixture(&f, versions[v]);
		put_stack(f.target, layout, 1);
		if (layout->frame.position_kind == QA_POSITION_POINTER)
			put_field(f.target, FRAMES, layout->frame.position,
				CODE + (uint64_t)layout->code.bytecode - 2);
		else
			fake_put_u32(
				f.target, FRAMES + (uint64_t)layout->frame.position, UINT32_MAX);
		assert_int_equal(walk(&f), 0);
		assert_int_equal(f.stack.frames[0].instruction, -1);
		close_fixture(&f);
	}
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

static void give_gil(struct fixture *f, uint64_t thread)
{
	const struct qa_layout *layout = &f->python.layout;

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

		open_fixture(&f, versions[v]);
		put_world(&f);
		qa_roster_init(&roster, &f.python);
		assert_int_equal(qa_roster_read(&roster, &f.python), 0);
		assert_int_equal(roster.count, 2);
		assert_int_equal(roster.threads[0].address, THREAD);
		assert_int_equal(roster.threads[0].ident, 0x7001);
		assert_int_equal(roster.threads[0].interpreter,
			f.python.layout.interpreter.id == QA_ABSENT ? 0 : 1);
		assert_false(roster.threads[0].holds_gil);
		assert_int_equal(roster.threads[1].address, THREAD + 0x2000);
		assert_int_equal(roster.threads[1].interpreter, 0);
		assert_true(roster.threads[1].holds_gil);
		give_gil(&f, 0);
		assert_int_equal(qa_roster_read(&roster, &f.python), 0);
		assert_false(roster.threads[1].holds_gil);
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
		cmocka_unit_test(walks_from_the_innermost_frame),
		cmocka_unit_test(takes_a_known_stack_in_one_call),
		cmocka_unit_test(an_empty_stack_is_a_stack),
		cmocka_unit_test(entries_from_c_are_left_out),
		cmocka_unit_test(a_stack_that_ends_elsewhere_is_torn),
		cmocka_unit_test(a_generator_that_does_not_run_is_torn),
		cmocka_unit_test(a_circle_is_torn),
		cmocka_unit_test(links_into_nowhere_are_torn),
		cmocka_unit_test(a_position_outside_the_code_is_torn),
		cmocka_unit_test(a_frame_not_begun_is_before_its_code),
		cmocka_unit_test(the_roster_names_all_threads_of_all_interpreters),
		cmocka_unit_test(a_torn_roster_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
