/* The text of a source file: its bytes as UTF-8, and its lines. */
#ifndef QA_SOURCE_TEXT_H
#define QA_SOURCE_TEXT_H

#include "support/buf.h"

enum { QA_ENCODING_MAX = 32 };

struct qa_source_text {
	struct qa_buf bytes; /* UTF-8 without a byte order mark */
	char encoding[QA_ENCODING_MAX];
	bool assumed; /* nothing declares the encoding, and it is not UTF-8: read as Latin-1 */
	uint32_t *line_starts; /* offsets in bytes */
	uint32_t line_count;
	size_t line_room;
};

/*
 * Takes the bytes apart as Python does: a byte order mark, or a declaration in the first two lines,
 * or UTF-8. Fills *text, which is all zero before. -EILSEQ: they are not of their encoding, or hold
 * a NUL; -EINVAL: nobody knows the encoding, whose name is in `encoding`; -ENOMEM.
 */
int qa_source_text_decode(struct qa_source_text *text, struct qa_str bytes, struct qa_error *err);

/* The line, from 1, in which a byte is. */
uint32_t qa_source_text_line(const struct qa_source_text *text, uint32_t offset);

/* Where the line of a byte begins. */
uint32_t qa_source_text_line_start(const struct qa_source_text *text, uint32_t offset);

void qa_source_text_free(struct qa_source_text *text);

#endif
