#include "qa/recorder.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "qa/version.h"
#include "sampler/clock.h"
#include "sampler/cpu.h"
#include "sampler/posts.h"
#include "sampler/search.h"

enum { DEFAULT_PERIOD_NS = 10000000, FLUSH_EVERY_NS = 500000000 };

struct qa_recorder {
	struct qa_recorder_options options;
	struct qa_process process;
	struct qa_recording recording;
	struct qa_search search;
	struct qa_python python; /* the interpreter last found */
	bool found;              /* python is new, and not sampled yet */
	uint64_t start_ns;
	uint64_t ticked_ns; /* when the last tick was taken, or sampling began */
	uint64_t flushed_ns;
	int ended_fd;
	atomic_bool stop;
	bool running; /* started, and not stopped yet */
	pthread_t thread;
	pthread_mutex_t lock; /* guards progress */
	struct qa_recorder_progress progress;
};

static struct qa_sampling sampling_of(const struct qa_recorder_options *options)
{
	const struct qa_snapshot_engine *engine = options->pause ? &qa_engine_paused
						  : options->on_cpu == QA_ON_CPU_NEVER
							  ? &qa_engine_apart
							  : &qa_engine_beside;
	bool always = options->on_cpu == QA_ON_CPU_ALWAYS;

	return (struct qa_sampling){.engine = engine, .all_cpus = always, .strict = always};
}

static int announce_session(struct qa_recorder *recorder)
{
	const struct qa_raw_consumer *consumer = recorder->recording.consumer;
	struct utsname system = {0};
	char kernel[3 * sizeof(system.release) + 3];
	struct qa_raw_session session = {
		.recorder = qa_str("qa-record " QA_VERSION),
		.start_ns = recorder->start_ns,
		.start_wall_ns = qa_clock_wall_ns(),
		.period_ns = recorder->options.period_ns,
		.engine = qa_str(sampling_of(&recorder->options).engine->name),
	};

	uname(&system);
	snprintf(
		kernel, sizeof(kernel), "%s %s %s", system.sysname, system.release, system.machine);
	session.host = qa_str(system.nodename);
	session.kernel = qa_str(kernel);
	return consumer->session ? consumer->session(recorder->recording.consumer_ctx, &session)
				 : 0;
}

static void set_progress(
	struct qa_recorder *recorder, enum qa_recorder_state state, const struct qa_error *error)
{
	pthread_mutex_lock(&recorder->lock);
	recorder->progress.state = state;
	recorder->progress.interpreters = recorder->recording.last_process;
	recorder->progress.loss = recorder->recording.loss;
	recorder->progress.ticks = recorder->recording.ticks;
	recorder->progress.elapsed_ns = qa_clock_ns() - recorder->start_ns;
	if (error)
		recorder->progress.error = *error;
	pthread_mutex_unlock(&recorder->lock);
}

/* An attached process shall have its interpreter now, or be about to. */
static int find_at_once(struct qa_recorder *recorder, struct qa_error *err)
{
	int rc = qa_search_patiently(&recorder->search, &recorder->process, &recorder->python, err);

	recorder->found = rc == 0;
	if (rc == -EAGAIN) {
		qa_error_set(err, EAGAIN,
			"The Python interpreter of process %ld is not initialised.",
			(long)recorder->process.pid);
		qa_error_hint(err, "It may be starting up or shutting down: try again.");
	}
	return rc;
}

static int prepare(struct qa_recorder *recorder, struct qa_error *err)
{
	recorder->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (recorder->ended_fd < 0)
		return qa_error_set(
			err, errno, "Cannot make an event descriptor: %s.", strerror(errno));
	return recorder->options.wait_for_interpreter ? 0 : find_at_once(recorder, err);
}

int qa_recorder_open(pid_t pid, const struct qa_recorder_options *options, struct qa_recorder **out,
	struct qa_error *err)
{
	struct qa_recorder *recorder = calloc(1, sizeof(*recorder));
	int rc;

	*out = NULL;
	if (!recorder)
		return qa_error_set(err, ENOMEM, "Out of memory.");
	recorder->options = *options;
	if (recorder->options.period_ns == 0)
		recorder->options.period_ns = DEFAULT_PERIOD_NS;
	recorder->ended_fd = -1;
	pthread_mutex_init(&recorder->lock, NULL);
	rc = qa_process_open(pid, &recorder->process, err);
	if (!rc)
		rc = prepare(recorder, err);
	if (rc) {
		qa_recorder_free(recorder);
		return rc;
	}
	*out = recorder;
	return 0;
}

static int deliver_loss(struct qa_recorder *recorder)
{
	const struct qa_raw_consumer *consumer = recorder->recording.consumer;

	return consumer->loss
		       ? consumer->loss(recorder->recording.consumer_ctx, &recorder->recording.loss)
		       : 0;
}

