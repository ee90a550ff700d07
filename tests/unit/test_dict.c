#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpython/dict.h"
#include "cpython/object.h"
#include "fake_objects.h"

enum { MANY = 300 };

struct fixture {
	struct fake_target *target;
	struct qa_python python;
	struct fake_heap heap;
};

static void open_fixture(struct fixture *f, uint32_t version)
{
	*f = (struct fixture){.target = fake_target_new()};
	fake_python(f->target, version, &f->python);
	fake_heap_init(&f->heap, f->target, &f->python.layout);
}

static void close_fixture(struct fixture *f)
{
	free(f->target);
}

static int open_dict(struct fixture *f, uint64_t address, struct qa_dict *dict)
{
	return qa_dict_open(dict, &f->target->base, &f->python.layout, address);
}

static int find_text(struct fixture *f, uint64_t address, const char *key, uint64_t *value)
{
	struct qa_dict dict;
	int rc = open_dict(f, address, &dict);

	return rc ? rc : qa_dict_find_text(&dict, key, value);
}

static int find_number(struct fixture *f, uint64_t address, uint64_t key, uint64_t *value)
{
	struct qa_dict dict;
	int rc = open_dict(f, address, &dict);

	return rc ? rc : qa_dict_find_number(&dict, key, value);
}

static const struct fake_item texts[] = {{"first", 0, 11}, {"second", 0, 12}, {"gone", 0, 0},
	{"fourth", 0, 14}, {"exactly16 bytes.", 0, 15}};

enum { TEXTS = sizeof(texts) / sizeof(*texts) };

static void finds_texts_in_every_shape(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		for (enum fake_shape shape = FAKE_HASHED; shape <= FAKE_SHARED; shape++) {
			struct fixture f;
			uint64_t dict, value;

			open_fixture(&f, fake_versions[v]);
			if (fake_has_shape(&f.python.layout, shape)) {
				dict = fake_dict(&f.heap, shape, texts, TEXTS, 3);
				for (size_t i = 0; i < TEXTS; i++) {
					int rc = find_text(&f, dict, texts[i].text, &value);

					assert_int_equal(rc, texts[i].value ? 0 : -ENOENT);
					assert_true(value == texts[i].value);
				}
				assert_int_equal(find_text(&f, dict, "firs", &value), -ENOENT);
				assert_int_equal(find_text(&f, dict, "first ", &value), -ENOENT);
				assert_int_equal(find_text(&f, dict, "", &value), -ENOENT);
				assert_int_equal(
					find_text(&f, dict, "seventeen bytes..", &value), -EINVAL);
			}
			close_fixture(&f);
		}
	}
}

/* 8, 256 and 65536 slots have indices of 1, 2 and 4 bytes. */
static void finds_the_entries_behind_any_index(void **state)
{
	static const unsigned widths[] = {3, 7, 8, 15, 16, 20};

	(void)state;
	FOR_EACH_VERSION(v)
	{
		for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
			struct fixture f;
			uint64_t value;

			open_fixture(&f, fake_versions[v]);
			assert_int_equal(
				find_text(&f,
					fake_dict(&f.heap, FAKE_HASHED, texts, TEXTS, widths[i]),
					"fourth", &value),
				0);
			assert_true(value == 14);
			close_fixture(&f);
		}
	}
}

static void finds_numbers_of_any_size(void **state)
{
	static const struct fake_item numbers[] = {{NULL, 0, 1}, {NULL, 1, 2},
		{NULL, 0x3fffffff, 3}, {NULL, 0x40000000, 4}, {NULL, 0x7f12345676c0, 5},
		{NULL, UINT64_C(1) << 60, 6}, {NULL, (UINT64_C(1) << 61) - 1, 7},
		{NULL, UINT64_MAX, 8}, {"text", 9, 9}};
	enum { NUMBERS = sizeof(numbers) / sizeof(*numbers) };

	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		uint64_t dict, value;

		open_fixture(&f, fake_versions[v]);
		dict = fake_dict(&f.heap, FAKE_HASHED, numbers, NUMBERS, 4);
		for (size_t i = 0; i + 1 < NUMBERS; i++) {
			assert_int_equal(find_number(&f, dict, numbers[i].number, &value), 0);
			assert_true(value == numbers[i].value);
		}
		assert_int_equal(find_number(&f, dict, 2, &value), -ENOENT);
		assert_int_equal(find_number(&f, dict, 9, &value), -ENOENT);
		close_fixture(&f);
	}
}

