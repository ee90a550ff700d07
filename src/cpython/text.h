/* Python's str and bytes objects, read out of a target's memory. */
#ifndef QA_CPYTHON_TEXT_H
#define QA_CPYTHON_TEXT_H

#include "cpython/layout.h"
#include "support/buf.h"
#include "target/memory.h"

/* Longer ones count as unreadable: nothing that we read is near that. */
enum { QA_TEXT_MAX = 1 << 20, QA_BYTES_MAX = 4 << 20 };

/* Appends a str as UTF-8, a lone surrogate as three bytes. Returns 0 or a negative errno (-EINVAL:
 * this is no str). */
int qa_text_read(struct qa_memory *memory, const struct qa_layout *layout, uint64_t address,
	struct qa_buf *out);

/* Appends the content of a bytes object. */
int qa_bytes_read(struct qa_memory *memory, const struct qa_layout *layout, uint64_t address,
	struct qa_buf *out);

#endif
