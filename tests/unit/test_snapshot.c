#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_target.h"
#include "target/snapshot.h"

static void learns_which_pages_are_wanted(void **state)
{
	struct fake_target *target = fake_target_new();
	struct qa_snapshot snapshot;
	uint64_t value = 0;

	(void)state;
	qa_snapshot_init(&snapshot, &target->base);
	fake_put_u64(target, 0x10000, 1);
	fake_put_u64(target, 0x20008, 2);
	assert_int_equal(qa_snapshot_take(&snapshot), 0);
	assert_int_equal(qa_snapshot_read(&snapshot, 0x10000, &value, 8), 0);
	assert_int_equal(qa_snapshot_read(&snapshot, 0x20008, &value, 8), 0);
	assert_int_equal(value, 2);
	assert_int_equal(snapshot.misses, 2);
	target->calls = 0;
	assert_int_equal(qa_snapshot_take(&snapshot), 0);
	assert_int_equal(qa_snapshot_read(&snapshot, 0x10000, &value, 8), 0);
	assert_int_equal(value, 1);
	assert_int_equal(target->calls, 1);
	assert_int_equal(snapshot.misses, 0);
	qa_snapshot_free(&snapshot);
	free(target);
}

static void is_a_copy_of_one_moment(void **state)
{
	struct fake_target *target = fake_target_new();
	struct qa_snapshot snapshot;
	uint64_t value = 0;

	(void)state;
	qa_snapshot_init(&snapshot, &target->base);
	fake_put_u64(target, 0x10000, 1);
	qa_snapshot_take(&snapshot);
	assert_int_equal(qa_snapshot_read(&snapshot, 0x10000, &value, 8), 0);
	fake_put_u64(target, 0x10000, 7);
	assert_int_equal(qa_snapshot_read(&snapshot, 0x10000, &value, 8), 0);
	assert_int_equal(value, 1);
	qa_snapshot_take(&snapshot);
	assert_int_equal(qa_snapshot_read(&snapshot, 0x10000, &value, 8), 0);
	assert_int_equal(value, 7);
	qa_snapshot_free(&snapshot);
	free(target);
}

static void reads_across_pages(void **state)
{
	struct fake_target *target = fake_target_new();
	struct qa_snapshot snapshot;
	char text[16] = "";

	(void)state;
	qa_snapshot_init(&snapshot, &target->base);
	fake_put(target, 0x10ffa, "across a page!", 15);
	for (int i = 0; i < 3; i++) {
		qa_snapshot_take(&snapshot);
		assert_int_equal(qa_snapshot_read(&snapshot, 0x10ffa, text, 15), 0);
		assert_string_equal(text, "across a page!");
	}
	qa_snapshot_free(&snapshot);
	free(target);
}

static void survives_pages_that_vanish(void **state)
{
	struct fake_target *target = fake_target_new();
	struct qa_snapshot snapshot;
	uint64_t value = 0;

	(void)state;
	qa_snapshot_init(&snapshot, &target->base);
	for (uint64_t i = 0; i < 8; i++)
		fake_put_u64(target, 0x10000 + i * 0x1000, i);
	qa_snapshot_take(&snapshot);
	for (uint64_t i = 0; i < 8; i++)
		assert_int_equal(qa_snapshot_read(&snapshot, 0x10000 + i * 0x1000, &value, 8), 0);
	fake_unmap(target, 0x10000);
	fake_unmap(target, 0x13000);
	fake_unmap(target, 0x17000);
	assert_int_equal(qa_snapshot_take(&snapshot), 0);
	target->calls = 0;
	for (uint64_t i = 0; i < 8; i++) {
		bool gone = i == 0 || i == 3 || i == 7;

		assert_int_equal(qa_snapshot_read(&snapshot, 0x10000 + i * 0x1000, &value, 8),
			gone ? -EFAULT : 0);
		if (!gone)
			assert_int_equal(value, i);
	}
	assert_int_equal(target->calls, 0);
	assert_int_equal(qa_snapshot_take(&snapshot), 0);
	assert_int_equal(snapshot.count, 5);
	qa_snapshot_free(&snapshot);
	free(target);
}

