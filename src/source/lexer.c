#include "source/lexer.h"

#include <ctype.h>
#include <stdint.h>

/* The byte at a place, 0 behind the end. */
static unsigned char peek(const struct qa_lexer *lexer, size_t at)
{
	return at < lexer->text.len ? (unsigned char)lexer->text.data[at] : 0;
}

/* Those that only splitlines() knows: VT, FF, FS, GS, RS, NEL, and the separators U+2028 and 2029.
 */
static size_t rare_break(const struct qa_lexer *lexer, size_t at)
{
	unsigned char c = peek(lexer, at);

	if (c == '\v' || c == '\f' || (c >= 0x1c && c <= 0x1e))
		return 1;
	if (c == 0xc2 && peek(lexer, at + 1) == 0x85)
		return 2;
	if (c == 0xe2 && peek(lexer, at + 1) == 0x80 && (peek(lexer, at + 2) & 0xfe) == 0xa8)
		return 3;
	return 0;
}

size_t qa_lexer_break(const struct qa_lexer *lexer, size_t at)
{
	unsigned char c = peek(lexer, at);

	if (c == '\n')
		return 1;
	if (c == '\r')
		return peek(lexer, at + 1) == '\n' ? 2 : 1;
	return lexer->every_break ? rare_break(lexer, at) : 0;
}

static bool is_space(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\f' || c == '\v';
}

static size_t skip_space(const struct qa_lexer *lexer, size_t at)
{
	while (is_space(peek(lexer, at)) && !qa_lexer_break(lexer, at))
		at++;
	return at;
}

/* Where the line that begins or goes on here ends, without its break. */
static size_t line_end(const struct qa_lexer *lexer, size_t at)
{
	while (at < lexer->text.len && !qa_lexer_break(lexer, at))
		at++;
	return at;
}

static bool starts_name(unsigned char c)
{
	return isalpha(c) || c == '_' || c >= 0x80;
}

static size_t name_end(const struct qa_lexer *lexer, size_t at)
{
	while ((starts_name(peek(lexer, at)) || isdigit(peek(lexer, at))) &&
		!qa_lexer_break(lexer, at))
		at++;
	return at;
}

static size_t digits_end(const struct qa_lexer *lexer, size_t at)
{
	while (isdigit(peek(lexer, at)) || peek(lexer, at) == '_')
		at++;
	return at;
}

static size_t exponent_end(const struct qa_lexer *lexer, size_t at)
{
	size_t digits = at + 1;

	if ((peek(lexer, at) | 0x20) != 'e')
		return at;
	if (peek(lexer, digits) == '+' || peek(lexer, digits) == '-')
		digits++;
	return isdigit(peek(lexer, digits)) ? digits_end(lexer, digits) : at;
}

static size_t number_end(const struct qa_lexer *lexer, size_t at)
{
	unsigned char second = peek(lexer, at + 1) | 0x20;

	if (peek(lexer, at) == '0' && (second == 'x' || second == 'o' || second == 'b')) {
		for (at += 2; isxdigit(peek(lexer, at)) || peek(lexer, at) == '_';)
			at++;
		return at;
	}
	at = digits_end(lexer, at);
	if (peek(lexer, at) == '.')
		at = digits_end(lexer, at + 1);
	at = exponent_end(lexer, at);
	return (peek(lexer, at) | 0x20) == 'j' ? at + 1 : at;
}

/* The length of a string's prefix here, or SIZE_MAX if no string begins here. */
static size_t prefix_length(const struct qa_lexer *lexer, size_t at)
{
	for (size_t len = 0; len <= 2; len++) {
		unsigned char c = peek(lexer, at + len);

		if (c == '"' || c == '\'')
			return len;
		if (!c || !strchr("rRbBuUfFtT", c))
			return SIZE_MAX;
	}
	return SIZE_MAX;
}

static bool is_triple(const struct qa_lexer *lexer, size_t at)
{
	unsigned char quote = peek(lexer, at);

	return peek(lexer, at + 1) == quote && peek(lexer, at + 2) == quote;
}

