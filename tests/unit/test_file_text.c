/* Where a file's text comes from, and that another text than the recorded one is never taken. */
#include "cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "qa/listing.h"

static const char *const content = "def f():\n\treturn 1\n";

/* A profile of one file, and the folder that is its process's working directory. */
struct place {
	char folder[32];
	char path[64]; /* of the file there */
	struct qa_process process;
	struct qa_file file;
	struct qa_profile profile;
	struct qa_file_text text;
};

static int set_up(void **state)
{
	static struct place place;

	place = (struct place){.folder = "/tmp/qa-text-XXXXXX"};
	assert_non_null(mkdtemp(place.folder));
	snprintf(place.path, sizeof(place.path), "%s/a.py", place.folder);
	place.process.cwd = place.folder;
	place.file = (struct qa_file){.path = place.path,
		.recorded = true,
		.size = strlen(content),
		.crc32 = (uint32_t)crc32_z(0, (const unsigned char *)content, strlen(content))};
	place.profile = (struct qa_profile){.processes = &place.process,
		.process_count = 1,
		.files = &place.file,
		.file_count = 1};
	*state = &place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;

	qa_file_text_free(&place->text);
	unlink(place->path);
	return rmdir(place->folder);
}

static void write_file(const struct place *place, const char *text)
{
	FILE *out = fopen(place->path, "we");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static enum qa_text_state get(struct place *place)
{
	struct qa_file_text *text = &place->text;

	qa_file_text_free(text);
	assert_int_equal(qa_file_text_get(&place->profile, 0, text, NULL), 0);
	if (text->state == QA_TEXT_SAME)
		assert_true(qa_str_equal(text->bytes, (struct qa_str){content, place->file.size}));
	else
		assert_int_equal(text->bytes.len, 0);
	return text->state;
}

static void what_is_the_same_on_disk_is_taken(void **state)
{
	struct place *place = *state;

	write_file(place, content);
	assert_int_equal(get(place), QA_TEXT_SAME);
	assert_false(place->text.embedded);
	place->file.path = "a.py";
	assert_int_equal(get(place), QA_TEXT_SAME);
	write_file(place, "");
	place->file.size = 0;
	place->file.crc32 = 0;
	assert_int_equal(get(place), QA_TEXT_SAME);
}

static void what_is_in_the_recording_comes_first(void **state)
{
	struct place *place = *state;

	place->file.source = content;
	assert_int_equal(get(place), QA_TEXT_SAME);
	assert_true(place->text.embedded);
	write_file(place, "something else\n");
	assert_int_equal(get(place), QA_TEXT_SAME);
	assert_ptr_equal(place->text.bytes.data, content);
}

static void what_has_changed_is_said(void **state)
{
	static const char *const others[] = {
		"", "def f():\n\treturn 2\n", "def f():\n\treturn 1\n\n", "def f():\n\treturn 1"};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		write_file(place, others[i]);
		assert_int_equal(get(place), QA_TEXT_CHANGED);
	}
}

static void assert_missing(struct place *place, int code)
{
	assert_int_equal(get(place), QA_TEXT_MISSING);
	assert_int_equal(place->text.code, code);
}

static void what_cannot_be_read_is_missing(void **state)
{
	struct place *place = *state;

	assert_missing(place, ENOENT);
	assert_int_equal(mkfifo(place->path, 0600), 0);
	assert_missing(place, EINVAL);
	unlink(place->path);
	assert_int_equal(symlink("a.py", place->path), 0);
	assert_missing(place, ELOOP);
	place->file.path = place->folder;
	assert_missing(place, EINVAL);
	place->file.path = "/dev/zero";
	assert_missing(place, EINVAL);
}

static void what_is_too_large_is_not_read(void **state)
{
	struct place *place = *state;

	place->file.size = QA_TEXT_MAX + 1;
	place->file.path = "/no/such/file";
	assert_int_equal(get(place), QA_TEXT_TOO_LARGE);
	place->file.size = UINT64_MAX;
	place->file.source = content;
	assert_int_equal(get(place), QA_TEXT_TOO_LARGE);
}

static void without_a_record_nothing_is_guessed(void **state)
{
	struct place *place = *state;

	write_file(place, content);
	place->file.recorded = false;
	assert_int_equal(get(place), QA_TEXT_NOT_RECORDED);
	assert_int_equal(qa_file_text_get(&place->profile, QA_NONE, &place->text, NULL), 0);
	assert_int_equal(place->text.state, QA_TEXT_NOT_RECORDED);
}

#define IN_A_FOLDER(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(what_is_the_same_on_disk_is_taken),
		IN_A_FOLDER(what_is_in_the_recording_comes_first),
		IN_A_FOLDER(what_has_changed_is_said),
		IN_A_FOLDER(what_cannot_be_read_is_missing),
		IN_A_FOLDER(what_is_too_large_is_not_read),
		IN_A_FOLDER(without_a_record_nothing_is_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
