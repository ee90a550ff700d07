/* CPython 3.6 to 3.10: every frame is an object on the heap. */
#include "cpython/gen/fields.h"

#include <code.h>
#include <frameobject.h>
#include <longintrepr.h>

#if SINCE(9)
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>
#elif SINCE(8)
#include <internal/pycore_pystate.h>
#elif SINCE(7)
#include <internal/pystate.h>
#endif

static void print_runtime(void)
{
#if SINCE(7)
	OFFSET("runtime.interpreters_head", _PyRuntimeState, interpreters.head);
	OFFSET("runtime.tstate_current", _PyRuntimeState, gilstate.tstate_current);
#else
	NUMBER("runtime.interpreters_head", 0); /* no _PyRuntime: from the variable interp_head */
#endif
#if SINCE(7) && !SINCE(9)
	OFFSET("runtime.gc_collecting", _PyRuntimeState, gc.collecting);
#endif
}

static void print_interpreter(void)
{
	OFFSET("interpreter.next", PyInterpreterState, next);
#if SINCE(7)
	OFFSET("interpreter.id", PyInterpreterState, id);
#endif
	OFFSET("interpreter.threads_head", PyInterpreterState, tstate_head);
#if SINCE(9)
	OFFSET("interpreter.gc_collecting", PyInterpreterState, gc.collecting);
#endif
}

static void print_thread(void)
{
	OFFSET("thread.next", PyThreadState, next);
	OFFSET("thread.interpreter", PyThreadState, interp);
	OFFSET("thread.frame", PyThreadState, frame);
	OFFSET("thread.thread_id", PyThreadState, thread_id);
}

static void print_frame(void)
{
	OFFSET("frame.previous", PyFrameObject, f_back);
	OFFSET("frame.code", PyFrameObject, f_code);
	OFFSET("frame.position", PyFrameObject, f_lasti);
	TEXT("frame.position_kind",
		SINCE(10) ? "QA_POSITION_LASTI_UNITS" : "QA_POSITION_LASTI_BYTES");
	TEXT("frame.code_mask", "UINT64_MAX");
}

static void print_code(void)
{
	OFFSET("code.filename", PyCodeObject, co_filename);
	OFFSET("code.name", PyCodeObject, co_name);
	OFFSET("code.first_line", PyCodeObject, co_firstlineno);
#if SINCE(10)
	OFFSET("code.line_table", PyCodeObject, co_linetable);
	TEXT("code.line_table_kind", "QA_LINE_TABLE_RANGES");
#else
	OFFSET("code.line_table", PyCodeObject, co_lnotab);
	TEXT("code.line_table_kind", "QA_LINE_TABLE_LNOTAB");
#endif
}

/* A dict's table of keys. No header has it, only Objects/dict-common.h; the same from 3.6 to 3.10.
 */
struct table {
	Py_ssize_t references;
	Py_ssize_t slots;
	void *lookup;
	Py_ssize_t usable;
	Py_ssize_t entries;
	char index[];
};

static void print_names(void)
{
	OFFSET("names.modules", PyInterpreterState, modules);
	TEXT("names.instance_form", "QA_INSTANCE_DICT");
	NUMBER("dict.first_value", 0);
	OFFSET("dict.slots", struct table, slots);
	OFFSET("dict.entry_count", struct table, entries);
	OFFSET("dict.index", struct table, index);
}

int main(void)
{
	print_runtime();
	print_interpreter();
	print_thread();
	print_frame();
	print_code();
	print_objects();
	print_dict();
	print_number();
	print_names();
	return 0;
}
