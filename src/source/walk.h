/* From a syntax tree to facts. */
#ifndef QA_SOURCE_WALK_H
#define QA_SOURCE_WALK_H

#include "source/definitions.h"
#include "source/rules.h"
#include "source/text.h"

struct TSTree;

/* Fills in what a syntax tree tells. -ENOMEM. */
int qa_walk(const struct TSTree *tree, const struct qa_language *language,
	const struct qa_rules *rules, const struct qa_source_text *text,
	struct qa_source_facts *facts, struct qa_definitions *definitions);

#endif
