/* From a code object to its definition. */
#include "qa/static_facts.h"

/* The first definition at or after a line. */
static size_t lower_bound(const struct qa_source_facts *facts, uint32_t line)
{
	size_t low = 0, high = facts->definition_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (facts->definitions[middle].first_line < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct qa_definition *find_on_line(const struct qa_source_facts *facts,
	struct qa_str name, uint32_t line, enum qa_source_match *match)
{
	const struct qa_definition *found = NULL;

	*match = QA_MATCH_NONE;
	for (size_t i = lower_bound(facts, line); i < facts->definition_count; i++) {
		const struct qa_definition *definition = &facts->definitions[i];

		if (definition->first_line != line)
			break;
		if (!qa_str_equal(definition->name, name))
			continue;
		*match = found ? QA_MATCH_AMBIGUOUS : QA_MATCH_EXACT;
		found = found ? found : definition;
	}
	return found;
}

static bool begins_with(struct qa_str text, const char *start)
{
	return text.len >= strlen(start) && memcmp(text.data, start, strlen(start)) == 0;
}

/* The interpreter's own functions for a definition's type parameters; X is its name. */
static bool take_parameters_of(struct qa_str *name)
{
	static const char start[] = "<generic parameters of ";

	if (!begins_with(*name, start) || name->data[name->len - 1] != '>')
		return false;
	name->data += strlen(start);
	name->len -= strlen(start) + 1;
	return true;
}

/* A lambda, a comprehension, or the annotations of a function from CPython 3.14 on: before
 * CPython 3.8 they had the line of what they begin with, and a basic analysis does not know them.
 */
static const struct qa_definition *find_around(
	const struct qa_source_facts *facts, uint32_t line, enum qa_source_match *match)
{
	const struct qa_definition *found = NULL;

	for (size_t i = 0; i < facts->definition_count; i++) {
		const struct qa_definition *definition = &facts->definitions[i];

		if (definition->first_line > line)
			break;
		if (definition->end_line >= line)
			found = definition;
	}
	*match = found ? QA_MATCH_AMBIGUOUS : QA_MATCH_MODULE;
	return found;
}

static bool is_expression(struct qa_str name)
{
	static const char *const names[] = {
		"<lambda>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "__annotate__"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (qa_str_equal(name, qa_str(names[i])))
			return true;
	return false;
}

const struct qa_definition *qa_source_find(const struct qa_source_facts *facts,
	struct qa_str co_name, uint32_t first_line, enum qa_source_match *match)
{
	const struct qa_definition *found;

	if (qa_str_equal(co_name, qa_str("<module>"))) {
		*match = facts->level == QA_SOURCE_FAILED ? QA_MATCH_NONE : QA_MATCH_MODULE;
		return NULL;
	}
	take_parameters_of(&co_name);
	found = find_on_line(facts, co_name, first_line, match);
	if (found || !is_expression(co_name) || facts->level == QA_SOURCE_FAILED)
		return found;
	return find_around(facts, first_line, match);
}

const struct qa_definition *qa_source_owner(
	const struct qa_source_facts *facts, const struct qa_definition *definition)
{
	while (definition->kind == QA_DEFINITION_LAMBDA ||
		definition->kind == QA_DEFINITION_COMPREHENSION) {
		if (definition->parent == QA_NO_DEFINITION)
			return NULL;
		definition = &facts->definitions[definition->parent];
	}
	return definition;
}
