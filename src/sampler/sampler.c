#include "sampler/sampler.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/buf.h"

enum {
	ROSTER_ATTEMPTS = 4,
	SOURCES_PER_TICK = 2,
	TOGETHER_MOST = 16, /* threads that are looked at in the copy of one of them: the states of
			       many lie on many pages, which each thread's copy would bring */
};

void qa_recording_init(
	struct qa_recording *recording, const struct qa_raw_consumer *consumer, void *consumer_ctx)
{
	*recording = (struct qa_recording){.consumer = consumer, .consumer_ctx = consumer_ctx};
	qa_stack_tree_init(&recording->tree, consumer, consumer_ctx);
}

void qa_recording_free(struct qa_recording *recording)
{
	qa_stack_tree_free(&recording->tree);
}

static int on_code(void *ctx, const struct qa_raw_code *code)
{
	struct qa_sampler *sampler = ctx;
	const struct qa_raw_consumer *consumer = sampler->recording->consumer;
	int rc = code->kind == QA_CODE_PYTHON ? qa_sources_note(&sampler->sources, code->file) : 0;

	if (!rc && consumer->code)
		rc = consumer->code(sampler->recording->consumer_ctx, code);
	return rc;
}

/* The first line that an executable's link, working directory or command line gives; empty where we
 * may not look. */
static struct qa_str process_text(
	const struct qa_process *process, const char *name, bool is_link, struct qa_buf *buffer)
{
	int rc = is_link ? qa_process_read_link(process, name, buffer)
			 : qa_process_read_file(process, name, buffer);

	if (rc)
		qa_buf_clear(buffer);
	return qa_buf_str(buffer);
}

static int announce_process(struct qa_sampler *sampler, uint64_t now_ns, uint32_t id)
{
	const struct qa_raw_consumer *consumer = sampler->recording->consumer;
	const struct qa_process *process = sampler->python.process;
	struct qa_buf executable = {0}, cwd = {0}, command = {0};
	char number[QA_VERSION_TEXT_ROOM], version[QA_VERSION_TEXT_ROOM + 1];
	struct qa_raw_process event = {
		.id = id,
		.pid = (uint32_t)process->pid,
		.parent_pid = (uint32_t)qa_process_parent(process),
		.python_version = sampler->python.version,
		.time_ns = now_ns,
		.executable = process_text(process, "exe", true, &executable),
		.cwd = process_text(process, "cwd", true, &cwd),
		.command = process_text(process, "cmdline", false, &command),
		.build_id = qa_str(sampler->python.build_id),
	};
	int rc;

	qa_version_text(sampler->python.version, number, sizeof(number));
	snprintf(version, sizeof(version), "%s%s", number,
		sampler->python.layout.free_threaded ? "t" : "");
	event.python = qa_str(version);
	rc = consumer->process ? consumer->process(sampler->recording->consumer_ctx, &event) : 0;
	qa_buf_free(&executable);
	qa_buf_free(&cwd);
	qa_buf_free(&command);
	return rc;
}

int qa_sampler_open(struct qa_sampler *sampler, struct qa_recording *recording,
	const struct qa_sampling *sampling, const struct qa_python *python, uint64_t now_ns,
	struct qa_error *err)
{
	uint32_t id = ++recording->last_process;
	int rc;

	*sampler = (struct qa_sampler){.recording = recording,
		.sampling = *sampling,
		.python = *python,
		.exec_marker = qa_process_exec_marker(python->process),
		.code_consumer = {.code = on_code}};
	qa_roster_init(&sampler->roster, &sampler->python);
	qa_code_cache_init(&sampler->codes, &sampler->python, id, &recording->last_code,
		&sampler->code_consumer, sampler);
	qa_threads_init(&sampler->threads, &sampler->python, id, &recording->last_thread,
		recording->consumer, recording->consumer_ctx);
	qa_capture_init(&sampler->capture, &sampler->python, &sampler->codes, sampling->engine);
	sampler->capture.all_cpus = sampling->all_cpus;
	qa_sources_init(&sampler->sources, python->process, id, recording->consumer,
		recording->consumer_ctx);
	qa_sources_embed(&sampler->sources, python->process, &recording->embedding);
	rc = announce_process(sampler, now_ns, id);
	if (rc) {
		qa_sampler_close(sampler);
		qa_error_set(err, -rc, "The recording could not be begun: %s.", strerror(-rc));
	}
	return rc;
}

