#include "cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpython/code_cache.h"
#include "cpython/text.h"
#include "fake_target.h"

enum { CODE = 0x300000, OTHER = 0x310000 };

/* The layouts of objects: the usual one, with a larger head, and with other bits in a str's state,
 * too. */
static const uint32_t versions[] = {
	0x030c01f0, FAKE_FREE_THREADED | 0x030d05f0, FAKE_FREE_THREADED | 0x030e0af0};
static uint32_t version; /* the one that is being tested */

/* What the consumer was told last. */
struct told {
	unsigned count;
	struct qa_raw_code code;
	char file[64];
	char name[64];
};

static int on_code(void *ctx, const struct qa_raw_code *code)
{
	struct told *told = ctx;

	told->count++;
	told->code = *code;
	snprintf(told->file, sizeof(told->file), "%.*s", (int)code->file.len,
		code->file.data ? code->file.data : "");
	snprintf(told->name, sizeof(told->name), "%.*s", (int)code->name.len,
		code->name.data ? code->name.data : "");
	return 0;
}

static const struct qa_raw_consumer consumer = {.code = on_code};

struct fixture {
	struct fake_target *target;
	struct qa_python python;
	struct qa_code_cache cache;
	struct qa_snapshot snapshot;
	struct told told;
	uint32_t last_id;
};

static void open_fixture(struct fixture *f)
{
	*f = (struct fixture){.target = fake_target_new()};
	fake_python(f->target, version, &f->python);
	qa_code_cache_init(&f->cache, &f->python, 1, &f->last_id, &consumer, &f->told);
	qa_snapshot_init(&f->snapshot, &f->target->base);
}

static void close_fixture(struct fixture *f)
{
	qa_code_cache_free(&f->cache);
	qa_snapshot_free(&f->snapshot);
	free(f->target);
}

/* As of a new sample: from a new copy. */
static int resolve(struct fixture *f, const uint64_t *addresses, size_t count, uint32_t *ids)
{
	int rc = qa_snapshot_take(&f->snapshot);

	return rc ? rc : qa_code_cache_resolve(&f->cache, &f->snapshot, addresses, count, ids);
}

static void reads_a_code_object_once(void **state)
{
	const uint64_t addresses[] = {CODE, CODE};
	uint32_t ids[2];
	struct fixture f;

	(void)state;
	open_fixture(&f);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "work", 12);
	assert_int_equal(resolve(&f, addresses, 2, ids), 0);
	assert_int_equal(ids[0], 1);
	assert_int_equal(ids[1], 1);
	assert_int_equal(f.told.count, 1);
	assert_string_equal(f.told.file, "/app/main.py");
	assert_string_equal(f.told.name, "work");
	assert_int_equal(f.told.code.first_line, 12);
	assert_int_equal(f.told.code.line_table, QA_LINE_TABLE_LOCATIONS);
	assert_int_equal(f.told.code.lines.len, 2);
	f.target->calls = 0;
	assert_int_equal(resolve(&f, addresses, 2, ids), 0);
	assert_int_equal(f.target->calls, 1); /* the copy: their heads and names are in it */
	assert_int_equal(f.told.count, 1);
	close_fixture(&f);
}

static void an_address_used_again_is_another_code(void **state)
{
	const uint64_t address = CODE;
	uint32_t first, second;
	struct fixture f;

	(void)state;
	open_fixture(&f);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "old", 12);
	assert_int_equal(resolve(&f, &address, 1, &first), 0);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "new", 13);
	assert_int_equal(resolve(&f, &address, 1, &second), 0);
	assert_int_not_equal(first, second);
	assert_string_equal(f.told.name, "new");
	assert_int_equal(resolve(&f, &address, 1, &first), 0);
	assert_int_equal(first, second);
	close_fixture(&f);
}

/* As code.replace(co_name=...) in a loop: everything comes back to where it was, but the name says
 * something else. */
static void a_name_used_again_is_another_code(void **state)
{
	const uint64_t address = CODE;
	uint32_t first, second;
	struct fixture f;

	(void)state;
	open_fixture(&f);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "old", 12);
	assert_int_equal(resolve(&f, &address, 1, &first), 0);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "new", 12);
	assert_int_equal(resolve(&f, &address, 1, &second), 0);
	assert_int_not_equal(first, second);
	assert_string_equal(f.told.name, "new");
	close_fixture(&f);
}

static void put_version(struct fixture *f, uint32_t number)
{
	fake_put_u32(f->target, CODE + (uint64_t)f->python.layout.code.version, number);
}

