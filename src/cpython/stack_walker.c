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
	size_t end = (size_t)layout->frame.position + POINTER_SIZE;

	if (layout->frame.owner != QA_ABSENT && (size_t)layout->frame.owner + 1 > end)
		end = (size_t)layout->frame.owner + 1;
	if ((size_t)layout->frame.code + POINTER_SIZE > end)
		end = (size_t)layout->frame.code + POINTER_SIZE;
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
	return layout->frame.owner == QA_ABSENT ||
	       head[layout->frame.owner] < layout->frame.first_codeless_owner;
}

static int add_frame(struct qa_stack *stack, const struct qa_layout *layout, uint64_t address,
	const unsigned char *head)
{
	struct qa_stack_frame frame = {.address = address,
		.code = pointer_in(head, layout->frame.code) & layout->frame.code_mask};
	int rc;

	if (!has_code(layout, head))
		return 0;
	if (frame.code == 0 || !find_instruction(layout, head, frame.code, &frame.instruction))
		return -EAGAIN;
	rc = QA_GROW(stack->frames, stack->room, stack->count + 1);
	if (!rc)
		stack->frames[stack->count++] = frame;
	return rc;
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

int qa_stack_walk(struct qa_snapshot *snapshot, const struct qa_python *python,
	uint64_t thread_state, struct qa_stack *stack)
{
	const struct qa_layout *layout = &python->layout;
	const size_t size = head_size(layout);
	unsigned char head[FRAME_HEAD_MAX];
	uint64_t frame;
	int rc = size <= sizeof(head) ? first_frame(snapshot, layout, thread_state, &frame)
				      : -EINVAL;

	stack->count = 0;
	for (size_t steps = 0; !rc && frame; steps++) {
		if (steps == QA_STACK_DEPTH_MAX)
			return -EAGAIN; /* a circle */
		rc = qa_snapshot_read(snapshot, frame, head, size);
		if (!rc)
			rc = add_frame(stack, layout, frame, head);
		frame = pointer_in(head, layout->frame.previous);
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
