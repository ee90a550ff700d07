#include "cmd/session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "cmd/child.h"
#include "cmd/narrator.h"
#include "cmd/options.h"
#include "cmd/output_name.h"
#include "cmd/signals.h"
#include "qa/recorder.h"
#include "qa/trace_writer.h"

enum { LOOK_EVERY_MS = 250, GRACE_SECONDS = 2 };

struct session {
	const struct session_options *options;
	struct child child; /* .pid is -1 when we attached */
	struct signals signals;
	int grace;    /* a timer: when it has run out, a stalled reader is waited for no longer */
	char *output; /* NULL: stdout */
	struct qa_sink *sink;
	struct qa_trace_writer *writer;
	struct qa_recorder *recorder;
	struct narrator narrator;
	int failure;      /* the exit status if the program never ran; else 0 */
	bool interrupted; /* a signal told us, not a child of ours, to end */
};

/* For the files of many threads; not for the child, so only once it is there. */
static void allow_many_descriptors(void)
{
	enum { ENOUGH = 65536 };
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= ENOUGH)
		return;
	limit.rlim_cur = limit.rlim_max < ENOUGH ? limit.rlim_max : ENOUGH;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* An output that the user named is opened while signals still work: opening a pipe may take for
 * ever. */
static int open_sink(struct session *session, pid_t pid, struct qa_error *err)
{
	const struct session_options *options = session->options;
	int rc;

	if (session->sink)
		return 0;
	if (options->output && strcmp(options->output, "-") == 0) {
		rc = qa_sink_open_fd(STDOUT_FILENO, "stdout", &session->sink, err);
	} else {
		session->output = options->output ? strdup(options->output)
						  : default_output_name(options->argv, pid);
		if (!session->output)
			return qa_error_set(err, ENOMEM, "Out of memory.");
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): release() frees the name. */
		rc = qa_sink_open_stream(session->output, &session->sink, err);
	}
	if (!rc)
		qa_sink_interrupt_by(session->sink, session->grace);
	return rc;
}

static int attach(struct session *session, pid_t pid, struct qa_error *err)
{
	const struct qa_recorder_options options = {.period_ns = session->options->period_ns,
		.wait_for_interpreter = session->child.pid >= 0,
		.on_cpu = session->options->on_cpu,
		.pause = session->options->pause,
		.embed = session->options->embed};

	return qa_recorder_open(pid, &options, &session->recorder, err);
}

/* Until here nothing was written: a recording that cannot begin leaves no file, and an old one as
 * it was. */
static int start(struct session *session, struct qa_error *err)
{
	int rc = qa_trace_writer_open(session->sink, &session->writer, err);

	allow_many_descriptors();
	return rc ? rc
		  : qa_recorder_start(
			    session->recorder, &qa_trace_writer_consumer, session->writer, err);
}

static int begin_attached(struct session *session, struct qa_error *err)
{
	pid_t pid = session->options->pid;
	int rc = attach(session, pid, err);

	if (!rc)
		rc = open_sink(session, pid, err);
	return rc ? rc : start(session, err);
}

/* The child becomes the program only when all the rest is ready. */
static int begin_launched(struct session *session, struct qa_error *err)
{
	const struct session_options *options = session->options;
	bool owns_stdout = options->output && strcmp(options->output, "-") == 0;
	int rc = child_fork(options->argv, owns_stdout, &session->signals, &session->child, err);

	if (rc)
		return rc;
	rc = open_sink(session, session->child.pid, err);
	if (!rc)
		rc = attach(session, session->child.pid, err);
	if (rc) {
		child_cancel(&session->child);
		session->failure = STATUS_FAILED;
		return rc;
	}
	rc = child_exec(&session->child, options->argv[0], err);
	if (rc)
		session->failure = rc == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
	return rc ? rc : start(session, err);
}

/*
 * The kernel sends a terminal's Ctrl-C, or its end, to the whole foreground group: the program has
 * it already. Only when we lead the session is its end told to us alone.
 */
static bool child_has_it_already(const struct signalfd_siginfo *signal)
{
	bool to_leader_alone = signal->ssi_signo == SIGHUP && getsid(0) == getpid();

	return signal->ssi_code == SI_KERNEL && !to_leader_alone;
}

/* A signal for us is one for the program, if we launched it. */
static void on_signal(struct session *session, const struct signalfd_siginfo *signal)
{
	if (signal->ssi_signo == SIGCHLD)
		return;
	if (session->child.pid < 0)
		session->interrupted = true;
	else if (!child_has_it_already(signal) && !child_has_ended(&session->child))
		kill(session->child.pid, (int)signal->ssi_signo);
}

static void read_signals(struct session *session)
{
	struct signalfd_siginfo signal;

	while (read(session->signals.fd, &signal, sizeof(signal)) == sizeof(signal))
		on_signal(session, &signal);
}

