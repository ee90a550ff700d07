#include "source/rules.h"

#ifdef QA_HAVE_GRAMMARS
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

const struct qa_rule qa_no_rule = {NULL, NULL, QA_ROLE_NONE, 0, false};

/* A name may have several symbols. */
static bool enter(struct qa_rules *rules, const TSLanguage *grammar, const struct qa_rule *rule)
{
	TSSymbolType wanted = rule->is_token ? TSSymbolTypeAnonymous : TSSymbolTypeRegular;
	bool known = false;

	for (uint32_t symbol = 0; symbol < rules->symbols; symbol++) {
		const char *name = ts_language_symbol_name(grammar, (TSSymbol)symbol);

		if (ts_language_symbol_type(grammar, (TSSymbol)symbol) != wanted || !name ||
			strcmp(name, rule->node) != 0)
			continue;
		rules->by_symbol[symbol] = rule;
		known = true;
	}
	return known;
}

static bool enter_field(const TSLanguage *grammar, const char *name, uint16_t *field)
{
	*field = name ? ts_language_field_id_for_name(grammar, name, (uint32_t)strlen(name)) : 0;
	return !name || *field;
}

static int enter_all(struct qa_rules *rules, const TSLanguage *grammar,
	const struct qa_language *language, const char **unknown)
{
	const char *const names[] = {language->field_name, language->field_body,
		language->field_branch, language->field_import};
	uint16_t *const fields[] = {&rules->name, &rules->body, &rules->branch, &rules->import};

	for (const struct qa_rule *rule = language->rules; rule->node; rule++) {
		*unknown = rule->node;
		if (!enter(rules, grammar, rule))
			return -ENOENT;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		*unknown = names[i];
		if (!enter_field(grammar, names[i], fields[i]))
			return -ENOENT;
	}
	return 0;
}

int qa_rules_open(struct qa_rules *rules, const struct qa_language *language, const char **unknown)
{
	const TSLanguage *grammar = language->grammar();
	int rc;

	*rules = (struct qa_rules){.symbols = ts_language_symbol_count(grammar)};
	rules->by_symbol = malloc(rules->symbols * sizeof(const struct qa_rule *));
	if (!rules->by_symbol)
		return -ENOMEM;
	for (uint32_t i = 0; i < rules->symbols; i++)
		rules->by_symbol[i] = &qa_no_rule;
	rc = enter_all(rules, grammar, language, unknown);
	if (rc)
		qa_rules_close(rules);
	return rc;
}

void qa_rules_close(struct qa_rules *rules)
{
	free(rules->by_symbol);
	*rules = (struct qa_rules){0};
}
#endif
