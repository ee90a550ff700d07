#include "cpython/stack_walker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/buf.h"

enum { FRAME_HEAD_MAX = 160, POINTER_SIZE = 8, BYTECODE_MAX = 1 << 28, UNIT = 2 };

void qa_stack_free(struct qa_stack *stack)
{
	free(stack->frames);
	*stack = (struct qa_stack){0};
}

static uint64_t pointer_in(const unsigned char *head, int32_t offset)
{
	uint64_t value;

	memcpy(&value, head + offset, sizeof(value));
	return value;
}

/* How much of a frame we need: up to the last of the fields that we read. */
static size_t head_size(const struct qa_layout *layout)
{
	const int32_t fields[] = {layout->frame.previous, layout->frame.code,
		layout->frame.position, layout->frame.bytecode_index};
	size_t end = layout->frame.owner == QA_ABSENT ? 0 : (size_t)layout->frame.owner + 1;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (fields[i] != QA_ABSENT && (size_t)fields[i] + POINTER_SIZE > end)
			end = (size_t)fields[i] + POINTER_SIZE;
	return end;
}

/* False: the position does not lie in the code object's own bytecode. */
static bool find_in_code(const struct qa_layout *layout, const unsigned char *head, uint64_t code,
	int32_t *instruction)
{
	uint64_t at = pointer_in(head, layout->frame.position);
	int64_t bytes;

	if (layout->frame.position_kind == QA_POSITION_POINTER)
		bytes = (int64_t)(at - code - (uint64_t)layout->code.bytecode);
	else
		bytes = (int64_t)(int32_t)(uint32_t)at *
			(layout->frame.position_kind == QA_POSITION_LASTI_UNITS ? UNIT : 1);
	if (bytes < -UNIT || bytes > BYTECODE_MAX)
		return false;
	*instruction = bytes < 0 ? -1 : (int32_t)bytes;
	return true;
}

static bool has_copies(const struct qa_layout *layout)
{
	return layout->frame.bytecode_index != QA_ABSENT;
}

/* Where there may be copies of the bytecode, the instruction is found only when the walk is done.
 */
static bool find_instruction(const struct qa_layout *layout, const unsigned char *head,
	uint64_t code, int32_t *instruction)
{
	*instruction = QA_INSTRUCTION_UNKNOWN;
	return has_copies(layout) || find_in_code(layout, head, code, instruction);
}

static bool has_code(const struct qa_layout *layout, const unsigned char *head)
{
	return layout->frame.first_codeless_owner == QA_ABSENT ||
	       head[layout->frame.owner] < layout->frame.first_codeless_owner;
}

static int add_frame(struct qa_stack *stack, const struct qa_layout *layout, uint64_t address,
	const unsigned char *head)
{
	struct qa_stack_frame frame = {.address = address,
		.code = pointer_in(head, layout->frame.code) & layout->frame.code_mask};
	int rc = 0;

	if (!has_code(layout, head))
		return 0;
	if (frame.code == 0 || !find_instruction(layout, head, frame.code, &frame.instruction))
		return -EAGAIN;
	if (stack->count == stack->room)
		rc = QA_GROW(stack->frames, stack->room, stack->count + 1);
	if (!rc)
		stack->frames[stack->count++] = frame;
	return rc;
}

struct walk {
	struct qa_snapshot *snapshot;
	size_t head_size;
	unsigned char room[FRAME_HEAD_MAX]; /* for a head on two pages */
};

/* The beginning of a frame, until the next one is asked for; NULL with *rc set if it cannot be had.
 */
static inline const unsigned char *head_at(struct walk *walk, uint64_t frame, int *rc)
{
	if (frame % QA_PAGE_SIZE <= QA_PAGE_SIZE - walk->head_size)
		return qa_snapshot_part(walk->snapshot, frame, walk->head_size, rc);
	*rc = qa_snapshot_read(walk->snapshot, frame, walk->room, walk->head_size);
	return *rc ? NULL : walk->room;
}

/* The innermost frame, which 3.11 and 3.12 reach through a _PyCFrame. */
static int first_frame(struct qa_snapshot *snapshot, const struct qa_layout *layout,
	uint64_t thread_state, uint64_t *frame)
{
	int rc = qa_snapshot_read(
		snapshot, thread_state + (uint64_t)layout->thread.frame, frame, sizeof(*frame));

	if (!rc && layout->thread.cframe_frame != QA_ABSENT && *frame)
		rc = qa_snapshot_read(snapshot, *frame + (uint64_t)layout->thread.cframe_frame,
			frame, sizeof(*frame));
	return rc;
}

/* 3.11: a generator that does not run has no caller, but for a moment it can seem to be one. */
static int check_runs(
	struct qa_snapshot *snapshot, const struct qa_layout *layout, uint64_t generator_frame)
{
	enum { EXECUTING = 0 }; /* FRAME_EXECUTING */
	uint64_t generator = generator_frame - (uint64_t)layout->generator.frame;
	signed char state;
	int rc = qa_snapshot_read(
		snapshot, generator + (uint64_t)layout->generator.state, &state, sizeof(state));

	return rc ? rc : state == EXECUTING ? 0 : -EAGAIN;
}

/*
 * While a function is called or a generator is left, the innermost frame can for some instructions
 * be one whose link is an old one, and the walk goes astray: it must end in the frame that every
 * stack ends in.
 */
