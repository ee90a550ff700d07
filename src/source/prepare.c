#include "source/prepare.h"

#include <stddef.h>

#include "source/lexer.h"

static void end_lines_alike(struct qa_str text, char *out)
{
	for (size_t i = 0; i < text.len; i++) {
		bool alone =
			text.data[i] == '\r' && (i + 1 == text.len || text.data[i + 1] != '\n');

		out[i] = alone ? '\n' : text.data[i];
	}
}

static void rename_template(struct qa_token token, char *out)
{
	for (size_t at = token.start; out[at] != '"' && out[at] != '\''; at++)
		if (out[at] == 't' || out[at] == 'T')
			out[at] = 'f';
}

static bool means_nothing(struct qa_token token)
{
	return token.kind == QA_TOKEN_BREAK || token.kind == QA_TOKEN_CONTINUE ||
	       token.kind == QA_TOKEN_COMMENT;
}

static void prepare(struct qa_str text, char *out, bool mask)
{
	struct qa_lexer lexer = {.text = text};
	struct qa_token token;

	end_lines_alike(text, out);
	do {
		token = qa_lexer_next(&lexer);
		if (token.kind == QA_TOKEN_STRING)
			rename_template(token, out);
		else if (mask && lexer.depth && means_nothing(token))
			memset(out + token.start, ' ', token.end - token.start);
	} while (token.kind != QA_TOKEN_END);
}

void qa_prepare(struct qa_str text, char *out)
{
	prepare(text, out, false);
}

void qa_prepare_masked(struct qa_str text, char *out)
{
	prepare(text, out, true);
}
