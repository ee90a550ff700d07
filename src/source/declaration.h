/* What a Python file declares its encoding to be (PEP 263). */
#ifndef QA_SOURCE_DECLARATION_H
#define QA_SOURCE_DECLARATION_H

#include "qa/str.h"

/* The name as it is written, within the bytes; empty if there is none. */
struct qa_str qa_source_declaration(struct qa_str bytes);

/* The name that iconv knows, in `out`. False: it is too long to be one, or not made of its letters.
 */
bool qa_source_codec(struct qa_str declared, char *out, size_t room);

#endif