/* Behind a string whose quotes begin here. A short one ends with its line, *closed being false. */
static size_t string_end(const struct qa_lexer *lexer, size_t at, bool *closed)
{
	unsigned char quote = peek(lexer, at);
	bool triple = is_triple(lexer, at);

	*closed = true;
	for (at += triple ? 3 : 1; at < lexer->text.len; at++) {
		size_t broken = qa_lexer_break(lexer, at);

		if (broken && !triple)
			break;
		if (peek(lexer, at) == '\\') {
			broken = qa_lexer_break(lexer, at + 1);
			at += broken ? broken : 1;
		} else if (peek(lexer, at) == quote && (!triple || is_triple(lexer, at))) {
			return at + (triple ? 3 : 1);
		}
	}
	*closed = false;
	return at < lexer->text.len ? at : lexer->text.len;
}

/* The length of the operator here, the longest that fits. */
static size_t operator_length(const struct qa_lexer *lexer, size_t at)
{
	static const char longest[][4] = {"**=", "//=", ">>=", "<<=", "...", "**", "//", ">>", "<<",
		"<=", ">=", "==", "!=", "->",
		"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", ":=", "<>"};

	if (!peek(lexer, at + 1) || !strchr("=*/<>.", peek(lexer, at + 1)))
		return 1;
	for (size_t i = 0; i < sizeof(longest) / sizeof(longest[0]); i++) {
		size_t len = strlen(longest[i]);

		if (at + len <= lexer->text.len &&
			memcmp(lexer->text.data + at, longest[i], len) == 0)
			return len;
	}
	return 1;
}

static void count_bracket(struct qa_lexer *lexer, unsigned char c)
{
	if (c == '(' || c == '[' || c == '{')
		lexer->depth++;
	else if ((c == ')' || c == ']' || c == '}') && lexer->depth)
		lexer->depth--;
}

static struct qa_token punctuation(struct qa_lexer *lexer, size_t at)
{
	unsigned char c = peek(lexer, at);

	if (!c || !strchr("()[]{}+-*/%&|^~<>=!@:;,.", c))
		return (struct qa_token){QA_TOKEN_OTHER, at, at + 1};
	count_bracket(lexer, c);
	return (struct qa_token){QA_TOKEN_OPERATOR, at, at + operator_length(lexer, at)};
}

/* A backslash at the end of a line; blanks after it are overlooked. */
static size_t continuation_end(const struct qa_lexer *lexer, size_t at)
{
	size_t end = skip_space(lexer, at + 1);
	size_t broken = qa_lexer_break(lexer, end);

	return broken ? end + broken : at;
}

static struct qa_token string_or_name(const struct qa_lexer *lexer, size_t at)
{
	size_t prefix = prefix_length(lexer, at);
	bool closed;
	size_t end;

	if (prefix == SIZE_MAX)
		return (struct qa_token){QA_TOKEN_NAME, at, name_end(lexer, at)};
	end = string_end(lexer, at + prefix, &closed);
	return (struct qa_token){closed ? QA_TOKEN_STRING : QA_TOKEN_OTHER, at, end};
}

static struct qa_token token_at(struct qa_lexer *lexer, size_t at)
{
	unsigned char c = peek(lexer, at);
	size_t end = qa_lexer_break(lexer, at);

	if (at >= lexer->text.len)
		return (struct qa_token){QA_TOKEN_END, at, at};
	if (end)
		return (struct qa_token){QA_TOKEN_BREAK, at, at + end};
	if (c == '#')
		return (struct qa_token){QA_TOKEN_COMMENT, at, line_end(lexer, at)};
	if (starts_name(c) || c == '"' || c == '\'')
		return string_or_name(lexer, at);
	if (isdigit(c) || (c == '.' && isdigit(peek(lexer, at + 1))))
		return (struct qa_token){QA_TOKEN_NUMBER, at, number_end(lexer, at)};
	if (c == '\\' && (end = continuation_end(lexer, at)) > at)
		return (struct qa_token){QA_TOKEN_CONTINUE, at, end};
	return punctuation(lexer, at);
}

struct qa_token qa_lexer_next(struct qa_lexer *lexer)
{
	struct qa_token token = token_at(lexer, skip_space(lexer, lexer->at));

	lexer->at = token.end;
	return token;
}
