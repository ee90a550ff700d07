#include "cmocka_all.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "sampler/sources.h"

struct told {
	struct qa_raw_file files[8];
	size_t count;
	struct qa_buf text; /* of the file that was told last */
	size_t parts;
};

static int on_file(void *ctx, const struct qa_raw_file *file)
{
	struct told *told = ctx;

	told->files[told->count++] = *file;
	qa_buf_clear(&told->text);
	told->parts = 0;
	return 0;
}

static int on_source(void *ctx, const struct qa_raw_source *source)
{
	struct told *told = ctx;

	assert_true(told->count > 0);
	assert_int_equal(source->process, 1);
	assert_int_equal(source->offset, told->text.len);
	assert_in_range(source->part.len, 0, 16 << 10);
	qa_buf_append_str(&told->text, source->part);
	told->parts++;
	return 0;
}

static const struct qa_raw_consumer consumer = {.file = on_file, .source = on_source};

/* Looks at one file with this content, through the eyes of this very process. */
static struct qa_raw_file look_at(const char *content, size_t len)
{
	const struct qa_process self = {.pid = getpid(), .pidfd = -1};
	char path[] = "/tmp/qa-source-XXXXXX";
	struct qa_sources sources;
	struct told told = {0};
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, len), len);
	close(fd);
	qa_sources_init(&sources, &self, 1, &consumer, &told);
	assert_int_equal(qa_sources_note(&sources, qa_str(path)), 0);
	assert_int_equal(qa_sources_note(&sources, qa_str(path)), 0);
	assert_int_equal(qa_sources_settle(&sources, 10), 0);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.parts, 0);
	qa_sources_free(&sources);
	unlink(path);
	return told.files[0];
}

static void counts_lines_and_bytes(void **state)
{
	static const struct {
		const char *content;
		unsigned lines;
	} cases[] = {{"", 0}, {"a", 1}, {"a\n", 1}, {"a\nb", 2}, {"\n\n\n", 3}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct qa_raw_file file = look_at(cases[i].content, strlen(cases[i].content));

		assert_int_equal(file.found, 1);
		assert_int_equal(file.lines, cases[i].lines);
		assert_int_equal(file.size, strlen(cases[i].content));
	}
	assert_int_equal(look_at("123456789", 9).crc32, 0xcbf43926); /* the check value of CRC-32 */
}

static void what_is_no_file_is_not_waited_for(void **state)
{
	const struct qa_process self = {.pid = getpid(), .pidfd = -1};
	static const char *const names[] = {"<string>", "", "<frozen importlib._bootstrap>"};
	char folder[] = "/tmp/qa-source-XXXXXX", fifo[64];
	struct qa_sources sources;
	struct told told = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	qa_sources_init(&sources, &self, 1, &consumer, &told);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(qa_sources_note(&sources, qa_str(names[i])), 0);
	assert_int_equal(qa_sources_settle(&sources, 10), 0);
	assert_int_equal(told.count, 0);
	qa_sources_note(&sources, qa_str(fifo));
	qa_sources_note(&sources, qa_str("/dev/zero"));
	qa_sources_note(&sources, qa_str(folder));
	qa_sources_note(&sources, qa_str("/no/such.py"));
	assert_int_equal(qa_sources_settle(&sources, 3), 0);
	assert_int_equal(told.count, 3);
	assert_int_equal(qa_sources_settle(&sources, 10), 0);
	assert_int_equal(told.count, 4);
	for (size_t i = 0; i < told.count; i++)
		assert_int_equal(told.files[i].found, 0);
	qa_sources_free(&sources);
	unlink(fifo);
	rmdir(folder);
}

/* A folder that is this process's working directory, and what looks at files from there. */
struct place {
	char folder[32];
	int before; /* the working directory */
	struct qa_embedding embedding;
	struct qa_sources sources;
	struct told told;
};

#define IN_A_FOLDER(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static int set_up(void **state)
{
	const struct qa_process self = {.pid = getpid(), .pidfd = -1};
	static struct place place;

	place = (struct place){.folder = "/tmp/qa-source-XXXXXX",
		.before = open(".", O_PATH | O_CLOEXEC),
		.embedding = {QA_EMBED_CWD, QA_EMBED_ALL_MAX}};
	assert_non_null(mkdtemp(place.folder));
	assert_int_equal(chdir(place.folder), 0);
	qa_sources_init(&place.sources, &self, 1, &consumer, &place.told);
	qa_sources_embed(&place.sources, &self, &place.embedding);
	*state = &place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;

	qa_sources_free(&place->sources);
	qa_buf_free(&place->told.text);
	unlink("a.py");
	assert_int_equal(fchdir(place->before), 0);
	close(place->before);
	return rmdir(place->folder);
}

