#include "sampler/threads.h"

#include <errno.h>
#include <stdlib.h>

#include "support/buf.h"

void qa_threads_init(struct qa_threads *threads, struct qa_python *python, uint32_t process,
	uint32_t *last_id, const struct qa_raw_consumer *consumer, void *consumer_ctx)
{
	*threads = (struct qa_threads){.python = python,
		.process = process,
		.inner_pid = qa_process_inner_pid(python->process),
		.last_id = last_id,
		.consumer = consumer,
		.consumer_ctx = consumer_ctx};
}

static void free_thread(struct qa_tracked_thread *thread)
{
	qa_snapshot_free(&thread->snapshot);
	qa_stack_free(&thread->last.stack);
	free(thread->last.ids);
	free(thread);
}

void qa_threads_free(struct qa_threads *threads)
{
	for (size_t i = 0; i < threads->count; i++)
		free_thread(threads->list[i]);
	free(threads->list);
	*threads = (struct qa_threads){0};
}

/* The kernel's thread id as the target sees it; 0: unknown. */
static uint64_t inner_tid(const struct qa_threads *threads, const struct qa_thread_state *state)
{
	const struct qa_python *python = threads->python;
	uint32_t tid = 0;

	if (state->native_id || python->native_tid == QA_ABSENT)
		return state->native_id;
	if (qa_memory_read(
		    python->memory, state->ident + (uint64_t)python->native_tid, &tid, sizeof(tid)))
		return 0;
	return tid;
}

static int announce(
	const struct qa_threads *threads, const struct qa_tracked_thread *thread, bool is_main)
{
	struct qa_raw_thread event = {.id = thread->id,
		.process = threads->process,
		.tid = (uint64_t)thread->tid,
		.ident = thread->state.ident,
		.interpreter = thread->state.interpreter,
		.is_main = is_main};

	return threads->consumer->thread ? threads->consumer->thread(threads->consumer_ctx, &event)
					 : 0;
}

static int add_thread(struct qa_threads *threads, const struct qa_thread_state *state)
{
	struct qa_tracked_thread *thread = calloc(1, sizeof(*thread));
	uint64_t tid;
	int rc = thread ? QA_GROW(threads->list, threads->room, threads->count + 1) : -ENOMEM;

	if (rc) {
		free(thread);
		return rc;
	}
	tid = inner_tid(threads, state);
	thread->state = *state;
	thread->id = ++*threads->last_id;
	/* Elsewhere than in our own pid namespace the number means another thread to us, or none.
	 */
	thread->tid = threads->inner_pid == threads->python->process->pid ? (pid_t)tid : 0;
	thread->seen = threads->round;
	qa_snapshot_init(&thread->snapshot, threads->python->memory);
	threads->list[threads->count++] = thread;
	return announce(threads, thread, tid == (uint64_t)threads->inner_pid);
}

static bool is_same(const struct qa_tracked_thread *thread, const struct qa_thread_state *state)
{
	return thread->state.address == state->address && thread->state.ident == state->ident &&
	       thread->state.native_id == state->native_id;
}

/* `hint` is where it stood when nothing has changed. */
static struct qa_tracked_thread *find(
	const struct qa_threads *threads, const struct qa_thread_state *state, size_t hint)
{
	if (hint < threads->count && is_same(threads->list[hint], state))
		return threads->list[hint];
	for (size_t i = 0; i < threads->count; i++)
		if (is_same(threads->list[i], state))
			return threads->list[i];
	return NULL;
}

static void forget_ended(struct qa_threads *threads)
{
	size_t kept = 0;

	for (size_t i = 0; i < threads->count; i++) {
		if (threads->list[i]->seen == threads->round)
			threads->list[kept++] = threads->list[i];
		else
			free_thread(threads->list[i]);
	}
	threads->count = kept;
}

bool qa_threads_know_all(const struct qa_threads *threads, const struct qa_roster *roster)
{
	for (size_t i = 0; i < roster->count; i++)
		if (!find(threads, &roster->threads[i], i))
			return false;
	return true;
}