/* Then nothing else need be looked at: not even the name, which lies elsewhere. */
static void a_version_tells_code_apart(void **state)
{
	const uint64_t address = CODE;
	uint32_t first, second;
	struct fixture f;

	(void)state;
	open_fixture(&f);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "old", 12);
	put_version(&f, 7);
	assert_int_equal(resolve(&f, &address, 1, &first), 0);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "new", 12);
	put_version(&f, 7);
	assert_int_equal(resolve(&f, &address, 1, &second), 0);
	assert_int_equal(first, second);
	assert_int_equal(f.told.count, 1);
	put_version(&f, 8);
	assert_int_equal(resolve(&f, &address, 1, &second), 0);
	assert_int_not_equal(first, second);
	assert_string_equal(f.told.name, "new");
	close_fixture(&f);
}

/* What counts is the code as it was when the stack was copied. */
static void known_code_is_taken_from_the_copy(void **state)
{
	const uint64_t address = CODE;
	uint32_t first, second;
	struct fixture f;

	(void)state;
	open_fixture(&f);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "old", 12);
	assert_int_equal(resolve(&f, &address, 1, &first), 0);
	assert_int_equal(qa_snapshot_take(&f.snapshot), 0);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "new", 13);
	assert_int_equal(qa_code_cache_resolve(&f.cache, &f.snapshot, &address, 1, &second), 0);
	assert_int_equal(first, second);
	close_fixture(&f);
}

/* The fake target, and zeros from ZEROS on. */
struct wide_memory {
	struct qa_memory base;
	struct qa_memory *target;
};

enum { ZEROS = 0x40000000 };

static ssize_t read_wide(struct qa_memory *memory, const struct qa_piece *pieces, size_t count)
{
	struct wide_memory *wide = (struct wide_memory *)memory;
	ssize_t total = 0;

	if (pieces[0].address < ZEROS)
		return wide->target->read_pieces(wide->target, pieces, count);
	for (size_t i = 0; i < count; i++) {
		memset(pieces[i].copy, 0, pieces[i].length);
		total += (ssize_t)pieces[i].length;
	}
	return total;
}

/* A stack may need more pages than are copied: then its codes are read on their own. */
static void does_without_a_copy_that_is_full(void **state)
{
	enum { PAGES_TRIED = 1 << 18 };
	struct wide_memory wide = {.base = {read_wide}};
	const uint64_t address = CODE;
	struct fixture f;
	uint64_t value;
	uint32_t id;
	int rc = 0;

	(void)state;
	open_fixture(&f);
	wide.target = &f.target->base;
	qa_snapshot_init(&f.snapshot, &wide.base);
	for (uint64_t i = 0; i < PAGES_TRIED && !rc; i++)
		rc = qa_snapshot_read(&f.snapshot, ZEROS + i * QA_PAGE_SIZE, &value, sizeof(value));
	assert_int_equal(rc, -EFAULT);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "work", 12);
	assert_int_equal(qa_code_cache_resolve(&f.cache, &f.snapshot, &address, 1, &id), 0);
	assert_string_equal(f.told.name, "work");
	close_fixture(&f);
}

/* A name at the end of the mapped memory: what is there of its beginning tells it from others. */
static void a_name_may_end_with_the_memory(void **state)
{
	enum { LAST_BYTES = 64 };
	const uint64_t address = CODE, name = CODE + 2 * FAKE_PAGE - LAST_BYTES;
	struct fixture f;
	uint32_t first, second;

	(void)state;
	open_fixture(&f);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "work", 12);
	fake_put_ascii(f.target, &f.python.layout, name, "old");
	fake_put_u64(f.target, CODE + (uint64_t)f.python.layout.code.name, name);
	assert_int_equal(resolve(&f, &address, 1, &first), 0);
	assert_string_equal(f.told.name, "old");
	fake_put_ascii(f.target, &f.python.layout, name, "new");
	assert_int_equal(resolve(&f, &address, 1, &second), 0);
	assert_string_equal(f.told.name, "new");
	assert_int_not_equal(first, second);
	close_fixture(&f);
}

static void what_is_no_code_is_unreadable(void **state)
{
	const uint64_t addresses[] = {0xdead0000, OTHER, CODE};
	uint32_t ids[3];
	struct fixture f;

	(void)state;
	open_fixture(&f);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "work", 12);
	fake_put_code(f.target, &f.python.layout, OTHER, "/app/main.py", "none", 1);
	fake_put_u64(f.target, OTHER + (uint64_t)f.python.layout.object.type, 0x123);
	assert_int_equal(resolve(&f, addresses, 3, ids), 0);
	assert_int_equal(ids[0], ids[1]);
	assert_int_not_equal(ids[0], ids[2]);
	assert_int_equal(f.told.count, 2);
	assert_string_equal(f.told.name, "work");
	close_fixture(&f);
}

