/* The text of a file is shown if it is, byte for byte, what the recorder saw. */
#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>

#include "fixture.h"

#define TEXT_CRC 0x913dc1a1
static const char *const text = "def f():\n\treturn 1\n";

static struct fixture begin(struct qa_profile_builder **builder)
{
	static const struct qa_profile_options plain;
	struct fixture f;

	assert_int_equal(qa_profile_builder_open(&plain, builder, NULL), 0);
	f = fixture_begin(&qa_profile_builder_consumer, *builder);
	fixture_thread(&f, FIXTURE_PROCESS(&f, "python3\0a.py"), "");
	return f;
}

static struct qa_profile *finish(const struct fixture *f, struct qa_profile_builder *builder)
{
	struct qa_profile *profile = NULL;

	assert_int_equal(f->rc, 0);
	assert_int_equal(qa_profile_builder_finish(builder, &profile, NULL), 0);
	return profile;
}

static void a_whole_text_is_shown(void **state)
{
	struct qa_profile_builder *builder;
	struct fixture f = begin(&builder);
	struct qa_profile *profile;

	(void)state;
	fixture_file(&f, "without.py", 0, 0);
	fixture_source(&f, "a.py", text);
	fixture_source(&f, "empty.py", "");
	profile = finish(&f, builder);
	assert_int_equal(profile->file_count, 3);
	assert_null(profile->files[0].source);
	assert_string_equal(profile->files[1].source, text);
	assert_int_equal(profile->files[1].size, strlen(text));
	assert_string_equal(profile->files[2].source, "");
	qa_profile_free(profile);
}

/* Feeds a file with the fingerprint of `text`, and then its parts as they are told: offsets and
 * lengths. */
static bool is_shown(const size_t (*parts)[2], size_t count)
{
	struct qa_profile_builder *builder;
	struct fixture f = begin(&builder);
	struct qa_profile *profile;
	bool shown;

	fixture_source(&f, "other.py", text); /* the parts of several may come mixed */
	f.consumer->file(f.ctx, &(struct qa_raw_file){.path = qa_str("a.py"),
					.process = 1,
					.found = 1,
					.size = strlen(text),
					.crc32 = TEXT_CRC});
	for (size_t i = 0; i < count; i++)
		fixture_part(
			&f, "a.py", parts[i][0], (struct qa_str){text + parts[i][0], parts[i][1]});
	profile = finish(&f, builder);
	assert_non_null(profile->files[0].source);
	shown = profile->files[1].source;
	if (shown)
		assert_string_equal(profile->files[1].source, text);
	qa_profile_free(profile);
	return shown;
}

#define IS_SHOWN(...)                                                                              \
	is_shown((const size_t[][2]){__VA_ARGS__},                                                 \
		sizeof((const size_t[][2]){__VA_ARGS__}) / sizeof(size_t[2]))

static void parts_are_put_together(void **state)
{
	(void)state;
	assert_true(IS_SHOWN({0, 19}));
	assert_true(IS_SHOWN({0, 5}, {5, 10}, {15, 4}));
	assert_true(IS_SHOWN({0, 5}, {0, 5}, {5, 14}, {5, 14}, {18, 1}));
	assert_false(IS_SHOWN({0, 18}));
	assert_false(IS_SHOWN({5, 14}));
	assert_false(IS_SHOWN({0, 5}, {6, 13}));
	assert_false(IS_SHOWN({0, 19}, {19, 1})); /* the NUL */
}

static void another_text_is_not_shown(void **state)
{
	struct qa_profile_builder *builder;
	struct fixture f = begin(&builder);
	struct qa_profile *profile;

	(void)state;
	fixture_file(&f, "crc.py", strlen(text), 2);
	fixture_part(&f, "crc.py", 0, qa_str(text));
	f.consumer->file(f.ctx, &(struct qa_raw_file){.path = qa_str("lost.py"), .process = 1});
	fixture_part(&f, "lost.py", 0, qa_str(""));
	f.consumer->file(f.ctx, &(struct qa_raw_file){.path = qa_str("longer.py"),
					.process = 1,
					.found = 1,
					.size = strlen(text) + 1,
					.crc32 = TEXT_CRC});
	fixture_part(&f, "longer.py", 0, qa_str(text));
	fixture_part(&f, "never told.py", 0, qa_str(text));
	profile = finish(&f, builder);
	assert_int_equal(profile->file_count, 3);
	assert_null(profile->files[0].source);
	assert_null(profile->files[1].source);
	assert_null(profile->files[2].source);
	qa_profile_free(profile);
}

static void a_text_of_no_process_is_refused(void **state)
{
	const struct qa_raw_source source = {.path = qa_str("a.py"), .process = 7};
	struct qa_profile_builder *builder;
	struct fixture f = begin(&builder);

	(void)state;
	assert_int_equal(f.consumer->source(f.ctx, &source), -EINVAL);
	qa_profile_builder_abort(builder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_text_is_shown),
		cmocka_unit_test(parts_are_put_together),
		cmocka_unit_test(another_text_is_not_shown),
		cmocka_unit_test(a_text_of_no_process_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