void qa_sampler_close(struct qa_sampler *sampler)
{
	qa_roster_free(&sampler->roster);
	qa_threads_free(&sampler->threads);
	qa_code_cache_free(&sampler->codes);
	qa_capture_free(&sampler->capture);
	qa_sources_finish(&sampler->sources); /* its failure is the consumer's, who remembers it */
	qa_sources_free(&sampler->sources);
	free(sampler->samples);
	sampler->samples = NULL;
}

/* Gives the fresh stack its nodes, those of the last one as far as the two are the same, and makes
 * it the last one. */
static int commit_stack(
	struct qa_sampler *sampler, struct qa_tracked_thread *thread, uint32_t *node)
{
	struct qa_known_stack *fresh = &sampler->capture.fresh, *last = &thread->last;
	const size_t count = fresh->stack.count;
	struct qa_known_stack old = *last;
	bool same = true;
	int rc = 0;

	*node = 0;
	for (size_t depth = 0; depth < count && !rc; depth++) {
		size_t i = count - 1 - depth;
		size_t j = last->stack.count - 1 - depth;
		int32_t instruction = fresh->stack.frames[i].instruction;

		same = same && depth < last->stack.count &&
		       last->ids[j].code == fresh->ids[i].code &&
		       last->stack.frames[j].instruction == instruction;
		if (same)
			*node = last->ids[j].node;
		else
			rc = qa_stack_tree_node(&sampler->recording->tree, *node,
				fresh->ids[i].code, instruction, node);
		fresh->ids[i].node = *node;
	}
	if (rc)
		return rc;
	*last = *fresh;
	*fresh = old;
	return 0;
}

static uint32_t state_bits(struct qa_tracked_thread *thread, bool asleep, uint64_t now_ns)
{
	const struct qa_thread_state *state = &thread->state;
	int on_cpu = asleep ? 0 : qa_thread_activity_look(&thread->run_by->activity, now_ns);

	return QA_STATE_KNOWS_GIL | (state->holds_gil ? QA_STATE_GIL : 0) |
	       (state->collecting ? QA_STATE_GC : 0) | (on_cpu >= 0 ? QA_STATE_KNOWS_CPU : 0) |
	       (on_cpu > 0 ? QA_STATE_ON_CPU : 0);
}

/* Nothing is recorded of what could not be seen whole. */
static int count_dropped(struct qa_sampler *sampler, int rc, uint64_t weight_ns)
{
	struct qa_raw_loss *loss = &sampler->recording->loss;

	loss->dropped++;
	loss->dropped_ns += weight_ns;
	loss->barred += rc == -ENOTSUP;
	return rc == -ENOTSUP && sampler->sampling.strict ? -EXDEV : 0;
}

static int sample_thread(struct qa_sampler *sampler, struct qa_tracked_thread *thread,
	const struct qa_raw_tick *tick, size_t *taken)
{
	struct qa_raw_loss *loss = &sampler->recording->loss;
	uint32_t node;
	int rc = qa_capture_thread(&sampler->capture, thread);

	if (rc == -ESRCH)
		return rc;
	loss->planned++;
	if (rc == -EAGAIN || rc == -ENOTSUP)
		return count_dropped(sampler, rc, tick->weight_ns);
	if (rc == QA_CAPTURE_UNCHANGED)
		node = thread->last.stack.count ? thread->last.ids[0].node : 0;
	else
		rc = rc ? rc : commit_stack(sampler, thread, &node);
	if (rc < 0)
		return rc;
	loss->taken++;
	loss->retried += sampler->capture.retried;
	sampler->samples[(*taken)++] = (struct qa_raw_sample){
		thread->id, node, state_bits(thread, sampler->capture.asleep, tick->time_ns)};
	return 0;
}

