#include "cmocka_all.h"

#include <stdio.h>

#include "fixture.h"

enum { DEPTH = 10 };

static int recursion_depth;

/* A recursion with a function of its own for each depth: "f1" is the outermost frame. */
static void distinct_frames(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0deep.py"), "");
	uint32_t node = 0;
	char name[16];

	for (int i = 1; i <= recursion_depth; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		node = fixture_node(f, node, fixture_code(f, name, "deep.py", i));
	}
	fixture_samples(f, thread, node, 1);
}

/* The one sample's stack as text, outermost frame first. */
static void stack_text(int depth, uint32_t max_depth, char *text, size_t room)
{
	struct qa_profile_options options = {.max_depth = max_depth};
	struct qa_profile *profile;
	size_t used = 0;

	recursion_depth = depth;
	profile = fixture_profile(distinct_frames, &options);
	assert_non_null(profile);
	text[0] = '\0';
	for (size_t i = 1; i < profile->node_count; i++) /* one path: preorder is its order */
		used += (size_t)snprintf(text + used, room - used, "%s ",
			profile->frames[profile->nodes[i].frame].name);
	assert_int_equal(profile->nodes[profile->samples[0].node].depth, profile->max_depth);
	qa_profile_free(profile);
}

static void a_stack_that_fits_is_whole(void **state)
{
	char text[256];

	(void)state;
	stack_text(DEPTH, DEPTH, text, sizeof(text));
	assert_string_equal(text, "f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 ");
}

static void a_deeper_stack_keeps_both_ends(void **state)
{
	char text[256];

	(void)state;
	stack_text(11, DEPTH, text, sizeof(text));
	assert_string_equal(text, "f1 f2 f3 f4 f5 ... 1 frames elided ... f7 f8 f9 f10 f11 ");
	stack_text(1000, DEPTH, text, sizeof(text));
	assert_string_equal(
		text, "f1 f2 f3 f4 f5 ... 990 frames elided ... f996 f997 f998 f999 f1000 ");
}

static void the_least_depth_is_four(void **state)
{
	char text[256];

	(void)state;
	stack_text(9, 1, text, sizeof(text));
	assert_string_equal(text, "f1 f2 ... 5 frames elided ... f8 f9 ");
}

static void the_default_is_2000(void **state)
{
	static char text[65536];

	(void)state;
	stack_text(2000, 0, text, sizeof(text));
	assert_null(strstr(text, "elided"));
	stack_text(2001, 0, text, sizeof(text));
	assert_non_null(strstr(text, " f1000 ... 250 frames elided ... f1251 f1252 "));
}

/* One sample at each depth of the recursion of one function. */
static void every_depth(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0deep.py"), "");
	uint32_t down = fixture_code(f, "down", "deep.py", 1);
	uint32_t node = 0;

	for (int i = 1; i <= recursion_depth; i++) {
		node = fixture_node(f, node, down);
		fixture_samples(f, thread, node, 1);
	}
}

static void deep_recursion_stays_in_proportion(void **state)
{
	struct qa_profile *profile;

	(void)state;
	recursion_depth = 20000;
	profile = fixture_profile(every_depth, NULL);
	assert_non_null(profile);
	assert_int_equal(profile->total.samples, 20000);
	assert_int_equal(profile->frames[fixture_frame(profile, "down")].self.samples, 20000);
	assert_int_equal(profile->frames[fixture_frame(profile, "down")].total.samples, 20000);
	assert_true(profile->max_depth <= 2001);
	assert_true(profile->node_count < 5 * 20000);
	qa_profile_free(profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stack_that_fits_is_whole),
		cmocka_unit_test(a_deeper_stack_keeps_both_ends),
		cmocka_unit_test(the_least_depth_is_four),
		cmocka_unit_test(the_default_is_2000),
		cmocka_unit_test(deep_recursion_stays_in_proportion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
