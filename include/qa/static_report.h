/* The facts of source files, written down: for people, and as JSON. */
#ifndef QA_STATIC_REPORT_H
#define QA_STATIC_REPORT_H

#include "qa/sink.h"
#include "qa/static_facts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One file: some lines that begin with what they count, and its `limit` most complex functions. */
int qa_static_text(const struct qa_source_facts *facts, size_t limit, struct qa_sink *sink,
	struct qa_error *err);

/*
 * One object with all files: begin, each file in turn, end. What is not known is null.
 * docs/static-analysis.md has the keys. The sink remembers what fails.
 */
void qa_static_json_begin(struct qa_sink *sink);
void qa_static_json_file(const struct qa_source_facts *facts, bool is_first, struct qa_sink *sink);
void qa_static_json_end(struct qa_sink *sink);

#ifdef __cplusplus
}
#endif
#endif
