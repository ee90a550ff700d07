/* A text as the parser reads it: of the same length, so that places in it are places in the file.
 */
#ifndef QA_SOURCE_PREPARE_H
#define QA_SOURCE_PREPARE_H

#include "qa/str.h"

/* Lines that end in CR alone end in LF; template strings, which the scanner does not know, begin
 * like the f-strings that they resemble. `out` has room for the text. */
void qa_prepare(struct qa_str text, char *out);

/*
 * Besides, blanks in place of line ends and comments within brackets: they mean nothing there, but
 * the parser takes some of them for the end of a block. Only for what it could not read otherwise;
 * the lexer may see brackets where there are none.
 */
void qa_prepare_masked(struct qa_str text, char *out);

#endif
