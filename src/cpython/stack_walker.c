#include "cpython/stack_walker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/buf.h"

enum { FRAME_HEAD_MAX = 160, POINTER_SIZE = 8 };

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
	const int32_t pointers[] = {
		layout->frame.previous, layout->frame.code, layout->frame.position};
	size_t end = layout->frame.owner == QA_ABSENT ? 0 : (size_t)layout->frame.owner + 1;

	for (size_t i = 0; i < sizeof(pointers) / sizeof(*pointers); i++)
		if ((size_t)pointers[i] + POINTER_SIZE > end)
			end = (size_t)pointers[i] + POINTER_SIZE;
	return end;
}

/* False: the position does not lie in the frame's own bytecode. */
static bool find_instruction(const struct qa_layout *layout, const unsigned char *head,
	uint64_t code, int32_t *instruction)
{
	enum { BYTECODE_MAX = 1 << 28, UNIT = 2 };
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

/* One walk: most frames lie in the page of the one before. */
struct walk {
	struct qa_snapshot *snapshot;
	size_t head_size;
	uint64_t page; /* its address */
	const unsigned char *bytes;
	unsigned char room[FRAME_HEAD_MAX]; /* for a head on two pages */
};

/* The beginning of a frame, until the next one is asked for; NULL with *rc set if it cannot be had.
 */
static inline const unsigned char *head_at(struct walk *walk, uint64_t frame, int *rc)
{
	const uint64_t within = frame % QA_PAGE_SIZE;

	*rc = 0;
	if (within > QA_PAGE_SIZE - walk->head_size) {
		*rc = qa_snapshot_read(walk->snapshot, frame, walk->room, walk->head_size);
		walk->bytes = NULL; /* the page may have moved */
		return *rc ? NULL : walk->room;
	}
	if (!walk->bytes || frame - within != walk->page) {
		walk->page = frame - within;
		walk->bytes = qa_snapshot_page(walk->snapshot, walk->page, rc);
	}
	return walk->bytes ? walk->bytes + within : NULL;
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
