#include "cpython/roster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/buf.h"

enum { INTERPRETERS_MAX = 4096, THREADS_MAX = 1 << 16 };

/* One reading in progress. */
struct reading {
	struct qa_roster *roster;
	const struct qa_python *python;
	struct qa_snapshot *snapshot;
	uint64_t gil_holder; /* a thread state, or 0 */
	uint32_t collecting;
	int64_t interpreter_id;
};

void qa_roster_init(struct qa_roster *roster, const struct qa_python *python)
{
	*roster = (struct qa_roster){0};
	qa_snapshot_init(&roster->snapshot, python->memory);
}

void qa_roster_free(struct qa_roster *roster)
{
	qa_snapshot_free(&roster->snapshot);
	free(roster->threads);
	*roster = (struct qa_roster){0};
}

/* A field of `size` bytes; zero where this version has no such field. */
static int read_field(struct reading *r, uint64_t base, int32_t offset, void *value, size_t size)
{
	memset(value, 0, size);
	if (offset == QA_ABSENT)
		return 0;
	return qa_snapshot_read(r->snapshot, base + (uint64_t)offset, value, size);
}

static int read_pointer(struct reading *r, uint64_t base, int32_t offset, uint64_t *value)
{
	return read_field(r, base, offset, value, sizeof(*value));
}

static void note_gil(struct reading *r, uint64_t gil)
{
	const struct qa_layout *layout = &r->python->layout;
	const struct qa_gil seen = {.holder = gil + (uint64_t)layout->gil.last_holder,
		.locked = gil + (uint64_t)layout->gil.locked};

	r->roster->gil_count += seen.holder != r->roster->gil.holder;
	r->roster->gil = seen;
}

/* From 3.12 on each interpreter knows its GIL; before, there is one, and one place that tells who
 * holds it. Free-threaded builds have one, too, which may be in use (PYTHON_GIL=1, or for a module
 * that needs it): then only its holder is attached. */
static int read_gil(struct reading *r, uint64_t interpreter)
{
	const struct qa_layout *layout = &r->python->layout;
	uint32_t locked = 0;
	uint64_t gil;
	int rc;

	if (r->python->gil_holder) {
		r->roster->gil = (struct qa_gil){.holder = r->python->gil_holder};
		r->roster->gil_count = 1;
		return read_pointer(r, r->python->gil_holder, 0, &r->gil_holder);
	}
	r->gil_holder = 0;
	if (layout->free_threaded)
		return 0;
	rc = read_pointer(r, interpreter, layout->interpreter.gil, &gil);
	if (rc || gil == 0)
		return rc;
	note_gil(r, gil);
	rc = read_field(r, gil, layout->gil.locked, &locked, sizeof(locked));
	if (rc || (int32_t)locked <= 0)
		return rc;
	return read_pointer(r, gil, layout->gil.last_holder, &r->gil_holder);
}

static int read_collecting(struct reading *r, uint64_t interpreter)
{
	const struct qa_layout *layout = &r->python->layout;

	if (layout->interpreter.gc_collecting != QA_ABSENT)
		return read_field(r, interpreter, layout->interpreter.gc_collecting, &r->collecting,
			sizeof(r->collecting));
	return read_field(r, r->python->runtime, layout->runtime.gc_collecting, &r->collecting,
		sizeof(r->collecting));
}

/*
 * Free-threaded: a thread runs Python code while it is attached. In all other states (detached,
 * suspended while the world is stopped, shutting down) it holds still, and it leaves them before it
 * touches its stack.
 */
static int read_holds_gil(struct reading *r, uint64_t thread, bool *holds_gil)
{
	enum { ATTACHED = 1 }; /* _Py_THREAD_ATTACHED */
	const struct qa_layout *layout = &r->python->layout;
	uint32_t state;
	int rc;

	*holds_gil = thread == r->gil_holder;
	if (!layout->free_threaded)
		return 0;
	rc = read_field(r, thread, layout->thread.state, &state, sizeof(state));
	*holds_gil = state == ATTACHED;
	return rc;
}

/* A thread state that was made learns first its thread's one id, then the other. Until then nothing
 * runs with it. */
static bool is_bound(const struct qa_layout *layout, const struct qa_thread_state *thread)
{
	return thread->ident != 0 &&
	       (thread->native_id != 0 || layout->thread.native_thread_id == QA_ABSENT);
}

/* 3.11 and 3.12: its _PyCFrame lies on the C stack, except for the first one, which is a part of
 * the thread state. */