/* a.py, of so many bytes. */
static void make(size_t len, char first)
{
	FILE *out = fopen("a.py", "we");

	assert_non_null(out);
	for (size_t i = 0; i < len; i++)
		fputc(i % 30 == 29 ? '\n' : (char)(first + i % 7), out);
	assert_int_equal(fclose(out), 0);
}

static void note(struct place *place, const char *path)
{
	assert_int_equal(qa_sources_note(&place->sources, qa_str(path)), 0);
}

/* How often it has to be settled until nothing is left. */
static int settle(struct place *place)
{
	int times = 0;

	for (; place->sources.settled < place->sources.paths.len; times++) {
		assert_int_equal(qa_sources_settle(&place->sources, 2), 0);
		assert_in_range(times, 0, 1000);
	}
	return times;
}

/* The text is that of which the fingerprint was taken. */
static void assert_embedded(const struct place *place, size_t len)
{
	const struct qa_raw_file *file = &place->told.files[place->told.count - 1];
	struct qa_str text = qa_buf_str(&place->told.text);

	assert_int_equal(file->found, 1);
	assert_int_equal(file->size, len);
	assert_true(place->told.parts > 0);
	assert_int_equal(text.len, len);
	assert_int_equal(file->crc32, crc32_z(0, (const unsigned char *)text.data, text.len));
}

static void assert_not_embedded(const struct place *place, size_t len)
{
	assert_int_equal(place->told.files[place->told.count - 1].found, 1);
	assert_int_equal(place->told.files[place->told.count - 1].size, len);
	assert_int_equal(place->told.parts, 0);
}

static void a_text_is_told_in_pieces(void **state)
{
	struct place *place = *state;

	make(100000, 'a');
	note(place, "a.py");
	assert_in_range(settle(place), 7, 9);
	assert_embedded(place, 100000);
	assert_int_equal(place->told.parts, 7);
	assert_int_equal(place->embedding.left, QA_EMBED_ALL_MAX - 100000);
}

static void an_empty_text_is_a_part(void **state)
{
	struct place *place = *state;

	make(0, 'a');
	note(place, "a.py");
	settle(place);
	assert_embedded(place, 0);
	assert_int_equal(place->told.parts, 1);
}

static void a_large_file_is_read_in_pieces(void **state)
{
	struct place *place = *state;

	place->embedding.which = QA_EMBED_NONE;
	make(1 << 20, 'a');
	note(place, "a.py");
	assert_int_equal(qa_sources_settle(&place->sources, 2), 0);
	assert_int_equal(place->told.count, 0);
	assert_int_equal(settle(place), 16);
	assert_not_embedded(place, 1 << 20);
}

static void a_file_that_changes_meanwhile_is_read_again(void **state)
{
	struct place *place = *state;

	make(200000, 'a');
	note(place, "a.py");
	assert_int_equal(qa_sources_settle(&place->sources, 2), 0);
	make(200001, 'b');
	settle(place);
	assert_int_equal(place->told.count, 1);
	assert_embedded(place, 200001);
	assert_int_equal(place->told.text.data[0], 'b');
}

static bool embeds(struct place *place, const char *path)
{
	size_t count = place->told.count;

	note(place, path);
	settle(place);
	assert_int_equal(place->told.count, count + 1);
	assert_int_equal(place->told.files[count].found, 1);
	return place->told.parts > 0;
}

static void only_what_is_below_the_working_directory_is_embedded(void **state)
{
	struct place *place = *state;
	char path[128];

	make(10, 'a');
	assert_true(embeds(place, "./a.py"));
	snprintf(path, sizeof(path), "%s/a.py", place->folder);
	assert_true(embeds(place, path));
	snprintf(path, sizeof(path), "../%s/a.py", place->folder + 5);
	assert_false(embeds(place, path));
	snprintf(path, sizeof(path), "%s/../%s/a.py", place->folder, place->folder + 5);
	assert_false(embeds(place, path));
	snprintf(path, sizeof(path), "%s2", place->folder);
	assert_int_equal(rename("a.py", path), 0);
	assert_false(embeds(place, path));
	place->embedding.which = QA_EMBED_ALL;
	snprintf(path, sizeof(path), "/%s2", place->folder);
	assert_true(embeds(place, path));
	unlink(path);
}

