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

/* Free-threaded: that of 3.13.5 as found, those of 3.14.10 and 3.15.2 as their headers make them.
 */
static const uint64_t table_3_13t[] = {0x030d05f0, 1,
	/* runtime */ 328320, 608, 632,
	/* interp */ 215616, 7272, 7264, 7344, 7400, 7664, 7648, 7656, 16, 7760, 0, 7784, 7776,
	/* thread */ 304, 0, 8, 16, 72, 152, 160, 232, 32,
	/* frame */ 80, 8, 0, 56, 72, 70,
	/* code */ 224, 128, 136, 144, 152, 84, 68, 112, 120, 216,
	/* object */ 32, 24,
	/* type */ 432, 40, 104, 184,
	/* tuple, list, dict, float, long */ 48, 40, 32, 56, 40, 32, 64, 48, 56, 40, 32, 48, 32, 40,
	/* bytes */ 56, 32, 48,
	/* unicode */ 80, 48, 32, 56,
	/* gc */ 248, 200};

static const uint64_t table_3_14t[] = {0x030e0af0, 1,
	/* runtime */ 365624, 784, 808,
	/* interp */ 249976, 7280, 7272, 7344, 7360, 7408, 7712, 7696, 7704, 16, 7808, 0, 7832,
	7824, 8024, 17300,
	/* thread */ 832, 0, 8, 16, 72, 152, 160, 232, 32,
	/* frame */ 88, 8, 0, 56, 80, 78, 64, 72,
	/* code */ 240, 128, 136, 144, 152, 84, 68, 112, 120, 232, 224,
	/* object */ 32, 24,
	/* type */ 432, 40, 104, 184,
	/* tuple, list, set */ 56, 48, 32, 56, 40, 32, 216, 40, 56, 48,
	/* dict, float, long */ 64, 48, 56, 40, 32, 48, 32, 40,
	/* bytes */ 56, 32, 48,
	/* unicode */ 80, 48, 32, 56,
	/* gc */ 288, 192,
	/* gen */ 176, 40, 88, 83,
	/* llist */ 0, 8,
	/* debugger */ 24, 304, 8108, 0, 4, 512};

static const uint64_t table_3_15t[] = {0x030f02f0, 1,
	/* runtime */ 409296, 912, 936,
	/* interp */ 250328, 7272, 7264, 7336, 7352, 7400, 7592, 7576, 7584, 16, 7736, 0, 7760,
	7752, 7952, 17252,
	/* thread */ 888, 0, 8, 16, 72, 80, 88, 96, 176, 184, 256, 32, 36, 40, 136, 288,
	/* err_stackitem */ 0,
	/* frame */ 88, 8, 0, 56, 80, 78, 64, 72,
	/* code */ 240, 128, 136, 144, 152, 84, 68, 112, 120, 232, 224,
	/* object */ 32, 24,
	/* type */ 440, 40, 104, 184, 48, 304,
	/* heap_type */ 968, 904,
	/* tuple, list, set */ 56, 48, 32, 56, 40, 32, 216, 40, 56, 48,
	/* dict, float, long */ 64, 48, 56, 40, 32, 48, 32, 40,
	/* bytes */ 56, 32, 48,
	/* unicode */ 80, 48, 32, 56, 72,
	/* gc */ 176, 112, 120, 224, 104,
	/* gen */ 176, 40, 88, 83,
	/* llist */ 0, 8,
	/* debugger */ 24, 344, 8036, 0, 4, 512};

#define WORDS(table) table, sizeof(table) / sizeof(*(table))

static const struct sample {
	uint32_t version;
	bool free_threaded;
	const uint64_t *words;
	size_t count;
} samples[] = {
	{0x030d00f0, false, WORDS(table_3_13)},
	{0x030e0af0, false, WORDS(table_3_14)},
	{0x030f02f0, false, WORDS(table_3_15)},
	{0x030d05f0, true, WORDS(table_3_13t)},
	{0x030e0af0, true, WORDS(table_3_14t)},
	{0x030f02f0, true, WORDS(table_3_15t)},
};

enum { SAMPLES = sizeof(samples) / sizeof(*samples), WORDS_MAX = 120 };
enum { SIZE_OF_RUNTIME = 2, FINALIZING = 3 };

static unsigned minor_of(const struct sample *sample)
{
	return sample->version >> 16 & 0xff;
}

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
		bool free_threaded = !samples[i].free_threaded;
		uint32_t version = 0;

		make_head(head, samples[i].words, samples[i].count);
		assert_true(qa_debug_offsets_version(head, sizeof(head), &version, &free_threaded));
		assert_int_equal(version, samples[i].version);
		assert_int_equal(free_threaded, samples[i].free_threaded);
		assert_int_equal(read_head(head, &layout), 0);
	}
	(void)state;
}

