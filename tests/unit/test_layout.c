#include "cmocka_all.h"

#include <errno.h>
#include <string.h>

#include "cpython/layout.h"

/*
 * The tables of offsets of CPython 3.13.0, 3.14.10 and 3.15.2 for x86-64, as found at the start of
 * their _PyRuntime: version, free-threaded or not, then by structure.
 */
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

static const uint64_t table_3_14[] = {0x030e0af0, 0,
	/* runtime */ 316616, 784, 808,
	/* interp */ 225864, 7280, 7272, 7344, 7360, 7408, 7688, 7672, 7680, 16, 7784, 0, 7800,
	7792, 7992, 0,
	/* thread */ 832, 0, 8, 16, 72, 152, 160, 232, 32,
	/* frame */ 88, 8, 0, 56, 80, 74, 64, 0,
	/* code */ 216, 112, 120, 128, 136, 68, 52, 96, 104, 208, 0,
	/* object */ 16, 8,
	/* type */ 416, 24, 88, 168,
	/* tuple */ 40, 32, 16,
	/* list */ 40, 24, 16,
	/* set */ 200, 24, 40, 32,
	/* dict */ 48, 32, 40,
	/* float */ 24, 16,
	/* long */ 32, 16, 24,
	/* bytes */ 40, 16, 32,
	/* unicode */ 64, 32, 16, 40,
	/* gc */ 264, 192,
	/* gen */ 160, 24, 72, 67,
	/* llist */ 0, 8,
	/* debugger */ 24, 304, 8076, 0, 4, 512};

static const uint64_t table_3_15[] = {0x030f02f0, 0,
	/* runtime */ 346568, 912, 936,
	/* interp */ 226240, 7272, 7264, 7336, 7352, 7400, 7592, 7576, 7584, 16, 7736, 0, 7752,
	7744, 7944, 0,
	/* thread */ 888, 0, 8, 16, 72, 80, 88, 96, 176, 184, 256, 32, 36, 40, 136, 288,
	/* err_stackitem */ 0,
	/* frame */ 88, 8, 0, 56, 80, 74, 64, 0,
	/* code */ 216, 112, 120, 128, 136, 68, 52, 96, 104, 208, 0,
	/* object */ 16, 8,
	/* type */ 424, 24, 88, 168, 32, 288,
	/* heap_type */ 944, 888,
	/* tuple */ 40, 32, 16,
	/* list */ 40, 24, 16,
	/* set */ 200, 24, 40, 32,
	/* dict */ 48, 32, 40,
	/* float */ 24, 16,
	/* long */ 32, 16, 24,
	/* bytes */ 40, 16, 32,
	/* unicode */ 64, 32, 16, 40, 56,
	/* gc */ 176, 112, 120, 1120, 104,
	/* gen */ 160, 24, 72, 67,
	/* llist */ 0, 8,
	/* debugger */ 24, 344, 8028, 0, 4, 512};

static const struct sample {
	uint32_t version;
	const uint64_t *words;
	size_t count;
} samples[] = {
	{0x030d00f0, table_3_13, sizeof(table_3_13) / sizeof(*table_3_13)},
	{0x030e0af0, table_3_14, sizeof(table_3_14) / sizeof(*table_3_14)},
	{0x030f02f0, table_3_15, sizeof(table_3_15) / sizeof(*table_3_15)},
};

enum { SAMPLES = sizeof(samples) / sizeof(*samples), WORDS_MAX = 120 };
enum { SIZE_OF_RUNTIME = 2, FINALIZING = 3 };

static void make_head(unsigned char *head, const uint64_t *words, size_t count)
{
	memset(head, 0, QA_DEBUG_OFFSETS_MAX);
	memcpy(head, "xdebugpy", 8);
	memcpy(head + 8, words, count * sizeof(*words));
}

static int read_head(const unsigned char *head, struct qa_layout *layout)
{
	struct qa_error err = {0};
	int rc = qa_layout_from_debug_offsets(head, QA_DEBUG_OFFSETS_MAX, layout, &err);

	assert_int_equal(rc == 0, err.message[0] == '\0');
	return rc;
}

