/*
 * A hostile process: its memory is the input, repeated again and again up to a hole at the end of
 * each 64 KiB, and so is what it tells about its own layout. Everything that we take from a target
 * is taken from it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpython/code_cache.h"
#include "cpython/dict.h"
#include "cpython/object.h"
#include "cpython/roster.h"
#include "cpython/stack_walker.h"
#include "cpython/thread_names.h"

enum { WINDOW = 1 << 16, CODES = 64, READS_MAX = 1000, HOLE_STEP = 500 };

struct hostile_memory {
	struct qa_memory base;
	unsigned char image[WINDOW];
	size_t hole;    /* where in it the hole begins */
	unsigned reads; /* a process that leads us in circles for too long has ended */
};

/* Copies up to the next hole. */
static size_t copy_piece(const struct hostile_memory *hostile, const struct qa_piece *piece)
{
	size_t done = 0;

	while (done < piece->length) {
		size_t at = (piece->address + done) % WINDOW;
		size_t some = at < hostile->hole ? hostile->hole - at : 0;

		if (some > piece->length - done)
			some = piece->length - done;
		memcpy((unsigned char *)piece->copy + done, hostile->image + at, some);
		done += some;
		if (some == 0 || hostile->hole < WINDOW)
			break;
	}
	return done;
}

static ssize_t read_pieces(struct qa_memory *memory, const struct qa_piece *pieces, size_t count)
{
	struct hostile_memory *hostile = (struct hostile_memory *)memory;
	size_t total = 0;

	if (hostile->reads++ > READS_MAX)
		return -ESRCH;
	for (size_t i = 0; i < count; i++) {
		size_t done = copy_piece(hostile, &pieces[i]);

		total += done;
		if (done < pieces[i].length)
			return total ? (ssize_t)total : -EFAULT;
	}
	return (ssize_t)total;
}

static int touch_code(void *ctx, const struct qa_raw_code *code)
{
	volatile unsigned char *sum = ctx;
	const struct qa_str texts[] = {code->file, code->name, code->qualname, code->lines};

	for (size_t t = 0; t < sizeof(texts) / sizeof(*texts); t++)
		for (size_t i = 0; i < texts[t].len; i++)
			*sum = (unsigned char)(*sum + (unsigned char)texts[t].data[i]);
	return 0;
}

static void resolve(
	struct qa_python *python, struct qa_snapshot *snapshot, const struct qa_stack *stack)
{
	const struct qa_raw_consumer consumer = {.code = touch_code};
	uint64_t addresses[CODES];
	uint32_t ids[CODES], last_id = 0;
	unsigned char sum = 0;
	struct qa_code_cache cache;
	size_t count = stack->count < CODES ? stack->count : CODES;

	for (size_t i = 0; i < count; i++)
		addresses[i] = stack->frames[i].code;
	qa_code_cache_init(&cache, python, 1, &last_id, &consumer, &sum);
	qa_code_cache_resolve(&cache, snapshot, addresses, count, ids);
	qa_code_cache_free(&cache);
}

/* A thread that needs no roster: few inputs have one. */
static void read_name(const struct qa_python *python)
{
	const struct qa_thread_state thread = {.address = 0x10300, .ident = 0x10008};
	volatile unsigned char sum = 0;
	struct qa_thread_names names;
	struct qa_str name;

	qa_thread_names_init(&names, python);
	for (int i = 0; i < 2; i++)
		if (qa_thread_names_read(&names, &thread, &name) == 0)
			for (size_t k = 0; k < name.len; k++)
				sum = (unsigned char)(sum + (unsigned char)name.data[k]);
	qa_thread_names_free(&names);
}

/* The ways into objects at once: few inputs get there by themselves. */
static void read_objects(const struct qa_python *python, uint64_t address)
{
	struct qa_dict dict;
	uint64_t value;

	if (qa_dict_open(&dict, python->memory, &python->layout, address) == 0) {
		qa_dict_find_text(&dict, "threading", &value);
		qa_dict_find_number(&dict, address, &value);
	}
	if (qa_dict_open_table(&dict, python->memory, &python->layout, address, address) == 0) {
		qa_dict_find_text(&dict, "_active", &value);
		qa_dict_find_number(&dict, 0, &value);
	}
	qa_object_attribute(python->memory, &python->layout, address, "_name", &value);
	qa_object_number(python->memory, &python->layout, address, &value);
}

static void sample(struct qa_python *python)
{
	enum { COPIES = 70 };
	struct qa_roster roster;
	struct qa_snapshot snapshot;
	struct qa_stack stack = {0};

	qa_roster_init(&roster, python);
	qa_snapshot_init(&snapshot, python->memory);
	qa_roster_read(&roster, python);
	for (size_t i = 0; i < roster.count && i < 4; i++)
		if (qa_snapshot_take(&snapshot) == 0 &&
			qa_stack_walk(&snapshot, python, roster.threads[i].address, &stack) == 0)
			resolve(python, &snapshot, &stack);
	/* All of it from one copy, as long as it takes for parts of pages to be fitted anew. */
	for (int i = 0; i < COPIES && qa_snapshot_take(&snapshot) == 0 &&
			qa_roster_read_from(&roster, python, &snapshot) == 0 && roster.count > 0;
		i++)
		if (qa_stack_walk(&snapshot, python, roster.threads[0].address, &stack) == 0)
			resolve(python, &snapshot, &stack);
	qa_stack_free(&stack);
	qa_snapshot_free(&snapshot);
	qa_roster_free(&roster);
}

static void read_all(struct qa_python *python)
{
	sample(python);
	read_name(python);
	read_objects(python, 0x10200);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		uint32_t version;
		bool free_threaded;
	} builds[] = {{0x03060ff0, false}, {0x030710f0, false}, {0x030812f0, false},
		{0x030912f0, false}, {0x030a0df0, false}, {0x030b07f0, false}, {0x030c01f0, false},
		{0x030d00f0, false}, {0x030d05f0, true}, {0x030e0af0, false}, {0x030e0af0, true},
		{0x030f02f0, false}};
	size_t build;
	static struct hostile_memory memory = {.base = {read_pieces}};
	struct qa_python python = {
		.memory = &memory.base, .runtime = 0x10000, .native_tid = QA_ABSENT};
	struct qa_error err;

	if (size < 2 || size > WINDOW)
		return 0;
	build = data[0] % (sizeof(builds) / sizeof(*builds));
	python.version = builds[build].version;
	python.layout = *qa_layout_row(python.version, builds[build].free_threaded);
	python.code_type = data[1] & 1 ? 0x10100 : 0;
	for (size_t at = 0; at < WINDOW; at += size)
		memcpy(memory.image + at, data, size < WINDOW - at ? size : WINDOW - at);
	memory.reads = 0;
	memory.hole = WINDOW - (size_t)(data[1] >> 1) * HOLE_STEP;
	read_all(&python);
	if (qa_layout_from_debug_offsets(data, size, &python.layout, &err) == 0) {
		memory.reads = 0;
		read_all(&python);
	}
	return 0;
}