/* Threads that run go first: their moment is the tick's. Before all others the one of which there
 * is a copy already. */
static int sample_threads(struct qa_sampler *sampler, const struct qa_raw_tick *tick, size_t *taken)
{
	struct qa_threads *threads = &sampler->threads;
	struct qa_tracked_thread *first = threads->likely;
	int rc = QA_GROW(sampler->samples, sampler->samples_room, threads->count);

	if (first && !first->state.runs)
		first = NULL;
	threads->likely = first;
	if (!first)
		sampler->capture.ahead = NULL;
	if (first && !rc)
		rc = sample_thread(sampler, first, tick, taken);
	for (int running = 1; running >= 0; running--)
		for (size_t i = 0; i < threads->count && !rc; i++) {
			struct qa_tracked_thread *thread = threads->list[i];

			if (thread == first || thread->state.runs != running)
				continue;
			if (running && !threads->likely)
				threads->likely = thread;
			rc = sample_thread(sampler, thread, tick, taken);
		}
	return rc;
}

/* Most often the thread that ran runs still: then one copy tells that, and has its stack. */
static int read_roster_once(struct qa_sampler *sampler)
{
	struct qa_tracked_thread *likely = sampler->threads.likely;
	int rc = likely && sampler->threads.count <= TOGETHER_MOST
			 ? qa_capture_ahead(&sampler->capture, likely)
			 : -EAGAIN;

	if (!rc)
		return qa_roster_read_from(&sampler->roster, &sampler->python, &likely->snapshot);
	return rc == -EAGAIN ? qa_roster_read(&sampler->roster, &sampler->python) : rc;
}

/*
 * A list that loses a thread while it is read may seem to end there. So a thread is gone only if it
 * is missing twice.
 */
static int read_roster(struct qa_sampler *sampler)
{
	bool asked_again = false;
	int rc = -EAGAIN;

	for (int i = 0; i < ROSTER_ATTEMPTS && rc == -EAGAIN; i++) {
		rc = read_roster_once(sampler);
		if (!rc && !asked_again &&
			!qa_threads_are_all_on(&sampler->threads, &sampler->roster)) {
			asked_again = true;
			rc = -EAGAIN;
		}
	}
	return rc == 0 && sampler->roster.count == 0 ? -EAGAIN : rc;
}

/* The threads that we knew are taken to be there still. */
static void count_lost_tick(struct qa_sampler *sampler, uint64_t weight_ns)
{
	struct qa_raw_loss *loss = &sampler->recording->loss;

	loss->planned += sampler->threads.count;
	loss->dropped += sampler->threads.count;
	loss->dropped_ns += sampler->threads.count * weight_ns;
}

/* An exec of the same interpreter may leave everything in its place but the threads. */
static bool is_another_program(const struct qa_sampler *sampler)
{
	return !qa_threads_know_all(&sampler->threads, &sampler->roster) &&
	       qa_process_exec_marker(sampler->python.process) != sampler->exec_marker;
}

int qa_sampler_tick(struct qa_sampler *sampler, uint64_t now_ns, uint64_t weight_ns)
{
	const struct qa_raw_consumer *consumer = sampler->recording->consumer;
	struct qa_raw_tick tick = {.time_ns = now_ns, .weight_ns = weight_ns};
	int rc = read_roster(sampler);

	sampler->recording->ticks++;
	if (rc == -EAGAIN)
		count_lost_tick(sampler, weight_ns);
	if (!rc && is_another_program(sampler))
		return -ENOEXEC;
	if (!rc)
		rc = qa_threads_update(&sampler->threads, &sampler->roster);
	if (!rc)
		rc = sample_threads(sampler, &tick, &tick.count);
	tick.samples = sampler->samples;
	if (tick.count > 0 && consumer->tick && (!rc || rc == -ESRCH)) {
		int tick_rc = consumer->tick(sampler->recording->consumer_ctx, &tick);

		rc = rc ? rc : tick_rc;
	}
	if (!rc)
		rc = qa_threads_look_up_names(&sampler->threads);
	return rc ? rc : qa_sources_settle(&sampler->sources, SOURCES_PER_TICK);
}