static bool has_ended(struct session *session)
{
	return session->child.pid >= 0 && child_has_ended(&session->child);
}

/* Waits for a signal, the end of the recorder (fd < 0: not waited for) or the time, whichever comes
 * first. */
static void wait_for_event(struct session *session, int recorder_fd, uint64_t until_ns)
{
	struct pollfd fds[] = {{.fd = session->signals.fd, .events = POLLIN},
		{.fd = recorder_fd, .events = POLLIN}};
	uint64_t now = now_ns();
	uint64_t left = until_ns > now ? until_ns - now : 0;
	struct timespec timeout = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};

	if (ppoll(fds, 2, until_ns == UINT64_MAX ? NULL : &timeout, NULL) > 0)
		read_signals(session);
}

/* Until the duration is over, the target has ended, or somebody wants us to end. */
static enum qa_end_reason record(struct session *session)
{
	const uint64_t duration = session->options->duration_ns;
	const uint64_t end = duration ? now_ns() + duration : UINT64_MAX;
	struct qa_recorder_progress progress;

	for (;;) {
		uint64_t now = now_ns();
		uint64_t look = now + LOOK_EVERY_MS * 1000000u;

		qa_recorder_progress(session->recorder, &progress);
		narrator_progress(&session->narrator, &progress, qa_sink_written(session->sink));
		if (progress.state == QA_RECORDER_ENDED || has_ended(session))
			return QA_END_EXIT;
		if (progress.state == QA_RECORDER_FAILED)
			return QA_END_FAILED;
		if (session->interrupted)
			return QA_END_STOPPED;
		if (now >= end)
			return QA_END_DURATION;
		wait_for_event(session, qa_recorder_fd(session->recorder), look < end ? look : end);
	}
}

/* Closes the trace. Returns what kept it from being whole, if anything did. */
static int finish(struct session *session, enum qa_end_reason reason, struct qa_error *err)
{
	const struct itimerspec patience = {.it_value = {.tv_sec = GRACE_SECONDS}};
	struct qa_recorder_progress progress;
	struct qa_error later = {0};
	uint64_t bytes;
	int rc;
	int later_rc;

	timerfd_settime(session->grace, 0, &patience, NULL);
	rc = qa_recorder_stop(session->recorder, reason, err);
	qa_recorder_progress(session->recorder, &progress);
	if (reason == QA_END_EXIT)
		progress.state = QA_RECORDER_ENDED;
	later_rc = qa_trace_writer_close(session->writer, &later);
	session->writer = NULL;
	bytes = qa_sink_written(session->sink);
	if (qa_sink_close(session->sink, &later))
		later_rc = -later.code;
	session->sink = NULL;
	if (later_rc) { /* what broke the writing is the cause of all that followed */
		*err = later;
		rc = later_rc;
	}
	narrator_summary(
		&session->narrator, &progress, session->options->period_ns, bytes, session->output);
	return rc;
}

static void release(struct session *session)
{
	qa_recorder_free(session->recorder);
	if (session->writer)
		qa_trace_writer_close(session->writer, NULL);
	qa_sink_abort(session->sink);
	if (session->signals.fd >= 0)
		close(session->signals.fd);
	if (session->grace >= 0)
		close(session->grace);
	free(session->output);
}

/* The program runs on to its own end; its signals still reach it through us. */
static int wait_for_child(struct session *session)
{
	while (!has_ended(session))
		wait_for_event(session, -1, UINT64_MAX);
	return child_exit_status(&session->child);
}

static int begin(struct session *session, struct qa_error *err)
{
	int rc = 0;

	session->grace = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (session->grace < 0)
		return qa_error_set(err, errno, "Cannot make a timer: %s.", strerror(errno));
	if (session->options->output)
		rc = open_sink(session, 0, err);
	if (!rc)
		rc = signals_take(&session->signals, err);
	if (rc)
		return rc;
	return session->options->pid ? begin_attached(session, err) : begin_launched(session, err);
}

/* The program's own status if it runs or ran, else ours. */
static int final_status(struct session *session, int own_status)
{
	return session->child.pid >= 0 && !session->failure ? wait_for_child(session) : own_status;
}

int session_run(const struct session_options *options)
{
	struct session session = {.options = options,
		.child = {.pid = -1, .go = -1, .failed = -1},
		.signals = {.fd = -1},
		.grace = -1};
	struct qa_error error = {0};
	int status, rc;

	narrator_init(&session.narrator, options->quiet);
	if (options->on_cpu == QA_ON_CPU_AUTO && !options->pause)
		narrator_price(&session.narrator, options->period_ns);
	rc = begin(&session, &error);
	if (!rc)
		rc = finish(&session, record(&session), &error);
	if (rc)
		print_error("qa-record", &error);
	status = final_status(&session, session.failure ? session.failure : rc ? STATUS_FAILED : 0);
	release(&session);
	return status;
}
