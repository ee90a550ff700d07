/* Source files: whatever their bytes are, they are analysed within bounds, and the facts agree. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "qa/static_facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static void check_definition(const struct qa_source_facts *facts, size_t index)
{
	const struct qa_definition *definition = &facts->definitions[index];
	enum qa_source_match match;

	require(definition->parent == QA_NO_DEFINITION || definition->parent < index);
	require(definition->first_line >= 1 && definition->def_line >= definition->first_line);
	require(definition->end_line >= definition->def_line);
	require(definition->end_line <= facts->line_count);
	require(definition->cyclomatic >= 1);
	require(definition->name.data[definition->name.len] == '\0');
	require(qa_source_find(facts, definition->name, definition->first_line, &match) != NULL);
	require(match == QA_MATCH_EXACT || match == QA_MATCH_AMBIGUOUS);
	qa_source_owner(facts, definition);
}

static void check_facts(const struct qa_source_facts *facts)
{
	enum qa_source_match match;

	if (facts->level == QA_SOURCE_FAILED) {
		require(facts->reason != NULL && facts->definition_count == 0);
		return;
	}
	require(facts->loc == facts->sloc + facts->comment_lines + facts->multi + facts->blank);
	require(facts->complexity >= facts->functions + 1);
	for (size_t i = 0; i < facts->definition_count; i++)
		check_definition(facts, i);
	for (uint32_t line = 0; line <= facts->line_count + 1; line++)
		qa_source_line(facts, line);
	qa_source_find(facts, qa_str("<lambda>"), facts->line_count, &match);
}

/* The first byte chooses: the lexer alone, or the parser. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qa_source_options options = {.max_bytes = 1 << 16, .budget_ms = 1000};
	struct qa_source_facts *facts;
	struct qa_str text;

	if (size == 0)
		return 0;
	options.basic = data[0] & 1;
	text.data = (const char *)data + 1;
	text.len = size - 1;
	if (qa_source_analyse_bytes("fuzz.py", text, &options, &facts, NULL))
		return 0;
	check_facts(facts);
	qa_source_free(facts);
	return 0;
}