enum { DEEP = 300, DEEP_AT = 0x100000 };

/* Every other page, so that no two are neighbours; the last ones first, as a stack is read. */
static void read_deep(struct qa_snapshot *snapshot, int expected)
{
	for (uint64_t i = DEEP; i-- > 0;) {
		uint64_t value = 0;

		assert_int_equal(
			qa_snapshot_read(snapshot, DEEP_AT + i * 0x2000, &value, 8), expected);
		if (!expected)
			assert_int_equal(value, i);
	}
}

static void put_deep(struct fake_target *target)
{
	for (uint64_t i = 0; i < DEEP; i++)
		fake_put_u64(target, DEEP_AT + i * 0x2000, i);
}

static void takes_many_pages_in_few_calls(void **state)
{
	struct fake_target *target = fake_target_new();
	struct qa_snapshot snapshot;

	(void)state;
	qa_snapshot_init(&snapshot, &target->base);
	put_deep(target);
	qa_snapshot_take(&snapshot);
	read_deep(&snapshot, 0);
	assert_int_equal(snapshot.misses, DEEP);
	target->calls = 0;
	assert_int_equal(qa_snapshot_take(&snapshot), 0);
	read_deep(&snapshot, 0);
	assert_int_equal(snapshot.misses, 0);
	assert_int_equal(target->calls, 3);
	qa_snapshot_free(&snapshot);
	free(target);
}

static void survives_that_many_pages_vanish(void **state)
{
	struct fake_target *target = fake_target_new();
	struct qa_snapshot snapshot;

	(void)state;
	qa_snapshot_init(&snapshot, &target->base);
	put_deep(target);
	qa_snapshot_take(&snapshot);
	read_deep(&snapshot, 0);
	for (uint64_t i = 0; i < DEEP; i++)
		fake_unmap(target, DEEP_AT + i * 0x2000);
	target->calls = 0;
	assert_int_equal(qa_snapshot_take(&snapshot), 0);
	read_deep(&snapshot, -EFAULT);
	assert_true(target->calls <= DEEP); /* each was tried once */
	assert_int_equal(qa_snapshot_take(&snapshot), 0);
	assert_int_equal(snapshot.count, 0);
	qa_snapshot_free(&snapshot);
	free(target);
}

static bool is_spoilt_at_last(void *ctx)
{
	int *questions = ctx;

	return ++*questions == 3;
}

static void gives_up_a_copy_that_is_spoilt(void **state)
{
	struct fake_target *target = fake_target_new();
	struct qa_snapshot snapshot;
	int questions = 0;
	uint64_t value;

	(void)state;
	qa_snapshot_init(&snapshot, &target->base);
	put_deep(target);
	qa_snapshot_take(&snapshot);
	read_deep(&snapshot, 0);
	snapshot.is_spoilt = is_spoilt_at_last;
	snapshot.spoilt_ctx = &questions;
	assert_int_equal(qa_snapshot_take(&snapshot), 0);
	assert_int_equal(qa_snapshot_read(&snapshot, DEEP_AT + 290 * 0x2000, &value, 8), 0);
	assert_int_equal(qa_snapshot_read(&snapshot, DEEP_AT + 200 * 0x2000, &value, 8), 0);
	target->calls = 0;
	assert_int_equal(qa_snapshot_read(&snapshot, DEEP_AT, &value, 8), -EAGAIN);
	assert_int_equal(target->calls, 0);
	qa_snapshot_free(&snapshot);
	free(target);
}

static void forgets_what_nobody_asks_for(void **state)
{
	struct fake_target *target = fake_target_new();
	struct qa_snapshot snapshot;
	uint64_t value = 0;

	(void)state;
	qa_snapshot_init(&snapshot, &target->base);
	fake_put_u64(target, 0x10000, 1);
	fake_put_u64(target, 0x20000, 2);
	qa_snapshot_take(&snapshot);
	qa_snapshot_read(&snapshot, 0x20000, &value, 8);
	for (int i = 0; i < 100; i++) {
		qa_snapshot_take(&snapshot);
		qa_snapshot_read(&snapshot, 0x10000, &value, 8);
	}
	assert_int_equal(snapshot.count, 1);
	assert_int_equal(value, 1);
	qa_snapshot_free(&snapshot);
	free(target);
}

