/* Parts of the static facts to read, for formats that show them among other things. */
#ifndef QA_FORMATS_STATIC_TEXT_H
#define QA_FORMATS_STATIC_TEXT_H

#include "qa/sink.h"
#include "qa/static_facts.h"

/* "Analysis: full", and a note if there is something to say. */
void qa_static_text_level(const struct qa_source_facts *facts, struct qa_sink *sink);

/* Size, lines, functions and so on, each on a line, and details; not of what could not be analysed.
 */
void qa_static_text_counts(const struct qa_source_facts *facts, struct qa_sink *sink);

#endif
