#include "cpython/layout.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct qa_layout rows[] = {
#if defined(__x86_64__)
#include "cpython/layout_rows_x86_64.inc"
#elif defined(__aarch64__)
#include "cpython/layout_rows_aarch64.inc"
#else
#error "There are no rows for this machine: see docs/add-a-cpython-version.md."
#endif
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

const struct qa_layout *qa_layout_row(uint32_t version, bool free_threaded)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].version_first <= version && version <= rows[i].version_last &&
			rows[i].free_threaded == free_threaded)
			return &rows[i];
	return NULL;
}

/* _Py_DebugOffsets begins with this, then 8 bytes each: version, free-threaded or not, then offsets
 * and sizes. */
static const char cookie[8] = "xdebugpy";

enum { VERSION_AT = 8, FREE_THREADED_AT = 16, FIRST_OFFSET_AT = 24, FINALIZING_AT = 32 };

static uint64_t word(const unsigned char *head, size_t at)
{
	uint64_t value;

	memcpy(&value, head + at, sizeof(value));
	return value;
}

bool qa_debug_offsets_version(
	const unsigned char *head, size_t len, uint32_t *version, bool *free_threaded)
{
	if (len < FIRST_OFFSET_AT || memcmp(head, cookie, sizeof(cookie)) != 0)
		return false;
	*version = (uint32_t)word(head, VERSION_AT);
	*free_threaded = word(head, FREE_THREADED_AT) != 0;
	return true;
}

/*
 * What to do with a number of the table. A size opens a structure, whose offsets must lie below it.
 * An offset that only free-threaded builds have is 0 in the others. What is neither stands for
 * something outside the structure before it, and is only capped.
 */
enum entry_kind { SIZE, OFFSET, FREE_THREADED_OFFSET, OTHER };

struct offset_entry {
	uint32_t since; /* 3.since is the first version that has it */
	const char *name;
	int32_t field; /* offsetof in struct qa_layout, or UNUSED */
	enum entry_kind kind;
};

/* Between the table and _PyRuntimeState.finalizing lie 24 bytes: measured in 3.13, 3.14 and 3.15.
 */
enum { UNUSED = -1, STRUCTURE_SIZE_MAX = 1 << 20, BEFORE_FINALIZING = 24 };

#define INTO(member) ((int32_t)offsetof(struct qa_layout, member))

/* The fields of _Py_DebugOffsets in their order: Include/internal/pycore_debug_offsets.h, in 3.13
 * pycore_runtime.h. Each version so far has those of the one before and some new ones between them.
 */
