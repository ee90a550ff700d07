#include "cmd/signals.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/signalfd.h>

static const struct {
	int number;
	void (*handler)(int);
} changed[CHANGED_SIGNALS] = {
	{SIGPIPE, SIG_IGN}, {SIGXFSZ, SIG_IGN},
	{SIGCHLD, SIG_DFL}, /* who starts us may ignore it, and then there would be nobody to wait
			       for */
};

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int signals_take(struct signals *signals, struct qa_error *err)
{
	static const int wanted[] = {SIGINT, SIGTERM, SIGHUP};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (!is_ignored(wanted[i]))
			sigaddset(&set, wanted[i]);
	sigprocmask(SIG_BLOCK, &set, &signals->mask_before);
	for (size_t i = 0; i < CHANGED_SIGNALS; i++)
		sigaction(changed[i].number, &(struct sigaction){.sa_handler = changed[i].handler},
			&signals->before[i]);
	signals->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return signals->fd < 0
		       ? qa_error_set(err, errno, "Cannot receive signals: %s.", strerror(errno))
		       : 0;
}

void signals_give_back(const struct signals *signals)
{
	for (size_t i = 0; i < CHANGED_SIGNALS; i++)
		sigaction(changed[i].number, &signals->before[i], NULL);
	sigprocmask(SIG_SETMASK, &signals->mask_before, NULL);
}