static void reads_the_targets_own_offsets(void **state)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		unsigned char head[QA_DEBUG_OFFSETS_MAX];
		struct qa_layout layout;
		bool free_threaded = true;
		uint32_t version = 0;

		make_head(head, samples[i].words, samples[i].count);
		assert_true(qa_debug_offsets_version(head, sizeof(head), &version, &free_threaded));
		assert_int_equal(version, samples[i].version);
		assert_false(free_threaded);
		assert_int_equal(read_head(head, &layout), 0);
	}
	(void)state;
}

#define FIELD(member) offsetof(struct qa_layout, member)

/* Each field in each of the versions, and from which sample on the table tells it. */
enum { NEVER = SAMPLES };
static const struct {
	size_t field;
	size_t told_from;
	int32_t expected[SAMPLES];
} cases[] = {
	{FIELD(runtime.interpreters_head), 0, {632, 808, 936}},
	{FIELD(interpreter.next), 0, {7264, 7272, 7264}},
	{FIELD(interpreter.id), 0, {7272, 7280, 7272}},
	{FIELD(interpreter.threads_head), 0, {7344, 7344, 7336}},
	{FIELD(interpreter.gil), 0, {16, 16, 16}},
	{FIELD(interpreter.gc_collecting), 0, {7600, 7600, 7512}},
	{FIELD(gil.locked), 0, {16, 16, 16}},
	{FIELD(gil.last_holder), 0, {8, 8, 8}},
	{FIELD(thread.next), 0, {8, 8, 8}},
	{FIELD(thread.interpreter), 0, {16, 16, 16}},
	{FIELD(thread.frame), 0, {72, 72, 72}},
	{FIELD(thread.cframe_frame), NEVER, {QA_ABSENT, QA_ABSENT, QA_ABSENT}},
	{FIELD(thread.base_frame), 2, {QA_ABSENT, QA_ABSENT, 80}},
	{FIELD(thread.thread_id), 0, {152, 152, 176}},
	{FIELD(thread.native_thread_id), 0, {160, 160, 184}},
	{FIELD(frame.previous), 0, {8, 8, 8}},
	{FIELD(frame.code), 0, {0, 0, 0}},
	{FIELD(frame.position), 0, {56, 56, 56}},
	{FIELD(frame.owner), 0, {70, 74, 74}},
	{FIELD(frame.first_codeless_owner), NEVER, {3, 3, 3}},
	{FIELD(code.filename), 0, {112, 112, 112}},
	{FIELD(code.name), 0, {120, 120, 120}},
	{FIELD(code.qualname), 0, {128, 128, 128}},
	{FIELD(code.first_line), 0, {68, 68, 68}},
	{FIELD(code.line_table), 0, {136, 136, 136}},
	{FIELD(code.bytecode), 0, {200, 208, 208}},
	{FIELD(object.type), 0, {8, 8, 8}},
	{FIELD(object.type_name), 0, {24, 24, 24}},
	{FIELD(object.bytes_size), 0, {16, 16, 16}},
	{FIELD(object.bytes_data), 0, {32, 32, 32}},
	{FIELD(unicode.length), 0, {16, 16, 16}},
	{FIELD(unicode.state), 0, {32, 32, 32}},
	{FIELD(unicode.ascii_data), 0, {40, 40, 40}},
	{FIELD(unicode.compact_data), 2, {56, 56, 56}},
	{FIELD(unicode.kind_shift), NEVER, {2, 2, 2}},
	{FIELD(dict.keys), 0, {32, 32, 32}},
	{FIELD(dict.values), 0, {40, 40, 40}},
	{FIELD(dict.entry_count), NEVER, {24, 24, 24}},
	{FIELD(names.modules), 0, {7656, 7688, 7592}},
	{FIELD(names.type_flags), 0, {168, 168, 168}},
	{FIELD(names.dict_offset), 2, {288, 288, 288}},
	{FIELD(names.basic_size), 2, {32, 32, 32}},
	{FIELD(names.cached_keys), 2, {880, 880, 888}},
	{FIELD(names.number_size), 0, {16, 16, 16}},
	{FIELD(names.number_digits), 0, {24, 24, 24}},
};