static int check_end(struct qa_snapshot *snapshot, const struct qa_layout *layout,
	uint64_t thread_state, uint64_t last, const unsigned char *head)
{
	enum { GENERATOR = 1 }; /* FRAME_OWNED_BY_GENERATOR */
	uint64_t base;
	int rc = 0;

	if (layout->thread.base_frame != QA_ABSENT) {
		rc = qa_snapshot_read(snapshot, thread_state + (uint64_t)layout->thread.base_frame,
			&base, sizeof(base));
		if (!rc && base != last)
			rc = -EAGAIN;
	}
	if (rc || !last)
		return rc;
	if (layout->frame.first_codeless_owner != QA_ABSENT && has_code(layout, head))
		return -EAGAIN;
	if (layout->generator.state != QA_ABSENT && head[layout->frame.owner] == GENERATOR)
		return check_runs(snapshot, layout, last);
	return 0;
}

static int read_word(struct qa_snapshot *snapshot, uint64_t address, uint64_t *value)
{
	return qa_snapshot_read(snapshot, address, value, sizeof(*value));
}

/* The copy of the bytecode that a frame says it runs; -EFAULT: there is none. */
static int find_copy(struct qa_snapshot *snapshot, const struct qa_layout *layout, uint64_t code,
	uint32_t index, uint64_t *copy)
{
	uint64_t array, first, count = 0;
	int rc = read_word(snapshot, code + (uint64_t)layout->code.copies, &array);

	if (!rc)
		rc = read_word(snapshot, array + (uint64_t)layout->copies.count, &count);
	if (!rc)
		rc = read_word(snapshot, array + (uint64_t)layout->copies.first, &first);
	/* The first one is the code object's own: so we know that this is its array. */
	if (!rc && (first != code + (uint64_t)layout->code.bytecode || index >= count))
		rc = -EFAULT;
	if (!rc)
		rc = read_word(snapshot,
			array + (uint64_t)layout->copies.first + (uint64_t)index * POINTER_SIZE,
			copy);
	return rc || *copy ? rc : -EFAULT;
}

/*
 * A frame's position lies in the code object's own bytecode or in the copy that the frame names.
 * Their memory has nothing in common, so an instruction that lies in one of them is certain.
 * -EAGAIN: it lies in neither; the frame was changing. -EFAULT: the copies cannot be read.
 */
static int find_in_copies(struct qa_snapshot *snapshot, const struct qa_layout *layout,
	const unsigned char *head, uint64_t code, int32_t *instruction)
{
	uint64_t at = pointer_in(head, layout->frame.position);
	uint32_t index = (uint32_t)pointer_in(head, layout->frame.bytecode_index);
	uint64_t units, copy;
	int32_t found;
	int rc = read_word(snapshot, code + (uint64_t)layout->object.bytes_size, &units);

	if (rc || units > BYTECODE_MAX / UNIT)
		return rc ? rc : -EFAULT;
	if (find_in_code(layout, head, code, &found) && found < (int32_t)units * UNIT) {
		*instruction = found;
		return 0;
	}
	rc = find_copy(snapshot, layout, code, index, &copy);
	if (rc)
		return rc;
	if (at < copy || at - copy >= units * UNIT)
		return -EAGAIN;
	*instruction = (int32_t)(at - copy);
	return 0;
}

/* An instruction whose bytecode cannot be read stays unknown: better no line than a wrong one. */
static int find_instructions(
	struct qa_snapshot *snapshot, const struct qa_layout *layout, struct qa_stack *stack)
{
	const size_t size = head_size(layout);
	int rc = 0;

	for (size_t i = 0; i < stack->count && (!rc || rc == -EFAULT); i++) {
		struct qa_stack_frame *frame = &stack->frames[i];
		unsigned char head[FRAME_HEAD_MAX];

		rc = qa_snapshot_read(snapshot, frame->address, head, size);
		if (!rc)
			rc = find_in_copies(
				snapshot, layout, head, frame->code, &frame->instruction);
	}
	return rc == -EFAULT ? 0 : rc;
}

int qa_stack_walk(struct qa_snapshot *snapshot, const struct qa_python *python,
	uint64_t thread_state, struct qa_stack *stack)
{
	const struct qa_layout *layout = &python->layout;
	struct walk walk = {.snapshot = snapshot, .head_size = head_size(layout)};
	unsigned char last_head[FRAME_HEAD_MAX] = {0};
	const unsigned char *head = last_head;
	uint64_t frame, last = 0, mark = 0;
	int rc = walk.head_size <= sizeof(last_head)
			 ? first_frame(snapshot, layout, thread_state, &frame)
			 : -EINVAL;

	stack->count = 0;
	for (size_t steps = 0; !rc && frame; steps++) {
		if (steps == QA_STACK_DEPTH_MAX || frame == mark)
			return -EAGAIN; /* a circle */
		if ((steps & (steps - 1)) == 0)
			mark = frame; /* a circle comes back to one of these before long */
		head = head_at(&walk, frame, &rc);
		if (!rc)
			rc = add_frame(stack, layout, frame, head);
		if (rc)
			break;
		last = frame;
		frame = pointer_in(head, layout->frame.previous);
	}
	if (!rc) {
		memmove(last_head, head, walk.head_size);
		rc = check_end(snapshot, layout, thread_state, last, last_head);
	}
	if (!rc && has_copies(layout))
		rc = find_instructions(snapshot, layout, stack);
	return rc == -EFAULT ? -EAGAIN : rc;
}

bool qa_stack_equal(const struct qa_stack *a, const struct qa_stack *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->frames[i].address != b->frames[i].address ||
			a->frames[i].code != b->frames[i].code ||
			a->frames[i].instruction != b->frames[i].instruction)
			return false;
	return true;
}
