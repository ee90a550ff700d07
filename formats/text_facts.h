/* What the sources of a profile say, as parts of the report to read. */
#ifndef QA_FORMATS_TEXT_FACTS_H
#define QA_FORMATS_TEXT_FACTS_H

#include "qa/emitter.h"
#include "support/buf.h"

/* A file's facts, one on each line; or a line that says why there are none. */
void qa_text_put_facts(const struct qa_joined_file *file, struct qa_sink *sink);

/* Those of the hottest files besides the scripts. The scratch buffer is empty before and after; it
 * remembers a lack of memory. */
void qa_text_put_hot_files(const struct qa_profile *profile, const struct qa_emit_options *options,
	struct qa_sink *sink, struct qa_buf *scratch);

/* A table of the functions by their score, and what is not in it. */
void qa_text_put_hot_and_complex(const struct qa_profile *profile,
	const struct qa_emit_options *options, struct qa_sink *sink, struct qa_buf *scratch);

#endif
