/* One thread's Python stack, from a snapshot of the target's memory. */
#ifndef QA_CPYTHON_STACK_WALKER_H
#define QA_CPYTHON_STACK_WALKER_H

#include "cpython/python.h"
#include "target/snapshot.h"

struct qa_stack_frame {
	uint64_t address;    /* of the frame */
	uint64_t code;       /* address of its code object */
	int32_t instruction; /* bytes from the start of the bytecode; -1: not begun */
};

/* Behind the end of any bytecode: a frame of which only the function can be told. */
enum { QA_INSTRUCTION_UNKNOWN = INT32_MAX };

/* Innermost frame first. Frames without code of their own (entries from C) are left out. */
struct qa_stack {
	struct qa_stack_frame *frames;
	size_t count;
	size_t room;
};

enum { QA_STACK_DEPTH_MAX = 1 << 20 };

void qa_stack_free(struct qa_stack *stack);

/*
 * Walks from the thread state to the outermost frame. -EAGAIN: the links are not those of a stack,
 * so it changed while it was copied. -ESRCH: the process is gone.
 */
int qa_stack_walk(struct qa_snapshot *snapshot, const struct qa_python *python,
	uint64_t thread_state, struct qa_stack *stack);

bool qa_stack_equal(const struct qa_stack *a, const struct qa_stack *b);

#endif
