/* The signals that qa-record takes notice of: read from a descriptor, not suffered. */
#ifndef QA_CMD_SIGNALS_H
#define QA_CMD_SIGNALS_H

#include <signal.h>

#include "qa/error.h"

enum { CHANGED_SIGNALS = 3 };

struct signals {
	int fd; /* a signalfd for SIGINT, SIGTERM, SIGHUP (unless they were ignored, as by nohup)
		   and SIGCHLD */
	sigset_t mask_before;
	struct sigaction before[CHANGED_SIGNALS];
};

/*
 * From here on: those signals are blocked; a closed pipe or a limit on file sizes is a write error;
 * children are waited for.
 */
int signals_take(struct signals *signals, struct qa_error *err);

/* In the child: everything as qa-record itself found it. */
void signals_give_back(const struct signals *signals);

#endif