#define FIELD(member) offsetof(struct qa_layout, member)

/* Each field in each of the samples, and from which minor version on the table tells it; the last
 * ones only in free-threaded builds. */
enum { NEVER = 99 };
static const struct {
	size_t field;
	unsigned told_from;
	bool free_threaded_only;
	int32_t expected[SAMPLES];
} cases[] = {
	{FIELD(runtime.interpreters_head), 13, false, {632, 808, 936, 632, 808, 936}},
	{FIELD(interpreter.next), 13, false, {7264, 7272, 7264, 7264, 7272, 7264}},
	{FIELD(interpreter.id), 13, false, {7272, 7280, 7272, 7272, 7280, 7272}},
	{FIELD(interpreter.threads_head), 13, false, {7344, 7344, 7336, 7344, 7344, 7336}},
	{FIELD(interpreter.gil), 13, false, {16, 16, 16, 16, 16, 16}},
	{FIELD(interpreter.gc_collecting), 13, false, {7600, 7600, 7512, 7600, 7600, 7512}},
	{FIELD(gil.locked), 13, false, {16, 16, 16, 24, 24, 24}},
	{FIELD(gil.last_holder), 13, false, {8, 8, 8, 16, 16, 16}},
	{FIELD(thread.next), 13, false, {8, 8, 8, 8, 8, 8}},
	{FIELD(thread.interpreter), 13, false, {16, 16, 16, 16, 16, 16}},
	{FIELD(thread.frame), 13, false, {72, 72, 72, 72, 72, 72}},
	{FIELD(thread.cframe_frame), NEVER, false,
		{QA_ABSENT, QA_ABSENT, QA_ABSENT, QA_ABSENT, QA_ABSENT, QA_ABSENT}},
	{FIELD(thread.base_frame), 15, false, {QA_ABSENT, QA_ABSENT, 80, QA_ABSENT, QA_ABSENT, 80}},
	{FIELD(thread.thread_id), 13, false, {152, 152, 176, 152, 152, 176}},
	{FIELD(thread.native_thread_id), 13, false, {160, 160, 184, 160, 160, 184}},
	{FIELD(frame.previous), 13, false, {8, 8, 8, 8, 8, 8}},
	{FIELD(frame.code), 13, false, {0, 0, 0, 0, 0, 0}},
	{FIELD(frame.position), 13, false, {56, 56, 56, 56, 56, 56}},
	{FIELD(frame.owner), 13, false, {70, 74, 74, 70, 78, 78}},
	{FIELD(frame.first_codeless_owner), NEVER, false, {3, 3, 3, 3, 3, 3}},
	{FIELD(code.filename), 13, false, {112, 112, 112, 128, 128, 128}},
	{FIELD(code.name), 13, false, {120, 120, 120, 136, 136, 136}},
	{FIELD(code.qualname), 13, false, {128, 128, 128, 144, 144, 144}},
	{FIELD(code.first_line), 13, false, {68, 68, 68, 84, 84, 84}},
	{FIELD(code.line_table), 13, false, {136, 136, 136, 152, 152, 152}},
	{FIELD(code.bytecode), 13, false, {200, 208, 208, 216, 232, 232}},
	{FIELD(object.type), 13, false, {8, 8, 8, 24, 24, 24}},
	{FIELD(object.type_name), 13, false, {24, 24, 24, 40, 40, 40}},
	{FIELD(object.bytes_size), 13, false, {16, 16, 16, 32, 32, 32}},
	{FIELD(object.bytes_data), 13, false, {32, 32, 32, 48, 48, 48}},
	{FIELD(unicode.length), 13, false, {16, 16, 16, 32, 32, 32}},
	{FIELD(unicode.state), 13, false, {32, 32, 32, 48, 48, 48}},
	{FIELD(unicode.ascii_data), 13, false, {40, 40, 40, 56, 56, 56}},
	{FIELD(unicode.compact_data), 15, false, {56, 56, 56, 72, 72, 72}},
	{FIELD(unicode.kind_shift), NEVER, false, {2, 2, 2, 2, 8, 8}},
	{FIELD(dict.keys), 13, false, {32, 32, 32, 48, 48, 48}},
	{FIELD(dict.values), 13, false, {40, 40, 40, 56, 56, 56}},
	{FIELD(dict.entry_count), NEVER, false, {24, 24, 24, 24, 24, 24}},
	{FIELD(names.modules), 13, false, {7656, 7688, 7592, 7664, 7712, 7592}},
	{FIELD(names.type_flags), 13, false, {168, 168, 168, 184, 184, 184}},
	{FIELD(names.dict_offset), 15, false, {288, 288, 288, 304, 304, 304}},
	{FIELD(names.basic_size), 15, false, {32, 32, 32, 48, 48, 48}},
	{FIELD(names.cached_keys), 15, false, {880, 880, 888, 896, 896, 904}},
	{FIELD(names.number_size), 13, false, {16, 16, 16, 32, 32, 32}},
	{FIELD(names.number_digits), 13, false, {24, 24, 24, 40, 40, 40}},
	{FIELD(thread.status), 13, true, {QA_ABSENT, QA_ABSENT, QA_ABSENT, 32, 32, 32}},
	{FIELD(thread.state), 13, true, {QA_ABSENT, QA_ABSENT, QA_ABSENT, 40, 44, 48}},
	{FIELD(frame.bytecode_index), 14, true,
		{QA_ABSENT, QA_ABSENT, QA_ABSENT, QA_ABSENT, 72, 72}},
	{FIELD(code.copies), 14, true, {QA_ABSENT, QA_ABSENT, QA_ABSENT, QA_ABSENT, 224, 224}},
	{FIELD(copies.count), NEVER, true, {QA_ABSENT, QA_ABSENT, QA_ABSENT, QA_ABSENT, 0, 0}},
	{FIELD(copies.first), NEVER, true, {QA_ABSENT, QA_ABSENT, QA_ABSENT, QA_ABSENT, 8, 8}},
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
	static const uint64_t masks[SAMPLES] = {UINT64_MAX, UINT64_MAX - 3, UINT64_MAX - 3,
		UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - 3};

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
		assert_true(layout.free_threaded == samples[i].free_threaded);
		assert_true(layout.frame.code_mask == masks[i]);
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
			assert_int_equal(moved[k] > 0,
				minor_of(&samples[i]) >= cases[k].told_from &&
					(samples[i].free_threaded || !cases[k].free_threaded_only));
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
			assert_int_equal(read_head(head, &layout),
				minor_of(&samples[i]) == minor_of(&samples[k]) ? 0 : -EINVAL);
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
	assert_null(qa_layout_row(0x020712f0, false));
	assert_null(qa_layout_row(0x030e00c3, false)); /* before the first release */
	assert_null(qa_layout_row(0, false));
	assert_null(qa_layout_row(UINT32_MAX, false));
}

