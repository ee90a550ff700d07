/* A byte buffer that grows. Its first failure to grow is remembered; later appends do nothing. */
#ifndef QA_SUPPORT_BUF_H
#define QA_SUPPORT_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qa/error.h"
#include "qa/str.h"

struct qa_buf {
	char *data;
	size_t len;
	size_t room;
	bool failed; /* out of memory */
};

/* Makes room for `more` bytes after len. False: no memory. */
bool qa_buf_reserve(struct qa_buf *buf, size_t more);
void qa_buf_append(struct qa_buf *buf, const void *data, size_t len);
void qa_buf_append_str(struct qa_buf *buf, struct qa_str text);
void qa_buf_append_char(struct qa_buf *buf, char c);
void qa_buf_printf(struct qa_buf *buf, const char *format, ...) QA_PRINTF(2, 3);
static inline void qa_buf_clear(struct qa_buf *buf)
{
	buf->len = 0;
}
static inline struct qa_str qa_buf_str(const struct qa_buf *buf)
{
	struct qa_str s = {buf->data, buf->len};

	return s;
}
void qa_buf_free(struct qa_buf *buf);

/* Grows an array of `size`-byte elements so that `need` fit. Returns 0 or -ENOMEM; the old array
 * stays valid then. */
int qa_grow(void **array, size_t *room, size_t need, size_t size);
#define QA_GROW(array, room, need) qa_grow((void **)&(array), &(room), (need), sizeof(*(array)))

#endif
