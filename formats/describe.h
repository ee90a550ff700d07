/* How formats for people word things. All text that comes from the profiled program is escaped: it
 * stays on its line. */
#ifndef QA_FORMATS_DESCRIBE_H
#define QA_FORMATS_DESCRIBE_H

#include "qa/emitter.h"
#include "support/buf.h"

/* "handle (server.py:12)"; just the name for a frame that has no place. Never ends with a digit or
 * a blank. */
void qa_describe_frame(struct qa_buf *out, const struct qa_frame *frame);

/* "server.py:12", or "" for a frame that has no place. */
void qa_describe_place(struct qa_buf *out, const struct qa_frame *frame);

/* "MainThread (tid 101)", with the process if there are several. */
void qa_describe_thread(
	struct qa_buf *out, const struct qa_profile *profile, const struct qa_thread *thread);

/* The asked title, or what was profiled: "server.py", "-m http.server and 2 more". */
void qa_describe_title(struct qa_buf *out, const struct qa_profile *profile,
	const struct qa_emit_options *options);

/* The samples that were selected by their state: "on a CPU"; "" if that was not asked. */
const char *qa_selected_state(const struct qa_profile *profile);

/* Were samples selected by anything? */
bool qa_is_selection(const struct qa_profile *profile);

/* By what: "on a CPU; threads: worker-1, 5003"; nothing if they were not. */
void qa_describe_selection(struct qa_buf *out, const struct qa_profile *profile);

/* "1847 samples", "30 of 1847 samples (on a CPU)" */
void qa_describe_count(struct qa_buf *out, const struct qa_profile *profile);

/* "1847 samples, 20.013 s at 92.3 per second (asked: 100.0), Python 3.11.2" */
void qa_describe_recording(struct qa_buf *out, const struct qa_profile *profile);

/* "24.69": hundredths of a part of a whole, for people always with a point. */
void qa_describe_percent(struct qa_buf *out, uint64_t part, uint64_t whole);

/* "20.013" */
void qa_describe_seconds(struct qa_buf *out, uint64_t ns);

/* Ticks per second: "92.3". */
void qa_describe_rate(struct qa_buf *out, const struct qa_profile *profile);
void qa_describe_asked_rate(struct qa_buf *out, const struct qa_profile *profile);

/* From the start to the end of the recording. */
uint64_t qa_duration_ns(const struct qa_profile *profile);

/* How many columns a text takes on a terminal. */
size_t qa_describe_columns(struct qa_str text);

/* Why there is nothing to say about a source, or about a frame's part of it: "the source changed
 * since the recording". */
const char *qa_describe_join_state(enum qa_join_state state);

/* What follows the last slash. */
const char *qa_base_name(const char *path);

/* 0, or -ENOMEM with err set if a buffer could not grow. */
int qa_describe_check(const struct qa_buf *buf, struct qa_error *err);

#endif