static void unreadable_texts_make_it_unreadable(void **state)
{
	const uint64_t address = CODE;
	struct fixture f;
	uint32_t id;

	(void)state;
	open_fixture(&f);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "work", 12);
	fake_put_u64(f.target, CODE + (uint64_t)f.python.layout.code.name, 0xdead0000);
	assert_int_equal(resolve(&f, &address, 1, &id), 0);
	assert_int_equal(f.told.code.kind, QA_CODE_UNREADABLE);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "work", 12);
	fake_put_u64(
		f.target, CODE + FAKE_PAGE + (uint64_t)f.python.layout.unicode.length, UINT64_MAX);
	fake_put_u32(f.target, CODE + (uint64_t)f.python.layout.code.first_line, 99);
	assert_int_equal(resolve(&f, &address, 1, &id), 0);
	assert_int_equal(f.told.code.kind, QA_CODE_UNREADABLE);
	close_fixture(&f);
}

enum { ELSEWHERE = 0x500000 };

/* The fields of a code object that point to something. */
static size_t list_fields(const struct qa_layout *layout, int32_t *fields)
{
	fields[0] = layout->code.filename;
	fields[1] = layout->code.name;
	fields[2] = layout->code.qualname;
	fields[3] = layout->code.line_table;
	return 4;
}

/* Both code objects, of which the second is as it should be. */
static void expect_only_other(struct fixture *f)
{
	const uint64_t addresses[] = {CODE, OTHER};
	uint32_t ids[2];

	assert_int_equal(resolve(f, addresses, 2, ids), 0);
	assert_int_equal(ids[0], f->cache.unreadable);
	assert_int_not_equal(ids[0], 0);
	assert_int_not_equal(ids[1], ids[0]);
	assert_int_not_equal(ids[1], 0);
}

static void put_both(struct fixture *f)
{
	fake_put_code(f->target, &f->python.layout, CODE, "/app/main.py", "work", 12);
	fake_put_code(f->target, &f->python.layout, OTHER, "/app/main.py", "other", 99);
}

static void what_has_vanished_is_unreadable(void **state)
{
	struct fixture f;
	int32_t fields[4];

	(void)state;
	open_fixture(&f);
	for (size_t i = 0; i < list_fields(&f.python.layout, fields); i++) {
		put_both(&f);
		fake_put_u64(f.target, CODE + (uint64_t)fields[i], ELSEWHERE);
		expect_only_other(&f);
	}
	put_both(&f);
	fake_unmap(f.target, CODE);
	expect_only_other(&f);
	close_fixture(&f);
}

static void what_was_known_and_has_vanished_is_unreadable(void **state)
{
	const uint64_t address = CODE;
	struct fixture f;
	uint32_t id;

	(void)state;
	open_fixture(&f);
	put_both(&f);
	assert_int_equal(resolve(&f, &address, 1, &id), 0);
	assert_string_equal(f.told.name, "work");
	fake_unmap(f.target, CODE + FAKE_PAGE); /* its names */
	expect_only_other(&f);
	fake_unmap(f.target, CODE);
	expect_only_other(&f);
	close_fixture(&f);
}

static void hostile_lengths_make_it_unreadable(void **state)
{
	static const uint64_t lengths[] = {
		QA_BYTES_MAX + 1, INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX, UINT64_MAX - 32};
	struct fixture f;
	int32_t fields[4];

	(void)state;
	open_fixture(&f);
	for (size_t i = 0; i < list_fields(&f.python.layout, fields); i++)
		for (size_t k = 0; k < sizeof(lengths) / sizeof(*lengths); k++) {
			put_both(&f);
			fake_put_ascii(f.target, &f.python.layout, ELSEWHERE, "some text");
			fake_put_u64(f.target, ELSEWHERE + (uint64_t)f.python.layout.unicode.length,
				lengths[k]);
			fake_put_u64(f.target, CODE + (uint64_t)fields[i], ELSEWHERE);
			expect_only_other(&f);
		}
	close_fixture(&f);
}

/* Changes the code object as soon as its texts have been read. */
static void rename_meanwhile(struct fake_target *target)
{
	struct fixture *f = target->hook;

	if (target->calls == 4)
		fake_put_u32(target, CODE + (uint64_t)f->python.layout.code.first_line, 77);
}

static void a_change_while_reading_is_torn(void **state)
{
	const uint64_t address = CODE;
	struct fixture f;
	uint32_t id;

	(void)state;
	open_fixture(&f);
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "work", 12);
	f.target->hook = &f;
	f.target->before_read = rename_meanwhile;
	assert_int_equal(resolve(&f, &address, 1, &id), -EAGAIN);
	assert_int_equal(f.told.count, 0);
	assert_int_equal(resolve(&f, &address, 1, &id), 0);
	assert_int_equal(f.told.code.first_line, 77);
	close_fixture(&f);
}

