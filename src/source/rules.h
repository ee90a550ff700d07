/* A language's table, by the numbers that its grammar gives the nodes. */
#ifndef QA_SOURCE_RULES_H
#define QA_SOURCE_RULES_H

#include "source/language.h"

struct qa_rules {
	const struct qa_rule **by_symbol; /* what is not in the table has a rule without a role */
	uint32_t symbols;
	uint16_t name, body, branch, import; /* fields */
};

/* That of nodes that are not in the table. */
extern const struct qa_rule qa_no_rule;

/* Errors have a number beyond those of the grammar. */
static inline const struct qa_rule *qa_rule_of(const struct qa_rules *rules, uint32_t symbol)
{
	return symbol < rules->symbols ? rules->by_symbol[symbol] : &qa_no_rule;
}

/* -ENOENT: the grammar does not know the node or the field `*unknown`; -ENOMEM. */
int qa_rules_open(struct qa_rules *rules, const struct qa_language *language, const char **unknown);
void qa_rules_close(struct qa_rules *rules);

#endif
