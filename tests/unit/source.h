/* Sources for the tests of the static analysis. */
#ifndef QA_TESTS_SOURCE_H
#define QA_TESTS_SOURCE_H

#include "qa/static_facts.h"

/* The facts of a text as a Python file; freed by the next call, or by source_end(). */
const struct qa_source_facts *source_analyse(const char *text);
const struct qa_source_facts *source_analyse_bytes(
	const char *bytes, size_t len, const struct qa_source_options *options);
void source_end(void);

/* The definition with this qualified name; the test fails if there is none. */
const struct qa_definition *source_definition(
	const struct qa_source_facts *facts, const char *qualified);

#endif
