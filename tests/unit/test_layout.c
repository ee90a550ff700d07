#include "cmocka_all.h"

#include <errno.h>
#include <string.h>

#include "cpython/layout.h"

/* The table of offsets of a CPython 3.13.0 for x86-64, as found at the start of its _PyRuntime. */
static const uint64_t table_3_13[] = {0x030d00f0, 0,
	/* runtime_state: size, finalizing, interpreters_head */
	283320, 608, 632,
	/* interpreter_state: size, id, next, threads_head, gc, imports_modules, sysdict, builtins,
	   ceval_gil, gil_runtime_state, gil_runtime_state_enabled, gil_runtime_state_locked,
	   gil_runtime_state_holder */
	194968, 7272, 7264, 7344, 7400, 7656, 7640, 7648, 16, 7752, 0, 7768, 7760,
	/* thread_state: size, prev, next, interp, current_frame, thread_id, native_thread_id,
	   datastack_chunk, status */
	304, 0, 8, 16, 72, 152, 160, 232, 32,
	/* interpreter_frame: size, previous, executable, instr_ptr, localsplus, owner */
	80, 8, 0, 56, 72, 70,
	/* code_object: size, filename, name, qualname, linetable, firstlineno, argcount,
	   localsplusnames, localspluskinds, co_code_adaptive */
	208, 112, 120, 128, 136, 68, 52, 96, 104, 200,
	/* pyobject: size, ob_type; type_object: size, tp_name, tp_repr, tp_flags */
	16, 8, 416, 24, 88, 168,
	/* tuple_object, list_object, dict_object, float_object, long_object */
	32, 24, 16, 40, 24, 16, 48, 32, 40, 24, 16, 32, 16, 24,
	/* bytes_object: size, ob_size, ob_sval; unicode_object: size, state, length,
	   asciiobject_size; gc: size, collecting */
	40, 16, 32, 64, 32, 16, 40, 240, 200};

enum { WORDS = sizeof(table_3_13) / sizeof(*table_3_13), SIZE_OF_RUNTIME = 2, FINALIZING = 3 };

static void make_head(unsigned char *head, const uint64_t *table)
{
	memset(head, 0, QA_DEBUG_OFFSETS_MAX);
	memcpy(head, "xdebugpy", 8);
	memcpy(head + 8, table, sizeof(table_3_13));
}

static void reads_the_targets_own_offsets(void **state)
{
	unsigned char head[QA_DEBUG_OFFSETS_MAX];
	struct qa_layout layout;
	struct qa_error err = {0};
	bool free_threaded = true;
	uint32_t version = 0;

	(void)state;
	make_head(head, table_3_13);
	assert_true(qa_debug_offsets_version(head, sizeof(head), &version, &free_threaded));
	assert_int_equal(version, 0x030d00f0);
	assert_false(free_threaded);
	assert_int_equal(qa_layout_from_debug_offsets(head, sizeof(head), &layout, &err), 0);
	assert_int_equal(layout.runtime.interpreters_head, 632);
	assert_int_equal(layout.interpreter.threads_head, 7344);
	assert_int_equal(layout.interpreter.gc_collecting, 7600);
	assert_int_equal(layout.gil.locked, 16);
	assert_int_equal(layout.gil.last_holder, 8);
	assert_int_equal(layout.thread.frame, 72);
	assert_int_equal(layout.thread.cframe_frame, QA_ABSENT);
	assert_int_equal(layout.frame.position, 56);
	assert_int_equal(layout.frame.owner, 70);
	assert_int_equal(layout.frame.position_kind, QA_POSITION_POINTER);
	assert_int_equal(layout.code.bytecode, 200);
	assert_int_equal(layout.code.line_table_kind, QA_LINE_TABLE_LOCATIONS);
	assert_int_equal(layout.unicode.ascii_data, 40);
	assert_int_equal(layout.unicode.kind_shift, 2);
}