static void learns_the_type_without_a_symbol(void **state)
{
	const uint64_t address = CODE;
	struct fixture f;
	uint32_t id;

	(void)state;
	open_fixture(&f);
	f.python.code_type = 0;
	fake_put_code(f.target, &f.python.layout, CODE, "/app/main.py", "work", 12);
	fake_put_u64(
		f.target, FAKE_CODE_TYPE + (uint64_t)f.python.layout.object.type_name, 0x710000);
	fake_put(f.target, 0x710000, "code", 5);
	assert_int_equal(resolve(&f, &address, 1, &id), 0);
	assert_string_equal(f.told.name, "work");
	assert_int_equal(f.python.code_type, FAKE_CODE_TYPE);
	close_fixture(&f);
}

static void put_text(struct fixture *f, unsigned width, bool ascii, bool compact, const void *data,
	uint64_t count)
{
	const struct qa_layout *layout = &f->python.layout;
	uint64_t at = CODE +
		      (uint64_t)(ascii ? layout->unicode.ascii_data : layout->unicode.compact_data);
	uint32_t state = width << layout->unicode.kind_shift |
			 (uint32_t)compact << layout->unicode.compact_shift |
			 (uint32_t)ascii << layout->unicode.ascii_shift;

	fake_put_u64(f->target, CODE + (uint64_t)layout->unicode.length, count);
	fake_put_u32(f->target, CODE + (uint64_t)layout->unicode.state, state);
	if (!compact) {
		at = CODE + FAKE_PAGE;
		fake_put_u64(f->target, CODE + (uint64_t)layout->unicode.legacy_data, at);
	}
	fake_put(f->target, at, data, (size_t)count * width);
}

static void all_kinds_of_text_become_utf8(void **state)
{
	static const uint16_t two[] = {0x41, 0x3b1, 0xd800, 0x4e2d};
	static const uint32_t four[] = {0x1f40d, 0x41, 0x110000};
	struct qa_buf text = {0};
	struct fixture f;

	(void)state;
	open_fixture(&f);
	put_text(&f, 1, false, true, "\xe9t\xe9", 3);
	assert_int_equal(qa_text_read(&f.target->base, &f.python.layout, CODE, &text), 0);
	assert_memory_equal(text.data, "\xc3\xa9t\xc3\xa9", 5);
	qa_buf_clear(&text);
	put_text(&f, 2, false, true, two, 4);
	assert_int_equal(qa_text_read(&f.target->base, &f.python.layout, CODE, &text), 0);
	assert_int_equal(text.len, 9);
	assert_memory_equal(text.data, "A\xce\xb1\xed\xa0\x80\xe4\xb8\xad", 9);
	qa_buf_clear(&text);
	put_text(&f, 4, false, false, four, 3);
	assert_int_equal(qa_text_read(&f.target->base, &f.python.layout, CODE, &text), 0);
	assert_memory_equal(text.data,
		"\xf0\x9f\x90\x8d"
		"A\xef\xbf\xbd",
		8);
	put_text(&f, 3, true, true, "three of 3", 3);
	assert_int_equal(qa_text_read(&f.target->base, &f.python.layout, CODE, &text), -EINVAL);
	assert_int_equal(qa_text_read(&f.target->base, &f.python.layout, 0, &text), -EINVAL);
	qa_buf_free(&text);
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_code_object_once),
		cmocka_unit_test(an_address_used_again_is_another_code),
		cmocka_unit_test(a_name_used_again_is_another_code),
		cmocka_unit_test(a_version_tells_code_apart),
		cmocka_unit_test(known_code_is_taken_from_the_copy),
		cmocka_unit_test(does_without_a_copy_that_is_full),
		cmocka_unit_test(a_name_may_end_with_the_memory),
		cmocka_unit_test(what_is_no_code_is_unreadable),
		cmocka_unit_test(unreadable_texts_make_it_unreadable),
		cmocka_unit_test(what_has_vanished_is_unreadable),
		cmocka_unit_test(what_was_known_and_has_vanished_is_unreadable),
		cmocka_unit_test(hostile_lengths_make_it_unreadable),
		cmocka_unit_test(a_change_while_reading_is_torn),
		cmocka_unit_test(learns_the_type_without_a_symbol),
		cmocka_unit_test(all_kinds_of_text_become_utf8),
	};

	int failed = 0;

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		version = versions[i];
		failed += cmocka_run_group_tests(tests, NULL, NULL);
	}
	return failed;
}
