/* The module threading of a fake interpreter, with some threads in it. */
#ifndef FAKE_THREADING_H
#define FAKE_THREADING_H

#include "cpython/roster.h"
#include "fake_objects.h"

enum { FAKE_THREADS = 3 };

struct fake_threading {
	struct fake_heap heap;
	struct qa_thread_state states[FAKE_THREADS];
	uint64_t threads[FAKE_THREADS]; /* the Thread objects */
	uint64_t interpreter;
	uint64_t active_table; /* of keys */
};

/* Threads named "worker 0" and so on, whose attributes are kept in that shape. */
void fake_threading_init(struct fake_threading *threading, struct fake_target *target,
	const struct qa_layout *layout, enum fake_shape shape);

/* Gives a thread another Thread object, with that text as its name. */
void fake_rename(struct fake_threading *threading, size_t index, uint64_t text);

/* An interpreter whose modules are these. */
uint64_t fake_interpreter(struct fake_heap *heap, const struct fake_item *modules, size_t count);

#endif
