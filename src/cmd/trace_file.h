/* The trace that a command reads, and what is to say about its state. */
#ifndef QA_CMD_TRACE_FILE_H
#define QA_CMD_TRACE_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "qa/error.h"
#include "qa/raw.h"
#include "qa/trace_reader.h"

struct trace_file {
	const char *name; /* for messages */
	int fd;
};

/* A path, or "-" for stdin. */
int trace_file_open(struct trace_file *file, const char *path, struct qa_error *err);
int trace_file_read(const struct trace_file *file, const struct qa_raw_consumer *consumer,
	void *ctx, struct qa_trace_health *health, struct qa_error *err);
void trace_file_close(struct trace_file *file);

/* Is it the same file as the one of this path? */
bool trace_file_is(const struct trace_file *file, const char *path);

/* Everything that is missing or odd, an indented line for each; nothing if there is nothing to say.
 */
void print_health(const struct qa_trace_health *health, FILE *out);

#endif
