#include "cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"

static void the_registry_is_complete(void **state)
{
	(void)state;
	assert_string_equal(qa_emitters[0]->name, "text");
	for (size_t i = 0; qa_emitters[i]; i++) {
		const struct qa_emitter *emitter = qa_emitters[i];

		assert_ptr_equal(qa_emitter_find(emitter->name), emitter);
		assert_true(emitter->summary[0] && emitter->suffix[0] == '.' && emitter->opens[0]);
		assert_non_null(emitter->emit);
	}
	assert_null(qa_emitter_find("nothing of the kind"));
	assert_true(qa_emitter_find("pprof")->binary);
	assert_int_equal(qa_emitter_find("text")->accepts, QA_ACCEPTS_LIMIT);
}

static void equal_profiles_give_equal_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; qa_emitters[i]; i++)
		for (const struct fixture_kind *kind = fixture_kinds; kind->name; kind++) {
			size_t lens[2];
			char *bytes[2];

			for (int again = 0; again < 2; again++) {
				struct qa_profile *profile = fixture_profile(kind->record, NULL);

				bytes[again] = fixture_emit(
					qa_emitters[i]->name, profile, 0, &lens[again]);
				assert_non_null(bytes[again]);
				qa_profile_free(profile);
			}
			assert_int_equal(lens[0], lens[1]);
			assert_memory_equal(bytes[0], bytes[1], lens[0]);
			free(bytes[0]);
			free(bytes[1]);
		}
}

static void a_full_disk_is_an_error(void **state)
{
	struct qa_profile *profile = fixture_profile(fixture_deep, NULL);
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	if (fd < 0)
		skip();
	for (size_t i = 0; qa_emitters[i]; i++) {
		struct qa_emit_options options = {0};
		struct qa_sink *sink;

		assert_int_equal(qa_sink_open_fd(fd, "/dev/full", &sink, NULL), 0);
		qa_emitters[i]->emit(profile, &options, sink, NULL);
		assert_int_equal(qa_sink_close(sink, NULL), -ENOSPC);
	}
	close(fd);
	qa_profile_free(profile);
}

static void assert_title(const struct qa_profile *profile, const char *format, const char *expected)
{
	struct qa_emit_options options = {.title = "my <title>\n"};
	struct qa_sink *sink;
	struct qa_str bytes;

	assert_int_equal(qa_sink_open_memory(&sink, NULL), 0);
	assert_int_equal(qa_emitter_find(format)->emit(profile, &options, sink, NULL), 0);
	bytes = qa_sink_memory(sink);
	assert_non_null(memmem(bytes.data, bytes.len, expected, strlen(expected)));
	qa_sink_abort(sink);
}

static void titles_are_taken_and_escaped(void **state)
{
	struct qa_profile *profile = fixture_profile(fixture_server, NULL);

	(void)state;
	assert_title(profile, "svg", ">my &lt;title&gt;\\x0a</text>");
	assert_title(profile, "speedscope", "\"name\":\"my <title>\\u005cx0a\"");
	qa_profile_free(profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_registry_is_complete),
		cmocka_unit_test(equal_profiles_give_equal_bytes),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(titles_are_taken_and_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
