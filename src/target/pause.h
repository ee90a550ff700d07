/*
 * Stops one thread for a moment, by ptrace, and lets it go on. Nothing stays behind: should we be
 * killed meanwhile, the kernel lets the thread go on by itself.
 *
 * A parent of the process that waits for its end, if it is us, is told of these stops as well
 * (CLD_TRAPPED), and would take them away: it has to look first (waitid with WNOWAIT).
 */
#ifndef QA_TARGET_PAUSE_H
#define QA_TARGET_PAUSE_H

#include "target/process.h"

struct qa_pause {
	pid_t tid;
	int signal; /* one that was about to be delivered, and will be */
};

/*
 * Returns once the thread has stopped. -EAGAIN: it has ended. -ENOTSUP: it cannot be stopped, most
 * often because something else traces it already. The same thread of ours must end the pause.
 */
int qa_pause_begin(struct qa_pause *pause, const struct qa_process *process, pid_t tid);
void qa_pause_end(const struct qa_pause *pause);

#endif
