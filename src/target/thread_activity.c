#include "target/thread_activity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PATH_ROOM = 64, STAT_ROOM = 1024, SCHEDSTAT_ROOM = 128 };

/* Time that may be missing in the sum of running and waiting though the thread never slept: a
   fraction of what has passed, at most so much. */
enum { SLACK_FRACTION = 16, SLACK_MOST_NS = 50000 };

/* Descriptors that all else may need: threads get none of the last ones. */
enum { DESCRIPTORS_SPARED = 128 };

static bool is_to_be_spared(int fd)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	       (rlim_t)fd + DESCRIPTORS_SPARED >= limit.rlim_cur;
}

static int open_file(const struct qa_process *process, pid_t tid, const char *name)
{
	char path[PATH_ROOM];
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/%s", (long)process->pid, (long)tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || !is_to_be_spared(fd))
		return fd;
	close(fd);
	return -1;
}

void qa_thread_activity_open(
	struct qa_thread_activity *activity, const struct qa_process *process, pid_t tid)
{
	*activity = (struct qa_thread_activity){.stat = -1, .schedstat = -1};
	if (tid <= 0)
		return; /* unknown */
	activity->stat = open_file(process, tid, "stat");
	activity->schedstat = open_file(process, tid, "schedstat");
}

static void close_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void qa_thread_activity_close(struct qa_thread_activity *activity)
{
	close_file(&activity->stat);
	close_file(&activity->schedstat);
}

/* The file as it is now, as a string; or a negative errno. */
static int read_again(int fd, char *text, size_t room)
{
	ssize_t n = fd < 0 ? -1 : pread(fd, text, room - 1, 0);

	if (n < 0)
		return fd < 0 ? -ENOTSUP : -errno;
	text[n] = '\0';
	return 0;
}

/* What follows the thread's name, which may hold anything: the state comes first. */
static int read_stat(const struct qa_thread_activity *activity, char *text, size_t room, char **out)
{
	int rc = read_again(activity->stat, text, room);
	char *after = rc ? NULL : strrchr(text, ')');

	if (!rc && (!after || after[1] != ' '))
		return -EINVAL;
	*out = rc ? NULL : after + 2;
	return rc;
}

static int ask_outright(const struct qa_thread_activity *activity)
{
	char text[STAT_ROOM], *state;
	int rc = read_stat(activity, text, sizeof(text), &state);

	return rc ? rc : *state == 'R';
}

bool qa_thread_activity_is_runnable(const struct qa_thread_activity *activity)
{
	return ask_outright(activity) > 0;
}

/* Is it sure without asking outright? Then *on_cpu. */
static bool follows(
	const struct qa_thread_activity *before, const struct qa_thread_activity *now, bool *on_cpu)
{
	uint64_t passed = now->time_ns - before->time_ns;
	uint64_t slack =
		passed / SLACK_FRACTION < SLACK_MOST_NS ? passed / SLACK_FRACTION : SLACK_MOST_NS;

	if (!before->known)
		return false;
	*on_cpu = before->on_cpu;
	if (!before->on_cpu)
		return now->switched_in == before->switched_in;
	return now->busy_ns - before->busy_ns + slack >= passed;
}

static int read_schedstat(struct qa_thread_activity *activity)
{
	char text[SCHEDSTAT_ROOM], *at = text;
	uint64_t ran, waited;
	int rc = read_again(activity->schedstat, text, sizeof(text));

	if (rc)
		return rc;
	ran = strtoull(at, &at, 10);
	waited = strtoull(at, &at, 10);
	activity->busy_ns = ran + waited;
	activity->switched_in = strtoull(at, &at, 10);
	return activity->switched_in ? 0 : -ENOTSUP; /* this kernel does not count */
}

int qa_thread_activity_switches(const struct qa_thread_activity *activity, uint64_t *count)
{
	struct qa_thread_activity now = *activity;
	int rc = read_schedstat(&now);

	*count = now.switched_in;
	return rc;
}

int qa_thread_activity_look(struct qa_thread_activity *activity, uint64_t now_ns)
{
	struct qa_thread_activity now = *activity;
	bool on_cpu = false;
	int state;

	now.time_ns = now_ns;
	now.known = read_schedstat(&now) == 0;
	if (now.known && follows(activity, &now, &on_cpu))
		state = on_cpu;
	else
		state = ask_outright(&now);
	now.known = now.known && state >= 0;
	now.on_cpu = state > 0;
	*activity = now;
	return state;
}

int qa_thread_activity_cpu(const struct qa_thread_activity *activity)
{
	enum { CPU_FIELD = 39, STATE_FIELD = 3 };
	char text[STAT_ROOM], *at;
	int rc = read_stat(activity, text, sizeof(text), &at);

	for (int field = STATE_FIELD; !rc && field < CPU_FIELD; field++) {
		at = strchr(at, ' ');
		if (!at)
			return -EINVAL;
		at++;
	}
	return rc ? rc : atoi(at);
}