static int flush(struct qa_recorder *recorder)
{
	const struct qa_raw_consumer *consumer = recorder->recording.consumer;
	int rc;

	set_progress(recorder, QA_RECORDER_SAMPLING, NULL);
	if (!qa_process_alive(&recorder->process))
		return -ESRCH; /* and its number may soon be another's */
	rc = deliver_loss(recorder);
	return !rc && consumer->flush ? consumer->flush(recorder->recording.consumer_ctx) : rc;
}

static int flush_sometimes(struct qa_recorder *recorder, struct qa_ticker *ticker)
{
	uint64_t now = qa_clock_ns();
	int rc;

	if (now - recorder->flushed_ns < FLUSH_EVERY_NS)
		return 0;
	recorder->flushed_ns = now;
	pthread_mutex_lock(&ticker->turn);
	rc = flush(recorder);
	pthread_mutex_unlock(&ticker->turn);
	return rc;
}

/* Sleeps until the moment. False: we shall stop. */
static bool sleep_until(struct qa_recorder *recorder, uint64_t at_ns)
{
	enum { AT_MOST_NS = 50000000 };
	uint64_t now = qa_clock_ns();

	while (now < at_ns && !atomic_load(&recorder->stop)) {
		qa_clock_sleep_until(at_ns - now > AT_MOST_NS ? now + AT_MOST_NS : at_ns);
		now = qa_clock_ns();
	}
	return !atomic_load(&recorder->stop);
}

/* Returns 0 when told to stop; -EAGAIN when the interpreter has gone; else what went wrong. */
static int sample_until_lost(struct qa_recorder *recorder, struct qa_posts *posts)
{
	struct qa_ticker *ticker = posts->ticker;
	uint64_t slot = 0;
	int cpu = QA_NO_CPU;
	int rc = 0;

	for (; !rc; slot++) {
		uint64_t now_slot = qa_schedule_slot(&ticker->schedule, qa_clock_ns());

		slot = slot > now_slot ? slot : now_slot; /* what has passed is not caught up */
		if (!sleep_until(recorder, qa_schedule_moment(&ticker->schedule, slot)))
			return 0;
		rc = qa_posts_take(posts, slot, &cpu);
		if (!rc)
			rc = flush_sometimes(recorder, ticker);
	}
	return rc;
}

static int sample_with(struct qa_recorder *recorder, struct qa_sampler *sampler)
{
	const uint64_t now = qa_clock_ns();
	const struct qa_schedule schedule = {.start_ns = now,
		.period_ns = recorder->options.period_ns,
		.seed = recorder->options.seed ? recorder->options.seed : now};
	struct qa_ticker ticker;
	struct qa_posts posts;
	int rc = qa_ticker_open(&ticker, sampler, &schedule);

	if (rc)
		return rc;
	qa_posts_init(&posts, &ticker);
	rc = sample_until_lost(recorder, &posts);
	qa_posts_free(&posts);
	if (rc == -ESRCH)
		qa_ticker_count_unseen_end(&ticker);
	qa_ticker_close(&ticker);
	return rc;
}

static int out_of_reach(const struct qa_sampler *sampler, struct qa_error *err)
{
	if (sampler->capture.barred == QA_NO_CPU)
		qa_error_set(err, EXDEV, "The CPU on which the program runs cannot be told.");
	else
		qa_error_set(err, EXDEV, "The program runs on CPU %d, which we may not use.",
			sampler->capture.barred);
	qa_error_hint(err, "Allow it (cpuset), or read from other CPUs, which distorts "
			   "the profile: --on-cpu=never.");
	return -EXDEV;
}

static int sample(struct qa_recorder *recorder, struct qa_error *err)
{
	const struct qa_sampling sampling = sampling_of(&recorder->options);
	struct qa_sampler sampler;
	int rc = qa_sampler_open(
		&sampler, &recorder->recording, &sampling, &recorder->python, qa_clock_ns(), err);

	if (rc)
		return rc;
	set_progress(recorder, QA_RECORDER_SAMPLING, &(struct qa_error){0});
	rc = sample_with(recorder, &sampler);
	if (rc == -EXDEV)
		out_of_reach(&sampler, err);
	qa_sampler_close(&sampler);
	return rc;
}

static bool may_come_yet(const struct qa_recorder *recorder, int rc)
{
	if (rc == -ESRCH)
		return qa_process_alive(&recorder->process);
	return rc == -EAGAIN || rc == -ENOEXEC || rc == -ENOTSUP || rc == -EPERM;
}

