/*
 * How the programs here print what they know: a line "field value" for each field of struct
 * qa_layout that their version of CPython has. Built against the headers of that version, not into
 * the library.
 */
#ifndef QA_CPYTHON_GEN_FIELDS_H
#define QA_CPYTHON_GEN_FIELDS_H

#define Py_BUILD_CORE 1
#define NDEBUG 1 /* the headers' own functions are asked with made-up objects */
#include <Python.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#if defined(Py_DEBUG) || defined(Py_TRACE_REFS)
#error "These are the headers of a debug build: its objects are laid out differently."
#endif

#define MINOR(minor) (0x03000000 + ((minor) << 16))
#define SINCE(minor) (PY_VERSION_HEX >= MINOR(minor))

#define NUMBER(field, value) printf("%s %zu\n", field, (size_t)(value))
#define SIGNED(field, value) printf("%s %d\n", field, (int)(value))
#define TEXT(field, value) printf("%s %s\n", field, value)
#define OFFSET(field, type, member) NUMBER(field, offsetof(type, member))
#define SIZE(field, type) NUMBER(field, sizeof(type))

/* The lowest bit of a bit field of a str's state. */
#define SHIFT(field, member)                                                                       \
	do {                                                                                       \
		PyASCIIObject text;                                                                \
		uint32_t bits;                                                                     \
                                                                                                   \
		memset(&text, 0, sizeof(text));                                                    \
		text.state.member = 1;                                                             \
		memcpy(&bits, &text.state, sizeof(bits));                                          \
		NUMBER(field, __builtin_ctz(bits));                                                \
	} while (0)

static void print_objects(void)
{
	OFFSET("object.type", PyObject, ob_type);
	OFFSET("object.type_name", PyTypeObject, tp_name);
	OFFSET("object.bytes_size", PyVarObject, ob_size);
	OFFSET("object.bytes_data", PyBytesObject, ob_sval);
	OFFSET("unicode.length", PyASCIIObject, length);
	OFFSET("unicode.hash", PyASCIIObject, hash);
	OFFSET("unicode.state", PyASCIIObject, state);
	SIZE("unicode.ascii_data", PyASCIIObject);
	SIZE("unicode.compact_data", PyCompactUnicodeObject);
	OFFSET("unicode.legacy_data", PyUnicodeObject, data);
	SHIFT("unicode.kind_shift", kind);
	SHIFT("unicode.compact_shift", compact);
	SHIFT("unicode.ascii_shift", ascii);
}

static void print_dict(void)
{
	OFFSET("dict.keys", PyDictObject, ma_keys);
	OFFSET("dict.values", PyDictObject, ma_values);
	OFFSET("names.type_flags", PyTypeObject, tp_flags);
	OFFSET("names.dict_offset", PyTypeObject, tp_dictoffset);
}

static void print_number(void)
{
#if SINCE(12)
	OFFSET("names.number_size", PyLongObject, long_value.lv_tag);
	OFFSET("names.number_digits", PyLongObject, long_value.ob_digit);
	NUMBER("names.number_shift", _PyLong_NON_SIZE_BITS);
#else
	OFFSET("names.number_size", PyLongObject, ob_base.ob_size);
	OFFSET("names.number_digits", PyLongObject, ob_digit);
	NUMBER("names.number_shift", 0);
#endif
	NUMBER("names.number_bits", PyLong_SHIFT);
}

#endif
