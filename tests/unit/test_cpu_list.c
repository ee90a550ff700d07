#include "cmocka_all.h"

#include <string.h>

#include "sampler/cpu_list.h"

static int count(const struct qa_cpu_list *list)
{
	int n = 0;

	for (int cpu = 0; cpu < QA_CPUS_MOST; cpu++)
		n += qa_cpu_list_has(list, cpu);
	return n;
}

static void lists_of_the_kernel(void **state)
{
	struct qa_cpu_list list;

	(void)state;
	qa_cpu_list_parse(&list, "0-3,7,64-65\n");
	assert_int_equal(count(&list), 7);
	assert_true(qa_cpu_list_has(&list, 3) && qa_cpu_list_has(&list, 7));
	assert_true(qa_cpu_list_has(&list, 64) && !qa_cpu_list_has(&list, 66));
	qa_cpu_list_parse(&list, "\n");
	assert_int_equal(count(&list), 0);
	qa_cpu_list_parse(&list, "(null)\n"); /* as it says where there is none */
	assert_int_equal(count(&list), 0);
}

static void nonsense_has_an_end(void **state)
{
	struct qa_cpu_list list;

	(void)state;
	qa_cpu_list_parse(&list, "5-99999999999999999999,1");
	assert_int_equal(count(&list), QA_CPUS_MOST - 5 + 1);
	qa_cpu_list_parse(&list, "9-3,2-,4");
	assert_false(qa_cpu_list_has(&list, 9));
	assert_false(qa_cpu_list_has(&list, -1));
	assert_false(qa_cpu_list_has(&list, QA_CPUS_MOST));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_of_the_kernel),
		cmocka_unit_test(nonsense_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
