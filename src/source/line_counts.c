/*
 * A group is the lines of one statement or several with semicolons between: brackets, strings and
 * backslashes hold lines together. Blank lines and comments between statements are groups of one.
 */
#include "source/line_counts.h"

#include "source/lexer.h"
#include "support/utf8.h"

/* A part of a group: what stands between two semicolons. */
struct part {
	size_t tokens;
	size_t colon; /* the number of tokens before its last colon; SIZE_MAX: it has none */
};

struct group {
	size_t start;
	size_t tokens; /* comments, too */
	struct qa_token first;
	struct part part;
	uint32_t statements;
};

/* Characters that Python's str.strip() takes away, beyond ASCII. */
static bool is_wide_space(uint32_t c)
{
	return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f) || is_wide_space(c);
}

/* Counts the lines from `start` to `end`, where a line ends, or the text. */
static void count_span(
	const struct qa_lexer *lexer, size_t start, size_t end, uint32_t *filled, uint32_t *empty)
{
	size_t line = start;
	bool blank = true;

	for (size_t at = start; at < end;) {
		size_t len = qa_lexer_break(lexer, at);
		bool valid;

		if (len) {
			*(blank ? empty : filled) += 1;
			blank = true;
			line = at + len;
		} else if (!is_space(qa_utf8_decode(
				   (struct qa_str){lexer->text.data + at, lexer->text.len - at},
				   &len, &valid))) {
			blank = false;
		}
		at += len;
	}
	if (line < lexer->text.len)
		*(blank ? empty : filled) += 1;
}

/*
 * A statement whose last colon is not at its end is two: `if a: b`. That holds for any colon, and
 * before a semicolon the place is one off; radon counts so, and the numbers are to be the same.
 */
static void end_part(struct group *group, bool is_last)
{
	struct part *part = &group->part;

	if (part->colon != SIZE_MAX)
		group->statements += part->colon + (is_last ? 1 : 2) == part->tokens ? 1 : 2;
	else if (part->tokens)
		group->statements++;
	*part = (struct part){0, SIZE_MAX};
}

static void add_token(struct group *group, const struct qa_lexer *lexer, struct qa_token token)
{
	if (group->tokens++ == 0)
		group->first = token;
	if (token.kind == QA_TOKEN_COMMENT)
		return;
	if (qa_token_is(lexer, token, ";")) {
		end_part(group, false);
		return;
	}
	if (qa_token_is(lexer, token, ":"))
		group->part.colon = group->part.tokens;
	group->part.tokens++;
}

static void end_group(struct group *group, const struct qa_lexer *lexer, size_t end,
	struct qa_line_counts *counts)
{
	uint32_t filled = 0, empty = 0;

	end_part(group, true);
	count_span(lexer, group->start, end, &filled, &empty);
	counts->lloc += group->statements;
	counts->loc += filled + empty;
	if (group->tokens == 1 && group->first.kind == QA_TOKEN_COMMENT) {
		counts->comment_lines++;
		return;
	}
	counts->blank += empty;
	if (group->tokens == 1 && group->first.kind == QA_TOKEN_STRING) {
		uint32_t lines = 0;

		count_span(lexer, group->first.start, group->first.end, &lines, &lines);
		*(lines > 1 ? &counts->multi : &counts->comment_lines) += filled;
		return;
	}
	counts->sloc += filled;
}

void qa_count_lines(struct qa_str text, struct qa_line_counts *counts)
{
	struct qa_lexer lexer = {.text = text, .every_break = true};
	struct group group = {.part.colon = SIZE_MAX};
	struct qa_token token;

	*counts = (struct qa_line_counts){0};
	do {
		token = qa_lexer_next(&lexer);
		if (token.kind == QA_TOKEN_COMMENT)
			counts->comments++;
		if (token.kind == QA_TOKEN_END && group.start < token.start)
			end_group(&group, &lexer, token.start, counts);
		if (token.kind == QA_TOKEN_BREAK && lexer.depth == 0) {
			end_group(&group, &lexer, token.start, counts);
			group = (struct group){.start = token.end, .part.colon = SIZE_MAX};
		} else if (token.kind > QA_TOKEN_CONTINUE) {
			add_token(&group, &lexer, token);
		}
	} while (token.kind != QA_TOKEN_END);
}
