/* Python's objects, read out of a target's memory: of which kind one is, its attributes, and the
 * value of an int. */
#ifndef QA_CPYTHON_OBJECT_H
#define QA_CPYTHON_OBJECT_H

#include "cpython/layout.h"
#include "target/memory.h"

/* Kinds of objects by the bit that their type's flags have; the same in all versions. */
enum qa_object_kind {
	QA_OBJECT_NUMBER = 24,
	QA_OBJECT_TEXT = 28,
	QA_OBJECT_DICT = 29,
};

/* Is it of this kind, or of a class made from it? 0 or a negative errno, -EINVAL: no. */
int qa_object_check(struct qa_memory *memory, const struct qa_layout *layout, uint64_t address,
	enum qa_object_kind kind);

/* The value of an int of at most 64 bits; its sign is left out. -EINVAL: it is none. */
int qa_object_number(struct qa_memory *memory, const struct qa_layout *layout, uint64_t address,
	uint64_t *value);

/* The address of an attribute that the object itself has, not its class. -ENOENT: it has none of
 * this name. */
int qa_object_attribute(struct qa_memory *memory, const struct qa_layout *layout, uint64_t address,
	const char *name, uint64_t *value);

#endif
