/* Which samples the user wants reported: --wall, --cpu, --gil, --no-idle and --thread. */
#ifndef QA_CMD_SELECTION_H
#define QA_CMD_SELECTION_H

#include <stdbool.h>
#include <stdio.h>

#include "qa/error.h"
#include "qa/profile.h"

enum { SELECTION_MAX_THREADS = 64 };

struct selection {
	bool wall;
	bool cpu;
	bool gil;
	bool no_idle;
	const char *threads[SELECTION_MAX_THREADS];
	size_t thread_count;
};

int selection_add_thread(struct selection *selection, const char *thread, struct qa_error *err);

/* -EINVAL: the options contradict each other. */
int selection_check(const struct selection *selection, struct qa_error *err);

/* Enters it in the options of a profile, which borrow the texts. */
void selection_apply(const struct selection *selection, struct qa_profile_options *options);

/* Says of how many samples it was not known whether they belong to the selection, and where they
 * went; nothing if there are none. */
void print_unknown(const char *program, const struct qa_profile *profile, FILE *out);

#endif
