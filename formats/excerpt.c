#include "formats/excerpt.h"

#include "support/utf8.h"

enum { TAB = 8, MOST_COLUMNS = 200, MOST_BYTES = 4096, ONE_IN = 1000 };

struct qa_line_cursor qa_line_cursor(struct qa_str text)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t len = sizeof(mark) - 1;

	if (text.len >= len && memcmp(text.data, mark, len) == 0)
		text = (struct qa_str){text.data + len, text.len - len};
	return (struct qa_line_cursor){.rest = text};
}

bool qa_line_next(struct qa_line_cursor *cursor)
{
	struct qa_str rest = cursor->rest;
	size_t len = 0;
	size_t end = 0;

	if (rest.len == 0)
		return false;
	while (len < rest.len && rest.data[len] != '\n' && rest.data[len] != '\r')
		len++;
	if (len < rest.len)
		end = rest.data[len] == '\r' && len + 1 < rest.len && rest.data[len + 1] == '\n'
			      ? 2
			      : 1;
	cursor->line = (struct qa_str){rest.data, len};
	cursor->rest = (struct qa_str){rest.data + len + end, rest.len - len - end};
	cursor->number++;
	return true;
}

/* Appends a character as it looks, and returns its columns. */
static size_t put_character(struct qa_buf *out, struct qa_str character, size_t column)
{
	size_t before = out->len;
	size_t blanks = TAB - column % TAB;
	size_t len;
	bool valid;
	uint32_t c = qa_utf8_decode(character, &len, &valid);

	if (c == '\t') {
		qa_buf_printf(out, "%*s", (int)blanks, "");
		return blanks;
	}
	qa_utf8_escape(character, out);
	return valid && qa_utf8_is_control(c) ? out->len - before : (size_t)qa_utf8_columns(c);
}

void qa_describe_line(struct qa_buf *out, struct qa_str line)
{
	size_t start = out->len;
	size_t column = 0;

	while (line.len > 0 && column < MOST_COLUMNS && out->len - start < MOST_BYTES) {
		size_t len;
		bool valid;

		qa_utf8_decode(line, &len, &valid);
		column += put_character(out, (struct qa_str){line.data, len}, column);
		line.data += len;
		line.len -= len;
	}
	if (line.len > 0)
		qa_buf_append_str(out, qa_str(" ..."));
}

struct qa_excerpt qa_excerpt(const struct qa_listed_file *file, uint64_t total, bool whole)
{
	return (struct qa_excerpt){
		.file = file, .least = total / ONE_IN + (total % ONE_IN > 0), .whole = whole};
}

bool qa_excerpt_is_worth(const struct qa_excerpt *x, const struct qa_listed_line *line)
{
	return x->whole || line->total.samples >= x->least;
}

static void go_to(struct qa_excerpt *x, uint32_t line)
{
	const struct qa_listed_line *lines = x->file->lines;

	while (x->at < x->file->line_count && lines[x->at].line < line) {
		if (qa_excerpt_is_worth(x, &lines[x->at]))
			x->last_shown = lines[x->at].line;
		x->at++;
	}
	if (x->next_shown < x->at)
		x->next_shown = x->at;
	while (x->next_shown < x->file->line_count &&
		!qa_excerpt_is_worth(x, &lines[x->next_shown]))
		x->next_shown++;
}

bool qa_excerpt_shows(struct qa_excerpt *x, uint32_t line, const struct qa_listed_line **weights)
{
	const struct qa_listed_line *lines = x->file->lines;

	go_to(x, line);
	*weights = x->at < x->file->line_count && lines[x->at].line == line ? &lines[x->at] : NULL;
	if (x->whole || (x->last_shown && line - x->last_shown <= QA_EXCERPT_CONTEXT))
		return true;
	return x->next_shown < x->file->line_count &&
	       lines[x->next_shown].line - line <= QA_EXCERPT_CONTEXT;
}
