/* How every fallible function reports: a sentence that says what failed, and a hint that says what
 * to do. */
#ifndef QA_ERROR_H
#define QA_ERROR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define QA_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define QA_PRINTF(text, first)
#endif

/*
 * Fallible functions return 0 or a negative errno and take a struct qa_error last. It may be NULL.
 * Whoever knows what failed sets the message; whoever knows the remedy, here or further up, adds
 * the hint. Both are whole sentences without a final newline. Nothing is allocated.
 */
struct qa_error {
	int code; /* a positive errno; 0 while nothing failed */
	char message[512];
	char hint[512]; /* empty: no hint */
};

/* Sets code and message and clears the hint. Returns -code, so that a caller can `return
 * qa_error_set(...)`. */
int qa_error_set(struct qa_error *err, int code, const char *format, ...) QA_PRINTF(3, 4);

/* Sets the hint, unless one is there already: the deepest advice is the most exact. */
void qa_error_hint(struct qa_error *err, const char *format, ...) QA_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
