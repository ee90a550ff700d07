#include "fake_objects.h"

#include <stdlib.h>
#include <string.h>

const uint32_t fake_versions[] = {0x03060ff0, 0x030710f0, 0x030812f0, 0x030912f0, 0x030a0df0,
	0x030b07f0, 0x030c01f0, 0x030d00f0, 0x030e0af0, 0x030f02f0};
const size_t fake_version_count = sizeof(fake_versions) / sizeof(*fake_versions);

enum {
	HEAP_AT = 0x1000000,
	BEFORE_OBJECT = 64, /* what lies before an object with attributes */
	MODULE_DICT_AT = 16,
	BASIC_SIZE = 48,
	DICT_FLAG = 29,
	TEXT_FLAG = 28,
	NUMBER_FLAG = 24,
	MANAGED_FLAG = 4,
	INLINE_FLAG = 2,
};

bool fake_has_shape(const struct qa_layout *layout, enum fake_shape shape)
{
	return layout->dict.slots == QA_ABSENT || shape == FAKE_HASHED || shape == FAKE_SHARED;
}

static void put(struct fake_heap *heap, uint64_t base, int32_t offset, uint64_t value)
{
	fake_put_u64(heap->target, base + (uint64_t)(int64_t)offset, value);
}

uint64_t fake_allocate(struct fake_heap *heap, size_t size)
{
	static const unsigned char zero[0x8000];
	uint64_t address = heap->next;

	heap->next += (size + 15) / 16 * 16;
	fake_put(heap->target, address, zero, size);
	return address;
}

uint64_t fake_type(struct fake_heap *heap, uint64_t flags, uint64_t dict_offset)
{
	uint64_t type = fake_allocate(heap, 1024);

	put(heap, type, heap->layout->names.type_flags, flags);
	put(heap, type, heap->layout->names.dict_offset, dict_offset);
	return type;
}

void fake_heap_init(
	struct fake_heap *heap, struct fake_target *target, const struct qa_layout *layout)
{
	*heap = (struct fake_heap){.target = target, .layout = layout, .next = HEAP_AT};
	heap->dict_type = fake_type(heap, UINT64_C(1) << DICT_FLAG, 0);
	heap->text_type = fake_type(heap, UINT64_C(1) << TEXT_FLAG, 0);
	heap->number_type = fake_type(heap, UINT64_C(1) << NUMBER_FLAG, 0);
	heap->module_type = fake_type(heap, 0, MODULE_DICT_AT);
}

static uint64_t new_object(struct fake_heap *heap, uint64_t type, size_t size)
{
	uint64_t object = fake_allocate(heap, size);

	put(heap, object, heap->layout->object.type, type);
	return object;
}

uint64_t fake_text(struct fake_heap *heap, const char *ascii)
{
	uint64_t text = new_object(heap, heap->text_type, 128 + strlen(ascii));

	fake_put_ascii(heap->target, heap->layout, text, ascii);
	return text;
}

uint64_t fake_wide_text(
	struct fake_heap *heap, const void *characters, size_t count, unsigned width)
{
	const struct qa_layout *layout = heap->layout;
	uint64_t text = new_object(heap, heap->text_type, 128 + count * width);

	put(heap, text, layout->unicode.length, count);
	fake_put_u32(heap->target, text + (uint64_t)layout->unicode.state,
		width << layout->unicode.kind_shift | 1u << layout->unicode.compact_shift);
	fake_put(heap->target, text + (uint64_t)layout->unicode.compact_data, characters,
		count * width);
	return text;
}

uint64_t fake_number(struct fake_heap *heap, uint64_t value)
{
	const struct qa_layout *layout = heap->layout;
	uint64_t number = new_object(heap, heap->number_type, 64);
	uint64_t count = 0;

	for (; value; value >>= layout->names.number_bits)
		fake_put_u32(heap->target,
			number + (uint64_t)layout->names.number_digits + 4 * count++,
			(uint32_t)(value & ((1u << layout->names.number_bits) - 1)));
	put(heap, number, layout->names.number_size, count << layout->names.number_shift);
	return number;
}

/* The bytes of the index, as dictobject.c chooses them. */
static unsigned index_log2(unsigned slots_log2)
{
	return slots_log2 + (slots_log2 < 8 ? 0 : slots_log2 < 16 ? 1 : 2);
}

static void put_head(struct fake_heap *heap, uint64_t table, enum fake_shape shape, size_t count,
	unsigned slots_log2)
{
	const struct qa_layout *layout = heap->layout;
	const unsigned char bytes[] = {(unsigned char)slots_log2,
		(unsigned char)index_log2(slots_log2), shape != FAKE_HASHED};

	put(heap, table, layout->dict.entry_count, count);
	if (layout->dict.slots != QA_ABSENT) {
		put(heap, table, layout->dict.slots, UINT64_C(1) << slots_log2);
		return;
	}
	fake_put(heap->target, table + (uint64_t)layout->dict.slots_log2, &bytes[0], 1);
	fake_put(heap->target, table + (uint64_t)layout->dict.index_log2, &bytes[1], 1);
	fake_put(heap->target, table + (uint64_t)layout->dict.kind, &bytes[2], 1);
}

