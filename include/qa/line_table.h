/* From an instruction to its place in the source: the line tables of CPython 3.6 to 3.15 as pure
 * functions. */
#ifndef QA_LINE_TABLE_H
#define QA_LINE_TABLE_H

#include "qa/raw.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Lines from 1, columns from 0 in UTF-8 bytes as co_positions() has them. Not known: 0 for a line,
 * -1 for a column. */
struct qa_position {
	int line;
	int end_line;
	int column;
	int end_column;
};

/*
 * The place of the instruction `instruction` bytes after the start of the bytecode; before the
 * first one (-1) it is the first line. The table is hostile: whatever its bytes, the function ends
 * and reads nothing outside it.
 */
struct qa_position qa_line_table_lookup(
	enum qa_line_table kind, struct qa_str table, int first_line, int instruction);

#ifdef __cplusplus
}
#endif
#endif