static const struct offset_entry entries[] = {
	{13, "runtime_state.size", UNUSED, SIZE},
	{13, "runtime_state.finalizing", UNUSED, OFFSET},
	{13, "runtime_state.interpreters_head", INTO(runtime.interpreters_head), OFFSET},
	{13, "interpreter_state.size", UNUSED, SIZE},
	{13, "interpreter_state.id", INTO(interpreter.id), OFFSET},
	{13, "interpreter_state.next", INTO(interpreter.next), OFFSET},
	{13, "interpreter_state.threads_head", INTO(interpreter.threads_head), OFFSET},
	{14, "interpreter_state.threads_main", UNUSED, OFFSET},
	{13, "interpreter_state.gc", INTO(interpreter.gc), OFFSET},
	{13, "interpreter_state.imports_modules", INTO(names.modules), OFFSET},
	{13, "interpreter_state.sysdict", UNUSED, OFFSET},
	{13, "interpreter_state.builtins", UNUSED, OFFSET},
	{13, "interpreter_state.ceval_gil", INTO(interpreter.gil), OFFSET},
	{13, "interpreter_state.gil_runtime_state", INTO(interpreter.own_gil), OFFSET},
	{13, "interpreter_state.gil_runtime_state_enabled", UNUSED, OFFSET},
	{13, "interpreter_state.gil_runtime_state_locked", INTO(gil.locked), OFFSET},
	{13, "interpreter_state.gil_runtime_state_holder", INTO(gil.last_holder), OFFSET},
	{14, "interpreter_state.code_object_generation", UNUSED, OFFSET},
	{14, "interpreter_state.tlbc_generation", UNUSED, OFFSET},
	{13, "thread_state.size", UNUSED, SIZE},
	{13, "thread_state.prev", UNUSED, OFFSET},
	{13, "thread_state.next", INTO(thread.next), OFFSET},
	{13, "thread_state.interp", INTO(thread.interpreter), OFFSET},
	{13, "thread_state.current_frame", INTO(thread.frame), OFFSET},
	{15, "thread_state.base_frame", INTO(thread.base_frame), OFFSET},
	{15, "thread_state.last_profiled_frame", UNUSED, OFFSET},
	{15, "thread_state.last_profiled_frame_seq", UNUSED, OFFSET},
	{13, "thread_state.thread_id", INTO(thread.thread_id), OFFSET},
	{13, "thread_state.native_thread_id", INTO(thread.native_thread_id), OFFSET},
	{13, "thread_state.datastack_chunk", UNUSED, OFFSET},
	{13, "thread_state.status", INTO(thread.status), FREE_THREADED_OFFSET},
	{15, "thread_state.holds_gil", UNUSED, OFFSET},
	{15, "thread_state.gil_requested", UNUSED, OFFSET},
	{15, "thread_state.current_exception", UNUSED, OFFSET},
	{15, "thread_state.exc_state", UNUSED, OFFSET},
	{15, "err_stackitem.exc_value", UNUSED, OTHER},
	{13, "interpreter_frame.size", UNUSED, SIZE},
	{13, "interpreter_frame.previous", INTO(frame.previous), OFFSET},
	{13, "interpreter_frame.executable", INTO(frame.code), OFFSET},
	{13, "interpreter_frame.instr_ptr", INTO(frame.position), OFFSET},
	{13, "interpreter_frame.localsplus", UNUSED, OFFSET},
	{13, "interpreter_frame.owner", INTO(frame.owner), OFFSET},
	{14, "interpreter_frame.stackpointer", UNUSED, OFFSET},
	{14, "interpreter_frame.tlbc_index", INTO(frame.bytecode_index), FREE_THREADED_OFFSET},
	{13, "code_object.size", UNUSED, SIZE},
	{13, "code_object.filename", INTO(code.filename), OFFSET},
	{13, "code_object.name", INTO(code.name), OFFSET},
	{13, "code_object.qualname", INTO(code.qualname), OFFSET},
	{13, "code_object.linetable", INTO(code.line_table), OFFSET},
	{13, "code_object.firstlineno", INTO(code.first_line), OFFSET},
	{13, "code_object.argcount", UNUSED, OFFSET},
	{13, "code_object.localsplusnames", UNUSED, OFFSET},
	{13, "code_object.localspluskinds", UNUSED, OFFSET},
	{13, "code_object.co_code_adaptive", INTO(code.bytecode), OFFSET},
	{14, "code_object.co_tlbc", INTO(code.copies), FREE_THREADED_OFFSET},
	{13, "pyobject.size", UNUSED, SIZE},
	{13, "pyobject.ob_type", INTO(object.type), OFFSET},
	{13, "type_object.size", UNUSED, SIZE},
	{13, "type_object.tp_name", INTO(object.type_name), OFFSET},
	{13, "type_object.tp_repr", UNUSED, OFFSET},
	{13, "type_object.tp_flags", INTO(names.type_flags), OFFSET},
	{15, "type_object.tp_basicsize", INTO(names.basic_size), OFFSET},
	{15, "type_object.tp_dictoffset", INTO(names.dict_offset), OFFSET},
	{15, "heap_type_object.size", UNUSED, SIZE},
	{15, "heap_type_object.ht_cached_keys", INTO(names.cached_keys), OFFSET},
	{13, "tuple_object.size", UNUSED, SIZE},
	{13, "tuple_object.ob_item", UNUSED, OFFSET},
	{13, "tuple_object.ob_size", UNUSED, OFFSET},
	{13, "list_object.size", UNUSED, SIZE},
	{13, "list_object.ob_item", UNUSED, OFFSET},
	{13, "list_object.ob_size", UNUSED, OFFSET},
	{14, "set_object.size", UNUSED, SIZE},
	{14, "set_object.used", UNUSED, OFFSET},
	{14, "set_object.table", UNUSED, OFFSET},
	{14, "set_object.mask", UNUSED, OFFSET},
	{13, "dict_object.size", UNUSED, SIZE},
	{13, "dict_object.ma_keys", INTO(dict.keys), OFFSET},
	{13, "dict_object.ma_values", INTO(dict.values), OFFSET},
	{13, "float_object.size", UNUSED, SIZE},
	{13, "float_object.ob_fval", UNUSED, OFFSET},
	{13, "long_object.size", UNUSED, SIZE},
	{13, "long_object.lv_tag", INTO(names.number_size), OFFSET},
	{13, "long_object.ob_digit", INTO(names.number_digits), OFFSET},
	{13, "bytes_object.size", UNUSED, SIZE},
	{13, "bytes_object.ob_size", INTO(object.bytes_size), OFFSET},
	{13, "bytes_object.ob_sval", INTO(object.bytes_data), OFFSET},
	{13, "unicode_object.size", UNUSED, SIZE},
	{13, "unicode_object.state", INTO(unicode.state), OFFSET},
	{13, "unicode_object.length", INTO(unicode.length), OFFSET},
	{13, "unicode_object.asciiobject_size", INTO(unicode.ascii_data), OFFSET},
	{15, "unicode.compactunicodeobject_size", INTO(unicode.compact_data), OFFSET},
	{13, "gc.size", UNUSED, SIZE},
	{13, "gc.collecting", INTO(gc.collecting), OFFSET},
	{15, "gc.frame", UNUSED, OFFSET},
	{15, "gc.generation_stats_size", UNUSED, OTHER},
	{15, "gc.generation_stats", UNUSED, OFFSET},
	{14, "gen_object.size", UNUSED, SIZE},
	{14, "gen_object.gi_name", UNUSED, OFFSET},
	{14, "gen_object.gi_iframe", UNUSED, OFFSET},
	{14, "gen_object.gi_frame_state", UNUSED, OFFSET},
	{14, "llist_node.next", UNUSED, OTHER},
	{14, "llist_node.prev", UNUSED, OTHER},
	{14, "debugger_support.eval_breaker", UNUSED, OTHER},
	{14, "debugger_support.remote_debugger_support", UNUSED, OTHER},
	{14, "debugger_support.remote_debugging_enabled", UNUSED, OTHER},
	{14, "debugger_support.debugger_pending_call", UNUSED, OTHER},
	{14, "debugger_support.debugger_script_path", UNUSED, OTHER},
	{14, "debugger_support.debugger_script_path_size", UNUSED, OTHER},
};