enum { CASES = sizeof(cases) / sizeof(*cases) };

static int32_t value_of(const struct qa_layout *layout, size_t k)
{
	int32_t value;

	memcpy(&value, (const char *)layout + cases[k].field, sizeof(value));
	return value;
}

static void takes_each_field_from_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		unsigned char head[QA_DEBUG_OFFSETS_MAX];
		struct qa_layout layout;

		make_head(head, samples[i].words, samples[i].count);
		assert_int_equal(read_head(head, &layout), 0);
		for (size_t k = 0; k < CASES; k++)
			assert_int_equal(value_of(&layout, k), cases[k].expected[i]);
		assert_int_equal(layout.frame.position_kind, QA_POSITION_POINTER);
		assert_int_equal(layout.code.line_table_kind, QA_LINE_TABLE_LOCATIONS);
		assert_true(layout.frame.code_mask ==
			    (samples[i].version < 0x030e0000 ? UINT64_MAX : UINT64_MAX - 3));
	}
}

/* Each number of the table in turn is one more: just the field that it tells must follow. */
static void follows_the_table_and_not_the_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		int moved[CASES] = {0};

		for (size_t at = FINALIZING + 1; at < samples[i].count; at++) {
			unsigned char head[QA_DEBUG_OFFSETS_MAX];
			uint64_t words[WORDS_MAX];
			struct qa_layout layout;

			memcpy(words, samples[i].words, samples[i].count * sizeof(*words));
			words[at]++;
			make_head(head, words, samples[i].count);
			assert_int_equal(read_head(head, &layout), 0);
			for (size_t k = 0; k < CASES; k++)
				moved[k] += value_of(&layout, k) == cases[k].expected[i] + 1;
		}
		for (size_t k = 0; k < CASES; k++)
			assert_int_equal(moved[k] > 0, i >= cases[k].told_from);
	}
}

/* Each number of the table in turn is one that cannot be: nothing of it may be believed. */
static void refuses_offsets_that_cannot_be(void **state)
{
	static const uint64_t wrong[] = {UINT64_MAX, 1 << 30, (uint64_t)1 << 32};
	uint64_t words[WORDS_MAX];

	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		for (size_t at = SIZE_OF_RUNTIME; at < samples[i].count; at++) {
			for (size_t k = 0; k < sizeof(wrong) / sizeof(*wrong); k++) {
				unsigned char head[QA_DEBUG_OFFSETS_MAX];
				struct qa_layout layout;

				memcpy(words, samples[i].words, samples[i].count * sizeof(*words));
				words[at] = wrong[k];
				make_head(head, words, samples[i].count);
				assert_int_equal(read_head(head, &layout), -EINVAL);
			}
		}
	}
}

/* An offset that only lies outside its own structure. */
static void refuses_offsets_outside_their_structure(void **state)
{
	enum { SIZE_OF_INTERPRETER = 5 };
	uint64_t words[WORDS_MAX];

	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		unsigned char head[QA_DEBUG_OFFSETS_MAX];
		struct qa_layout layout;

		memcpy(words, samples[i].words, samples[i].count * sizeof(*words));
		words[SIZE_OF_INTERPRETER + 1] = words[SIZE_OF_INTERPRETER];
		make_head(head, words, samples[i].count);
		assert_int_equal(read_head(head, &layout), -EINVAL);
	}
}

static void refuses_a_table_of_another_length(void **state)
{
	uint64_t words[WORDS_MAX];
	unsigned char head[QA_DEBUG_OFFSETS_MAX];
	struct qa_layout layout;
	struct qa_error err = {0};

	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		memcpy(words, samples[i].words, samples[i].count * sizeof(*words));
		words[FINALIZING] += 8;
		make_head(head, words, samples[i].count);
		assert_int_equal(read_head(head, &layout), -EINVAL);
		make_head(head, samples[i].words, samples[i].count);
		for (size_t len = 0; len < 8 + samples[i].count * sizeof(*words); len++)
			assert_true(qa_layout_from_debug_offsets(head, len, &layout, &err) < 0);
	}
}

