#include "cpython/layout.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct qa_layout rows[] = {
#include "cpython/layout_rows.inc"
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

const struct qa_layout *qa_layout_row(uint32_t version)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].version_first <= version && version <= rows[i].version_last)
			return &rows[i];
	return NULL;
}

/* _Py_DebugOffsets begins with this, then 8 bytes each: version, free-threaded or not, then offsets
 * and sizes. */
static const char cookie[8] = "xdebugpy";

enum { VERSION_AT = 8, FREE_THREADED_AT = 16, FIRST_OFFSET_AT = 24 };

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

/* What to do with a number of the table. A size opens a structure, whose offsets must lie below it.
 */
enum entry_kind { SIZE, OFFSET };

struct offset_entry {
	const char *name;
	int32_t field; /* offsetof in struct qa_layout, or UNUSED */
	enum entry_kind kind;
};

/* Between the table and _PyRuntimeState.finalizing lie 24 bytes: measured in 3.13, 3.14 and 3.15.
 */
enum { UNUSED = -1, STRUCTURE_SIZE_MAX = 1 << 20, BEFORE_FINALIZING = 24 };

#define INTO(member) ((int32_t)offsetof(struct qa_layout, member))

/* The order of the fields of _Py_DebugOffsets in 3.13: Include/internal/pycore_runtime.h. */
static const struct offset_entry entries_3_13[] = {
	{"runtime_state.size", UNUSED, SIZE},
	{"runtime_state.finalizing", UNUSED, OFFSET},
	{"runtime_state.interpreters_head", INTO(runtime.interpreters_head), OFFSET},
	{"interpreter_state.size", UNUSED, SIZE},
	{"interpreter_state.id", INTO(interpreter.id), OFFSET},
	{"interpreter_state.next", INTO(interpreter.next), OFFSET},
	{"interpreter_state.threads_head", INTO(interpreter.threads_head), OFFSET},
	{"interpreter_state.gc", INTO(interpreter.gc), OFFSET},
	{"interpreter_state.imports_modules", UNUSED, OFFSET},
	{"interpreter_state.sysdict", UNUSED, OFFSET},
	{"interpreter_state.builtins", UNUSED, OFFSET},
	{"interpreter_state.ceval_gil", INTO(interpreter.gil), OFFSET},
	{"interpreter_state.gil_runtime_state", INTO(interpreter.own_gil), OFFSET},
	{"interpreter_state.gil_runtime_state_enabled", UNUSED, OFFSET},
	{"interpreter_state.gil_runtime_state_locked", INTO(gil.locked), OFFSET},
	{"interpreter_state.gil_runtime_state_holder", INTO(gil.last_holder), OFFSET},
	{"thread_state.size", UNUSED, SIZE},
	{"thread_state.prev", UNUSED, OFFSET},
	{"thread_state.next", INTO(thread.next), OFFSET},
	{"thread_state.interp", INTO(thread.interpreter), OFFSET},
	{"thread_state.current_frame", INTO(thread.frame), OFFSET},
	{"thread_state.thread_id", INTO(thread.thread_id), OFFSET},
	{"thread_state.native_thread_id", INTO(thread.native_thread_id), OFFSET},
	{"thread_state.datastack_chunk", UNUSED, OFFSET},
	{"thread_state.status", UNUSED, OFFSET},
	{"interpreter_frame.size", UNUSED, SIZE},
	{"interpreter_frame.previous", INTO(frame.previous), OFFSET},
	{"interpreter_frame.executable", INTO(frame.code), OFFSET},
	{"interpreter_frame.instr_ptr", INTO(frame.position), OFFSET},
	{"interpreter_frame.localsplus", UNUSED, OFFSET},
	{"interpreter_frame.owner", INTO(frame.owner), OFFSET},
	{"code_object.size", UNUSED, SIZE},
	{"code_object.filename", INTO(code.filename), OFFSET},
	{"code_object.name", INTO(code.name), OFFSET},
	{"code_object.qualname", INTO(code.qualname), OFFSET},
	{"code_object.linetable", INTO(code.line_table), OFFSET},
	{"code_object.firstlineno", INTO(code.first_line), OFFSET},
	{"code_object.argcount", UNUSED, OFFSET},
	{"code_object.localsplusnames", UNUSED, OFFSET},
	{"code_object.localspluskinds", UNUSED, OFFSET},
	{"code_object.co_code_adaptive", INTO(code.bytecode), OFFSET},
	{"pyobject.size", UNUSED, SIZE},
	{"pyobject.ob_type", INTO(object.type), OFFSET},
	{"type_object.size", UNUSED, SIZE},
	{"type_object.tp_name", INTO(object.type_name), OFFSET},
	{"type_object.tp_repr", UNUSED, OFFSET},
	{"type_object.tp_flags", UNUSED, OFFSET},
	{"tuple_object.size", UNUSED, SIZE},
	{"tuple_object.ob_item", UNUSED, OFFSET},
	{"tuple_object.ob_size", UNUSED, OFFSET},
	{"list_object.size", UNUSED, SIZE},
	{"list_object.ob_item", UNUSED, OFFSET},
	{"list_object.ob_size", UNUSED, OFFSET},
	{"dict_object.size", UNUSED, SIZE},
	{"dict_object.ma_keys", UNUSED, OFFSET},
	{"dict_object.ma_values", UNUSED, OFFSET},
	{"float_object.size", UNUSED, SIZE},
	{"float_object.ob_fval", UNUSED, OFFSET},
	{"long_object.size", UNUSED, SIZE},
	{"long_object.lv_tag", UNUSED, OFFSET},
	{"long_object.ob_digit", UNUSED, OFFSET},
	{"bytes_object.size", UNUSED, SIZE},
	{"bytes_object.ob_size", INTO(object.bytes_size), OFFSET},
	{"bytes_object.ob_sval", INTO(object.bytes_data), OFFSET},
	{"unicode_object.size", UNUSED, SIZE},
	{"unicode_object.state", INTO(unicode.state), OFFSET},
	{"unicode_object.length", INTO(unicode.length), OFFSET},
	{"unicode_object.asciiobject_size", INTO(unicode.ascii_data), OFFSET},
	{"gc.size", UNUSED, SIZE},
	{"gc.collecting", INTO(gc.collecting), OFFSET},
};

