/*
 * Where things lie in a CPython of one version: every read of the interpreter goes through one of
 * these rows.
 *
 * 3.6 to 3.12 come from the table in layout_rows_*.inc, printed by src/cpython/gen from the headers
 * of that version. From 3.13 on the target tells most of it itself (_Py_DebugOffsets); what it
 * leaves out comes from a row, too. From 3.13 on there is a second row for each version: that of
 * its free-threaded build, whose objects are laid out differently. All offsets are bytes; QA_ABSENT
 * means that this version has no such field.
 */
#ifndef QA_CPYTHON_LAYOUT_H
#define QA_CPYTHON_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qa/error.h"
#include "qa/raw.h"

#define QA_ABSENT (-1)

enum qa_frame_position {
	QA_POSITION_LASTI_BYTES, /* int: bytes from the start of the bytecode */
	QA_POSITION_LASTI_UNITS, /* int: 2-byte units from the start of the bytecode */
	QA_POSITION_POINTER,     /* pointer into the bytecode */
};

/* Where an instance of a Python class has its attributes. */
enum qa_instance_form {
	QA_INSTANCE_DICT,   /* up to 3.10: in its dict, to which the type has the offset */
	QA_INSTANCE_SPLIT,  /* 3.11: in a dict, or before there is one in an array of values */
	QA_INSTANCE_TAGGED, /* 3.12: the same, but one word for both; bit 0 tells which */
	QA_INSTANCE_INLINE, /* from 3.13: the values lie in the object itself */
};