#if defined(__x86_64__)
static void rows_of_3_7_differ_by_patch(void **state)
{
	(void)state;
	assert_int_equal(qa_layout_row(0x030700f0, false)->runtime.tstate_current, 1392);
	assert_int_equal(qa_layout_row(0x030703f0, false)->runtime.tstate_current, 1392);
	assert_int_equal(qa_layout_row(0x030703f0, false)->runtime.gc_collecting, QA_ABSENT);
	assert_int_equal(qa_layout_row(0x030704f0, false)->runtime.tstate_current, 1480);
	assert_int_equal(qa_layout_row(0x030710f0, false)->runtime.gc_collecting, 632);
}
#else
/* A mutex is larger here, and of the first releases it is not known what lies before what. */
static void rows_of_3_7_differ_by_patch(void **state)
{
	(void)state;
	assert_null(qa_layout_row(0x030700f0, false));
	assert_null(qa_layout_row(0x030703f0, false));
	assert_int_equal(qa_layout_row(0x030704f0, false)->runtime.tstate_current, 1480 + 2 * 8);
	assert_int_equal(qa_layout_row(0x030710f0, false)->runtime.gc_collecting, 632);
}
#endif

/* Every row must be usable: no field that every version has is missing. */
static void rows_are_complete(void **state)
{
	static const uint32_t versions[] = {0x030710f0, 0x030812f0, 0x030912f0, 0x030a0df0,
		0x030b07f0, 0x030c01f0, 0x030d00f0, 0x030e0af0, 0x030f02f0};

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		const struct qa_layout *row = qa_layout_row(versions[i], false);

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

static void free_threaded_builds_have_rows_of_their_own(void **state)
{
	static const uint32_t with[] = {0x030d00f0, 0x030d12f0, 0x030e00f0, 0x030f02f0};

	(void)state;
	for (size_t i = 0; i < sizeof(with) / sizeof(*with); i++) {
		const struct qa_layout *row = qa_layout_row(with[i], true);

		assert_non_null(row);
		assert_true(row != qa_layout_row(with[i], false));
		assert_true(row->thread.state > row->thread.status && row->thread.status > 0);
		assert_int_equal(row->frame.bytecode_index == QA_ABSENT, with[i] < 0x030e0000);
		assert_int_equal(row->code.copies == QA_ABSENT, with[i] < 0x030e0000);
	}
	assert_null(qa_layout_row(0x030c01f0, true));
	assert_null(qa_layout_row(0x031000f0, true));
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
		cmocka_unit_test(free_threaded_builds_have_rows_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
