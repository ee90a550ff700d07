/* What tells one code object from another at the same address. */
#ifndef QA_CPYTHON_CODE_HEAD_H
#define QA_CPYTHON_CODE_HEAD_H

#include "cpython/python.h"
#include "target/snapshot.h"

/* Compared as bytes: there is no padding in it. */
struct qa_code_head {
	uint64_t type;
	uint64_t filename;
	uint64_t name;
	uint64_t qualname;
	uint64_t line_table;
	int64_t first_line;
	uint64_t version;   /* no other code object has it; 0: unknown, then the names tell */
	uint64_t name_mark; /* of what the name says */
	uint64_t qualname_mark;
};

bool qa_code_head_equal(const struct qa_code_head *a, const struct qa_code_head *b);

enum { QA_CODE_HEADS_MOST = 64 };

/*
 * Reads up to QA_CODE_HEADS_MOST heads; what cannot be read is zero. Through a snapshot, so that
 * what the heads of a stack need comes with the stack, in the same call. Returns 0 or a negative
 * errno.
 */
int qa_code_heads_read(struct qa_snapshot *snapshot, const struct qa_layout *layout,
	const uint64_t *addresses, size_t count, struct qa_code_head *heads);

#endif
