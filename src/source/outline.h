/* What a lexer can tell of a Python file when there is no syntax tree. */
#ifndef QA_SOURCE_OUTLINE_H
#define QA_SOURCE_OUTLINE_H

#include "source/definitions.h"
#include "source/text.h"

/* Functions and classes by their lines and indentation, imports and decisions by their keywords;
 * everything else is set to QA_FACT_UNKNOWN. -ENOMEM. */
int qa_outline(const struct qa_source_text *text, struct qa_source_facts *facts,
	struct qa_definitions *definitions);

#endif
