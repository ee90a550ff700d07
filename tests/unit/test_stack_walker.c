#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpython/stack_walker.h"
#include "fake_target.h"

enum {
	THREAD = 0x100000,
	FRAMES = 0x200000,
	BOTTOM = 0x2f0000,
	CODE = 0x300000,
	CODE_UNITS = 20,
	COPIES = 0x3f0000,
};

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

/* How long it is and, in versions with copies, the array of them with nothing but the original. */
static void put_bytecode(struct fake_target *target, const struct qa_layout *layout, uint64_t code)
{
	enum { ARRAY = 2048 };

	put_field(target, code, layout->object.bytes_size, CODE_UNITS);
	if (layout->code.copies == QA_ABSENT)
		return;
	put_field(target, code, layout->code.copies, code + ARRAY);
	put_field(target, code + ARRAY, layout->copies.count, 1);
	put_field(
		target, code + ARRAY, layout->copies.first, code + (uint64_t)layout->code.bytecode);
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
	put_bytecode(target, layout, code);
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

/* The array of `count` copies of the innermost code's bytecode, and a frame 10 bytes into the one
 * with that index. */
static void put_copies(struct fixture *f, uint64_t count, uint32_t index, bool put_entry)
{
	const struct qa_layout *layout = &f->python.layout;
	uint64_t entries = COPIES + (uint64_t)layout->copies.first;
	uint64_t copy = COPIES + 0x1000 + index * 0x100;

	put_field(f->target, CODE, layout->code.copies, COPIES);
	put_field(f->target, COPIES, layout->copies.count, count);
	fake_put_u64(f->target, entries, CODE + (uint64_t)layout->code.bytecode);
	fake_put_u64(f->target, entries + (uint64_t)index * 8, put_entry ? copy : 0);
	fake_put_u32(f->target, FRAMES + (uint64_t)layout->frame.bytecode_index, index);
	put_field(f->target, FRAMES, layout->frame.position, copy + 10);
}

#define FOR_EACH_VERSION_WITH_COPIES(v)                                                            \
	FOR_EACH_VERSION(v)                                                                        \
	if (qa_layout_row(versions[v] & ~FAKE_FREE_THREADED, versions[v] & FAKE_FREE_THREADED)     \
			->code.copies != QA_ABSENT)

static void walk_and_expect(struct fixture *f, int32_t instruction)
{
	assert_int_equal(walk(f), 0);
	assert_int_equal(f->stack.count, 2);
	assert_int_equal(f->stack.frames[0].code, CODE);
	assert_int_equal(f->stack.frames[0].instruction, instruction);
	assert_int_equal(f->stack.frames[1].instruction, 10);
}

static void a_position_is_found_in_the_frames_copy_of_the_bytecode(void **state)
{
	unsigned tried = 0;

	(void)state;
	FOR_EACH_VERSION_WITH_COPIES(v)
	{
		struct fixture f;
		const struct qa_layout *layout;

		open_fixture(&f, versions[v]);
		layout = &f.python.layout;
		put_stack(f.target, layout, 2);
		put_copies(&f, 4, 3, true);
		walk_and_expect(&f, 10);
		put_copies(&f, 1000, 999, true);
		walk_and_expect(&f, 10);
		/* The frame names a copy already, but is in the code's own bytecode still. */
		put_field(f.target, FRAMES, layout->frame.position,
			CODE + (uint64_t)layout->code.bytecode + 12);
		walk_and_expect(&f, 12);
		tried++;
		close_fixture(&f);
	}
	assert_int_equal(tried, 2);
}

/* Better no line than a wrong one. */
static void without_its_copy_a_position_is_unknown(void **state)
{
	(void)state;
	FOR_EACH_VERSION_WITH_COPIES(v)
	{
		struct fixture f;
		const struct qa_layout *layout;

		open_fixture(&f, versions[v]);
		layout = &f.python.layout;
		put_stack(f.target, layout, 2);
		put_copies(&f, 4, 4, true); /* beyond the array */
		walk_and_expect(&f, QA_INSTRUCTION_UNKNOWN);
		put_copies(&f, 4, UINT32_MAX, true);
		walk_and_expect(&f, QA_INSTRUCTION_UNKNOWN);
		put_copies(&f, 4, 3, false); /* not made */
		walk_and_expect(&f, QA_INSTRUCTION_UNKNOWN);
		put_copies(&f, 4, 3, true); /* the array of another code object */
		fake_put_u64(f.target, COPIES + (uint64_t)layout->copies.first, CODE);
		walk_and_expect(&f, QA_INSTRUCTION_UNKNOWN);
		put_copies(&f, 4, 3, true);
		put_field(f.target, CODE, layout->code.copies, 0xdead0000);
		walk_and_expect(&f, QA_INSTRUCTION_UNKNOWN);
		put_copies(&f, 4, 3, true);
		put_field(f.target, CODE, layout->object.bytes_size, UINT64_MAX);
		walk_and_expect(&f, QA_INSTRUCTION_UNKNOWN);
		close_fixture(&f);
	}
}

static void a_position_outside_its_copy_is_torn(void **state)
{
	(void)state;
	FOR_EACH_VERSION_WITH_COPIES(v)
	{
		static const uint64_t outside[] = {
			0x1300 - 2, 0x1300 + CODE_UNITS * UINT64_C(2), 0x1200};

		for (size_t i = 0; i < sizeof(outside) / sizeof(*outside); i++) {
			struct fixture f;

			open_fixture(&f, versions[v]);
			put_stack(f.target, &f.python.layout, 2);
			put_copies(&f, 4, 3, true);
			put_field(f.target, FRAMES, f.python.layout.frame.position,
				COPIES + outside[i]);
			assert_int_equal(walk(&f), -EAGAIN);
			close_fixture(&f);
		}
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
		cmocka_unit_test(a_position_is_found_in_the_frames_copy_of_the_bytecode),
		cmocka_unit_test(without_its_copy_a_position_is_unknown),
		cmocka_unit_test(a_position_outside_its_copy_is_torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
