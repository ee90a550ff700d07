/* What a kind of sink provides. */
#ifndef QA_SUPPORT_SINK_H
#define QA_SUPPORT_SINK_H

#include "qa/sink.h"

struct qa_sink_ops {
	/* Takes all bytes. Returns 0 or a negative errno. */
	int (*write)(struct qa_sink *sink, const void *data, size_t len);
	/* Hands on what is buffered; NULL: there is no buffer. Returns 0 or a negative errno. */
	int (*flush)(struct qa_sink *sink);
	/* Completes (commit) or gives up, and releases everything but the struct itself. Returns 0
	 * or a negative errno. */
	int (*finish)(struct qa_sink *sink, bool commit);
};

/* First member of every kind of sink; allocated with malloc, freed by close and abort. */
struct qa_sink {
	const struct qa_sink_ops *ops;
	int error;                /* positive errno */
	_Atomic uint64_t written; /* the only field that other threads may ask for */
	char *name;               /* for messages; owned */
};

/* Allocates a sink of `size` bytes, zeroed but for its head. NULL: no memory, and err says so. */
void *qa_sink_new(
	size_t size, const struct qa_sink_ops *ops, const char *name, struct qa_error *err);

#endif
