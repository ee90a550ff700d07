#include "sampler/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#include "support/regular_file.h"

enum {
	SOURCE_MAX = 64 << 20,
	READ_AT_ONCE = 64 << 10, /* some 100 us */
	TELL_AT_ONCE = 16 << 10, /* some 300 us, for the writer compresses it */
	READ_AGAIN = 3,          /* times, if it changes meanwhile */
	FINISH_STEPS = 20000,
	FINISH_BYTES = 128 << 20,
};

static int open_place(const struct qa_process *process, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)process->pid, name);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

void qa_sources_init(struct qa_sources *sources, const struct qa_process *process,
	uint32_t process_id, const struct qa_raw_consumer *consumer, void *consumer_ctx)
{
	*sources = (struct qa_sources){.process_id = process_id,
		.consumer = consumer,
		.consumer_ctx = consumer_ctx,
		.now = {.fd = -1},
		.root = open_place(process, "root"),
		.cwd = open_place(process, "cwd"),
		.owner = (uid_t)-1};
}

void qa_sources_embed(struct qa_sources *sources, const struct qa_process *process,
	struct qa_embedding *embedding)
{
	sources->embedding = embedding;
	if (qa_process_read_link(process, "cwd", &sources->cwd_path))
		qa_buf_clear(&sources->cwd_path);
	qa_buf_append_char(&sources->cwd_path, '/');
	sources->owner = qa_process_user(process);
}

static void close_file(int fd)
{
	if (fd >= 0)
		close(fd);
}

void qa_sources_free(struct qa_sources *sources)
{
	close_file(sources->now.fd);
	close_file(sources->root);
	close_file(sources->cwd);
	qa_buf_free(&sources->now.text);
	qa_buf_free(&sources->paths);
	qa_buf_free(&sources->cwd_path);
	qa_hashmap_free(&sources->seen);
	*sources = (struct qa_sources){.now = {.fd = -1}, .root = -1, .cwd = -1};
}

static bool match_path(const void *ctx, uint32_t value, const void *key)
{
	const struct qa_sources *sources = ctx;

	return qa_str_equal(qa_str(sources->paths.data + value), *(const struct qa_str *)key);
}

int qa_sources_note(struct qa_sources *sources, struct qa_str path)
{
	uint64_t hash = qa_hash_bytes(path.data, path.len);
	uint32_t begin = (uint32_t)sources->paths.len;

	if (path.len == 0 || path.data[0] == '<' || memchr(path.data, '\0', path.len) ||
		path.len > UINT32_MAX / 2 - begin)
		return 0;
	if (qa_hashmap_find(&sources->seen, hash, match_path, sources, &path) != QA_HASHMAP_NONE)
		return 0;
	qa_buf_append_str(&sources->paths, path);
	qa_buf_append_char(&sources->paths, '\0');
	return sources->paths.failed ? -ENOMEM : qa_hashmap_add(&sources->seen, hash, begin);
}

/* As the process sees it: from its root, or its working directory. */
static int open_source(const struct qa_sources *sources, const char *path)
{
	struct qa_buf full = {0};
	int from = path[0] == '/' ? sources->root : sources->cwd;
	int fd = -1;

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): path is never NULL. */
	qa_buf_printf(&full, "/proc/self/fd/%d/%s", from, path);
	qa_buf_append_char(&full, '\0');
	if (!full.failed && from >= 0)
		fd = qa_open_regular(full.data);
	qa_buf_free(&full);
	return fd;
}

static bool climbs(const char *path)
{
	for (const char *at = path; (at = strstr(at, "..")); at += 2)
		if ((at == path || at[-1] == '/') && (at[2] == '/' || at[2] == '\0'))
			return true;
	return false;
}

/* By its name: a link that leads elsewhere is below, too. Below the root is everything and means
 * nothing. */
static bool is_below_cwd(const struct qa_sources *sources, const char *path)
{
	const struct qa_buf *cwd = &sources->cwd_path;

	if (cwd->failed || cwd->len <= 2 || climbs(path))
		return false;
	return path[0] != '/' || strncmp(path, cwd->data, cwd->len) == 0;
}

/*
 * A program can name any file as the source of its code. What it could not read itself shall not
 * get into a recording because we could.
 */
static bool may_read(const struct qa_sources *sources, const struct stat *st)
{
	return geteuid() == sources->owner || st->st_uid == sources->owner ||
	       (st->st_mode & S_IROTH);
}

static bool is_wanted(const struct qa_sources *sources, const char *path, const struct stat *st)
{
	const struct qa_embedding *embedding = sources->embedding;

	return embedding && embedding->which != QA_EMBED_NONE && sources->consumer->source &&
	       st->st_size <= QA_EMBED_FILE_MAX && (uint64_t)st->st_size <= embedding->left &&
	       may_read(sources, st) &&
	       (embedding->which == QA_EMBED_ALL || is_below_cwd(sources, path));
}

static const char *path_now(const struct qa_sources *sources)
{
	return sources->paths.data + sources->settled;
}

static void begin_reading(struct qa_sources *sources)
{
	struct qa_source_reading *now = &sources->now;
	const struct stat *st = &now->at_first;

	qa_buf_clear(&now->text);
	now->file = (struct qa_raw_file){
		.process = sources->process_id,
		.found = 1,
		.modified_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
		.crc32 = (uint32_t)crc32(0, NULL, 0),
	};
	now->last_is_newline = true;
	now->keep = is_wanted(sources, path_now(sources), st);
}

