#include "source/syntax.h"

#ifdef QA_HAVE_GRAMMARS
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <tree_sitter/api.h>

struct deadline {
	uint64_t ns;
	bool passed;
};

/* Of the CPU: how busy the machine is must make no difference. */
static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static bool is_late(TSParseState *state)
{
	struct deadline *deadline = state->payload;

	deadline->passed = deadline->passed || now_ns() > deadline->ns;
	return deadline->passed;
}

static const char *read_text(void *payload, uint32_t at, TSPoint position, uint32_t *len)
{
	const struct qa_str *text = payload;

	(void)position;
	*len = at < text->len ? (uint32_t)text->len - at : 0;
	return *len ? text->data + at : "";
}

static int parse(
	TSParser *parser, struct qa_str text, struct deadline *deadline, struct TSTree **tree)
{
	TSInput input = {.payload = &text, .read = read_text, .encoding = TSInputEncodingUTF8};
	TSParseOptions options = {.payload = deadline, .progress_callback = is_late};

	*tree = ts_parser_parse_with_options(parser, NULL, input, options);
	if (*tree)
		return 0;
	return deadline->passed ? -ETIMEDOUT : -ENOMEM;
}

/* How much of the text is in no place of the grammar: its bytes, and one for what is missing. */
static uint64_t damage(const TSTree *tree)
{
	TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
	uint64_t bytes = 0;

	for (bool more = true; more;) {
		TSNode node = ts_tree_cursor_current_node(&cursor);
		bool is_error = ts_node_is_error(node);

		if (is_error || ts_node_is_missing(node))
			bytes += 1 + ts_node_end_byte(node) - ts_node_start_byte(node);
		if (!is_error && ts_node_has_error(node) &&
			ts_tree_cursor_goto_first_child(&cursor))
			continue;
		while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
			more = ts_tree_cursor_goto_parent(&cursor);
			if (!more)
				break;
		}
	}
	ts_tree_cursor_delete(&cursor);
	return bytes;
}

/* Tries the second way of reading, and keeps the better tree. */
static void parse_again(const struct qa_language *language, TSParser *parser, struct qa_str text,
	struct deadline *deadline, struct TSTree **tree)
{
	char *prepared = malloc(text.len + 1);
	struct TSTree *second = NULL;

	if (!prepared)
		return;
	language->prepare_masked(text, prepared);
	ts_parser_reset(parser);
	if (parse(parser, (struct qa_str){prepared, text.len}, deadline, &second) == 0 &&
		damage(second) < damage(*tree)) {
		ts_tree_delete(*tree);
		*tree = second;
	} else {
		ts_tree_delete(second);
	}
	free(prepared);
}

static int parse_prepared(const struct qa_language *language, TSParser *parser, struct qa_str text,
	struct deadline *deadline, struct TSTree **tree)
{
	char *prepared = language->prepare ? malloc(text.len + 1) : NULL;
	int rc;

	if (language->prepare && !prepared)
		return -ENOMEM;
	if (prepared)
		language->prepare(text, prepared);
	rc = parse(parser, prepared ? (struct qa_str){prepared, text.len} : text, deadline, tree);
	free(prepared);
	if (!rc && language->prepare_masked && ts_node_has_error(ts_tree_root_node(*tree)))
		parse_again(language, parser, text, deadline, tree);
	return rc;
}

int qa_syntax_parse(const struct qa_language *language, struct qa_str text, uint32_t budget_ms,
	struct TSTree **tree)
{
	struct deadline deadline = {now_ns() + (uint64_t)budget_ms * 1000000u, false};
	TSParser *parser = ts_parser_new();
	int rc = -ENOSYS;

	if (!parser)
		return -ENOMEM;
	if (ts_parser_set_language(parser, language->grammar()))
		rc = parse_prepared(language, parser, text, &deadline, tree);
	ts_parser_delete(parser);
	return rc;
}
#endif
