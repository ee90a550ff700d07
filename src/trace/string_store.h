/* The strings that a reader has received so far, by their ids. */
#ifndef QA_TRACE_STRING_STORE_H
#define QA_TRACE_STRING_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "qa/str.h"
#include "support/buf.h"

struct qa_string_store {
	struct qa_stored_string *entries; /* by id */
	size_t count;
	size_t room;
	struct qa_buf text; /* all strings, one after the other */
};

/* The caller has bounded the id. Returns 0 or -ENOMEM. */
int qa_string_store_add(struct qa_string_store *store, uint32_t id, struct qa_str text);
/* Borrowed until the next add; 0 is the empty string. False: there is none of that id. */
bool qa_string_store_get(const struct qa_string_store *store, uint32_t id, struct qa_str *out);
void qa_string_store_free(struct qa_string_store *store);

#endif