/* Each number of the table in turn is one that cannot be: nothing of it may be believed. */
static void refuses_offsets_that_cannot_be(void **state)
{
	uint64_t table[WORDS];

	(void)state;
	for (size_t i = SIZE_OF_RUNTIME; i < WORDS; i++) {
		static const uint64_t wrong[] = {UINT64_MAX, 1 << 30, (uint64_t)1 << 32};

		for (size_t k = 0; k < sizeof(wrong) / sizeof(*wrong); k++) {
			unsigned char head[QA_DEBUG_OFFSETS_MAX];
			struct qa_layout layout;
			struct qa_error err = {0};

			memcpy(table, table_3_13, sizeof(table));
			table[i] = wrong[k];
			make_head(head, table);
			assert_int_equal(
				qa_layout_from_debug_offsets(head, sizeof(head), &layout, &err),
				-EINVAL);
			assert_true(err.message[0] != '\0');
		}
	}
}

static void refuses_a_table_of_another_length(void **state)
{
	uint64_t table[WORDS];
	unsigned char head[QA_DEBUG_OFFSETS_MAX];
	struct qa_layout layout;
	struct qa_error err = {0};

	(void)state;
	memcpy(table, table_3_13, sizeof(table));
	table[FINALIZING] += 8;
	make_head(head, table);
	assert_int_equal(qa_layout_from_debug_offsets(head, sizeof(head), &layout, &err), -EINVAL);
	make_head(head, table_3_13);
	for (size_t len = 0; len < 8 + sizeof(table_3_13); len++)
		assert_true(qa_layout_from_debug_offsets(head, len, &layout, &err) < 0);
}

static void refuses_versions_that_it_does_not_know(void **state)
{
	uint64_t table[WORDS];
	unsigned char head[QA_DEBUG_OFFSETS_MAX];
	struct qa_layout layout;
	struct qa_error err = {0};

	(void)state;
	memcpy(table, table_3_13, sizeof(table));
	table[0] = 0x031000f0;
	make_head(head, table);
	assert_int_equal(qa_layout_from_debug_offsets(head, sizeof(head), &layout, &err), -ENOTSUP);
	assert_non_null(strstr(err.message, "3.16.0"));
	head[0] = 'y';
	assert_int_equal(qa_layout_from_debug_offsets(head, sizeof(head), &layout, &err), -EINVAL);
	assert_null(qa_layout_row(0x020712f0));
	assert_null(qa_layout_row(0));
	assert_null(qa_layout_row(UINT32_MAX));
}

/* Every row must be usable: no field that every version has is missing. */
static void rows_are_complete(void **state)
{
	static const uint32_t versions[] = {
		0x030812f0, 0x030912f0, 0x030a0df0, 0x030b07f0, 0x030c01f0};

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		const struct qa_layout *row = qa_layout_row(versions[i]);

		assert_non_null(row);
		assert_true(row->runtime.interpreters_head > 0);
		assert_true(row->interpreter.threads_head > 0);
		assert_true(
			row->thread.next > 0 && row->thread.frame > 0 && row->thread.thread_id > 0);
		assert_true(row->frame.previous > 0 && row->frame.position > 0);
		assert_true(
			row->code.filename > 0 && row->code.name > 0 && row->code.line_table > 0);
		assert_true(row->code.line_table_kind != QA_LINE_TABLE_NONE);
		assert_true((row->runtime.tstate_current != QA_ABSENT) !=
			    (row->interpreter.gil != QA_ABSENT));
		assert_true((row->runtime.gc_collecting != QA_ABSENT) !=
			    (row->interpreter.gc_collecting != QA_ABSENT));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_targets_own_offsets),
		cmocka_unit_test(refuses_offsets_that_cannot_be),
		cmocka_unit_test(refuses_a_table_of_another_length),
		cmocka_unit_test(refuses_versions_that_it_does_not_know),
		cmocka_unit_test(rows_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
