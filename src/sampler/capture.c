#include "sampler/capture.h"

#include <errno.h>
#include <stdlib.h>

#include "sampler/cpu.h"
#include "support/buf.h"

enum {
	ATTEMPTS = 4,
	/* Frames this near to the top are looked at anew even if nothing seems to have changed:
	   code made and dropped in a loop comes back at the same addresses. */
	ALWAYS_VERIFIED = 32,
	NO_CPU = -1,
	/* Twice what it takes to copy a page and to go through the frames in it. */
	NS_PER_PAGE = 4000,
};

void qa_capture_init(
	struct qa_capture *capture, struct qa_python *python, struct qa_code_cache *codes)
{
	*capture = (struct qa_capture){
		.python = python, .codes = codes, .may_pin = true, .pinned = NO_CPU};
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
static int resolve_codes(struct qa_capture *capture, const struct qa_known_stack *last)
{
	const struct qa_stack *stack = &capture->fresh.stack;
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
	rc = qa_code_cache_resolve(
		capture->codes, capture->addresses, unique, capture->codes_found);
	for (size_t i = 0; i < changed && !rc; i++) {
		at += i > 0 && stack->frames[i].code != stack->frames[i - 1].code;
		capture->fresh.ids[i] = (struct qa_frame_ids){.code = capture->codes_found[at]};
	}
	for (size_t i = changed; i < stack->count && !rc; i++)
		capture->fresh.ids[i] = last->ids[last->stack.count - (stack->count - i)];
	return rc;
}

static int copy_stack(
	struct qa_capture *capture, struct qa_tracked_thread *thread, struct qa_stack *stack)
{
	int rc = qa_snapshot_take(&thread->snapshot);

	return rc ? rc
		  : qa_stack_walk(&thread->snapshot, capture->python, thread->state.address, stack);
}

/* The CPU that the thread runs on, or ran on last; or a negative errno. */
static int cpu_of(const struct qa_capture *capture, const struct qa_tracked_thread *thread)
{
	const struct qa_python *python = capture->python;
	int cpu_by_kernel, rc;
	uint32_t cpu;

	if (!python->has_rseq && thread->runner != thread->state.ident)
		return -EAGAIN;
	if (!python->has_rseq) {
		cpu_by_kernel = thread->tid ? qa_process_thread_cpu(python->process, thread->tid)
					    : -ENOTSUP;
		return cpu_by_kernel == -ENOENT ? -EAGAIN
						: cpu_by_kernel; /* the thread has just ended */
	}
	rc = qa_memory_read(
		python->memory, thread->runner + (uint64_t)python->rseq_cpu, &cpu, sizeof(cpu));
	if (rc)
		return rc;
	return cpu <= INT32_MAX ? (int)cpu : -ENOTSUP; /* not registered */
}

/* Moves us to the thread's CPU. -EAGAIN: it moved meanwhile. -ENOTSUP: its CPU cannot be told, or
 * not be used. */
static int join_cpu(struct qa_capture *capture, const struct qa_tracked_thread *thread)
{
	int cpu = cpu_of(capture, thread);

	if (cpu < 0)
		return cpu;
	if (cpu != capture->pinned) {
		if (qa_cpu_pin(cpu)) {
			capture->may_pin = false;
			return -ENOTSUP;
		}
		capture->pinned = cpu;
		capture->retried = true;
		cpu = cpu_of(capture, thread);
	}
	return cpu == capture->pinned ? 0 : -EAGAIN;
}

/* Were we switched out since? */
static bool was_switched_out(void *ctx)
{
	const uint64_t *switches = ctx;

	return qa_cpu_switches() != *switches;
}

/* In the copy: did the thread run it that we took for its runner? */
static int check_runner(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	const struct qa_layout *layout = &capture->python->layout;
	uint64_t on_stack;
	int rc;

	if (layout->thread.cframe_frame == QA_ABSENT || capture->fresh.stack.count == 0)
		return 0;
	rc = qa_snapshot_read(&thread->snapshot,
		thread->state.address + (uint64_t)layout->thread.frame, &on_stack,
		sizeof(on_stack));
	if (!rc && (on_stack <= thread->stack_from || on_stack >= thread->stack_to))
		rc = -EAGAIN;
	return rc;
}

/* The thread's runner is on our CPU, as far as can be told. */
static bool is_beside(const struct qa_capture *capture, const struct qa_tracked_thread *thread)
{
	return cpu_of(capture, thread) == capture->pinned &&
	       (!thread->candidates || qa_threads_guess_runner(thread) == thread->runner);
}

static int copy_beside(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	uint64_t switches = qa_cpu_switches();
	int rc;

	if (!is_beside(capture, thread))
		return -EAGAIN;
	thread->snapshot.is_spoilt = was_switched_out;
	thread->snapshot.spoilt_ctx = &switches;
	rc = copy_stack(capture, thread, &capture->fresh.stack);
	thread->snapshot.is_spoilt = NULL;
	if (!rc)
		rc = check_runner(capture, thread);
	if (!rc)
		rc = resolve_codes(capture, &thread->last);
	if (!rc && (!is_beside(capture, thread) || was_switched_out(&switches)))
		rc = -EAGAIN;
	return rc;
}

static int attempt_beside(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	struct qa_cpu_hold hold;
	int rc = join_cpu(capture, thread);

	if (rc)
		return rc;
	qa_cpu_hold(&hold, thread->snapshot.count * NS_PER_PAGE);
	rc = copy_beside(capture, thread);
	qa_cpu_let_go(&hold);
	return rc;
}

static int attempt_from_anywhere(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	int rc = copy_stack(capture, thread, &capture->fresh.stack);

	if (!rc && (thread->state.runs ||
			   !qa_stack_equal(&capture->fresh.stack, &thread->last.stack))) {
		rc = copy_stack(capture, thread, &capture->again);
		if (!rc && !qa_stack_equal(&capture->fresh.stack, &capture->again))
			rc = -EAGAIN;
	}
	return rc ? rc : resolve_codes(capture, &thread->last);
}

int qa_capture_thread(struct qa_capture *capture, struct qa_tracked_thread *thread)
{
	int rc = -EAGAIN;

	capture->retried = false;
	for (int i = 0; i < ATTEMPTS && rc == -EAGAIN; i++) {
		capture->retried |= i > 0;
		rc = thread->state.runs && capture->may_pin ? attempt_beside(capture, thread)
							    : -ENOTSUP;
		if (rc == -ENOTSUP)
			rc = attempt_from_anywhere(capture, thread);
	}
	return rc == -EFAULT ? -EAGAIN : rc;
}