static int read_c_stack(struct reading *r, uint64_t address, uint64_t *c_stack)
{
	enum { THREAD_STATE_MOST = 4096 };
	int rc = 0;

	*c_stack = 0;
	if (r->python->layout.thread.cframe_frame != QA_ABSENT)
		rc = read_pointer(r, address, r->python->layout.thread.frame, c_stack);
	if (*c_stack - address < THREAD_STATE_MOST)
		*c_stack = 0;
	return rc;
}

static int add_thread(struct reading *r, uint64_t address)
{
	const struct qa_layout *layout = &r->python->layout;
	struct qa_thread_state thread = {.address = address, .interpreter = r->interpreter_id};
	int rc = read_pointer(r, address, layout->thread.thread_id, &thread.ident);

	if (!rc)
		rc = read_pointer(r, address, layout->thread.native_thread_id, &thread.native_id);
	if (!rc)
		rc = read_holds_gil(r, address, &thread.holds_gil);
	if (!rc)
		rc = read_c_stack(r, address, &thread.c_stack);
	if (!rc)
		rc = QA_GROW(r->roster->threads, r->roster->room, r->roster->count + 1);
	if (rc || !is_bound(layout, &thread))
		return rc;
	thread.runs = thread.holds_gil;
	r->roster->threads[r->roster->count++] = thread;
	return 0;
}

/* Who collects garbage is the one that runs; where several run, nothing tells which of them. */
static void find_collector(struct reading *r, size_t first)
{
	struct qa_thread_state *found = NULL;

	for (size_t i = first; i < r->roster->count; i++) {
		if (!r->roster->threads[i].runs)
			continue;
		if (found)
			return;
		found = &r->roster->threads[i];
	}
	if (found)
		found->collecting = r->collecting != 0;
}

/* A list that comes back to where it was is none. Marks places further and further apart: a circle
 * comes to one of them before long. */
static bool is_circle(uint64_t address, int step, uint64_t *mark)
{
	const bool found = address == *mark;

	if ((step & (step - 1)) == 0)
		*mark = address;
	return found;
}

static int read_threads(struct reading *r, uint64_t interpreter)
{
	const struct qa_layout *layout = &r->python->layout;
	const size_t first = r->roster->count;
	uint64_t thread, owner, mark = 0;
	int rc = read_pointer(r, interpreter, layout->interpreter.threads_head, &thread);

	for (int i = 0; !rc && thread; i++) {
		rc = read_pointer(r, thread, layout->thread.interpreter, &owner);
		if (!rc &&
			(owner != interpreter || i == THREADS_MAX || is_circle(thread, i, &mark)))
			rc = -EAGAIN; /* freed or reused while we looked, or a circle */
		if (!rc)
			rc = add_thread(r, thread);
		if (!rc)
			rc = read_pointer(r, thread, layout->thread.next, &thread);
	}
	find_collector(r, first);
	return rc;
}

static int read_interpreters(struct reading *r)
{
	const struct qa_layout *layout = &r->python->layout;
	uint64_t interpreter, mark = 0;
	int rc = read_pointer(
		r, r->python->runtime, layout->runtime.interpreters_head, &interpreter);

	for (int i = 0; !rc && interpreter; i++) {
		if (i == INTERPRETERS_MAX || is_circle(interpreter, i, &mark))
			return -EAGAIN;
		rc = read_field(r, interpreter, layout->interpreter.id, &r->interpreter_id,
			sizeof(r->interpreter_id));
		if (layout->interpreter.id == QA_ABSENT)
			r->interpreter_id = i; /* 3.6: 0 is the newest */
		if (!rc)
			rc = read_gil(r, interpreter);
		if (!rc)
			rc = read_collecting(r, interpreter);
		if (!rc)
			rc = read_threads(r, interpreter);
		if (!rc)
			rc = read_pointer(r, interpreter, layout->interpreter.next, &interpreter);
	}
	return rc;
}

int qa_roster_read_from(
	struct qa_roster *roster, const struct qa_python *python, struct qa_snapshot *snapshot)
{
	struct reading r = {.roster = roster, .python = python, .snapshot = snapshot};
	int rc;

	roster->count = 0;
	roster->gil = (struct qa_gil){0};
	roster->gil_count = 0;
	rc = read_interpreters(&r);
	return rc == -EFAULT ? -EAGAIN : rc;
}

int qa_roster_read(struct qa_roster *roster, const struct qa_python *python)
{
	int rc = qa_snapshot_take(&roster->snapshot);

	return rc ? rc : qa_roster_read_from(roster, python, &roster->snapshot);
}
