#include "source/outline.h"

#include <errno.h>
#include <stdlib.h>

#include "source/lexer.h"
#include "source/scope.h"

/* A def or class that goes on as long as lines are indented further than its own. */
struct open_definition {
	uint32_t index;
	size_t indentation;
};

struct outline {
	const struct qa_source_text *text;
	struct qa_source_facts *facts;
	struct qa_definitions *definitions;
	struct qa_lexer lexer;
	struct open_definition *open;
	size_t open_count, open_room;
	size_t last_end;    /* byte behind the last token of code */
	uint32_t decorated; /* the line of the first decorator before this one; 0: there is none */
	bool at_statement;  /* the next token begins one */
};

static size_t indentation(const struct outline *outline, size_t at)
{
	size_t column = 0;

	for (size_t i = qa_source_text_line_start(outline->text, (uint32_t)at); i < at; i++)
		column = outline->lexer.text.data[i] == '\t' ? (column / 8 + 1) * 8 : column + 1;
	return column;
}

static void end_definitions(struct outline *outline, size_t indented)
{
	while (outline->open_count) {
		const struct open_definition *last = &outline->open[outline->open_count - 1];
		struct qa_definition *definition = &outline->definitions->list[last->index];

		if (indented > last->indentation)
			break;
		definition->end_line = qa_source_text_line(
			outline->text, (uint32_t)(outline->last_end ? outline->last_end - 1 : 0));
		outline->open_count--;
	}
}

static void open_definition(
	struct outline *outline, const struct qa_definition *start, size_t indented)
{
	uint32_t index = qa_definitions_add(outline->definitions, start, "<locals>.", false);

	if (index == QA_NO_DEFINITION ||
		QA_GROW(outline->open, outline->open_room, outline->open_count + 1)) {
		outline->definitions->failed = true;
		return;
	}
	outline->open[outline->open_count++] = (struct open_definition){index, indented};
}

static uint32_t innermost(const struct outline *outline)
{
	return outline->open_count ? outline->open[outline->open_count - 1].index
				   : QA_NO_DEFINITION;
}

static void define(struct outline *outline, struct qa_token first, bool is_async, bool is_class)
{
	struct qa_token name = qa_lexer_next(&outline->lexer);
	uint32_t line = qa_source_text_line(outline->text, (uint32_t)first.start);
	struct qa_definition start = {
		.kind = is_class ? QA_DEFINITION_CLASS : QA_DEFINITION_FUNCTION,
		.parent = innermost(outline),
		.name = qa_token_text(&outline->lexer, name),
		.first_line = outline->decorated ? outline->decorated : line,
		.def_line = line,
		.end_line = line,
		.column = (uint32_t)first.start -
			  qa_source_text_line_start(outline->text, (uint32_t)first.start),
		.cyclomatic = 1,
		.cognitive = QA_FACT_UNKNOWN,
		.cognitive_total = QA_FACT_UNKNOWN,
		.nesting = QA_FACT_UNKNOWN,
		.arguments = QA_FACT_UNKNOWN,
		.except_star = QA_FACT_UNKNOWN,
		.is_async = is_async};

	outline->last_end = name.end;
	if (name.kind == QA_TOKEN_NAME)
		open_definition(outline, &start, indentation(outline, first.start));
}

static bool is_decision(const struct outline *outline, struct qa_token token)
{
	static const char *const words[] = {
		"if", "elif", "for", "while", "except", "and", "or", "assert"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (qa_token_is(&outline->lexer, token, words[i]))
			return true;
	return false;
}

static void add_decision(struct outline *outline)
{
	uint32_t index = innermost(outline);

	outline->facts->complexity++;
	if (index == QA_NO_DEFINITION)
		outline->facts->module_cyclomatic++;
	else
		outline->definitions->list[index].cyclomatic++;
}

static void take_name(struct outline *outline, struct qa_token token)
{
	if (is_decision(outline, token))
		add_decision(outline);
	else if (qa_token_is(&outline->lexer, token, "lambda"))
		outline->facts->lambdas++;
	else if (outline->at_statement && (qa_token_is(&outline->lexer, token, "import") ||
						  qa_token_is(&outline->lexer, token, "from")))
		outline->facts->imports++;
}

/* The first token of a line that is not within another one. */
static void begin_line(struct outline *outline, struct qa_token token)
{
	struct qa_token first = token;
	bool is_async = qa_token_is(&outline->lexer, token, "async");

	end_definitions(outline, indentation(outline, token.start));
	if (qa_token_is(&outline->lexer, token, "@")) {
		if (!outline->decorated)
			outline->decorated =
				qa_source_text_line(outline->text, (uint32_t)token.start);
		return;
	}
	if (is_async)
		token = qa_lexer_next(&outline->lexer);
	if (qa_token_is(&outline->lexer, token, "def"))
		define(outline, first, is_async, false);
	else if (!is_async && qa_token_is(&outline->lexer, token, "class"))
		define(outline, first, false, true);
	else if (token.kind == QA_TOKEN_NAME)
		take_name(outline, token);
	outline->decorated = 0;
}

static void read_tokens(struct outline *outline)
{
	bool at_line = true;

	for (;;) {
		struct qa_token token = qa_lexer_next(&outline->lexer);

		if (token.kind == QA_TOKEN_END)
			return;
		if (token.kind == QA_TOKEN_BREAK) {
			at_line = at_line || outline->lexer.depth == 0;
			continue;
		}
		if (token.kind == QA_TOKEN_COMMENT || token.kind == QA_TOKEN_CONTINUE)
			continue;
		outline->at_statement = outline->at_statement || at_line;
		if (at_line)
			begin_line(outline, token);
		else if (token.kind == QA_TOKEN_NAME)
			take_name(outline, token);
		outline->last_end = token.end > outline->last_end ? token.end : outline->last_end;
		outline->at_statement =
			!outline->lexer.depth && (qa_token_is(&outline->lexer, token, ";") ||
							 qa_token_is(&outline->lexer, token, ":"));
		at_line = false;
	}
}

int qa_outline(const struct qa_source_text *text, struct qa_source_facts *facts,
	struct qa_definitions *definitions)
{
	struct outline outline = {.text = text,
		.facts = facts,
		.definitions = definitions,
		.lexer.text = qa_buf_str(&text->bytes)};

	facts->module_cyclomatic = facts->complexity = 1;
	read_tokens(&outline);
	end_definitions(&outline, 0);
	for (size_t i = 0; i < definitions->count; i++)
		facts->complexity += definitions->list[i].kind == QA_DEFINITION_FUNCTION;
	facts->imported_names = facts->comprehensions = QA_FACT_UNKNOWN;
	facts->cognitive = facts->parse_errors = QA_FACT_UNKNOWN;
	free(outline.open);
	return definitions->failed ? -ENOMEM : 0;
}
