#include "cmocka_all.h"

#include <stdlib.h>

#include "cpython/interpreter_scan.h"
#include "fake_target.h"

enum {
	INODE = 7,
	TEXT = 0x100000,
	DATA = 0x200000,
	BSS = DATA + FAKE_PAGE,
	HEAP = 0x300000,
	NEWEST = HEAP,
	MAIN = HEAP + 0x1000,
	VERSION = 0x03060ff0,
};

/* The file's text, its data, its .bss, and memory that has nothing to do with it. */
static struct qa_mapping mappings[] = {
	{.start = TEXT, .end = TEXT + FAKE_PAGE, .inode = INODE, .readable = true},
	{.start = DATA,
		.end = DATA + FAKE_PAGE,
		.inode = INODE,
		.readable = true,
		.writable = true},
	{.start = BSS, .end = BSS + FAKE_PAGE, .readable = true, .writable = true},
	{.start = HEAP, .end = HEAP + 4 * FAKE_PAGE, .readable = true, .writable = true},
};

static const struct qa_maps maps = {
	.list = mappings, .count = sizeof(mappings) / sizeof(*mappings)};

static struct fake_target *make_target(void)
{
	struct fake_target *target = fake_target_new();

	for (size_t i = 0; i < maps.count; i++)
		for (uint64_t at = mappings[i].start; at < mappings[i].end; at += FAKE_PAGE)
			fake_put_u64(target, at, 0);
	return target;
}

static void put_interpreter(struct fake_target *target, uint64_t interpreter, uint64_t next)
{
	const struct qa_layout *layout = qa_layout_row(VERSION, false);
	uint64_t thread = interpreter + 0x800;

	fake_put_u64(target, interpreter + (uint64_t)layout->interpreter.next, next);
	fake_put_u64(target, interpreter + (uint64_t)layout->interpreter.threads_head, thread);
	fake_put_u64(target, thread + (uint64_t)layout->thread.interpreter, interpreter);
}

static uint64_t scan(struct fake_target *target)
{
	return qa_interpreter_scan(
		&target->base, &maps, &mappings[0], qa_layout_row(VERSION, false));
}

static void finds_the_variable_among_others(void **state)
{
	struct fake_target *target = make_target();

	(void)state;
	fake_put_u64(target, DATA, TEXT);
	fake_put_u64(target, DATA + 8, HEAP + 0x2000); /* points to memory, but to no interpreter */
	fake_put_u64(target, DATA + 16, 0xdead0000);   /* points nowhere */
	put_interpreter(target, HEAP + 0x3404, 0);     /* not where an interpreter can be */
	fake_put_u64(target, DATA + 24, HEAP + 0x3404);
	fake_put_u64(target, HEAP + 0x3000, MAIN); /* a copy that does not lie in the file's data */
	put_interpreter(target, MAIN, 0);
	assert_int_equal(scan(target), 0);
	fake_put_u64(target, BSS + 40, MAIN);
	assert_int_equal(scan(target), BSS + 40);
	fake_put_u64(target, DATA + 80, MAIN);
	assert_int_equal(scan(target), DATA + 80);
	free(target);
}

static void prefers_the_head_of_the_list(void **state)
{
	struct fake_target *target = make_target();

	(void)state;
	put_interpreter(target, MAIN, 0);
	put_interpreter(target, NEWEST, MAIN);
	fake_put_u64(target, DATA + 8, MAIN);
	fake_put_u64(target, BSS + 8, NEWEST);
	assert_int_equal(scan(target), BSS + 8);
	free(target);
}

static void an_interpreter_that_its_thread_does_not_know_is_none(void **state)
{
	const struct qa_layout *layout = qa_layout_row(VERSION, false);
	struct fake_target *target = make_target();

	(void)state;
	put_interpreter(target, MAIN, 0);
	fake_put_u64(target, DATA + 8, MAIN);
	fake_put_u64(target, MAIN + 0x800 + (uint64_t)layout->thread.interpreter, NEWEST);
	assert_int_equal(scan(target), 0);
	free(target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_variable_among_others),
		cmocka_unit_test(prefers_the_head_of_the_list),
		cmocka_unit_test(an_interpreter_that_its_thread_does_not_know_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
