#include "source.h"

#include "cmocka_all.h"

static struct qa_source_facts *current;

void source_end(void)
{
	qa_source_free(current);
	current = NULL;
}

const struct qa_source_facts *source_analyse_bytes(
	const char *bytes, size_t len, const struct qa_source_options *options)
{
	struct qa_str text = {bytes, len};

	source_end();
	assert_int_equal(qa_source_analyse_bytes("made_up.py", text, options, &current, NULL), 0);
	return current;
}

const struct qa_source_facts *source_analyse(const char *text)
{
	return source_analyse_bytes(text, strlen(text), NULL);
}

const struct qa_definition *source_definition(
	const struct qa_source_facts *facts, const char *qualified)
{
	for (size_t i = 0; i < facts->definition_count; i++)
		if (qa_str_equal(facts->definitions[i].qualified, qa_str(qualified)))
			return &facts->definitions[i];
	fail_msg("there is no %s", qualified);
	return NULL;
}
