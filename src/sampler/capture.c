#include "sampler/capture.h"

#include <errno.h>
#include <stdlib.h>

#include "support/buf.h"

enum {
	ATTEMPTS = 5,
	ATTEMPTS_APART = 2, /* a thread that waited when we looked may have begun to run */
	/* Frames this near to the top are looked at anew even if nothing seems to have changed:
	   code made and dropped in a loop comes back at the same addresses. */
	ALWAYS_VERIFIED = 32,
};

void qa_capture_init(struct qa_capture *capture, struct qa_python *python,
	struct qa_code_cache *codes, const struct qa_snapshot_engine *engine)
{
	*capture = (struct qa_capture){.python = python,
		.codes = codes,
		.engine = engine,
		.pinned = QA_NO_CPU,
		.barred = QA_NO_CPU};
	qa_cpu_list_read_kept_free(&capture->kept_free);
}

void qa_capture_free(struct qa_capture *capture)
{
	qa_stack_free(&capture->fresh.stack);
	qa_stack_free(&capture->again);
	free(capture->fresh.ids);
	free(capture->addresses);
	free(capture->codes_found);
	*capture = (struct qa_capture){0};
}

static bool same_frame(const struct qa_stack_frame *a, const struct qa_stack_frame *b)
{
	return a->address == b->address && a->code == b->code && a->instruction == b->instruction;
}

/* How many frames, counted from the outermost, are the same as in the thread's last stack. */
static size_t common_frames(const struct qa_stack *a, const struct qa_stack *b)
{
	size_t n = 0;

	while (n < a->count && n < b->count &&
		same_frame(&a->frames[a->count - 1 - n], &b->frames[b->count - 1 - n]))
		n++;
	return n;
}

static int make_room(struct qa_capture *capture, size_t count)
{
	int rc = QA_GROW(capture->fresh.ids, capture->fresh.ids_room, count);

	if (!rc)
		rc = QA_GROW(capture->addresses, capture->addresses_room, count);
	return rc ? rc : QA_GROW(capture->codes_found, capture->codes_room, count);
}

/*
 * Gives each frame its code's id: outer frames that have not moved keep what they had, the others
 * are looked up. A run of frames of the same code, as in a recursion, is looked up once.
 */
int qa_capture_resolve(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	const struct qa_stack *stack = &capture->fresh.stack;
	const struct qa_known_stack *last = &thread->last;
	size_t kept = common_frames(stack, &last->stack);
	size_t changed, unique = 0, at = 0;
	int rc = make_room(capture, stack->count);

	if (rc)
		return rc;
	if (stack->count - kept < ALWAYS_VERIFIED)
		kept = stack->count > ALWAYS_VERIFIED ? stack->count - ALWAYS_VERIFIED : 0;
	changed = stack->count - kept;
	for (size_t i = 0; i < changed; i++)
		if (i == 0 || stack->frames[i].code != stack->frames[i - 1].code)
			capture->addresses[unique++] = stack->frames[i].code;
	rc = qa_code_cache_resolve(capture->codes, &thread->snapshot, capture->addresses, unique,
		capture->codes_found);
	for (size_t i = 0; i < changed && !rc; i++) {
		at += i > 0 && stack->frames[i].code != stack->frames[i - 1].code;
		capture->fresh.ids[i] = (struct qa_frame_ids){.code = capture->codes_found[at]};
	}
	for (size_t i = changed; i < stack->count && !rc; i++)
		capture->fresh.ids[i] = last->ids[last->stack.count - (stack->count - i)];
	return rc;
}

int qa_capture_walk(
	const struct qa_capture *capture, struct qa_tracked_thread *thread, struct qa_stack *stack)
{
	return qa_stack_walk(&thread->snapshot, capture->python, thread->state.address, stack);
}

int qa_capture_copy(
	struct qa_capture *capture, struct qa_tracked_thread *thread, struct qa_stack *stack)
{
	int rc;

	qa_watch_begin(&thread->cpu);
	rc = qa_snapshot_take(&thread->snapshot);
	return rc ? rc : qa_capture_walk(capture, thread, stack);
}

int qa_capture_ahead(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	int rc = capture->engine->copy_ahead ? capture->engine->copy_ahead(capture, thread)
					     : -ENOTSUP;

	capture->ahead = rc ? NULL : thread;
	return rc && rc != -ESRCH && rc != -ENOMEM ? -EAGAIN : rc;
}

int qa_capture_thread(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	bool runs = thread->state.runs;
	int rc = -EAGAIN;

	capture->retried = capture->asleep = false;
	for (int i = 0; i < ATTEMPTS && rc == -EAGAIN; i++) {
		capture->retried |= i > 0;
		runs = runs || i >= ATTEMPTS_APART;
		if (runs)
			thread->asleep_since = 0;
		capture->runs = runs;
		rc = (runs ? capture->engine : &qa_engine_apart)->take(capture, thread);
		if (rc == -EBUSY && !runs) {
			runs = true; /* it does not wait any more */
			rc = -EAGAIN;
		}
	}
	if (rc == -EFAULT || rc == -EBUSY || (rc == -ENOTSUP && !thread->state.runs))
		rc = -EAGAIN;
	return rc;
}