static int announce(struct qa_sources *sources)
{
	struct qa_raw_file file = sources->now.file;

	file.path = qa_str(path_now(sources));
	return sources->consumer->file ? sources->consumer->file(sources->consumer_ctx, &file) : 0;
}

static void leave(struct qa_sources *sources)
{
	struct qa_source_reading *now = &sources->now;

	close_file(now->fd);
	qa_buf_free(&now->text);
	*now = (struct qa_source_reading){.fd = -1};
	sources->settled += strlen(path_now(sources)) + 1;
}

/* Announces the file as one that cannot be read, and goes on to the next. */
static int give_up(struct qa_sources *sources)
{
	int rc;

	sources->now.file = (struct qa_raw_file){.process = sources->process_id};
	rc = announce(sources);
	leave(sources);
	return rc;
}

static int start(struct qa_sources *sources)
{
	struct qa_source_reading *now = &sources->now;

	now->fd = open_source(sources, path_now(sources));
	if (now->fd < 0 || fstat(now->fd, &now->at_first) || now->at_first.st_size > SOURCE_MAX)
		return give_up(sources);
	begin_reading(sources);
	return 0;
}

static bool has_changed(const struct qa_source_reading *now)
{
	const struct stat *before = &now->at_first;
	struct stat st;

	return fstat(now->fd, &st) || st.st_size != before->st_size ||
	       st.st_mtim.tv_sec != before->st_mtim.tv_sec ||
	       st.st_mtim.tv_nsec != before->st_mtim.tv_nsec;
}

static int end_reading(struct qa_sources *sources)
{
	struct qa_source_reading *now = &sources->now;
	int rc;

	if (now->again++ < READ_AGAIN && has_changed(now)) {
		if (lseek(now->fd, 0, SEEK_SET) || fstat(now->fd, &now->at_first))
			return give_up(sources);
		begin_reading(sources);
		return 0;
	}
	now->file.lines += !now->last_is_newline;
	now->read = true;
	rc = announce(sources);
	if (now->keep)
		sources->embedding->left -= now->text.len;
	else
		leave(sources);
	return rc;
}

static void digest(struct qa_sources *sources, const unsigned char *bytes, size_t len)
{
	struct qa_source_reading *now = &sources->now;
	struct qa_raw_file *file = &now->file;

	file->crc32 = (uint32_t)crc32(file->crc32, bytes, (uInt)len);
	for (size_t i = 0; i < len; i++)
		file->lines += bytes[i] == '\n';
	now->last_is_newline = bytes[len - 1] == '\n';
	file->size += len;
	if (now->keep)
		qa_buf_append(&now->text, bytes, len);
	now->keep = now->keep && file->size <= QA_EMBED_FILE_MAX &&
		    file->size <= sources->embedding->left && !now->text.failed;
}

/* Checksum, lines and text belong together: they are made of the same bytes. */
static int read_on(struct qa_sources *sources, size_t *spent)
{
	unsigned char buffer[16384];
	ssize_t n = read(sources->now.fd, buffer, sizeof(buffer));

	if (n < 0 || sources->now.file.size > SOURCE_MAX)
		return give_up(sources);
	if (n == 0)
		return end_reading(sources);
	digest(sources, buffer, (size_t)n);
	*spent += (size_t)n;
	return 0;
}

static int tell_on(struct qa_sources *sources)
{
	struct qa_source_reading *now = &sources->now;
	size_t left = now->text.len - now->told;
	size_t len = left < TELL_AT_ONCE ? left : TELL_AT_ONCE;
	struct qa_raw_source source = {.path = qa_str(path_now(sources)),
		.process = sources->process_id,
		.offset = now->told,
		.part = {len ? now->text.data + now->told : "", len}};
	int rc = sources->consumer->source(sources->consumer_ctx, &source);

	now->told += len;
	if (now->told == now->text.len)
		leave(sources);
	return rc;
}

static bool is_settled(const struct qa_sources *sources)
{
	return sources->settled == sources->paths.len;
}

/* Up to `most` files, until so much is read or a part is told. */
static int settle(struct qa_sources *sources, size_t most, size_t *spent)
{
	size_t at = sources->settled;
	int rc = 0;

	while (most > 0 && !rc && *spent < READ_AT_ONCE && !is_settled(sources)) {
		if (sources->now.read) {
			*spent += READ_AT_ONCE;
			rc = tell_on(sources);
		} else {
			rc = sources->now.fd < 0 ? start(sources) : read_on(sources, spent);
		}
		most -= at != sources->settled;
		at = sources->settled;
	}
	return rc;
}

int qa_sources_settle(struct qa_sources *sources, size_t most)
{
	size_t spent = 0;

	return settle(sources, most, &spent);
}

int qa_sources_finish(struct qa_sources *sources)
{
	size_t bytes = 0;
	int rc = 0;

	for (size_t i = 0; i < FINISH_STEPS && bytes < FINISH_BYTES && !rc && !is_settled(sources);
		i++) {
		size_t spent = 0;

		rc = settle(sources, 1, &spent);
		bytes += spent;
	}
	return rc;
}
