#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>

#include "fake_target.h"
#include "target/peek.h"

enum { ONE = 0x10000, OTHER = 0x20f80, NOWHERE = 0x7ead0000 };

struct fixture {
	struct fake_target *target;
	struct qa_peek peek;
};

static void open_fixture(struct fixture *f)
{
	f->target = fake_target_new();
	fake_put_u64(f->target, ONE + 8, 7);
	fake_put_u64(f->target, ONE + QA_PEEK_LENGTH, 8);
	fake_put_u64(f->target, OTHER + 0x78, 9);
	fake_put_u64(f->target, OTHER + 0x80, 10); /* on the next page */
}

static uint64_t value_at(struct fixture *f, uint64_t address)
{
	uint64_t value = 0;

	assert_int_equal(qa_memory_read_u64(&f->peek.base, address, &value), 0);
	return value;
}

static void the_beginnings_come_by_one_call(void **state)
{
	const uint64_t addresses[] = {ONE, 0, OTHER};
	struct fixture f;

	(void)state;
	open_fixture(&f);
	assert_int_equal(qa_peek_begin(&f.peek, &f.target->base, addresses, 3), 0);
	assert_int_equal(value_at(&f, ONE + 8), 7);
	assert_int_equal(value_at(&f, OTHER + 0x78), 9);
	assert_int_equal(f.target->calls, 1);
	free(f.target);
}

static void the_rest_is_read_when_it_is_asked_for(void **state)
{
	const uint64_t addresses[] = {ONE, OTHER};
	struct fixture f;

	(void)state;
	open_fixture(&f);
	assert_int_equal(qa_peek_begin(&f.peek, &f.target->base, addresses, 2), 0);
	assert_int_equal(value_at(&f, ONE + QA_PEEK_LENGTH), 8);
	assert_int_equal(value_at(&f, OTHER + 0x80), 10);
	assert_int_equal(value_at(&f, ONE + QA_PEEK_LENGTH - 4), UINT64_C(8) << 32);
	assert_int_equal(f.target->calls, 4);
	free(f.target);
}

static void what_is_not_there_takes_nothing_along(void **state)
{
	const uint64_t addresses[] = {ONE, NOWHERE, OTHER};
	struct fixture f;
	uint64_t value;

	(void)state;
	open_fixture(&f);
	assert_int_equal(qa_peek_begin(&f.peek, &f.target->base, addresses, 3), 0);
	assert_int_equal(value_at(&f, ONE + 8), 7);
	assert_int_equal(value_at(&f, OTHER + 0x78), 9);
	assert_int_equal(qa_memory_read_u64(&f.peek.base, NOWHERE, &value), -EFAULT);
	f.target->gone = true;
	assert_int_equal(qa_peek_begin(&f.peek, &f.target->base, addresses, 3), -ESRCH);
	free(f.target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_beginnings_come_by_one_call),
		cmocka_unit_test(the_rest_is_read_when_it_is_asked_for),
		cmocka_unit_test(what_is_not_there_takes_nothing_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
