/* What tells one code object from another at the same address. */
#ifndef QA_CPYTHON_CODE_HEAD_H
#define QA_CPYTHON_CODE_HEAD_H

#include "cpython/python.h"

/* Compared as bytes: there is no padding in it. */
struct qa_code_head {
	uint64_t type;
	uint64_t filename;
	uint64_t name;
	uint64_t qualname;
	uint64_t line_table;
	int64_t first_line;
	uint64_t name_mark; /* of what the name says */
	uint64_t qualname_mark;
};

bool qa_code_head_equal(const struct qa_code_head *a, const struct qa_code_head *b);

/* Reads many heads in two calls: the objects, then the beginnings of their names. Zero to begin
 * with. */
struct qa_head_reader {
	unsigned char *bytes;
	size_t bytes_room;
	struct qa_code_head *heads;
	size_t heads_room;
	unsigned char *names;
	size_t names_room;
	struct qa_piece *pieces;
	size_t pieces_room;
};

/* Fills reader->heads; what cannot be read is zero. Returns 0 or a negative errno. */
int qa_head_reader_read(struct qa_head_reader *reader, const struct qa_python *python,
	const uint64_t *addresses, size_t count);

void qa_head_reader_free(struct qa_head_reader *reader);

#endif
