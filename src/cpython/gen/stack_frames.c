/* CPython 3.11 to 3.15: a thread's frames lie one after the other in chunks of memory. */
#include "cpython/gen/fields.h"

#include <internal/pycore_code.h>
#include <internal/pycore_dict.h>
#include <internal/pycore_frame.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_object.h>
#include <internal/pycore_runtime.h>
#if SINCE(14)
#include <internal/pycore_interpframe.h>
#include <internal/pycore_stackref.h>
#endif

/* Each thread may run a copy of the bytecode of its own. */
#if defined(Py_GIL_DISABLED) && SINCE(14)
#define HAS_COPIES
#endif

static void print_runtime(void)
{
	OFFSET("runtime.interpreters_head", _PyRuntimeState, interpreters.head);
#if !SINCE(12)
	OFFSET("runtime.tstate_current", _PyRuntimeState, gilstate.tstate_current);
#endif
}

static void print_interpreter(void)
{
	OFFSET("interpreter.next", PyInterpreterState, next);
	OFFSET("interpreter.id", PyInterpreterState, id);
	OFFSET("interpreter.threads_head", PyInterpreterState, threads.head);
	OFFSET("interpreter.gc_collecting", PyInterpreterState, gc.collecting);
#if SINCE(12)
	OFFSET("interpreter.gil", PyInterpreterState, ceval.gil);
	OFFSET("gil.locked", struct _gil_runtime_state, locked);
	OFFSET("gil.last_holder", struct _gil_runtime_state, last_holder);
#endif
#if SINCE(13)
	OFFSET("interpreter.gc", PyInterpreterState, gc);
	OFFSET("interpreter.own_gil", PyInterpreterState, _gil);
	OFFSET("gc.collecting", struct _gc_runtime_state, collecting);
#endif
}

static void print_thread(void)
{
	OFFSET("thread.next", PyThreadState, next);
	OFFSET("thread.interpreter", PyThreadState, interp);
#if SINCE(13)
	OFFSET("thread.frame", PyThreadState, current_frame);
#else
	OFFSET("thread.frame", PyThreadState, cframe);
	OFFSET("thread.cframe_frame", _PyCFrame, current_frame);
#endif
#if SINCE(15)
	OFFSET("thread.base_frame", PyThreadState, base_frame);
#endif
	OFFSET("thread.thread_id", PyThreadState, thread_id);
	OFFSET("thread.native_thread_id", PyThreadState, native_thread_id);
#ifdef Py_GIL_DISABLED
	OFFSET("thread.status", PyThreadState, _status);
	OFFSET("thread.state", PyThreadState, state);
#endif
}

static void print_frame(void)
{
	OFFSET("frame.previous", _PyInterpreterFrame, previous);
#if SINCE(13)
	OFFSET("frame.code", _PyInterpreterFrame, f_executable);
	OFFSET("frame.position", _PyInterpreterFrame, instr_ptr);
#else
	OFFSET("frame.code", _PyInterpreterFrame, f_code);
	OFFSET("frame.position", _PyInterpreterFrame, prev_instr);
#endif
	TEXT("frame.position_kind", "QA_POSITION_POINTER");
	OFFSET("frame.owner", _PyInterpreterFrame, owner);
#if SINCE(14)
	NUMBER("frame.first_codeless_owner", FRAME_OWNED_BY_INTERPRETER);
#elif SINCE(12)
	NUMBER("frame.first_codeless_owner", FRAME_OWNED_BY_CSTACK);
#endif
#if SINCE(14)
	printf("frame.code_mask ~UINT64_C(%u)\n", (unsigned)Py_TAG_BITS);
#else
	TEXT("frame.code_mask", "UINT64_MAX");
#endif
#ifdef HAS_COPIES
	OFFSET("frame.bytecode_index", _PyInterpreterFrame, tlbc_index);
#endif
}

static void print_generator(void)
{
#if !SINCE(12)
	OFFSET("generator.frame", PyGenObject, gi_iframe);
	OFFSET("generator.state", PyGenObject, gi_frame_state);
#endif
}

static void print_code(void)
{
	OFFSET("code.filename", PyCodeObject, co_filename);
	OFFSET("code.name", PyCodeObject, co_name);
	OFFSET("code.qualname", PyCodeObject, co_qualname);
	OFFSET("code.first_line", PyCodeObject, co_firstlineno);
	OFFSET("code.line_table", PyCodeObject, co_linetable);
	OFFSET("code.bytecode", PyCodeObject, co_code_adaptive);
#if SINCE(12)
	OFFSET("code.version", PyCodeObject, co_version);
#endif
	TEXT("code.line_table_kind", "QA_LINE_TABLE_LOCATIONS");
#ifdef HAS_COPIES
	OFFSET("code.copies", PyCodeObject, co_tlbc);
	OFFSET("copies.count", _PyCodeArray, size);
	OFFSET("copies.first", _PyCodeArray, entries);
#endif
}

static void print_table(void)
{
	OFFSET("dict.first_value", PyDictValues, values);
#if SINCE(13)
	OFFSET("dict.values_valid", PyDictValues, valid);
#endif
	OFFSET("dict.slots_log2", PyDictKeysObject, dk_log2_size);
	OFFSET("dict.index_log2", PyDictKeysObject, dk_log2_index_bytes);
	OFFSET("dict.kind", PyDictKeysObject, dk_kind);
	OFFSET("dict.entry_count", PyDictKeysObject, dk_nentries);
	OFFSET("dict.index", PyDictKeysObject, dk_indices);
}

/* What lies before an object is asked of the headers' functions, for an object of ours. */
static void print_instance(void)
{
	static char memory[512];
	PyObject *object = (PyObject *)(memory + sizeof(memory) / 2);

	OFFSET("names.cached_keys", PyHeapTypeObject, ht_cached_keys);
#if SINCE(13)
	OFFSET("names.basic_size", PyTypeObject, tp_basicsize);
	SIGNED("names.instance_dict",
		(char *)_PyObject_ManagedDictPointer(object) - (char *)object);
	TEXT("names.instance_form", "QA_INSTANCE_INLINE");
#elif SINCE(12)
	SIGNED("names.instance_dict",
		(char *)_PyObject_DictOrValuesPointer(object) - (char *)object);
	TEXT("names.instance_form", "QA_INSTANCE_TAGGED");
#else
	SIGNED("names.instance_dict",
		(char *)_PyObject_ManagedDictPointer(object) - (char *)object);
	SIGNED("names.instance_values", (char *)_PyObject_ValuesPointer(object) - (char *)object);
	TEXT("names.instance_form", "QA_INSTANCE_SPLIT");
#endif
}

static void print_names(void)
{
#if SINCE(12)
	OFFSET("names.modules", PyInterpreterState, imports.modules);
#else
	OFFSET("names.modules", PyInterpreterState, modules);
#endif
	print_table();
	print_instance();
}

int main(void)
{
	print_runtime();
	print_interpreter();
	print_thread();
	print_frame();
	print_generator();
	print_code();
	print_objects();
	print_dict();
	print_number();
	print_names();
	return 0;
}