struct qa_layout {
	/* PY_VERSION_HEX of the first and the last release that the row is for. */
	uint32_t version_first;
	uint32_t version_last;
	bool free_threaded;                /* built with Py_GIL_DISABLED */
	struct {                           /* _PyRuntimeState */
		int32_t interpreters_head; /* 3.6 has no such structure, but a variable: 0 */
		int32_t tstate_current;    /* 3.7 to 3.11: the thread state that holds the GIL */
		int32_t gc_collecting;     /* up to 3.8 */
	} runtime;
	struct { /* PyInterpreterState */
		int32_t next;
		int32_t id;
		int32_t threads_head;
		int32_t gc_collecting; /* from 3.9 */
		int32_t gc;            /* from 3.13: its struct _gc_runtime_state */
		int32_t gil;           /* from 3.12: pointer to its struct _gil_runtime_state */
		int32_t own_gil;       /* from 3.13: that struct, if it is its own */
	} interpreter;
	struct { /* struct _gil_runtime_state, from 3.12 */
		int32_t locked;
		int32_t last_holder;
	} gil;
	struct { /* PyThreadState */
		int32_t next;
		int32_t interpreter;
		int32_t frame; /* the innermost frame; in 3.11 and 3.12 the _PyCFrame that has it */
		int32_t cframe_frame; /* in that _PyCFrame: the innermost frame */
		int32_t base_frame;   /* from 3.15: pointer to the frame that every stack ends in */
		int32_t thread_id;
		int32_t native_thread_id;
		int32_t status; /* free-threaded: of use only to find `state` */
		int32_t state;  /* free-threaded, an int: one of the _Py_THREAD_ states */
	} thread;
	struct { /* PyFrameObject up to 3.10, _PyInterpreterFrame from 3.11 */
		int32_t previous;
		int32_t code;
		int32_t position;
		int32_t owner; /* a byte, from 3.11 */
		enum qa_frame_position position_kind;
		/* From 3.12: from this owner on a frame has no code object; each entry from C has
		 * such a frame, so the outermost one is one. */
		int32_t first_codeless_owner;
		uint64_t code_mask;     /* the bits of `code` that are the address: from 3.14 it has
					   tags */
		int32_t bytecode_index; /* int, free-threaded from 3.14: which of the code's copies
					   of its bytecode the frame runs */
	} frame;
	struct { /* PyGenObject in 3.11, where nothing else tells a generator that runs */
		int32_t frame;
		int32_t state; /* a byte */
	} generator;
	struct { /* PyCodeObject */
		int32_t filename;
		int32_t name;
		int32_t qualname; /* from 3.11 */
		int32_t first_line;
		int32_t line_table;
		int32_t version; /* from 3.12: of the code objects so far, which one; 0: one of many
				  */
		int32_t bytecode; /* from 3.11 it lies in the object, from here on */
		int32_t copies;   /* free-threaded from 3.14: pointer to the _PyCodeArray of the
				     bytecode's copies */
		enum qa_line_table line_table_kind;
	} code;
	struct { /* _PyCodeArray */
		int32_t count;
		int32_t first; /* the pointers to the copies, from here on */
	} copies;
	struct {
		int32_t type;       /* PyObject.ob_type */
		int32_t type_name;  /* PyTypeObject.tp_name */
		int32_t bytes_size; /* PyVarObject.ob_size; of code its 2-byte units */
		int32_t bytes_data; /* PyBytesObject.ob_sval */
	} object;
	struct { /* str */
		int32_t length;
		int32_t hash;
		int32_t state;
		int32_t ascii_data;   /* sizeof(PyASCIIObject) */
		int32_t compact_data; /* sizeof(PyCompactUnicodeObject) */
		int32_t legacy_data;  /* PyUnicodeObject.data, for strings that are not compact */
		int32_t kind_shift;   /* of the bits in state */
		int32_t compact_shift;
		int32_t ascii_shift;
	} unicode;
	struct {                      /* dict, and the table of keys that it points to */
		int32_t keys;         /* PyDictObject.ma_keys */
		int32_t values;       /* PyDictObject.ma_values: null unless the keys are shared */
		int32_t first_value;  /* from where ma_values points to the first of them */
		int32_t values_valid; /* a byte there, from 3.13 */
		int32_t slots;        /* of the table: how many slots its index has, up to 3.10 */
		int32_t slots_log2;   /* a byte: the same, from 3.11 */
		int32_t index_log2;   /* a byte: how many bytes the index has, from 3.11 */
		int32_t kind;         /* a byte: 0 if an entry begins with its hash, from 3.11 */
		int32_t entry_count;
		int32_t index; /* the index begins here, and the entries follow it */
	} dict;
	struct {                         /* what else lies on the way to the name of a thread */
		int32_t modules;         /* PyInterpreterState: its dict of modules */
		int32_t type_flags;      /* PyTypeObject.tp_flags */
		int32_t dict_offset;     /* PyTypeObject.tp_dictoffset */
		int32_t basic_size;      /* PyTypeObject.tp_basicsize, from 3.13 */
		int32_t cached_keys;     /* PyHeapTypeObject.ht_cached_keys, from 3.11 */
		int32_t instance_dict;   /* from 3.11: before the object, so it is negative */
		int32_t instance_values; /* 3.11 */
		enum qa_instance_form instance_form;
		int32_t number_size;   /* int: ob_size, from 3.12 lv_tag */
		int32_t number_shift;  /* of the number of digits in that */
		int32_t number_digits; /* the digits, 32 bits each */
		int32_t number_bits;   /* that a digit has in use */
	} names;
	struct { /* struct _gc_runtime_state, from 3.13 */
		int32_t collecting;
	} gc;
};

/* The row for a version and kind of build, or NULL. 3.13 and later rows must be completed by
 * qa_layout_from_debug_offsets. */
const struct qa_layout *qa_layout_row(uint32_t version, bool free_threaded);

/* The most that the first bytes of _PyRuntime can be in any version: cookie, version, flags and the
 * table of offsets. */
enum { QA_DEBUG_OFFSETS_MAX = 1024 };

/* Does `head`, the first bytes of _PyRuntime, begin with a table of offsets; if so, of which
 * version? */
bool qa_debug_offsets_version(
	const unsigned char *head, size_t len, uint32_t *version, bool *free_threaded);

/*
 * Fills *layout from the row of its version and kind of build, and from the table of offsets, every
 * field checked against the size of its structure. -EINVAL: the table cannot be believed, and err
 * says which field.
 */
int qa_layout_from_debug_offsets(
	const unsigned char *head, size_t len, struct qa_layout *layout, struct qa_error *err);

enum { QA_VERSION_TEXT_ROOM = 24 };

/* "3.13.0rc2" from 0x030d00c2. */
void qa_version_text(uint32_t version, char *text, size_t room);

#endif
