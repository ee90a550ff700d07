/* Text from outside to valid UTF-8, and its looks. */
#ifndef QA_SUPPORT_UTF8_H
#define QA_SUPPORT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qa/str.h"
#include "support/buf.h"

#define QA_UTF8_REPLACEMENT 0xfffdu

/*
 * The first character of a text that is not empty. *len is how many bytes it takes, at least 1.
 * Bytes that are no valid UTF-8 give QA_UTF8_REPLACEMENT and *valid = false; a surrogate written as
 * three bytes is one such character.
 */
uint32_t qa_utf8_decode(struct qa_str text, size_t *len, bool *valid);

/* Appends the text with U+FFFD for everything that is not valid UTF-8, and for NUL. */
void qa_utf8_clean(struct qa_str text, struct qa_buf *out);

/* The columns that a character takes on a terminal: 0, 1 or 2. */
int qa_utf8_columns(uint32_t character);

/* A control character, or one that changes the direction or the lines of the text around it. */
bool qa_utf8_is_control(uint32_t character);

/* Appends the text with every such character as \x0a or \u202e, so that it stays on its line and
 * shows what it is. */
void qa_utf8_escape(struct qa_str text, struct qa_buf *out);

#endif
