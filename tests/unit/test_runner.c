#include "cmocka_all.h"

#include <stdlib.h>
#include <unistd.h>

#include "fake_target.h"
#include "sampler/runner.h"

enum {
	BEFORE_3_11 = 0x030a0df0,
	WITH_C_STACK = 0x030b07f0,
	MAIN_IDENT = 0x50000000,
	/* Stacks lie below the idents, the later thread's lower. */
	FIRST_IDENT = 0x40000000,
	SECOND_IDENT = 0x30000000,
	STACK_OF_MAIN = 0x70000000,
	ON_STACK = 0x10000, /* so far below an ident */
};

static const struct qa_raw_consumer consumer = {0};

struct fixture {
	struct fake_target *target;
	struct qa_process process;
	struct qa_python python;
	struct qa_thread_state states[4];
	struct qa_roster roster;
	struct qa_threads threads;
	uint32_t last_id;
};

static void open_fixture(struct fixture *f, uint32_t version)
{
	const uint64_t idents[] = {MAIN_IDENT, FIRST_IDENT, SECOND_IDENT, MAIN_IDENT};
	struct qa_error err;

	*f = (struct fixture){.target = fake_target_new()};
	fake_python(f->target, version, &f->python);
	assert_int_equal(qa_process_open(getpid(), &f->process, &err), 0);
	f->python.process = &f->process;
	/* The last one was made by the main thread, for somebody. */
	for (size_t i = 0; i < 4; i++)
		f->states[i] = (struct qa_thread_state){.address = 0x1000 * (i + 1),
			.ident = idents[i],
			.native_id = idents[i] == MAIN_IDENT ? (uint64_t)getpid() : 1000000 + i};
	f->roster.threads = f->states;
	f->roster.count = 4;
	f->states[3].runs = true;
	qa_threads_init(&f->threads, &f->python, 1, &f->last_id, &consumer, NULL);
}

static void close_fixture(struct fixture *f)
{
	qa_threads_free(&f->threads);
	qa_process_close(&f->process);
	free(f->target);
}

static void the_c_stack_tells_who_runs_it(void **state)
{
	static const struct {
		uint64_t c_stack, runner, from, to;
	} cases[] = {
		{0, MAIN_IDENT, 0, UINT64_MAX},
		{FIRST_IDENT - ON_STACK, FIRST_IDENT, SECOND_IDENT, FIRST_IDENT},
		{SECOND_IDENT - ON_STACK, SECOND_IDENT, 0, SECOND_IDENT},
		{STACK_OF_MAIN, MAIN_IDENT, MAIN_IDENT, UINT64_MAX},
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, WITH_C_STACK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		f.states[3].c_stack = cases[i].c_stack;
		assert_int_equal(qa_threads_update(&f.threads, &f.roster), 0);
		assert_int_equal(f.threads.list[3]->runner, cases[i].runner);
		assert_int_equal(f.threads.list[3]->stack_from, cases[i].from);
		assert_int_equal(f.threads.list[3]->stack_to, cases[i].to);
		assert_null(f.threads.list[3]->candidates);
	}
	close_fixture(&f);
}

/* The main thread, which is this one, is the only one that there is. */
static void without_it_the_one_that_runs_is_taken(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f, BEFORE_3_11);
	assert_int_equal(qa_threads_update(&f.threads, &f.roster), 0);
	assert_non_null(f.threads.list[3]->candidates);
	assert_int_equal(qa_runner_guess(f.threads.list[3]), MAIN_IDENT);
	f.threads.list[3]->state.ident = 1; /* as if made by one that has ended */
	f.threads.list[3]->activity.stat = -1;
	assert_int_equal(qa_runner_guess(f.threads.list[3]), MAIN_IDENT);
	f.threads.list[0]->activity.stat = -1;
	assert_int_equal(qa_runner_guess(f.threads.list[3]), 0);
	close_fixture(&f);
}

static void an_ident_of_its_own_is_not_doubted(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f, BEFORE_3_11);
	f.states[1].runs = true;
	assert_int_equal(qa_threads_update(&f.threads, &f.roster), 0);
	assert_null(f.threads.list[1]->candidates);
	assert_int_equal(f.threads.list[1]->runner, FIRST_IDENT);
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_c_stack_tells_who_runs_it),
		cmocka_unit_test(without_it_the_one_that_runs_is_taken),
		cmocka_unit_test(an_ident_of_its_own_is_not_doubted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
