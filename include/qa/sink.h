/* Where bytes go: a file, a descriptor, memory, or gzip around another sink. */
#ifndef QA_SINK_H
#define QA_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qa/error.h"
#include "qa/str.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A sink remembers its first error: write as much as you like and check once, at close.
 * After an error further writes do nothing. A sink is used by one thread at a time.
 */
struct qa_sink;

/* A whole file or none: written beside `path`, renamed onto it by qa_sink_close. */
int qa_sink_open_file(const char *path, struct qa_sink **out, struct qa_error *err);

/*
 * A file that can be read while it is written: what was flushed stays, whatever happens later. What
 * is there already is replaced by the first write; given up before that, everything is as it was.
 */
int qa_sink_open_stream(const char *path, struct qa_sink **out, struct qa_error *err);

/* A descriptor that stays the caller's: it is not closed. `name` is used in messages. */
int qa_sink_open_fd(int fd, const char *name, struct qa_sink **out, struct qa_error *err);

/*
 * A pipe, a socket or a terminal may make a write wait for its reader, for ever if need be. Once
 * `fd` is readable, such a write gives up with ECANCELED. For sinks on files and descriptors; the
 * descriptor is borrowed.
 */
void qa_sink_interrupt_by(struct qa_sink *sink, int fd);

/* Memory that grows. The bytes are borrowed until the next write, or until the sink is closed. */
int qa_sink_open_memory(struct qa_sink **out, struct qa_error *err);
struct qa_str qa_sink_memory(const struct qa_sink *sink);

/* gzip, without time or name in its header so that equal input gives equal bytes. `under` is
 * borrowed: close it after. */
int qa_sink_open_gzip(struct qa_sink *under, struct qa_sink **out, struct qa_error *err);

void qa_sink_write(struct qa_sink *sink, const void *data, size_t len);
void qa_sink_puts(struct qa_sink *sink, const char *text);
void qa_sink_put_str(struct qa_sink *sink, struct qa_str text);
void qa_sink_printf(struct qa_sink *sink, const char *format, ...) QA_PRINTF(2, 3);

/* Hands on what the sink itself still holds, so that a reader at the other end sees it now. */
void qa_sink_flush(struct qa_sink *sink);

/* Records a failure that happened outside a write: close will report it. Only the first one counts.
 */
void qa_sink_fail(struct qa_sink *sink, int code);

/* Says in err what the first error was, with a hint. Returns it, negative, or 0. */
int qa_sink_report(const struct qa_sink *sink, struct qa_error *err);

/* The first error as a positive errno, or 0. */
int qa_sink_error(const struct qa_sink *sink);
uint64_t qa_sink_written(const struct qa_sink *sink);

/* Finishes and frees the sink. Returns the first error that any call met. */
int qa_sink_close(struct qa_sink *sink, struct qa_error *err);

/* Frees the sink without finishing: a file opened with qa_sink_open_file does not appear. NULL is
 * allowed. */
void qa_sink_abort(struct qa_sink *sink);

#ifdef __cplusplus
}
#endif
#endif
