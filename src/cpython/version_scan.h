/* The version of an interpreter that has no other mark of it: from the text of sys.version in its
 * data. */
#ifndef QA_CPYTHON_VERSION_SCAN_H
#define QA_CPYTHON_VERSION_SCAN_H

#include "target/maps.h"

/* Is this mapping writable data of the file: from it, or the memory without a file that directly
 * follows it (.bss)? */
bool qa_is_data_of(const struct qa_maps *maps, size_t index, const struct qa_mapping *image);

/* PY_VERSION_HEX of the interpreter whose file is mapped there; 0 if no such text is found (it
 * appears while Python starts). */
uint32_t qa_version_scan(
	struct qa_memory *memory, const struct qa_maps *maps, const struct qa_mapping *image);

/* The first version text in these bytes, such as "3.8.18 (default, …) \n[GCC …"; 0 if there is
 * none. */
uint32_t qa_version_in_text(const char *text, size_t len);

#endif
