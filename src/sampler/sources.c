#include "sampler/sources.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "support/regular_file.h"

enum { SOURCE_MAX = 64 << 20 };

void qa_sources_init(struct qa_sources *sources, const struct qa_process *process,
	uint32_t process_id, const struct qa_raw_consumer *consumer, void *consumer_ctx)
{
	*sources = (struct qa_sources){.process = process,
		.process_id = process_id,
		.consumer = consumer,
		.consumer_ctx = consumer_ctx};
}

void qa_sources_free(struct qa_sources *sources)
{
	qa_buf_free(&sources->paths);
	qa_hashmap_free(&sources->seen);
	*sources = (struct qa_sources){0};
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
static int open_source(const struct qa_process *process, const char *path)
{
	struct qa_buf full = {0};
	int fd = -1;

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): path is never NULL. */
	qa_buf_printf(&full, "/proc/%ld/%s/%s", (long)process->pid, path[0] == '/' ? "root" : "cwd",
		path);
	qa_buf_append_char(&full, '\0');
	if (!full.failed)
		fd = qa_open_regular(full.data);
	qa_buf_free(&full);
	return fd;
}

/* Checksum and lines. False: the file cannot be read to its end. */
static bool read_content(int fd, struct qa_raw_file *file)
{
	unsigned char buffer[65536];
	uint64_t total = 0;
	unsigned char last = '\n';
	ssize_t n;

	file->crc32 = (uint32_t)crc32(0, NULL, 0);
	while ((n = read(fd, buffer, sizeof(buffer))) > 0 && total <= SOURCE_MAX) {
		file->crc32 = (uint32_t)crc32(file->crc32, buffer, (uInt)n);
		for (ssize_t i = 0; i < n; i++)
			file->lines += buffer[i] == '\n';
		last = buffer[n - 1];
		total += (uint64_t)n;
	}
	file->lines += last != '\n';
	file->size = total;
	return n == 0;
}

static void inspect(const struct qa_process *process, const char *path, struct qa_raw_file *file)
{
	int fd = open_source(process, path);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_size <= SOURCE_MAX) {
		file->modified_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
		file->found = read_content(fd, file);
	}
	close(fd);
}

int qa_sources_settle(struct qa_sources *sources, size_t most)
{
	int rc = 0;

	for (; most > 0 && !rc && sources->settled < sources->paths.len; most--) {
		struct qa_raw_file file = {.path = qa_str(sources->paths.data + sources->settled),
			.process = sources->process_id};

		inspect(sources->process, file.path.data, &file);
		sources->settled += file.path.len + 1;
		if (sources->consumer->file)
			rc = sources->consumer->file(sources->consumer_ctx, &file);
	}
	return rc;
}
