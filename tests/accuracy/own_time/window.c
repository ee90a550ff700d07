#include "window.h"

#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "bare_loop.h"
#include "qa/recorder.h"
#include "qa/trace_writer.h"
#include "sampler/clock.h"

enum {
	FAILED = 2,
	MS = 1000000,
	SETTLE_NS = 50 * MS, /* at the beginning of a window, not measured */
	MEASURE_NS = 500 * MS,
	LOOK_EVERY_NS = 20 * MS, /* where the program is */
};

/* What is at work during a window. */
struct activity {
	enum window_kind kind;
	struct bare_loop loop;
	struct qa_sink *sink;
	struct qa_trace_writer *writer;
	struct qa_recorder *recorder;
	int fd;
};

static void give_up(const struct qa_error *error)
{
	errx(FAILED, "%s %s", error->message, error->hint);
}

/* A new file without a name. */
static int open_nameless(void)
{
	char name[] = "/tmp/own-time-XXXXXX";
	int fd = mkostemp(name, 0);

	if (fd < 0)
		err(FAILED, "cannot make a file in /tmp");
	unlink(name);
	return fd;
}

static void wait_for_sampling(struct activity *activity)
{
	struct qa_recorder_progress progress;

	for (;;) {
		qa_recorder_progress(activity->recorder, &progress);
		if (progress.state == QA_RECORDER_SAMPLING)
			return;
		if (progress.state != QA_RECORDER_WAITING)
			give_up(&progress.error);
		qa_clock_sleep_until(qa_clock_ns() + MS);
	}
}

static void start_recording(
	struct activity *activity, const struct subject *subject, uint64_t period_ns, uint64_t seed)
{
	const struct qa_recorder_options options = {.period_ns = period_ns, .seed = seed};
	struct qa_error error = {0};

	activity->fd = open_nameless();
	if (qa_sink_open_fd(activity->fd, "the trace", &activity->sink, &error) ||
		qa_trace_writer_open(activity->sink, &activity->writer, &error) ||
		qa_recorder_open(subject->pid, &options, &activity->recorder, &error) ||
		qa_recorder_start(
			activity->recorder, &qa_trace_writer_consumer, activity->writer, &error))
		give_up(&error);
	wait_for_sampling(activity);
}

static void stop_recording(struct activity *activity, struct window *window)
{
	struct qa_recorder_progress progress;
	struct qa_error error = {0};

	if (qa_recorder_stop(activity->recorder, QA_END_STOPPED, &error))
		give_up(&error);
	qa_recorder_progress(activity->recorder, &progress);
	window->wakes = progress.loss.planned;
	window->kept = progress.loss.taken;
	if (qa_trace_writer_close(activity->writer, &error) ||
		qa_sink_close(activity->sink, &error))
		give_up(&error);
	qa_recorder_free(activity->recorder);
	close(activity->fd);
}

static void begin(
	struct activity *activity, const struct subject *subject, uint64_t period_ns, uint64_t seed)
{
	if (activity->kind == WINDOW_ON)
		start_recording(activity, subject, period_ns, seed);
	else if (activity->kind == WINDOW_BARE)
		bare_loop_start(&activity->loop, subject_cpu(subject), period_ns, seed);
}

/* Sleeps, and follows the program with the bare loop; the recorder follows by itself. The looking
 * is the same in all kinds of windows, so that its cost cancels out. Returns how often it moved. */
static unsigned follow(struct activity *activity, const struct subject *subject, uint64_t until_ns)
{
	int cpu = subject_cpu(subject);
	unsigned moves = 0;

	for (uint64_t now = qa_clock_ns(); now < until_ns; now = qa_clock_ns()) {
		uint64_t next = now + LOOK_EVERY_NS;
		int cpu_now = subject_cpu(subject);

		if (cpu_now != cpu && activity->kind == WINDOW_BARE)
			bare_loop_move(&activity->loop, cpu_now);
		moves += cpu_now != cpu;
		cpu = cpu_now;
		qa_clock_sleep_until(next < until_ns ? next : until_ns);
	}
	return moves;
}

/* Ends it, and tells how much it did. */
static void end(struct activity *activity, struct window *window)
{
	if (activity->kind == WINDOW_BARE) {
		bare_loop_end(&activity->loop);
		window->wakes = atomic_load(&activity->loop.wakes);
	} else if (activity->kind == WINDOW_ON) {
		stop_recording(activity, window);
	}
}

static void judge(struct window *window, const struct moment *from, const struct moment *to)
{
	double wall = (double)(to->time_ns - from->time_ns);
	double rounds = (double)(to->rounds - from->rounds);
	double subject = (double)(to->subject_cpu_ns - from->subject_cpu_ns);
	double ours = (double)(to->ours_cpu_ns - from->ours_cpu_ns);
	double asker = (double)(to->asker_cpu_ns - from->asker_cpu_ns);
	double idle = (double)(to->idle_ns - from->idle_ns);

	window->rate = rounds / wall;
	window->own_rate = rounds / subject;
	window->ours = ours / wall;
	window->others =
		(double)sysconf(_SC_NPROCESSORS_ONLN) - (subject + ours + asker + idle) / wall;
}

struct window window_run(
	const struct subject *subject, enum window_kind kind, uint64_t period_ns, uint64_t seed)
{
	struct activity activity = {.kind = kind};
	struct window window = {.kind = kind};
	struct moment from, to;
	uint64_t start_ns;

	begin(&activity, subject, period_ns, seed);
	start_ns = qa_clock_ns();
	follow(&activity, subject, start_ns + SETTLE_NS);
	from = subject_look(subject);
	window.moves = follow(&activity, subject, from.time_ns + MEASURE_NS);
	to = subject_look(subject);
	judge(&window, &from, &to);
	end(&activity, &window);
	window.seconds = (double)(to.time_ns - start_ns) / 1e9;
	return window;
}
