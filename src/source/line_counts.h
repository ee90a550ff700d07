/* How long a text is, in several ways: lines, statements, comments. */
#ifndef QA_SOURCE_LINE_COUNTS_H
#define QA_SOURCE_LINE_COUNTS_H

#include <stdint.h>

#include "qa/str.h"

struct qa_line_counts {
	uint32_t loc;
	uint32_t sloc;
	uint32_t lloc;
	uint32_t comments;
	uint32_t comment_lines;
	uint32_t multi;
	uint32_t blank;
};

void qa_count_lines(struct qa_str text, struct qa_line_counts *counts);

#endif
