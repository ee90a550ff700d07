#include "sampler/runner.h"

/*
 * With glibc the stack of a thread ends below the thread's own structure, which is what its ident
 * points to. The main thread's stack lies above all others.
 */
static void find_on_stack(const struct qa_threads *threads, const struct qa_roster *roster,
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
		if (other->native_id == (uint64_t)threads->ids.inner_pid)
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

uint64_t qa_runner_guess(const struct qa_tracked_thread *thread)
{
	const struct qa_threads *threads = thread->candidates;
	uint64_t runner = 0;

	if (qa_thread_activity_is_runnable(&thread->activity))
		return thread->state.ident;
	for (size_t i = 0; i < threads->count; i++) {
		const struct qa_tracked_thread *other = threads->list[i];

		if (other->state.ident == thread->state.ident || other->state.ident == runner ||
			!qa_thread_activity_is_runnable(&other->activity))
			continue;
		if (runner)
			return 0;
		runner = other->state.ident;
	}
	return runner;
}

static void find_runner(const struct qa_threads *threads, const struct qa_roster *roster,
	struct qa_tracked_thread *thread)
{
	const struct qa_python *python = threads->python;
	uint64_t guess;

	find_on_stack(threads, roster, thread);
	thread->candidates = is_doubtful(threads, roster, &thread->state) ? threads : NULL;
	guess = thread->candidates ? qa_runner_guess(thread) : 0;
	if (guess)
		thread->runner = guess;
	if (python->rseq.registered)
		qa_watch_move(&thread->cpu, thread->runner + (uint64_t)python->rseq.cpu);
}

void qa_runners_find(const struct qa_threads *threads, const struct qa_roster *roster)
{
	for (size_t i = 0; i < threads->count; i++)
		if (threads->list[i]->state.runs)
			find_runner(threads, roster, threads->list[i]);
}
