#include "cmocka_all.h"

#include <errno.h>

#include "sampler/stack_tree.h"

enum { DEEP = 200000 };

struct told {
	struct qa_raw_node last;
	uint32_t count;
	int answer;
};

static int on_node(void *ctx, const struct qa_raw_node *node)
{
	struct told *told = ctx;

	told->last = *node;
	told->count++;
	return told->answer;
}

static const struct qa_raw_consumer consumer = {.node = on_node};

static void equal_paths_are_one_node(void **state)
{
	struct qa_stack_tree tree;
	struct told told = {0};
	uint32_t a, b, c, again;

	(void)state;
	qa_stack_tree_init(&tree, &consumer, &told);
	assert_int_equal(qa_stack_tree_node(&tree, 0, 1, 10, &a), 0);
	assert_int_equal(qa_stack_tree_node(&tree, a, 1, 10, &b), 0);
	assert_int_equal(qa_stack_tree_node(&tree, a, 1, 12, &c), 0);
	assert_int_equal(told.count, 3);
	assert_int_equal(a, 1);
	assert_int_equal(b, 2);
	assert_int_equal(c, 3);
	assert_int_equal(qa_stack_tree_node(&tree, a, 1, 10, &again), 0);
	assert_int_equal(again, b);
	assert_int_equal(qa_stack_tree_node(&tree, 0, 1, -1, &again), 0);
	assert_int_equal(again, 4);
	assert_int_equal(told.count, 4);
	qa_stack_tree_free(&tree);
}

static void nodes_are_told_once_parents_first(void **state)
{
	struct qa_stack_tree tree;
	struct told told = {0};

	(void)state;
	qa_stack_tree_init(&tree, &consumer, &told);
	for (int round = 0; round < 2; round++) {
		uint32_t node = 0;

		for (int32_t depth = 0; depth < DEEP; depth++) {
			uint32_t parent = node;

			assert_int_equal(qa_stack_tree_node(&tree, parent, 7, depth % 3, &node), 0);
			assert_true(parent < node);
			if (round == 0)
				assert_int_equal(told.last.parent, parent);
		}
	}
	assert_int_equal(told.count, DEEP);
	qa_stack_tree_free(&tree);
}

static void the_consumers_error_is_handed_on(void **state)
{
	struct qa_stack_tree tree;
	struct told told = {.answer = -ENOSPC};
	uint32_t node;

	(void)state;
	qa_stack_tree_init(&tree, &consumer, &told);
	assert_int_equal(qa_stack_tree_node(&tree, 0, 1, 0, &node), -ENOSPC);
	qa_stack_tree_free(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_paths_are_one_node),
		cmocka_unit_test(nodes_are_told_once_parents_first),
		cmocka_unit_test(the_consumers_error_is_handed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
