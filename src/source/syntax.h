/* A text to its syntax tree, within a limit of time. */
#ifndef QA_SOURCE_SYNTAX_H
#define QA_SOURCE_SYNTAX_H

#include "source/language.h"

struct TSTree;

/*
 * *tree is the caller's, for ts_tree_delete. Of text that does not follow the grammar, the tree has
 * the parts that do. -ETIMEDOUT: it takes more than `budget_ms` of CPU; -ENOSYS: the parser does
 * not take the grammar; -ENOMEM.
 */
int qa_syntax_parse(const struct qa_language *language, struct qa_str text, uint32_t budget_ms,
	struct TSTree **tree);

#endif
