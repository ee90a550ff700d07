#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "fake_target.h"
#include "target/thread_ids.h"

enum { PTHREAD = 0x100000, PTHREAD_SIZE = 2304 };

static void reads_the_numbers_of_a_status_file(void **state)
{
	static const struct {
		const char *text;
		size_t count;
		pid_t outer, inner;
	} cases[] = {
		{"Name:\tpython3\nNSpid:\t4711\nNSsid:\t1\n", 1, 4711, 4711},
		{"Name:\tpython3\nNSpid:\t4711\t15\t3\nNSsid:\t1\n", 3, 4711, 3},
		{"Name:\tpython3\nNSpid:\t4711\t1", 2, 4711, 1},
		{"Name:\tNSpid:\t5\nPid:\t6\n", 0, 0, 0},
		{"Name:\tx\nNSpid:\n", 0, 0, 0},
		{"Name:\tx\nNSpid:\t99999999999999999999\t2\n", 2, INT32_MAX, 2},
		{"", 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct qa_thread_id_pair pair;

		assert_int_equal(qa_thread_ids_parse(qa_str(cases[i].text), &pair), cases[i].count);
		assert_int_equal(pair.inner, cases[i].inner);
		assert_int_equal(pair.outer, cases[i].outer);
	}
}

static void our_own_numbers_stay_as_they_are(void **state)
{
	struct qa_process process = {.pid = getpid(), .pidfd = -1};
	struct qa_thread_ids ids;

	(void)state;
	qa_thread_ids_init(&ids, &process);
	if (!ids.same) {
		print_message("the tests run where /proc is of another pid namespace\n");
		skip();
	}
	assert_int_equal(ids.inner_pid, getpid());
	assert_int_equal(qa_thread_ids_find(&ids, 77), 77);
	assert_int_equal(qa_thread_ids_find(&ids, 0), 0);
	assert_int_equal(qa_thread_ids_find(&ids, -1), 0);
	qa_thread_ids_free(&ids);
}

static struct fake_target *new_pthread(void)
{
	struct fake_target *target = fake_target_new();

	for (uint64_t at = 0; at < PTHREAD_SIZE; at += 8)
		fake_put_u64(target, PTHREAD + at, 0);
	return target;
}

static void put_number(struct fake_target *target, uint64_t at, uint32_t number, bool robust)
{
	fake_put_u32(target, PTHREAD + at, number);
	if (robust) {
		fake_put_u64(target, PTHREAD + at + 8, PTHREAD + at + 16);
		fake_put_u64(target, PTHREAD + at + 16, PTHREAD + at + 16);
	}
}

static void finds_where_the_number_is_kept(void **state)
{
	struct fake_target *target = new_pthread();
	int32_t offset;

	(void)state;
	assert_int_equal(qa_thread_ids_locate(&target->base, PTHREAD, 4711, &offset), -ENOENT);
	put_number(target, 720, 4711, false);
	assert_int_equal(qa_thread_ids_locate(&target->base, PTHREAD, 4711, &offset), 0);
	assert_int_equal(offset, 720);
	free(target);
}

/* The first process of a namespace has the number 1, and so have other fields of the struct. */
static void a_number_that_occurs_often_is_told_by_what_follows(void **state)
{
	struct fake_target *target = new_pthread();
	int32_t offset;

	(void)state;
	put_number(target, 24, 1, false);
	put_number(target, 720, 1, false);
	put_number(target, 1024, 1, false);
	assert_int_equal(qa_thread_ids_locate(&target->base, PTHREAD, 1, &offset), -ENOENT);
	put_number(target, 720, 1, true);
	assert_int_equal(qa_thread_ids_locate(&target->base, PTHREAD, 1, &offset), 0);
	assert_int_equal(offset, 720);
	free(target);
}

static void a_struct_that_cannot_be_read_is_none(void **state)
{
	struct fake_target *target = new_pthread();
	int32_t offset;

	(void)state;
	assert_int_equal(
		qa_thread_ids_locate(&target->base, PTHREAD + 0x10000, 1, &offset), -EFAULT);
	free(target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_numbers_of_a_status_file),
		cmocka_unit_test(our_own_numbers_stay_as_they_are),
		cmocka_unit_test(finds_where_the_number_is_kept),
		cmocka_unit_test(a_number_that_occurs_often_is_told_by_what_follows),
		cmocka_unit_test(a_struct_that_cannot_be_read_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