/* The table of one version under the name of another one. */
static void refuses_the_table_of_another_version(void **state)
{
	uint64_t words[WORDS_MAX];

	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		for (size_t k = 0; k < SAMPLES; k++) {
			unsigned char head[QA_DEBUG_OFFSETS_MAX];
			struct qa_layout layout;

			memcpy(words, samples[i].words, samples[i].count * sizeof(*words));
			words[0] = samples[k].version;
			make_head(head, words, samples[i].count);
			assert_int_equal(read_head(head, &layout), i == k ? 0 : -EINVAL);
		}
	}
}

static void refuses_versions_that_it_does_not_know(void **state)
{
	uint64_t words[WORDS_MAX];
	unsigned char head[QA_DEBUG_OFFSETS_MAX];
	struct qa_layout layout;
	struct qa_error err = {0};

	(void)state;
	memcpy(words, table_3_13, sizeof(table_3_13));
	words[0] = 0x031000f0;
	make_head(head, words, samples[0].count);
	assert_int_equal(qa_layout_from_debug_offsets(head, sizeof(head), &layout, &err), -ENOTSUP);
	assert_non_null(strstr(err.message, "3.16.0"));
	head[0] = 'y';
	assert_int_equal(qa_layout_from_debug_offsets(head, sizeof(head), &layout, &err), -EINVAL);
	assert_null(qa_layout_row(0x020712f0));
	assert_null(qa_layout_row(0x030e00c3)); /* before the first release */
	assert_null(qa_layout_row(0));
	assert_null(qa_layout_row(UINT32_MAX));
}

#if defined(__x86_64__)
static void rows_of_3_7_differ_by_patch(void **state)
{
	(void)state;
	assert_int_equal(qa_layout_row(0x030700f0)->runtime.tstate_current, 1392);
	assert_int_equal(qa_layout_row(0x030703f0)->runtime.tstate_current, 1392);
	assert_int_equal(qa_layout_row(0x030703f0)->runtime.gc_collecting, QA_ABSENT);
	assert_int_equal(qa_layout_row(0x030704f0)->runtime.tstate_current, 1480);
	assert_int_equal(qa_layout_row(0x030710f0)->runtime.gc_collecting, 632);
}
#else
/* A mutex is larger here, and of the first releases it is not known what lies before what. */
static void rows_of_3_7_differ_by_patch(void **state)
{
	(void)state;
	assert_null(qa_layout_row(0x030700f0));
	assert_null(qa_layout_row(0x030703f0));
	assert_int_equal(qa_layout_row(0x030704f0)->runtime.tstate_current, 1480 + 2 * 8);
	assert_int_equal(qa_layout_row(0x030710f0)->runtime.gc_collecting, 632);
}
#endif

/* Every row must be usable: no field that every version has is missing. */
static void rows_are_complete(void **state)
{
	static const uint32_t versions[] = {0x030710f0, 0x030812f0, 0x030912f0, 0x030a0df0,
		0x030b07f0, 0x030c01f0, 0x030d00f0, 0x030e0af0, 0x030f02f0};

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
		assert_true(row->dict.keys > 0 && row->dict.values > 0 && row->dict.index > 0 &&
			    row->dict.entry_count > 0);
		assert_true((row->dict.slots != QA_ABSENT) != (row->dict.slots_log2 != QA_ABSENT));
		assert_true(row->names.modules > 0 && row->names.type_flags > 0 &&
			    row->names.dict_offset > 0 && row->names.number_digits > 0);
		assert_true((row->names.instance_form == QA_INSTANCE_DICT) ==
			    (row->names.instance_dict == QA_ABSENT));
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
		cmocka_unit_test(takes_each_field_from_its_place),
		cmocka_unit_test(follows_the_table_and_not_the_row),
		cmocka_unit_test(refuses_offsets_that_cannot_be),
		cmocka_unit_test(refuses_offsets_outside_their_structure),
		cmocka_unit_test(refuses_a_table_of_another_length),
		cmocka_unit_test(refuses_the_table_of_another_version),
		cmocka_unit_test(refuses_versions_that_it_does_not_know),
		cmocka_unit_test(rows_of_3_7_differ_by_patch),
		cmocka_unit_test(rows_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
