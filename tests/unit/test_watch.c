#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_target.h"
#include "target/watch.h"

enum { WORD = 0x50040, DATA = 0x10000 };

struct fixture {
	struct fake_target *target;
	struct qa_watch watch;
};

static void open_fixture(struct fixture *f)
{
	f->target = fake_target_new();
	fake_put_u32(f->target, WORD, 3);
	fake_put_u64(f->target, DATA, 7);
	qa_watch_init(&f->watch, &f->target->base, WORD);
}

static uint64_t read_data(struct fixture *f)
{
	uint64_t value = 0;

	assert_int_equal(qa_memory_read_u64(&f->watch.base, DATA, &value), 0);
	return value;
}

static void comes_along_in_the_same_call(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	assert_false(qa_watch_was(&f.watch, 3)); /* nothing was read yet */
	assert_int_equal(read_data(&f), 7);
	assert_int_equal(f.target->calls, 1);
	assert_true(qa_watch_was(&f.watch, 3));
	assert_false(qa_watch_was(&f.watch, 4));
	free(f.target);
}

static void notices_a_change_between_calls(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	read_data(&f);
	fake_put_u32(f.target, WORD, 4);
	read_data(&f);
	assert_false(qa_watch_was(&f.watch, 3));
	assert_false(qa_watch_was(&f.watch, 4));
	assert_int_equal(f.watch.value, 4); /* as it was at last */
	qa_watch_begin(&f.watch);
	read_data(&f);
	assert_true(qa_watch_was(&f.watch, 4));
	free(f.target);
}

/* A word that changes as soon as anything else has been copied. */
struct changing {
	struct qa_memory base;
	uint32_t word;
};

static ssize_t read_changing(struct qa_memory *memory, const struct qa_piece *pieces, size_t count)
{
	struct changing *changing = (struct changing *)memory;
	ssize_t total = 0;

	for (size_t i = 0; i < count; i++) {
		memset(pieces[i].copy, 0, pieces[i].length);
		if (pieces[i].address == WORD)
			*(uint32_t *)pieces[i].copy = changing->word;
		else
			changing->word = 4;
		total += (ssize_t)pieces[i].length;
	}
	return total;
}

static void copies_the_word_after_all_else(void **state)
{
	struct changing changing = {.base = {read_changing}, .word = 3};
	struct qa_watch watch;
	uint64_t value;

	(void)state;
	qa_watch_init(&watch, &changing.base, WORD);
	assert_int_equal(qa_memory_read_u64(&watch.base, DATA, &value), 0);
	assert_true(qa_watch_was(&watch, 4));
}

/* What cannot be read beside it says nothing about the word. */
static void outlives_pages_that_are_not_there(void **state)
{
	uint64_t one = 0, two = 0;
	struct fixture f;

	(void)state;
	open_fixture(&f);
	assert_int_equal(qa_memory_read_u64(&f.watch.base, 0xdead0000, &one), -EFAULT);
	assert_true(qa_watch_was(&f.watch, 3));
	const struct qa_piece pieces[] = {
		{DATA, &one, sizeof(one)}, {0xdead0000, &two, sizeof(two)}};
	assert_int_equal(f.watch.base.read_pieces(&f.watch.base, pieces, 2), sizeof(one));
	assert_int_equal(one, 7);
	assert_true(qa_watch_was(&f.watch, 3));
	free(f.target);
}

static void change_at_last(struct fake_target *target)
{
	if (target->calls == 2)
		fake_put_u32(target, WORD, 4);
}

/* The call broke off before it came to the word: it is looked at on its own. */
static void notices_a_change_after_a_call_that_broke_off(void **state)
{
	struct fixture f;
	uint64_t value;

	(void)state;
	open_fixture(&f);
	f.target->before_read = change_at_last;
	assert_int_equal(qa_memory_read_u64(&f.watch.base, 0xdead0000, &value), -EFAULT);
	assert_false(qa_watch_was(&f.watch, 3));
	free(f.target);
}

static void knows_nothing_of_a_word_that_is_not_there(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	fake_unmap(f.target, WORD);
	assert_int_equal(read_data(&f), 7);
	assert_false(qa_watch_was(&f.watch, 3));
	assert_int_equal(qa_watch_look(&f.watch), 0);
	assert_false(f.watch.seen);
	f.target->gone = true;
	assert_int_equal(qa_watch_look(&f.watch), -ESRCH);
	free(f.target);
}

/* The kernel takes no more pieces at once, so that these become two calls. */
static void takes_as_many_pieces_as_ever(void **state)
{
	struct qa_piece pieces[QA_PIECES_MAX];
	uint64_t values[QA_PIECES_MAX] = {0};
	struct fixture f;

	(void)state;
	open_fixture(&f);
	for (size_t i = 0; i < QA_PIECES_MAX; i++)
		pieces[i] = (struct qa_piece){DATA, &values[i], sizeof(values[i])};
	assert_int_equal(
		f.watch.base.read_pieces(&f.watch.base, pieces, QA_PIECES_MAX), sizeof(values));
	for (size_t i = 0; i < QA_PIECES_MAX; i++)
		assert_int_equal(values[i], 7);
	assert_int_equal(f.target->calls, 2);
	assert_true(qa_watch_was(&f.watch, 3));
	pieces[QA_PIECES_MAX - 1].address = 0xdead0000;
	assert_int_equal(f.watch.base.read_pieces(&f.watch.base, pieces, QA_PIECES_MAX),
		sizeof(values) - sizeof(values[0]));
	free(f.target);
}

static void without_a_word_is_the_memory_itself(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	qa_watch_init(&f.watch, &f.target->base, 0);
	assert_int_equal(read_data(&f), 7);
	assert_false(f.watch.seen);
	free(f.target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_along_in_the_same_call),
		cmocka_unit_test(notices_a_change_between_calls),
		cmocka_unit_test(copies_the_word_after_all_else),
		cmocka_unit_test(outlives_pages_that_are_not_there),
		cmocka_unit_test(notices_a_change_after_a_call_that_broke_off),
		cmocka_unit_test(knows_nothing_of_a_word_that_is_not_there),
		cmocka_unit_test(takes_as_many_pieces_as_ever),
		cmocka_unit_test(without_a_word_is_the_memory_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
