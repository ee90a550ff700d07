/* Python objects in a fake target: types, texts, ints, dicts, and instances with attributes. */
#ifndef FAKE_OBJECTS_H
#define FAKE_OBJECTS_H

#include "fake_target.h"

/* One CPython of each minor version, for tests of all of them. */
extern const uint32_t fake_versions[];
extern const size_t fake_version_count;

#define FOR_EACH_VERSION(v) for (size_t v = 0; v < fake_version_count; v++)

/* Where the next object goes. */
struct fake_heap {
	struct fake_target *target;
	const struct qa_layout *layout;
	uint64_t next;
	uint64_t dict_type, text_type, number_type, module_type;
};

struct fake_item {
	const char *text; /* the key, if it is a text */
	uint64_t number;  /* if not */
	uint64_t value;   /* 0: deleted */
};

/* How a dict, or the attributes of an object, are kept. */
enum fake_shape {
	FAKE_HASHED,    /* the entries have hashes: any keys */
	FAKE_TEXT_ONLY, /* they have none: from 3.11 */
	FAKE_SHARED,    /* the values are in an array */
	FAKE_NO_DICT,   /* of an object, from 3.11: an array without a dict */
	FAKE_SHAPES,
};

bool fake_has_shape(const struct qa_layout *layout, enum fake_shape shape);

void fake_heap_init(
	struct fake_heap *heap, struct fake_target *target, const struct qa_layout *layout);
uint64_t fake_allocate(struct fake_heap *heap, size_t size);
uint64_t fake_type(struct fake_heap *heap, uint64_t flags, uint64_t dict_offset);
uint64_t fake_text(struct fake_heap *heap, const char *ascii);
/* Characters of `width` bytes each, not ASCII. */
uint64_t fake_wide_text(
	struct fake_heap *heap, const void *characters, size_t count, unsigned width);
uint64_t fake_number(struct fake_heap *heap, uint64_t value);

/* The table of keys alone; its values are in the entries unless it is shared. `slots`: a power of
 * two. */
uint64_t fake_table(struct fake_heap *heap, enum fake_shape shape, const struct fake_item *items,
	size_t count, unsigned slots_log2);
uint64_t fake_dict(struct fake_heap *heap, enum fake_shape shape, const struct fake_item *items,
	size_t count, unsigned slots_log2);
uint64_t fake_module(struct fake_heap *heap, const struct fake_item *items, size_t count);
uint64_t fake_instance(
	struct fake_heap *heap, enum fake_shape shape, const struct fake_item *items, size_t count);

#endif
