/* A source text for people: its lines, and which of them are worth showing. */
#ifndef QA_FORMATS_EXCERPT_H
#define QA_FORMATS_EXCERPT_H

#include "qa/listing.h"
#include "support/buf.h"

enum { QA_EXCERPT_CONTEXT = 3 }; /* lines around those with samples */

/* Goes through a text line by line, as Python counts them: LF, CR, or both end one. */
struct qa_line_cursor {
	struct qa_str rest;
	uint32_t number; /* of the present line, from 1 */
	struct qa_str line;
};

/* A byte order mark is no part of the text. */
struct qa_line_cursor qa_line_cursor(struct qa_str text);
/* False: there is no further line. */
bool qa_line_next(struct qa_line_cursor *cursor);

/* The line with its tabs expanded, everything that could leave it escaped, and cut if very long. */
void qa_describe_line(struct qa_buf *out, struct qa_str line);

/* Goes through the sampled lines of a file, beside its text. */
struct qa_excerpt {
	const struct qa_listed_file *file;
	uint64_t least;      /* samples in all that make a line worth showing */
	bool whole;          /* show everything */
	size_t at;           /* the first sampled line that is not before the present one */
	size_t next_shown;   /* the first of these that is worth showing */
	uint32_t last_shown; /* the last line before the present one that is; 0: none */
};

/* Lines with less than a thousandth of `total` samples are not worth showing. */
struct qa_excerpt qa_excerpt(const struct qa_listed_file *file, uint64_t total, bool whole);

/* Has the line samples enough? */
bool qa_excerpt_is_worth(const struct qa_excerpt *excerpt, const struct qa_listed_line *line);

/* Shall this line be shown? Ask for one line after the other. *weights are its samples, or NULL. */
bool qa_excerpt_shows(
	struct qa_excerpt *excerpt, uint32_t line, const struct qa_listed_line **weights);

#endif