static uint64_t value_at(struct qa_snapshot *snapshot, uint64_t address)
{
	uint64_t value = 0;

	assert_int_equal(qa_snapshot_read(snapshot, address, &value, sizeof(value)), 0);
	return value;
}

/* Another part is read when it is asked for; what was copied before stays what it was. */
static void copies_the_parts_that_are_asked_for(void **state)
{
	const uint64_t parts[] = {0x10800, 0x10000, 0x10ff8}, between = 0x10400;
	struct fake_target *target = fake_target_new();
	struct qa_snapshot snapshot;

	(void)state;
	qa_snapshot_init(&snapshot, &target->base);
	for (size_t i = 0; i < 3; i++)
		fake_put_u64(target, parts[i], 1);
	fake_put_u64(target, between, 7);
	qa_snapshot_take(&snapshot);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(value_at(&snapshot, parts[i]), 1);
		assert_int_equal(target->calls, i + 1);
		fake_put_u64(target, parts[i], 2);
	}
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(value_at(&snapshot, parts[i]), 1);
	assert_int_equal(value_at(&snapshot, between), 7);
	assert_int_equal(qa_snapshot_take(&snapshot), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(value_at(&snapshot, parts[i]), 2);
	assert_int_equal(target->calls, 4);
	qa_snapshot_free(&snapshot);
	free(target);
}

/* A target, and how many bytes the last call asked for. */
struct measured {
	struct qa_memory base;
	struct fake_target *target;
	size_t bytes;
};

static ssize_t read_measured(struct qa_memory *memory, const struct qa_piece *pieces, size_t count)
{
	struct measured *measured = (struct measured *)memory;

	measured->bytes = 0;
	for (size_t i = 0; i < count; i++)
		measured->bytes += pieces[i].length;
	return measured->target->base.read_pieces(&measured->target->base, pieces, count);
}

static void a_part_that_was_large_once_gets_small_again(void **state)
{
	enum { PAGE = 0x10000, SMALL = 512, COPIES = 200 };
	struct measured measured = {{read_measured}, fake_target_new(), 0};
	struct qa_snapshot snapshot;

	(void)state;
	fake_put_u64(measured.target, PAGE, 1);
	qa_snapshot_init(&snapshot, &measured.base);
	qa_snapshot_take(&snapshot);
	value_at(&snapshot, PAGE + QA_PAGE_SIZE - 8);
	value_at(&snapshot, PAGE);
	assert_int_equal(qa_snapshot_take(&snapshot), 0);
	assert_int_equal(measured.bytes, QA_PAGE_SIZE);
	for (int i = 0; i < COPIES; i++) {
		value_at(&snapshot, PAGE + 248);
		value_at(&snapshot, PAGE + 256);
		assert_int_equal(qa_snapshot_take(&snapshot), 0);
	}
	assert_int_equal(measured.bytes, SMALL);
	qa_snapshot_free(&snapshot);
	free(measured.target);
}

/* How many of 100 copies had a page that is asked for in every n-th of them. */
static int copies_with_page(int n)
{
	struct fake_target *target = fake_target_new();
	struct qa_snapshot snapshot;
	uint64_t value = 0;
	int had = 0;

	qa_snapshot_init(&snapshot, &target->base);
	fake_put_u64(target, 0x10000, 1);
	fake_put_u64(target, 0x20000, 2);
	for (int i = 0; i < 100; i++) {
		qa_snapshot_take(&snapshot);
		had += snapshot.count == 2;
		qa_snapshot_read(&snapshot, 0x10000, &value, 8);
		if (i % n == 0)
			qa_snapshot_read(&snapshot, 0x20000, &value, 8);
	}
	qa_snapshot_free(&snapshot);
	free(target);
	return had;
}

