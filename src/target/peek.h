/*
 * Another memory, of which the beginnings of some objects were copied by one call: to read these
 * costs no further one.
 */
#ifndef QA_TARGET_PEEK_H
#define QA_TARGET_PEEK_H

#include <stddef.h>

#include "target/memory.h"

enum { QA_PEEK_MOST = 4, QA_PEEK_LENGTH = 512 };

struct qa_peek {
	struct qa_memory base;
	struct qa_memory *memory; /* borrowed: what is read */
	size_t count;
	struct {
		uint64_t address;
		size_t length; /* not beyond the page that it begins in */
		unsigned char bytes[QA_PEEK_LENGTH];
	} beginnings[QA_PEEK_MOST];
};

/*
 * Copies what begins at these addresses, QA_PEEK_MOST at most; 0 is none. What cannot be copied is
 * read when it is asked for. Returns 0, or -ESRCH when the process is gone.
 */
int qa_peek_begin(
	struct qa_peek *peek, struct qa_memory *memory, const uint64_t *addresses, size_t count);

#endif