bool qa_threads_are_all_on(const struct qa_threads *threads, const struct qa_roster *roster)
{
	for (size_t i = 0, k; i < threads->count; i++) {
		for (k = 0; k < roster->count; k++)
			if (is_same(threads->list[i], &roster->threads[(i + k) % roster->count]))
				break;
		if (k == roster->count)
			return false;
	}
	return true;
}

/*
 * With glibc the stack of a thread ends below the thread's own structure, which is what its ident
 * points to. The main thread's stack lies above all others.
 */
static void find_runner(const struct qa_threads *threads, const struct qa_roster *roster,
	struct qa_tracked_thread *thread)
{
	const uint64_t on_stack = thread->state.c_stack;
	uint64_t from = 0, to = UINT64_MAX, main_ident = 0;

	thread->runner = thread->state.ident;
	thread->stack_from = from;
	thread->stack_to = to;
	if (!on_stack)
		return;
	for (size_t i = 0; i < roster->count; i++) {
		const struct qa_thread_state *other = &roster->threads[i];

		if (other->ident <= on_stack && other->ident > from)
			from = other->ident;
		if (other->ident > on_stack && other->ident < to)
			to = other->ident;
		if (other->native_id == (uint64_t)threads->inner_pid)
			main_ident = other->ident;
	}
	if (to != UINT64_MAX)
		thread->runner = to;
	else if (main_ident)
		thread->runner = main_ident;
	thread->stack_from = from;
	thread->stack_to = to;
}

/* Up to 3.10 nothing leads from a thread state to the C stack. */
static bool is_doubtful(const struct qa_threads *threads, const struct qa_roster *roster,
	const struct qa_thread_state *state)
{
	enum { FIRST_WITH_C_STACK = 0x030b0000 };
	size_t count = 0;

	if (threads->python->version >= FIRST_WITH_C_STACK)
		return false;
	for (size_t i = 0; i < roster->count; i++)
		count += roster->threads[i].ident == state->ident;
	return count > 1;
}

uint64_t qa_threads_guess_runner(const struct qa_tracked_thread *thread)
{
	const struct qa_threads *threads = thread->candidates;
	const struct qa_process *process = threads->python->process;
	uint64_t runner = 0;

	if (qa_process_thread_is_runnable(process, thread->tid))
		return thread->state.ident;
	for (size_t i = 0; i < threads->count; i++) {
		const struct qa_tracked_thread *other = threads->list[i];

		if (other->state.ident == thread->state.ident || other->state.ident == runner ||
			!qa_process_thread_is_runnable(process, other->tid))
			continue;
		if (runner)
			return 0;
		runner = other->state.ident;
	}
	return runner;
}

static void tell_runner(const struct qa_threads *threads, const struct qa_roster *roster,
	struct qa_tracked_thread *thread)
{
	if (!thread->state.runs)
		return;
	find_runner(threads, roster, thread);
	thread->candidates = is_doubtful(threads, roster, &thread->state) ? threads : NULL;
}

/* Once all are on the list. */
static void guess_runners(const struct qa_threads *threads)
{
	for (size_t i = 0; i < threads->count; i++) {
		struct qa_tracked_thread *thread = threads->list[i];
		uint64_t guess = thread->state.runs && thread->candidates
					 ? qa_threads_guess_runner(thread)
					 : 0;

		if (guess)
			thread->runner = guess;
	}
}

int qa_threads_update(struct qa_threads *threads, const struct qa_roster *roster)
{
	threads->round++;
	for (size_t i = 0; i < roster->count; i++) {
		struct qa_tracked_thread *thread = find(threads, &roster->threads[i], i);
		int rc = 0;

		if (thread) {
			thread->state = roster->threads[i];
			thread->seen = threads->round;
		} else {
			rc = add_thread(threads, &roster->threads[i]);
		}
		if (rc)
			return rc;
		tell_runner(threads, roster, thread ? thread : threads->list[threads->count - 1]);
	}
	forget_ended(threads);
	guess_runners(threads);
	return 0;
}