static void keeps_what_is_asked_for_often(void **state)
{
	(void)state;
	assert_int_equal(copies_with_page(1), 99);
	assert_int_equal(copies_with_page(3), 99);
	assert_true(copies_with_page(20) < 40);
}

static void reads_all_that_is_wanted_in_one_call(void **state)
{
	const uint64_t wanted[] = {0x10ffc, 0x20000, 0x20008, 0xdead0000, 0x30000, UINT64_MAX - 8};
	struct fake_target *target = fake_target_new();
	struct qa_snapshot snapshot;
	uint64_t value = 0;

	(void)state;
	qa_snapshot_init(&snapshot, &target->base);
	for (uint64_t i = 1; i < 4; i++) {
		fake_put_u64(target, i * 0x10000, i);
		fake_put_u64(target, i * 0x10000 + FAKE_PAGE, i);
	}
	qa_snapshot_take(&snapshot);
	assert_int_equal(qa_snapshot_want(&snapshot, wanted, 3, 8), 0);
	assert_int_equal(target->calls, 1);
	assert_int_equal(snapshot.count, 3);
	assert_int_equal(qa_snapshot_want(&snapshot, wanted, 3, 8), 0);
	assert_int_equal(target->calls, 1);
	assert_int_equal(qa_snapshot_want(&snapshot, wanted, 6, 8), 0);
	target->calls = 0;
	assert_int_equal(qa_snapshot_read(&snapshot, 0x30000, &value, 8), 0);
	assert_int_equal(value, 3);
	assert_int_equal(qa_snapshot_read(&snapshot, 0xdead0000, &value, 8), -EFAULT);
	assert_int_equal(target->calls, 0);
	target->gone = true;
	assert_int_equal(qa_snapshot_want(&snapshot, &(uint64_t){0x50000}, 1, 8), -ESRCH);
	qa_snapshot_free(&snapshot);
	free(target);
}

static void tells_that_the_process_is_gone(void **state)
{
	struct fake_target *target = fake_target_new();
	struct qa_snapshot snapshot;
	uint64_t value = 0;

	(void)state;
	qa_snapshot_init(&snapshot, &target->base);
	fake_put_u64(target, 0x10000, 1);
	qa_snapshot_take(&snapshot);
	qa_snapshot_read(&snapshot, 0x10000, &value, 8);
	target->gone = true;
	assert_int_equal(qa_snapshot_take(&snapshot), -ESRCH);
	assert_int_equal(qa_snapshot_read(&snapshot, 0x50000, &value, 8), -ESRCH);
	qa_snapshot_free(&snapshot);
	free(target);
}

static void refuses_addresses_that_wrap_around(void **state)
{
	struct fake_target *target = fake_target_new();
	struct qa_snapshot snapshot;
	uint64_t value = 0;

	(void)state;
	qa_snapshot_init(&snapshot, &target->base);
	qa_snapshot_take(&snapshot);
	assert_int_equal(qa_snapshot_read(&snapshot, UINT64_MAX - 3, &value, 8), -EFAULT);
	qa_snapshot_free(&snapshot);
	free(target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(learns_which_pages_are_wanted),
		cmocka_unit_test(is_a_copy_of_one_moment),
		cmocka_unit_test(reads_across_pages),
		cmocka_unit_test(survives_pages_that_vanish),
		cmocka_unit_test(takes_many_pages_in_few_calls),
		cmocka_unit_test(survives_that_many_pages_vanish),
		cmocka_unit_test(gives_up_a_copy_that_is_spoilt),
		cmocka_unit_test(forgets_what_nobody_asks_for),
		cmocka_unit_test(a_part_that_was_large_once_gets_small_again),
		cmocka_unit_test(copies_the_parts_that_are_asked_for),
		cmocka_unit_test(keeps_what_is_asked_for_often),
		cmocka_unit_test(reads_all_that_is_wanted_in_one_call),
		cmocka_unit_test(tells_that_the_process_is_gone),
		cmocka_unit_test(refuses_addresses_that_wrap_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
