/* A window over the bytes of a trace, which come from a descriptor or from memory. */
#ifndef QA_TRACE_INPUT_H
#define QA_TRACE_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "qa/error.h"
#include "qa/str.h"
#include "support/buf.h"

struct qa_input {
	int fd;           /* -1: everything is in the window already */
	const char *name; /* for messages */
	const unsigned char *data;
	size_t len;
	uint64_t offset; /* of the window in the input */
	struct qa_buf buf;
	size_t start; /* of the window in buf */
};

void qa_input_from_memory(struct qa_input *input, struct qa_str bytes, const char *name);
void qa_input_from_fd(struct qa_input *input, int fd, const char *name);

/* Widens the window to `len` bytes, or to what there is. Moves the data. Returns 0 or a negative
 * errno. */
int qa_input_want(struct qa_input *input, size_t len, struct qa_error *err);
/* Moves the window's start; `len` is at most its length. */
void qa_input_skip(struct qa_input *input, size_t len);
void qa_input_close(struct qa_input *input);

#endif
