#include "support/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 65536 };

struct file_sink {
	struct qa_sink base;
	int fd;
	bool owned;      /* close fd at the end */
	char *path;      /* where a whole file will be renamed to, or NULL */
	char *temporary; /* what it is called until then */
	size_t used;
	unsigned char buffer[BUFFER];
};

/* A descriptor that somebody else made non-blocking. */
static bool wait_for_room(int fd)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};

	return poll(&room, 1, -1) >= 0 || errno == EINTR;
}

static int write_all(int fd, const unsigned char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && (errno == EINTR || (errno == EAGAIN && wait_for_room(fd))))
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int drain(struct file_sink *file)
{
	size_t used = file->used;

	file->used = 0;
	return write_all(file->fd, file->buffer, used);
}

static int file_write(struct qa_sink *sink, const void *data, size_t len)
{
	struct file_sink *file = (struct file_sink *)sink;
	int rc;

	if (file->used + len > BUFFER) {
		rc = drain(file);
		if (rc)
			return rc;
		if (len >= BUFFER)
			return write_all(file->fd, data, len);
	}
	memcpy(file->buffer + file->used, data, len);
	file->used += len;
	return 0;
}

static int file_flush(struct qa_sink *sink)
{
	return drain((struct file_sink *)sink);
}

static int file_finish(struct qa_sink *sink, bool commit)
{
	struct file_sink *file = (struct file_sink *)sink;
	int rc = commit ? drain(file) : 0;

	if (file->owned && close(file->fd) && !rc)
		rc = -errno;
	if (file->temporary && commit && !rc && rename(file->temporary, file->path))
		rc = -errno;
	if (file->temporary && (!commit || rc))
		unlink(file->temporary);
	free(file->temporary);
	free(file->path);
	return rc;
}

static const struct qa_sink_ops file_ops = {
	.write = file_write, .flush = file_flush, .finish = file_finish};

static int cannot_open(const char *path, int code, struct qa_error *err)
{
	qa_error_set(err, code, "Cannot write %s: %s.", path, strerror(code));
	if (code == ENOENT)
		qa_error_hint(err,
			"Its folder does not exist: create it, or choose another place with -o.");
	else if (code == EACCES || code == EROFS || code == EPERM)
		qa_error_hint(err, "Choose a place that you may write to with -o.");
	return -code;
}

static struct file_sink *new_file_sink(int fd, bool owned, const char *name, struct qa_error *err)
{
	struct file_sink *file = qa_sink_new(sizeof(*file), &file_ops, name, err);

	if (!file)
		return NULL;
	file->fd = fd;
	file->owned = owned;
	return file;
}

int qa_sink_open_fd(int fd, const char *name, struct qa_sink **out, struct qa_error *err)
{
	struct file_sink *file = new_file_sink(fd, false, name, err);

	*out = file ? &file->base : NULL;
	return file ? 0 : -ENOMEM;
}

int qa_sink_open_stream(const char *path, struct qa_sink **out, struct qa_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	struct file_sink *file;

	*out = NULL;
	if (fd < 0)
		return cannot_open(path, errno, err);
	file = new_file_sink(fd, true, path, err);
	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	*out = &file->base;
	return 0;
}

/* Creates a new file beside `path`; *name is its name, the caller's. Returns a descriptor or a
 * negative errno. */
static int open_beside(const char *path, char **name)
{
	enum { TRIES = 100 };
	int fd = -EEXIST;

	for (int i = 0; i < TRIES && fd == -EEXIST; i++) {
		if (asprintf(name, "%s.%ld-%d.tmp", path, (long)getpid(), i) < 0) {
			*name = NULL;
			return -ENOMEM;
		}
		fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0) {
			fd = -errno;
			free(*name);
			*name = NULL;
		}
	}
	return fd;
}

/* A device, a pipe or a link to one cannot be replaced by renaming: it is written directly. */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static int open_special(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int qa_sink_open_file(const char *path, struct qa_sink **out, struct qa_error *err)
{
	struct file_sink *file;
	char *temporary = NULL;
	int fd;

	*out = NULL;
	fd = is_special(path) ? open_special(path) : open_beside(path, &temporary);
	if (fd < 0)
		return cannot_open(path, -fd, err);
	file = new_file_sink(fd, true, path, err);
	if (file && temporary)
		file->path = strdup(path);
	if (!file || (temporary && !file->path)) {
		if (file)
			qa_sink_abort(&file->base);
		else
			close(fd);
		if (temporary)
			unlink(temporary);
		free(temporary);
		return qa_error_set(err, ENOMEM, "Out of memory while opening %s.", path);
	}
	file->temporary = temporary;
	*out = &file->base;
	return 0;
}
