/*
 * The tokens of a Python text, of any version and however damaged: strings, comments and brackets
 * are told apart, no more. It ends, and takes time in proportion to the text.
 */
#ifndef QA_SOURCE_LEXER_H
#define QA_SOURCE_LEXER_H

#include "qa/str.h"

enum qa_token_kind {
	QA_TOKEN_END,
	QA_TOKEN_BREAK,    /* the end of a line */
	QA_TOKEN_CONTINUE, /* a backslash and the end of the line after it */
	QA_TOKEN_COMMENT,
	QA_TOKEN_NAME, /* keywords, too */
	QA_TOKEN_NUMBER,
	QA_TOKEN_STRING,   /* with its prefix; an f-string is one, whatever is in it */
	QA_TOKEN_OPERATOR, /* brackets and punctuation, too */
	QA_TOKEN_OTHER     /* what belongs in no program */
};

struct qa_token {
	enum qa_token_kind kind;
	size_t start, end;
};

struct qa_lexer {
	struct qa_str text;
	size_t at;
	size_t depth; /* brackets that are open after the last token */
	/* Lines end wherever Python's str.splitlines() ends them: at form feeds and the like, too.
	 */
	bool every_break;
};

struct qa_token qa_lexer_next(struct qa_lexer *lexer);

/* How many bytes the line break here takes; 0: there is none. */
size_t qa_lexer_break(const struct qa_lexer *lexer, size_t at);

static inline struct qa_str qa_token_text(const struct qa_lexer *lexer, struct qa_token token)
{
	return (struct qa_str){lexer->text.data + token.start, token.end - token.start};
}

static inline bool qa_token_is(
	const struct qa_lexer *lexer, struct qa_token token, const char *text)
{
	return qa_str_equal(qa_token_text(lexer, token), qa_str(text));
}

#endif
