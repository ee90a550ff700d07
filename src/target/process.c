#include "target/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/hashmap.h"

enum { PATH_ROOM = 64, PROC_FILE_MAX = 64 << 20 };

int qa_process_open(pid_t pid, struct qa_process *process, struct qa_error *err)
{
	*process = (struct qa_process){.pid = pid, .pidfd = -1};
	process->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (process->pidfd < 0 && errno != ENOSYS && errno != EINVAL)
		return qa_error_set(err, errno, "Cannot attach to process %ld: %s.", (long)pid,
			strerror(errno));
	if (process->pidfd < 0 && errno == EINVAL) {
		qa_error_set(err, ESRCH, "%ld is not a process.", (long)pid);
		qa_error_hint(err, "It may be one of the threads of a process: give the process id "
				   "that ps shows.");
		return -ESRCH;
	}
	qa_live_memory_init(&process->memory, pid);
	return 0;
}

void qa_process_close(struct qa_process *process)
{
	if (process->pidfd >= 0)
		close(process->pidfd);
	process->pidfd = -1;
}

bool qa_process_alive(const struct qa_process *process)
{
	struct pollfd ended = {.fd = process->pidfd, .events = POLLIN};

	if (process->pidfd >= 0)
		return poll(&ended, 1, 0) == 0;
	return kill(process->pid, 0) == 0 || errno == EPERM;
}

static int read_whole(int fd, struct qa_buf *out)
{
	ssize_t n;

	do {
		if (out->len > PROC_FILE_MAX)
			return -EFBIG;
		if (!qa_buf_reserve(out, 4096))
			return -ENOMEM;
		n = read(fd, out->data + out->len, out->room - out->len);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -errno : 0;
}

int qa_process_read_file(const struct qa_process *process, const char *name, struct qa_buf *out)
{
	char path[PATH_ROOM];
	int fd, rc;

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)process->pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = read_whole(fd, out);
	close(fd);
	return rc;
}

int qa_process_read_link(const struct qa_process *process, const char *name, struct qa_buf *out)
{
	enum { LINK_MAX_LENGTH = 4096 };
	char path[PATH_ROOM];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)process->pid, name);
	if (!qa_buf_reserve(out, LINK_MAX_LENGTH))
		return -ENOMEM;
	n = readlink(path, out->data + out->len, LINK_MAX_LENGTH);
	if (n < 0)
		return -errno;
	out->len += (size_t)n;
	return 0;
}

uint64_t qa_process_exec_marker(const struct qa_process *process)
{
	struct qa_buf vector = {0};
	uint64_t marker = 0;

	if (qa_process_read_file(process, "auxv", &vector) == 0)
		marker = qa_hash_bytes(vector.data, vector.len);
	qa_buf_free(&vector);
	return marker;
}

/* The text after `key` at the start of a line of /proc/PID/status; NULL if there is none. */
static char *status_value(char *status, const char *key)
{
	char *line = strstr(status, key);

	return line ? line + strlen(key) : NULL;
}

/* The number after a key of /proc/PID/status: the first, or with `last` the last one of its line;
 * `unknown` if there is none. */
static long status_number(
	const struct qa_process *process, const char *key, bool last, long unknown)
{
	struct qa_buf status = {0};
	long number = unknown;

	if (qa_process_read_file(process, "status", &status) == 0) {
		char *text;

		qa_buf_append_char(&status, '\0');
		text = status.failed ? NULL : status_value(status.data, key);
		while (text && *text && *text != '\n') {
			char *end;
			long n = strtol(text, &end, 10);

			if (end == text)
				break;
			number = n;
			text = last ? end : NULL;
		}
	}
	qa_buf_free(&status);
	return number;
}

pid_t qa_process_parent(const struct qa_process *process)
{
	return (pid_t)status_number(process, "\nPPid:", false, 0);
}

pid_t qa_process_inner_pid(const struct qa_process *process)
{
	long pid = status_number(process, "\nNSpid:", true, 0);

	return pid > 0 ? (pid_t)pid : process->pid;
}

uid_t qa_process_user(const struct qa_process *process)
{
	return (uid_t)status_number(process, "\nUid:", true, -1);
}
