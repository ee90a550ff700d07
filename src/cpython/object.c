#include "cpython/object.h"

#include <errno.h>

#include "cpython/dict.h"

/* Bits of a type's flags. */
enum {
	INLINE_VALUES = 2, /* from 3.13: its objects have their values in themselves */
	MANAGED_DICT = 4,  /* from 3.11: what leads to the dict is before the object */
};

enum { OBJECT_SIZE_MAX = 1 << 20 };

static int read_type(struct qa_memory *memory, const struct qa_layout *layout, uint64_t address,
	uint64_t *type, uint64_t *flags)
{
	int rc = address ? qa_memory_read_u64(memory, address + (uint64_t)layout->object.type, type)
			 : -EINVAL;

	return rc ? rc
		  : qa_memory_read_u64(memory, *type + (uint64_t)layout->names.type_flags, flags);
}

static bool has_flag(uint64_t flags, unsigned bit)
{
	return flags >> bit & 1;
}

int qa_object_check(struct qa_memory *memory, const struct qa_layout *layout, uint64_t address,
	enum qa_object_kind kind)
{
	uint64_t type, flags;
	int rc = read_type(memory, layout, address, &type, &flags);

	return rc ? rc : has_flag(flags, kind) ? 0 : -EINVAL;
}

int qa_object_number(
	struct qa_memory *memory, const struct qa_layout *layout, uint64_t address, uint64_t *value)
{
	enum { DIGITS_MAX = 3 };
	uint32_t digits[DIGITS_MAX];
	uint64_t count = 0;
	int rc = qa_object_check(memory, layout, address, QA_OBJECT_NUMBER);

	if (!rc)
		rc = qa_memory_read_u64(
			memory, address + (uint64_t)layout->names.number_size, &count);
	count >>= layout->names.number_shift;
	if (rc || count > DIGITS_MAX)
		return rc ? rc : -EINVAL;
	*value = 0;
	if (count == 0)
		return 0;
	rc = qa_memory_read(memory, address + (uint64_t)layout->names.number_digits, digits,
		(size_t)count * sizeof(*digits));
	while (!rc && count-- > 0)
		*value = *value << layout->names.number_bits | digits[count];
	return rc;
}

/* An object that has attributes, and its type. */
struct instance {
	struct qa_memory *memory;
	const struct qa_layout *layout;
	uint64_t address;
	uint64_t type;
	uint64_t flags;
};

static int read_word(
	const struct instance *instance, uint64_t base, int32_t offset, uint64_t *value)
{
	return qa_memory_read_u64(instance->memory, base + (uint64_t)(int64_t)offset, value);
}

static int open_dict(const struct instance *instance, uint64_t dict, struct qa_dict *attributes)
{
	return qa_dict_open(attributes, instance->memory, instance->layout, dict);
}

/* Values without a dict: their keys are those of the type. */
static int open_values(const struct instance *instance, uint64_t values, struct qa_dict *attributes)
{
	uint64_t keys;
	int rc = values ? read_word(instance, instance->type, instance->layout->names.cached_keys,
				  &keys)
			: -ENOENT;

	return rc ? rc
		  : qa_dict_open_table(attributes, instance->memory, instance->layout, keys,
			    values + (uint64_t)instance->layout->dict.first_value);
}

/* The dict where the type says; so it is with modules in every version. */
static int open_own_dict(const struct instance *instance, struct qa_dict *attributes)
{
	uint64_t offset, dict;
	int rc = read_word(instance, instance->type, instance->layout->names.dict_offset, &offset);

	if (rc || offset == 0 || offset > OBJECT_SIZE_MAX)
		return rc ? rc : -ENOENT;
	rc = qa_memory_read_u64(instance->memory, instance->address + offset, &dict);
	return rc ? rc : open_dict(instance, dict, attributes);
}

static int open_split(const struct instance *instance, struct qa_dict *attributes)
{
	uint64_t dict, values;
	int rc = read_word(
		instance, instance->address, instance->layout->names.instance_dict, &dict);

	if (rc || dict)
		return rc ? rc : open_dict(instance, dict, attributes);
	rc = read_word(
		instance, instance->address, instance->layout->names.instance_values, &values);
	return rc ? rc : open_values(instance, values, attributes);
}

static int open_tagged(const struct instance *instance, struct qa_dict *attributes)
{
	uint64_t word;
	int rc = read_word(
		instance, instance->address, instance->layout->names.instance_dict, &word);

	if (rc)
		return rc;
	/* It is one less than the address of the values. */
	return word & 1 ? open_values(instance, word + 1, attributes)
			: open_dict(instance, word, attributes);
}

static int open_inline(const struct instance *instance, struct qa_dict *attributes)
{
	const struct qa_layout *layout = instance->layout;
	uint64_t dict, size;
	unsigned char valid;
	int rc = read_word(instance, instance->address, layout->names.instance_dict, &dict);

	if (rc || dict)
		return rc ? rc : open_dict(instance, dict, attributes);
	if (!has_flag(instance->flags, INLINE_VALUES))
		return -ENOENT;
	rc = read_word(instance, instance->type, layout->names.basic_size, &size);
	if (rc || size > OBJECT_SIZE_MAX)
		return rc ? rc : -EINVAL;
	rc = qa_memory_read(instance->memory,
		instance->address + size + (uint64_t)layout->dict.values_valid, &valid,
		sizeof(valid));
	if (rc || !valid)
		return rc ? rc : -ENOENT;
	return open_values(instance, instance->address + size, attributes);
}

static int (*const openers[])(const struct instance *, struct qa_dict *) = {
	[QA_INSTANCE_DICT] = open_own_dict,
	[QA_INSTANCE_SPLIT] = open_split,
	[QA_INSTANCE_TAGGED] = open_tagged,
	[QA_INSTANCE_INLINE] = open_inline,
};

int qa_object_attribute(struct qa_memory *memory, const struct qa_layout *layout, uint64_t address,
	const char *name, uint64_t *value)
{
	struct instance instance = {.memory = memory, .layout = layout, .address = address};
	enum qa_instance_form form = layout->names.instance_form;
	struct qa_dict attributes;
	int rc = read_type(memory, layout, address, &instance.type, &instance.flags);

	if (rc)
		return rc;
	if (!has_flag(instance.flags, MANAGED_DICT))
		form = QA_INSTANCE_DICT;
	rc = openers[form](&instance, &attributes);
	return rc ? rc : qa_dict_find_text(&attributes, name, value);
}