uint64_t fake_table(struct fake_heap *heap, enum fake_shape shape, const struct fake_item *items,
	size_t count, unsigned slots_log2)
{
	const struct qa_layout *layout = heap->layout;
	const bool hashed = shape == FAKE_HASHED || layout->dict.slots != QA_ABSENT;
	const size_t index = (size_t)layout->dict.index + ((size_t)1 << index_log2(slots_log2));
	uint64_t table = fake_allocate(heap, 64);
	uint64_t at = table + index;

	heap->next = at + count * 24 + 16 - (at + count * 24) % 16;
	put_head(heap, table, shape, count, slots_log2);
	for (size_t i = 0; i < count; i++) {
		uint64_t key = items[i].text    ? fake_text(heap, items[i].text)
			       : items[i].value ? fake_number(heap, items[i].number)
						: 0;
		uint64_t words[3] = {items[i].number % ((UINT64_C(1) << 61) - 1), key,
			shape == FAKE_SHARED || shape == FAKE_NO_DICT ? 0 : items[i].value};

		fake_put(heap->target, at, hashed ? words : words + 1, hashed ? 24 : 16);
		at += hashed ? 24 : 16;
	}
	return table;
}

static void put_values(
	struct fake_heap *heap, uint64_t values, const struct fake_item *items, size_t count)
{
	const struct qa_layout *layout = heap->layout;

	if (layout->dict.values_valid != QA_ABSENT)
		fake_put(heap->target, values + (uint64_t)layout->dict.values_valid, "\1", 1);
	for (size_t i = 0; i < count; i++)
		put(heap, values, layout->dict.first_value + (int32_t)(8 * i), items[i].value);
}

uint64_t fake_dict(struct fake_heap *heap, enum fake_shape shape, const struct fake_item *items,
	size_t count, unsigned slots_log2)
{
	uint64_t dict = new_object(heap, heap->dict_type, 64);
	uint64_t values = 0;

	put(heap, dict, heap->layout->dict.keys, fake_table(heap, shape, items, count, slots_log2));
	if (shape == FAKE_SHARED) {
		values = fake_allocate(heap, 16 + count * 8);
		put_values(heap, values, items, count);
	}
	put(heap, dict, heap->layout->dict.values, values);
	return dict;
}

uint64_t fake_module(struct fake_heap *heap, const struct fake_item *items, size_t count)
{
	uint64_t module = new_object(heap, heap->module_type, 64);

	put(heap, module, MODULE_DICT_AT, fake_dict(heap, FAKE_HASHED, items, count, 8));
	return module;
}

/* The array of values, and what leads to it. */
static void put_bare_values(struct fake_heap *heap, uint64_t object, uint64_t type,
	const struct fake_item *items, size_t count)
{
	const struct qa_layout *layout = heap->layout;
	uint64_t values = layout->names.instance_form == QA_INSTANCE_INLINE
				  ? object + BASIC_SIZE
				  : fake_allocate(heap, 16 + count * 8);

	put(heap, type, layout->names.cached_keys, fake_table(heap, FAKE_NO_DICT, items, count, 5));
	put_values(heap, values, items, count);
	if (layout->names.instance_form == QA_INSTANCE_SPLIT)
		put(heap, object, layout->names.instance_values, values);
	if (layout->names.instance_form == QA_INSTANCE_TAGGED)
		put(heap, object, layout->names.instance_dict, values - 1);
}

uint64_t fake_instance(
	struct fake_heap *heap, enum fake_shape shape, const struct fake_item *items, size_t count)
{
	const struct qa_layout *layout = heap->layout;
	const enum qa_instance_form form = layout->names.instance_form;
	const bool managed = form != QA_INSTANCE_DICT;
	uint64_t flags = managed ? 1 << MANAGED_FLAG : 0;
	uint64_t type, object;

	if (form == QA_INSTANCE_INLINE)
		flags |= 1 << INLINE_FLAG;
	type = fake_type(heap, flags, managed ? UINT64_MAX : BASIC_SIZE);
	if (form == QA_INSTANCE_INLINE)
		put(heap, type, layout->names.basic_size, BASIC_SIZE);
	fake_allocate(heap, BEFORE_OBJECT);
	object = new_object(heap, type, BASIC_SIZE + 16 + count * 8);
	if (shape == FAKE_NO_DICT)
		put_bare_values(heap, object, type, items, count);
	else
		put(heap, object, managed ? layout->names.instance_dict : BASIC_SIZE,
			fake_dict(heap, shape, items, count, 5));
	return object;
}