static void below_the_root_means_nothing(void **state)
{
	struct place *place = *state;
	char path[64];

	qa_buf_clear(&place->sources.cwd_path);
	qa_buf_append(&place->sources.cwd_path, "//", 2);
	make(10, 'a');
	snprintf(path, sizeof(path), "/%s/a.py", place->folder);
	assert_false(embeds(place, path));
	assert_false(embeds(place, "a.py"));
}

static void texts_are_bounded(void **state)
{
	struct place *place = *state;

	make(QA_EMBED_FILE_MAX, 'a');
	assert_true(embeds(place, "a.py"));
	make(QA_EMBED_FILE_MAX + 1, 'a');
	assert_false(embeds(place, "./a.py"));
	place->embedding.left = 11;
	make(12, 'a');
	assert_false(embeds(place, "././a.py"));
	make(6, 'a');
	assert_true(embeds(place, "./././a.py"));
	assert_false(embeds(place, "././././a.py"));
	assert_int_equal(place->embedding.left, 5);
}

static void what_the_process_may_not_read_is_not_embedded(void **state)
{
	struct place *place = *state;

	make(10, 'a');
	assert_int_equal(chmod("a.py", 0600), 0);
	assert_int_equal(place->sources.owner, geteuid());
	assert_true(embeds(place, "a.py"));
	place->sources.owner = geteuid() + 1;
	assert_false(embeds(place, "./a.py"));
	assert_int_equal(chmod("a.py", 0604), 0);
	assert_true(embeds(place, "././a.py"));
}

/* Looks through the eyes of a child that runs as this user, and waits to be killed. */
static struct qa_process look_as(struct place *place, uid_t user)
{
	int ready[2];
	struct qa_process child = {.pidfd = -1};
	char byte;

	assert_int_equal(pipe(ready), 0);
	child.pid = fork();
	if (child.pid == 0) {
		if (setresuid(user, user, user) || prctl(PR_SET_PDEATHSIG, SIGKILL) ||
			write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_true(child.pid > 0);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	qa_sources_free(&place->sources);
	qa_sources_init(&place->sources, &child, 1, &consumer, &place->told);
	qa_sources_embed(&place->sources, &child, &place->embedding);
	return child;
}

static void end(const struct qa_process *child)
{
	assert_int_equal(kill(child->pid, SIGKILL), 0);
	assert_int_equal(waitpid(child->pid, NULL, 0), child->pid);
}

static void the_files_of_others_are_theirs(void **state)
{
	struct place *place = *state;
	struct qa_process child;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(place->folder, 0711), 0);
	child = look_as(place, 65534);
	make(10, 'a');
	assert_int_equal(chmod("a.py", 0600), 0);
	assert_false(embeds(place, "a.py"));
	assert_int_equal(chown("a.py", 65534, 0), 0);
	assert_true(embeds(place, "./a.py"));
	end(&child);
	child = look_as(place, 0);
	assert_true(embeds(place, "a.py"));
	end(&child);
}

/* A short program is over before its files were looked at. */
static void the_end_of_the_process_is_not_too_late(void **state)
{
	struct place *place = *state;
	struct qa_process child = look_as(place, geteuid());

	make(1000000, 'a');
	note(place, "a.py");
	note(place, "/proc/self/status"); /* of no size that could be known before */
	end(&child);
	assert_int_equal(qa_sources_finish(&place->sources), 0);
	assert_int_equal(place->told.count, 2);
	assert_int_equal(place->told.files[0].size, 1000000);
	assert_int_equal(place->told.files[1].found, 1);
	assert_int_equal(place->embedding.left, QA_EMBED_ALL_MAX - 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_lines_and_bytes),
		cmocka_unit_test(what_is_no_file_is_not_waited_for),
		IN_A_FOLDER(a_text_is_told_in_pieces),
		IN_A_FOLDER(an_empty_text_is_a_part),
		IN_A_FOLDER(a_large_file_is_read_in_pieces),
		IN_A_FOLDER(a_file_that_changes_meanwhile_is_read_again),
		IN_A_FOLDER(only_what_is_below_the_working_directory_is_embedded),
		IN_A_FOLDER(below_the_root_means_nothing),
		IN_A_FOLDER(texts_are_bounded),
		IN_A_FOLDER(what_the_process_may_not_read_is_not_embedded),
		IN_A_FOLDER(the_files_of_others_are_theirs),
		IN_A_FOLDER(the_end_of_the_process_is_not_too_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
