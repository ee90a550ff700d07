#include "sampler/threads.h"

#include <errno.h>
#include <stdlib.h>

#include "sampler/runner.h"
#include "support/buf.h"

/* The names of a thread are looked up in the rounds 0, 1, 3, 7, … after it was seen first. */
enum { LOOKS_MAX = 12 };

/* So many names in a round, and more if there are many threads: none is to wait long. */
enum { LOOKS_PER_ROUND = 4, ROUNDS_FOR_ALL = 8 };

void qa_threads_init(struct qa_threads *threads, struct qa_python *python, uint32_t process,
	uint32_t *last_id, const struct qa_raw_consumer *consumer, void *consumer_ctx)
{
	*threads = (struct qa_threads){.python = python,
		.process = process,
		.last_id = last_id,
		.consumer = consumer,
		.consumer_ctx = consumer_ctx};
	qa_thread_ids_init(&threads->ids, python->process);
	qa_thread_names_init(&threads->names, python);
}

static void free_thread(struct qa_tracked_thread *thread)
{
	qa_thread_activity_close(&thread->activity);
	qa_snapshot_free(&thread->snapshot);
	qa_stack_free(&thread->last.stack);
	free(thread->last.ids);
	qa_buf_free(&thread->name);
	free(thread);
}

void qa_threads_free(struct qa_threads *threads)
{
	for (size_t i = 0; i < threads->count; i++)
		free_thread(threads->list[i]);
	free(threads->list);
	qa_thread_ids_free(&threads->ids);
	qa_thread_names_free(&threads->names);
	*threads = (struct qa_threads){0};
}

/* The kernel's thread id as the target sees it; 0: unknown. */
static pid_t inner_tid(const struct qa_threads *threads, const struct qa_thread_state *state)
{
	const struct qa_python *python = threads->python;
	uint32_t tid = 0;

	if (state->native_id || python->native_tid == QA_ABSENT)
		return state->native_id <= INT32_MAX ? (pid_t)state->native_id : 0;
	if (qa_memory_read(
		    python->memory, state->ident + (uint64_t)python->native_tid, &tid, sizeof(tid)))
		return 0;
	return tid <= INT32_MAX ? (pid_t)tid : 0;
}

static int announce(const struct qa_threads *threads, const struct qa_tracked_thread *thread)
{
	struct qa_raw_thread event = {.id = thread->id,
		.process = threads->process,
		.tid = (uint64_t)thread->tid,
		.ident = thread->state.ident,
		.interpreter = thread->state.interpreter,
		.is_main = thread->inner_tid == threads->ids.inner_pid,
		.name = qa_buf_str(&thread->name)};

	return threads->consumer->thread ? threads->consumer->thread(threads->consumer_ctx, &event)
					 : 0;
}

static int add_thread(struct qa_threads *threads, const struct qa_thread_state *state)
{
	struct qa_tracked_thread *thread = calloc(1, sizeof(*thread));
	int rc = thread ? QA_GROW(threads->list, threads->room, threads->count + 1) : -ENOMEM;

	if (rc) {
		free(thread);
		return rc;
	}
	thread->state = *state;
	thread->id = ++*threads->last_id;
	thread->inner_tid = inner_tid(threads, state);
	thread->tid = qa_thread_ids_find(&threads->ids, thread->inner_tid);
	thread->seen = threads->round;
	qa_thread_activity_open(&thread->activity, threads->python->process, thread->tid);
	qa_watch_init(&thread->cpu, threads->python->memory,
		threads->python->rseq.registered
			? state->ident + (uint64_t)threads->python->rseq.cpu
			: 0);
	qa_snapshot_init(&thread->snapshot, &thread->cpu.base);
	thread->next_look = threads->round;
	threads->list[threads->count++] = thread;
	return announce(threads, thread);
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
		struct qa_tracked_thread *thread = threads->list[i];

		if (thread->seen == threads->round) {
			threads->list[kept++] = thread;
			continue;
		}
		if (threads->likely == thread)
			threads->likely = NULL;
		free_thread(thread);
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
	}
	forget_ended(threads);
	qa_runners_find(threads, roster);
	return 0;
}

/* Is its thread state still that of the same thread? */
static bool is_still_there(const struct qa_threads *threads, const struct qa_tracked_thread *thread)
{
	const struct qa_python *python = threads->python;
	struct qa_thread_state now = thread->state;
	const int32_t native_id = python->layout.thread.native_thread_id;

	if (qa_memory_read_u64(python->memory,
		    now.address + (uint64_t)python->layout.thread.thread_id, &now.ident))
		return false;
	if (native_id != QA_ABSENT && qa_memory_read_u64(python->memory,
					      now.address + (uint64_t)native_id, &now.native_id))
		return false;
	return is_same(thread, &now) && inner_tid(threads, &now) == thread->inner_tid;
}

static int look_up_name(struct qa_threads *threads, struct qa_tracked_thread *thread)
{
	struct qa_str name;
	int rc = qa_thread_names_read(&threads->names, &thread->state, &name);

	thread->next_look = threads->round + (UINT32_C(1) << thread->looks++);
	if (rc == -ESRCH || rc == -ENOMEM)
		return rc;
	if (rc || qa_str_equal(name, qa_buf_str(&thread->name)) || !is_still_there(threads, thread))
		return 0;
	qa_buf_clear(&thread->name);
	qa_buf_append_str(&thread->name, name);
	return thread->name.failed ? -ENOMEM : announce(threads, thread);
}

/* Rounds are counted without end, so they are compared by their difference. */
static bool is_time(const struct qa_threads *threads, const struct qa_tracked_thread *thread)
{
	return thread->looks < LOOKS_MAX && (int32_t)(threads->round - thread->next_look) >= 0;
}

int qa_threads_look_up_names(struct qa_threads *threads)
{
	size_t left = LOOKS_PER_ROUND + threads->count / ROUNDS_FOR_ALL;
	int rc = 0;

	/* Those first that were never looked up; new ones are last on the list, and may not live
	 * long. */
	for (int again = 0; again <= 1; again++) {
		for (size_t i = threads->count; i > 0 && left > 0 && !rc; i--) {
			struct qa_tracked_thread *thread = threads->list[i - 1];

			if ((thread->looks > 0) != again || !is_time(threads, thread))
				continue;
			rc = look_up_name(threads, thread);
			left--;
		}
	}
	return rc;
}
