/* Raw events to bytes. docs/trace-format.md says what the bytes mean. */
#ifndef QA_TRACE_WRITER_H
#define QA_TRACE_WRITER_H

#include "qa/raw.h"
#include "qa/sink.h"

#ifdef __cplusplus
extern "C" {
#endif

struct qa_trace_writer;

/* Writes the file header. The sink stays the caller's: close it after the writer. */
int qa_trace_writer_open(struct qa_sink *sink, struct qa_trace_writer **out, struct qa_error *err);

/* Feed events with this table and the writer as its ctx. They return the sink's first error,
 * negative. */
extern const struct qa_raw_consumer qa_trace_writer_consumer;

/*
 * Puts everything that was fed so far into the sink as a complete block. The writer does it by
 * itself whenever a block is full; the recorder calls it at least once a second, so that a killed
 * recorder loses no more than that.
 */
int qa_trace_writer_flush(struct qa_trace_writer *writer, struct qa_error *err);

/* Flushes and frees the writer. */
int qa_trace_writer_close(struct qa_trace_writer *writer, struct qa_error *err);

#ifdef __cplusplus
}
#endif
#endif
