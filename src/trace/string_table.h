/* The strings that a writer has written so far, each under an id. */
#ifndef QA_TRACE_STRING_TABLE_H
#define QA_TRACE_STRING_TABLE_H

#include "qa/str.h"
#include "support/buf.h"
#include "support/hashmap.h"

struct qa_string_table {
	struct qa_hashmap map; /* from text to id - 1 */
	struct qa_buf text;    /* all strings, one after the other */
	size_t *ends;          /* where each one ends in text */
	size_t count;
	size_t room;
};

/* The id of `text`, from 1; 0 is the empty string. *added: it was not there before. Returns 0 or
 * -ENOMEM. */
int qa_string_table_intern(
	struct qa_string_table *table, struct qa_str text, uint32_t *id, bool *added);
void qa_string_table_free(struct qa_string_table *table);

#endif