/* Until the interpreter is there; meanwhile what is there instead is shown as progress. */
static int wait_for_interpreter(struct qa_recorder *recorder)
{
	struct qa_error error;
	int rc;

	qa_search_begin(&recorder->search);
	do {
		error = (struct qa_error){0};
		rc = qa_search_look(
			&recorder->search, &recorder->process, &recorder->python, &error);
		if (may_come_yet(recorder, rc))
			set_progress(recorder, QA_RECORDER_WAITING,
				rc == -EAGAIN || rc == -ESRCH ? NULL : &error);
	} while (may_come_yet(recorder, rc) &&
		 sleep_until(recorder, qa_clock_ns() + qa_search_pause_ns(&recorder->search)));
	recorder->found = rc == 0;
	return may_come_yet(recorder, rc) ? -EAGAIN : rc;
}

static void *run(void *ctx)
{
	struct qa_recorder *recorder = ctx;
	struct qa_error error = {0};
	uint64_t one = 1;
	int rc = 0;

	qa_cpu_be_prompt();
	while (!atomic_load(&recorder->stop) && (rc == 0 || rc == -EAGAIN)) {
		rc = recorder->found ? 0 : wait_for_interpreter(recorder);
		recorder->found = false;
		if (rc == 0)
			rc = sample(recorder, &error);
	}
	if (rc && rc != -ESRCH && rc != -EAGAIN && error.code == 0)
		qa_error_set(&error, -rc, "The recording broke off: %s.", strerror(-rc));
	if (rc == -ESRCH)
		set_progress(recorder, QA_RECORDER_ENDED, NULL);
	else if (error.code)
		set_progress(recorder, QA_RECORDER_FAILED, &error);
	if (rc == -ESRCH || error.code)
		(void)!write(recorder->ended_fd, &one, sizeof(one));
	return NULL;
}

static int start_thread(struct qa_recorder *recorder)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* the new thread inherits it */
	rc = pthread_create(&recorder->thread, NULL, run, recorder);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -rc;
}

int qa_recorder_start(struct qa_recorder *recorder, const struct qa_raw_consumer *consumer,
	void *ctx, struct qa_error *err)
{
	int rc;

	qa_recording_init(&recorder->recording, consumer, ctx);
	recorder->recording.embedding =
		(struct qa_embedding){recorder->options.embed, QA_EMBED_ALL_MAX};
	recorder->start_ns = qa_clock_ns();
	rc = announce_session(recorder);
	if (rc)
		return qa_error_set(
			err, -rc, "The recording could not be begun: %s.", strerror(-rc));
	rc = start_thread(recorder);
	if (rc)
		return qa_error_set(
			err, -rc, "Cannot start the sampling thread: %s.", strerror(-rc));
	recorder->running = true;
	return 0;
}

int qa_recorder_fd(const struct qa_recorder *recorder)
{
	return recorder->ended_fd;
}

void qa_recorder_progress(struct qa_recorder *recorder, struct qa_recorder_progress *progress)
{
	pthread_mutex_lock(&recorder->lock);
	*progress = recorder->progress;
	pthread_mutex_unlock(&recorder->lock);
}

static enum qa_end_reason end_reason(const struct qa_recorder *recorder, enum qa_end_reason asked)
{
	switch (recorder->progress.state) {
	case QA_RECORDER_ENDED:
		return QA_END_EXIT;
	case QA_RECORDER_FAILED:
		return QA_END_FAILED;
	default:
		return asked;
	}
}

int qa_recorder_stop(struct qa_recorder *recorder, enum qa_end_reason reason, struct qa_error *err)
{
	const struct qa_raw_consumer *consumer = recorder->recording.consumer;
	struct qa_raw_end end = {0};
	int rc = 0;

	if (!recorder->running)
		return 0;
	atomic_store(&recorder->stop, true);
	pthread_join(recorder->thread, NULL);
	recorder->running = false;
	end = (struct qa_raw_end){.time_ns = qa_clock_ns(), .reason = end_reason(recorder, reason)};
	set_progress(recorder, recorder->progress.state, NULL);
	if (recorder->progress.state == QA_RECORDER_FAILED) {
		if (err)
			*err = recorder->progress.error;
		rc = -recorder->progress.error.code;
	}
	if (deliver_loss(recorder) == 0 && consumer->end)
		consumer->end(recorder->recording.consumer_ctx, &end);
	return rc;
}

void qa_recorder_free(struct qa_recorder *recorder)
{
	if (!recorder)
		return;
	qa_recorder_stop(recorder, QA_END_STOPPED, NULL);
	qa_recording_free(&recorder->recording);
	qa_process_close(&recorder->process);
	if (recorder->ended_fd >= 0)
		close(recorder->ended_fd);
	pthread_mutex_destroy(&recorder->lock);
	free(recorder);
}
