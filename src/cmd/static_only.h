/* --static-only: source files analysed without a recording. */
#ifndef QA_CMD_STATIC_ONLY_H
#define QA_CMD_STATIC_ONLY_H

#include <stdbool.h>
#include <stddef.h>

#include "qa/error.h"

struct static_only {
	const char *output; /* NULL or "-": stdout */
	bool json;
	size_t limit; /* 0: the default */
};

/* Analyses the files and those in the folders that are named. *complete: every file could be
 * analysed; of the others the report says why not. */
int static_only_run(const struct static_only *choices, char *const *paths, bool *complete,
	struct qa_error *err);

#endif
