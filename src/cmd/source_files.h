/* The source files that paths name: files, and what is in folders. */
#ifndef QA_CMD_SOURCE_FILES_H
#define QA_CMD_SOURCE_FILES_H

#include <stddef.h>

#include "qa/error.h"

enum { SOURCE_FILES_MAX = 100000 };

/* All zero: none. */
struct source_files {
	char **paths; /* owned */
	size_t count;
	size_t room;
};

/*
 * Adds a file, whatever its name, or all files in a folder and below whose name is that of a
 * source, by name. Below a folder, neither links nor hidden folders are followed.
 */
int source_files_add(struct source_files *files, const char *path, struct qa_error *err);
void source_files_free(struct source_files *files);

#endif
