#include "support/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 65536 };

struct file_sink {
	struct qa_sink base;
	int fd;
	int interrupt;  /* readable: a write that has to wait gives up; -1: none */
	bool owned;     /* close fd at the end */
	bool regular;   /* a file on a disk: it never makes us wait for anybody */
	bool untouched; /* a stream into which nothing was written: what was there before still is
			 */
	bool made;      /* a stream whose file was not there before */
	char *path; /* of a whole file: what it will be renamed to; of a stream: the file; else NULL
		     */
	char *temporary; /* what a whole file is called until then */
	size_t used;
	unsigned char buffer[BUFFER];
};

/* Until there is room for PIPE_BUF bytes. 0 or a negative errno: -ECANCELED when interrupted. */
static int wait_for_room(const struct file_sink *file)
{
	struct pollfd fds[] = {
		{.fd = file->fd, .events = POLLOUT}, {.fd = file->interrupt, .events = POLLIN}};

	while (poll(fds, 2, -1) < 0)
		if (errno != EINTR)
			return -errno;
	return fds[0].revents ? 0 : -ECANCELED;
}

/* Bytes written, or a negative errno. What may block is written in pieces that find room, and so do
 * not. */
static ssize_t write_some(const struct file_sink *file, const unsigned char *data, size_t len)
{
	int rc = file->regular ? 0 : wait_for_room(file);
	ssize_t n;

	if (rc)
		return rc;
	n = write(file->fd, data, file->regular || len < PIPE_BUF ? len : PIPE_BUF);
	return n < 0 ? -errno : n;
}

static int write_all(struct file_sink *file, const unsigned char *data, size_t len)
{
	if (file->untouched && len > 0) {
		file->untouched = false;
		if (file->regular && ftruncate(file->fd, 0))
			return -errno;
	}
	while (len > 0) {
		ssize_t n = write_some(file, data, len);

		if (n == -EINTR || n == -EAGAIN)
			continue;
		if (n < 0)
			return (int)n;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int drain(struct file_sink *file)
{
	size_t used = file->used;

	file->used = 0;
	return write_all(file, file->buffer, used);
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
			return write_all(file, data, len);
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
	if (!commit && file->made && file->untouched)
		unlink(file->path);
	free(file->temporary);
	free(file->path);
	return rc;
}

static const struct qa_sink_ops file_ops = {
	.write = file_write, .flush = file_flush, .finish = file_finish};

void qa_sink_interrupt_by(struct qa_sink *sink, int fd)
{
	if (sink->ops == &file_ops)
		((struct file_sink *)sink)->interrupt = fd;
}

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

static bool is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Owns fd and path from here on, also when it fails. */
static struct file_sink *new_file_sink(
	int fd, bool owned, char *path, const char *name, struct qa_error *err)
{
	struct file_sink *file = qa_sink_new(sizeof(*file), &file_ops, name, err);

	if (!file) {
		if (owned)
			close(fd);
		free(path);
		return NULL;
	}
	file->fd = fd;
	file->interrupt = -1;
	file->owned = owned;
	file->regular = is_regular(fd);
	file->path = path;
	return file;
}

int qa_sink_open_fd(int fd, const char *name, struct qa_sink **out, struct qa_error *err)
{
	struct file_sink *file = new_file_sink(fd, false, NULL, name, err);

	*out = file ? &file->base : NULL;
	return file ? 0 : -ENOMEM;
}

int qa_sink_open_stream(const char *path, struct qa_sink **out, struct qa_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	bool made = fd >= 0;
	struct file_sink *file;

	*out = NULL;
	if (fd < 0 && errno == EEXIST)
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return cannot_open(path, errno, err);
	file = new_file_sink(fd, true, strdup(path), path, err);
	if (!file)
		return -ENOMEM;
	file->made = made && file->path;
	file->untouched = true;
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

/* A device or a pipe cannot be replaced by renaming, and a link shall stay one: they are written
 * directly. */
static bool is_replaceable(const char *path)
{
	struct stat st;

	return lstat(path, &st) != 0 || S_ISREG(st.st_mode);
}

static int open_directly(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	return fd < 0 ? -errno : fd;
}

int qa_sink_open_file(const char *path, struct qa_sink **out, struct qa_error *err)
{
	char *temporary = NULL, *target = NULL;
	struct file_sink *file;
	int fd;

	*out = NULL;
	if (is_replaceable(path)) {
		target = strdup(path);
		fd = target ? open_beside(path, &temporary) : -ENOMEM;
	} else {
		fd = open_directly(path);
	}
	if (fd < 0) {
		free(target);
		return cannot_open(path, -fd, err);
	}
	file = new_file_sink(fd, true, target, path, err);
	if (!file) {
		if (temporary)
			unlink(temporary);
		free(temporary);
		return -ENOMEM;
	}
	file->temporary = temporary;
	*out = &file->base;
	return 0;
}
