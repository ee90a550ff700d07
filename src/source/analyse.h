/* The analysis of a text whose language is known. */
#ifndef QA_SOURCE_ANALYSE_H
#define QA_SOURCE_ANALYSE_H

#include "qa/static_facts.h"
#include "source/language.h"

/* As qa_source_analyse_bytes(). */
int qa_source_analyse_in(const struct qa_language *language, const char *path, struct qa_str bytes,
	const struct qa_source_options *options, struct qa_source_facts **out,
	struct qa_error *err);

#endif
