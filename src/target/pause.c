#include "target/pause.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of threads of any kind, but only what this thread traces. */
enum { OURS = __WALL | __WNOTHREAD };

static int wait_for(pid_t tid, int options, siginfo_t *info)
{
	int rc;

	do {
		info->si_pid = 0;
		rc = waitid(P_PID, (id_t)tid, info, options | OURS);
	} while (rc && errno == EINTR);
	return rc ? -errno : 0;
}

/* An end that our parenthood entitles somebody else in this process to hear of is left to them. */
static void note_end(const struct qa_process *process, pid_t tid)
{
	siginfo_t info;

	if (tid != process->pid || qa_process_parent(process) != getpid())
		wait_for(tid, WEXITED | WNOHANG, &info);
}

/* A stop is either for us, which carries an event, or for a signal to be delivered. */
static int signal_of(const siginfo_t *info)
{
	return info->si_code == CLD_TRAPPED && info->si_status >> 8 == 0 ? info->si_status : 0;
}

/* A thread that has ended cannot be traced, but neither can one that somebody else traces. */
static bool has_ended(const struct qa_process *process, pid_t tid)
{
	char name[sizeof("task//stat") + 20];
	struct qa_buf text = {0};
	const char *state;
	bool ended = true;

	snprintf(name, sizeof(name), "task/%ld/stat", (long)tid);
	if (qa_process_read_file(process, name, &text) == 0) {
		qa_buf_append_char(&text, '\0');
		state = text.failed ? NULL : strrchr(text.data, ')');
		ended = state && strlen(state) > 2 && strchr("ZXx", state[2]);
	}
	qa_buf_free(&text);
	return ended;
}

int qa_pause_begin(struct qa_pause *pause, const struct qa_process *process, pid_t tid)
{
	siginfo_t info;
	int rc;

	*pause = (struct qa_pause){.tid = tid};
	if (tid <= 0)
		return -EAGAIN; /* it has just begun, or ended */
	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL))
		return errno == EPERM && !has_ended(process, tid) ? -ENOTSUP : -EAGAIN;
	ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
	rc = wait_for(tid, WSTOPPED | WEXITED | WNOWAIT, &info);
	if (rc)
		return -EAGAIN;
	if (info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED) {
		note_end(process, tid);
		return -EAGAIN;
	}
	wait_for(tid, WSTOPPED | WNOHANG, &info);
	pause->signal = signal_of(&info);
	return 0;
}

void qa_pause_end(const struct qa_pause *pause)
{
	ptrace(PTRACE_DETACH, pause->tid, NULL, (void *)(intptr_t)pause->signal);
}