enum { ENTRIES = sizeof(entries) / sizeof(*entries) };

static bool has_entry(uint32_t version, const struct offset_entry *entry)
{
	return (version >> 16 & 0xff) >= entry->since;
}

static size_t count_entries(uint32_t version)
{
	size_t count = 0;

	for (size_t i = 0; i < ENTRIES; i++)
		count += has_entry(version, &entries[i]);
	return count;
}

static int bad_table(struct qa_error *err, const char *name, uint64_t value)
{
	return qa_error_set(err, EINVAL,
		"The interpreter's table of offsets cannot be right: %s is %llu.", name,
		(unsigned long long)value);
}

static bool is_plausible(enum entry_kind kind, uint64_t value, uint64_t structure_size)
{
	if (value > STRUCTURE_SIZE_MAX)
		return false;
	if (kind == SIZE)
		return value > 0;
	return kind == OTHER || value < structure_size;
}

static int read_entries(
	const unsigned char *head, uint32_t version, struct qa_layout *layout, struct qa_error *err)
{
	uint64_t size = 0;
	size_t at = FIRST_OFFSET_AT;

	for (size_t i = 0; i < ENTRIES; i++) {
		const struct offset_entry *entry = &entries[i];
		uint64_t value;

		if (!has_entry(version, entry))
			continue;
		value = word(head, at);
		at += sizeof(value);
		if (!is_plausible(entry->kind, value, size))
			return bad_table(err, entry->name, value);
		if (entry->kind == SIZE)
			size = value;
		if (entry->field != UNUSED &&
			(entry->kind != FREE_THREADED_OFFSET || layout->free_threaded))
			*(int32_t *)(void *)((char *)layout + entry->field) = (int32_t)value;
	}
	return 0;
}

int qa_layout_from_debug_offsets(
	const unsigned char *head, size_t len, struct qa_layout *layout, struct qa_error *err)
{
	const struct qa_layout *row;
	char text[QA_VERSION_TEXT_ROOM];
	bool free_threaded;
	uint32_t version;
	size_t end;
	int rc;

	if (!qa_debug_offsets_version(head, len, &version, &free_threaded))
		return qa_error_set(err, EINVAL, "The interpreter has no table of offsets.");
	row = qa_layout_row(version, free_threaded);
	qa_version_text(version, text, sizeof(text));
	if (!row)
		return qa_error_set(err, ENOTSUP, "CPython %s%s is not supported.", text,
			free_threaded ? " (free-threaded)" : "");
	/* Where the table ends and `finalizing` comes is known, and the table tells the latter: do
	 * they agree? */
	end = FIRST_OFFSET_AT + sizeof(uint64_t) * count_entries(version);
	if (len < end || end < FINALIZING_AT + sizeof(uint64_t) ||
		word(head, FINALIZING_AT) != end + BEFORE_FINALIZING)
		return qa_error_set(err, EINVAL,
			"The table of offsets of CPython %s has an unknown length.", text);
	*layout = *row;
	rc = read_entries(head, version, layout, err);
	layout->gil.locked -= layout->interpreter.own_gil;
	layout->gil.last_holder -= layout->interpreter.own_gil;
	layout->interpreter.gc_collecting = layout->interpreter.gc + layout->gc.collecting;
	if (free_threaded) /* not in the table, but always as far behind `status` */
		layout->thread.state += layout->thread.status - row->thread.status;
	return rc;
}

void qa_version_text(uint32_t version, char *text, size_t room)
{
	static const char *const levels[16] = {[0xa] = "a", [0xb] = "b", [0xc] = "rc"};
	const char *level = levels[version >> 4 & 0xf];

	if (level)
		snprintf(text, room, "%u.%u.%u%s%u", version >> 24, version >> 16 & 0xff,
			version >> 8 & 0xff, level, version & 0xf);
	else
		snprintf(text, room, "%u.%u.%u", version >> 24, version >> 16 & 0xff,
			version >> 8 & 0xff);
}