static void finds_each_of_many(void **state)
{
	static struct fake_item items[MANY];

	(void)state;
	for (uint64_t i = 0; i < MANY; i++)
		items[i] = (struct fake_item){NULL, 0x7f0000000000 + i * 0x1000, i % 3 ? i + 1 : 0};
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		uint64_t dict, value;

		open_fixture(&f, fake_versions[v]);
		dict = fake_dict(&f.heap, FAKE_HASHED, items, MANY, 9);
		for (uint64_t i = 0; i < MANY; i++) {
			assert_int_equal(find_number(&f, dict, items[i].number, &value),
				i % 3 ? 0 : -ENOENT);
			assert_true(i % 3 == 0 || value == i + 1);
		}
		close_fixture(&f);
	}
}

/* A key may lie so near to the end of its memory that the text sought would reach beyond it. */
static void passes_over_keys_that_cannot_be_read(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		const struct qa_layout *layout;
		struct fixture f;
		uint64_t dict, entries, value;

		open_fixture(&f, fake_versions[v]);
		layout = &f.python.layout;
		dict = fake_dict(&f.heap, FAKE_HASHED, texts, TEXTS, 3);
		entries = fake_table(&f.heap, FAKE_HASHED, texts, TEXTS, 3);
		fake_put_u64(f.target, dict + (uint64_t)layout->dict.keys, entries);
		entries += (uint64_t)layout->dict.index + 8;
		fake_put_u64(f.target, entries + 3 * 24 + 8, 0xdead0000);
		fake_put_u64(f.target, entries + 4 * 24 + 8, 0xdead0000);
		assert_int_equal(find_text(&f, dict, "second", &value), 0);
		assert_int_equal(find_text(&f, dict, "fourth", &value), -ENOENT);
		close_fixture(&f);
	}
}

/* The same bytes are another text if a character has two of them. */
static void takes_no_other_text_for_the_key(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		const struct qa_layout *layout;
		struct fixture f;
		uint64_t dict, table, key, value;

		open_fixture(&f, fake_versions[v]);
		layout = &f.python.layout;
		dict = fake_dict(&f.heap, FAKE_HASHED, NULL, 0, 3);
		table = fake_table(&f.heap, FAKE_HASHED, texts, TEXTS, 3);
		fake_put_u64(f.target, dict + (uint64_t)layout->dict.keys, table);
		assert_int_equal(find_text(&f, dict, "first", &value), 0);
		assert_int_equal(qa_memory_read_u64(&f.target->base,
					 table + (uint64_t)layout->dict.index + 8 + 8, &key),
			0);
		fake_put_u32(f.target, key + (uint64_t)layout->unicode.state,
			2u << layout->unicode.kind_shift | 1u << layout->unicode.compact_shift);
		assert_int_equal(find_text(&f, dict, "first", &value), -ENOENT);
		close_fixture(&f);
	}
}

static void gives_up_when_nearly_nothing_can_be_read(void **state)
{
	static struct fake_item items[MANY];

	(void)state;
	for (uint64_t i = 0; i < MANY; i++)
		items[i] = (struct fake_item){NULL, i, 0};
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		uint64_t table, dict, value;

		open_fixture(&f, fake_versions[v]);
		dict = fake_dict(&f.heap, FAKE_HASHED, NULL, 0, 3);
		table = fake_table(&f.heap, FAKE_HASHED, items, MANY, 9);
		fake_put_u64(f.target, dict + (uint64_t)f.python.layout.dict.keys, table);
		table += (uint64_t)f.python.layout.dict.index + 1024;
		for (uint64_t i = 0; i < MANY; i++)
			fake_put_u64(f.target, table + i * 24 + 8, 0xdead0000);
		f.target->calls = 0;
		assert_int_equal(find_text(&f, dict, "any", &value), -EFAULT);
		assert_in_range(f.target->calls, 1, 100);
		close_fixture(&f);
	}
}

static void expect_refused(struct fixture *f, uint64_t dict)
{
	uint64_t value;

	assert_int_equal(find_text(f, dict, "first", &value), -EINVAL);
	assert_int_equal(find_number(f, dict, 1, &value), -EINVAL);
}

