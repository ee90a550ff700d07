#include "cmd/child.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: waits for the word to go, becomes the program or tells why not. */
static _Noreturn void become(
	char *const *argv, int go, int failed, bool stdout_to_stderr, const struct signals *signals)
{
	char word;
	int code;

	if (read(go, &word, 1) != 1)
		_exit(125);
	if (stdout_to_stderr)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	signals_give_back(signals);
	execvp(argv[0], argv);
	code = errno;
	(void)!write(failed, &code, sizeof(code));
	_exit(code == ENOENT ? 127 : 126);
}

int child_fork(char *const *argv, bool stdout_to_stderr, const struct signals *signals,
	struct child *child, struct qa_error *err)
{
	int go[2], failed[2];

	*child = (struct child){.pid = -1, .go = -1, .failed = -1};
	if (pipe2(go, O_CLOEXEC))
		return qa_error_set(err, errno, "Cannot make a pipe: %s.", strerror(errno));
	if (pipe2(failed, O_CLOEXEC)) {
		int code = errno;

		close(go[0]);
		close(go[1]);
		return qa_error_set(err, code, "Cannot make a pipe: %s.", strerror(code));
	}
	child->pid = fork();
	if (child->pid == 0) {
		close(go[1]);
		close(failed[0]);
		become(argv, go[0], failed[1], stdout_to_stderr, signals);
	}
	close(go[0]);
	close(failed[1]);
	child->go = go[1];
	child->failed = failed[0];
	if (child->pid < 0) {
		int code = errno;

		child_cancel(child);
		return qa_error_set(err, code, "Cannot start a process: %s.", strerror(code));
	}
	return 0;
}

static void close_pipes(struct child *child)
{
	if (child->go >= 0)
		close(child->go);
	if (child->failed >= 0)
		close(child->failed);
	child->go = child->failed = -1;
}

static void wait_for(struct child *child)
{
	while (waitpid(child->pid, &child->wait_status, 0) < 0 && errno == EINTR)
		continue;
	child->ended = true;
}

static void explain_exec(const char *program, int code, struct qa_error *err)
{
	struct stat st;
	bool is_there = strchr(program, '/') && stat(program, &st) == 0;

	if (code == ENOENT && is_there) {
		qa_error_set(err, ENOENT,
			"'%s' is there, but the interpreter that its #! line names is not.",
			program);
		qa_error_hint(err, "Say qa-record -- python3 %s", program);
	} else if (code == ENOENT) {
		qa_error_set(err, ENOENT, "There is no program '%s'.", program);
		qa_error_hint(err, strchr(program, '/')
					   ? "Check the path."
					   : "It is not in PATH: check the name, or give a path.");
	} else {
		qa_error_set(err, code, "Cannot execute '%s': %s.", program, strerror(code));
		if (code == EACCES && is_there && S_ISREG(st.st_mode))
			qa_error_hint(err,
				"It is no executable file: for a script, say qa-record -- python3 "
				"%s",
				program);
	}
}

int child_exec(struct child *child, const char *program, struct qa_error *err)
{
	int code = 0;
	ssize_t n;

	(void)!write(child->go, "", 1);
	do {
		n = read(child->failed, &code,
			sizeof(code)); /* ends without a byte when exec closes the other side */
	} while (n < 0 && errno == EINTR);
	close_pipes(child);
	if (n != sizeof(code))
		return 0;
	wait_for(child);
	explain_exec(program, code, err);
	return -code;
}

void child_cancel(struct child *child)
{
	close_pipes(child);
	if (child->pid > 0)
		wait_for(child);
}

bool child_has_ended(struct child *child)
{
	siginfo_t info = {0};

	/* A pause that the recorder makes in it is none of our business, and must stay for it to
	 * see. */
	if (child->ended || waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) ||
		info.si_pid == 0 || info.si_code == CLD_TRAPPED)
		return child->ended;
	wait_for(child);
	return true;
}

int child_exit_status(const struct child *child)
{
	if (WIFSIGNALED(child->wait_status))
		return 128 + WTERMSIG(child->wait_status);
	return WEXITSTATUS(child->wait_status);
}