/* One table of entries per layout of _Py_DebugOffsets itself. */
static const struct offset_table {
	uint32_t minor; /* 3.minor */
	const struct offset_entry *entries;
	size_t count;
} tables[] = {
	{13, entries_3_13, sizeof(entries_3_13) / sizeof(*entries_3_13)},
};

static const struct offset_table *table_of(uint32_t version)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (version >> 24 == 3 && (version >> 16 & 0xff) == tables[i].minor)
			return &tables[i];
	return NULL;
}

static int bad_table(struct qa_error *err, const char *name, uint64_t value)
{
	return qa_error_set(err, EINVAL,
		"The interpreter's table of offsets cannot be right: %s is %llu.", name,
		(unsigned long long)value);
}

static int read_entries(const struct offset_table *table, const unsigned char *head,
	struct qa_layout *layout, struct qa_error *err)
{
	uint64_t size = 0;

	for (size_t i = 0; i < table->count; i++) {
		const struct offset_entry *entry = &table->entries[i];
		uint64_t value = word(head, FIRST_OFFSET_AT + 8 * i);

		if (entry->kind == SIZE ? value == 0 || value > STRUCTURE_SIZE_MAX : value >= size)
			return bad_table(err, entry->name, value);
		if (entry->kind == SIZE)
			size = value;
		if (entry->field != UNUSED)
			*(int32_t *)(void *)((char *)layout + entry->field) = (int32_t)value;
	}
	return 0;
}

int qa_layout_from_debug_offsets(
	const unsigned char *head, size_t len, struct qa_layout *layout, struct qa_error *err)
{
	const struct offset_table *table;
	const struct qa_layout *row;
	char text[QA_VERSION_TEXT_ROOM];
	bool free_threaded;
	uint32_t version;
	int rc;

	if (!qa_debug_offsets_version(head, len, &version, &free_threaded))
		return qa_error_set(err, EINVAL, "The interpreter has no table of offsets.");
	table = table_of(version);
	row = qa_layout_row(version);
	qa_version_text(version, text, sizeof(text));
	if (!table || !row)
		return qa_error_set(err, ENOTSUP, "CPython %s is not supported.", text);
	/* Where the table ends and `finalizing` comes is known, and the table tells the latter: do
	 * they agree? */
	if (len < FIRST_OFFSET_AT + 8 * table->count ||
		word(head, FIRST_OFFSET_AT + 8) !=
			FIRST_OFFSET_AT + 8 * table->count + BEFORE_FINALIZING)
		return qa_error_set(err, EINVAL,
			"The table of offsets of CPython %s has an unknown length.", text);
	*layout = *row;
	rc = read_entries(table, head, layout, err);
	layout->gil.locked -= layout->interpreter.own_gil;
	layout->gil.last_holder -= layout->interpreter.own_gil;
	layout->interpreter.gc_collecting = layout->interpreter.gc + layout->gc.collecting;
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
