/* The variable that points to the interpreters, where no symbol tells: from its looks. */
#ifndef QA_CPYTHON_INTERPRETER_SCAN_H
#define QA_CPYTHON_INTERPRETER_SCAN_H

#include "cpython/layout.h"
#include "target/maps.h"

/*
 * The address, in the data of the file mapped there, of a pointer to an interpreter whose threads
 * point back at it; 0: there is none yet. If there are several, one to an interpreter that others
 * follow is the right one.
 */
uint64_t qa_interpreter_scan(struct qa_memory *memory, const struct qa_maps *maps,
	const struct qa_mapping *image, const struct qa_layout *layout);

#endif
