/* A borrowed run of bytes. Not NUL-terminated; may hold any byte. */
#ifndef QA_STR_H
#define QA_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qa_str {
	const char *data;
	size_t len;
};

static inline struct qa_str qa_str(const char *text)
{
	struct qa_str s = {text, text ? strlen(text) : 0};

	return s;
}

static inline bool qa_str_equal(struct qa_str a, struct qa_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

#ifdef __cplusplus
}
#endif
#endif