static void refuses_what_cannot_be_a_dict(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		const struct qa_layout *layout;
		struct fixture f;
		uint64_t dict, table;

		open_fixture(&f, fake_versions[v]);
		layout = &f.python.layout;
		dict = fake_dict(&f.heap, FAKE_HASHED, texts, TEXTS, 3);
		table = fake_table(&f.heap, FAKE_HASHED, texts, TEXTS, 3);
		expect_refused(&f, 0);
		expect_refused(&f, fake_text(&f.heap, "text"));
		fake_put_u64(f.target, dict + (uint64_t)layout->dict.keys, table);
		fake_put_u64(f.target, table + (uint64_t)layout->dict.entry_count, 9);
		expect_refused(&f, dict);
		fake_put_u64(f.target, table + (uint64_t)layout->dict.entry_count, UINT64_MAX);
		expect_refused(&f, dict);
		fake_put_u64(f.target, table + (uint64_t)layout->dict.entry_count, 3);
		if (layout->dict.slots != QA_ABSENT)
			fake_put_u64(f.target, table + (uint64_t)layout->dict.slots, UINT64_MAX);
		else
			fake_put(f.target, table + (uint64_t)layout->dict.slots_log2, "\x3f", 1);
		expect_refused(&f, dict);
		fake_put_u64(f.target, dict + (uint64_t)layout->dict.keys, 0);
		expect_refused(&f, dict);
		close_fixture(&f);
	}
}

static void refuses_more_entries_than_any_program_has(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		uint64_t dict, table;

		open_fixture(&f, fake_versions[v]);
		dict = fake_dict(&f.heap, FAKE_HASHED, NULL, 0, 3);
		table = fake_table(&f.heap, FAKE_HASHED, NULL, 0, 30);
		fake_put_u64(f.target, dict + (uint64_t)f.python.layout.dict.keys, table);
		fake_put_u64(f.target, table + (uint64_t)f.python.layout.dict.entry_count, 1 << 28);
		expect_refused(&f, dict);
		close_fixture(&f);
	}
}

static void refuses_ints_that_are_too_long(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		const struct qa_layout *layout;
		struct fixture f;
		uint64_t number, value;

		open_fixture(&f, fake_versions[v]);
		layout = &f.python.layout;
		number = fake_number(&f.heap, 5);
		assert_int_equal(qa_object_number(&f.target->base, layout, number, &value), 0);
		assert_true(value == 5);
		fake_put_u64(f.target, number + (uint64_t)layout->names.number_size,
			4u << layout->names.number_shift);
		assert_int_equal(
			qa_object_number(&f.target->base, layout, number, &value), -EINVAL);
		fake_put_u64(f.target, number + (uint64_t)layout->names.number_size, UINT64_MAX);
		assert_int_equal(
			qa_object_number(&f.target->base, layout, number, &value), -EINVAL);
		assert_int_equal(
			qa_object_number(&f.target->base, layout, fake_text(&f.heap, "5"), &value),
			-EINVAL);
		close_fixture(&f);
	}
}

static void tells_the_end_of_the_process(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		struct qa_dict dict;
		uint64_t address, value;

		open_fixture(&f, fake_versions[v]);
		address = fake_dict(&f.heap, FAKE_HASHED, texts, TEXTS, 3);
		assert_int_equal(open_dict(&f, address, &dict), 0);
		f.target->gone = true;
		assert_int_equal(open_dict(&f, address, &dict), -ESRCH);
		assert_int_equal(qa_dict_find_text(&dict, "first", &value), -ESRCH);
		assert_int_equal(qa_dict_find_number(&dict, 1, &value), -ESRCH);
		close_fixture(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_texts_in_every_shape),
		cmocka_unit_test(finds_the_entries_behind_any_index),
		cmocka_unit_test(finds_numbers_of_any_size),
		cmocka_unit_test(finds_each_of_many),
		cmocka_unit_test(passes_over_keys_that_cannot_be_read),
		cmocka_unit_test(takes_no_other_text_for_the_key),
		cmocka_unit_test(gives_up_when_nearly_nothing_can_be_read),
		cmocka_unit_test(refuses_what_cannot_be_a_dict),
		cmocka_unit_test(refuses_more_entries_than_any_program_has),
		cmocka_unit_test(refuses_ints_that_are_too_long),
		cmocka_unit_test(tells_the_end_of_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
