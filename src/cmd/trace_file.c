#include "cmd/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot_open(const char *path, int code, struct qa_error *err)
{
	if (code == ENOENT) {
		qa_error_set(err, code, "There is no file %s.", path);
		qa_error_hint(err, "qa-record writes traces: qa-record -o FILE -- PROGRAM.");
	} else {
		qa_error_set(err, code, "Cannot read %s: %s.", path, strerror(code));
	}
	return -code;
}

static int open_stdin(struct trace_file *file, struct qa_error *err)
{
	*file = (struct trace_file){"stdin", STDIN_FILENO};
	if (!isatty(STDIN_FILENO))
		return 0;
	qa_error_set(err, EINVAL, "stdin is a terminal, not a trace.");
	qa_error_hint(err, "Say qa-report - < TRACE, or pipe a trace into it.");
	return -EINVAL;
}

int trace_file_open(struct trace_file *file, const char *path, struct qa_error *err)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return open_stdin(file, err);
	*file = (struct trace_file){path, open(path, O_RDONLY | O_CLOEXEC)};
	if (file->fd < 0)
		return cannot_open(path, errno, err);
	if (fstat(file->fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		trace_file_close(file);
		qa_error_set(err, EISDIR, "%s is a folder, not a trace.", path);
		qa_error_hint(err, "Name a trace in it; their usual ending is .qat.");
		return -EISDIR;
	}
	return 0;
}

int trace_file_read(const struct trace_file *file, const struct qa_raw_consumer *consumer,
	void *ctx, struct qa_trace_health *health, struct qa_error *err)
{
	return qa_trace_read_fd(file->fd, file->name, consumer, ctx, health, err);
}

void trace_file_close(struct trace_file *file)
{
	if (file->fd != STDIN_FILENO)
		close(file->fd);
}

bool trace_file_is(const struct trace_file *file, const char *path)
{
	struct stat a, b;

	return fstat(file->fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

static void print_count(FILE *out, uint64_t count, const char *what, const char *state)
{
	if (count == 1)
		fprintf(out, "  1 %s is %s.\n", what, state);
	else if (count)
		fprintf(out, "  %llu %ss are %s.\n", (unsigned long long)count, what, state);
}

void print_health(const struct qa_trace_health *health, FILE *out)
{
	if (health->cut)
		fputs("  It is cut: it was not ended properly, or the end of the file is lost.\n",
			out);
	if (health->damaged_header)
		fputs("  Its header is damaged.\n", out);
	print_count(out, health->damaged_blocks, "block", "damaged");
	print_count(out, health->missing_blocks, "block", "missing");
	print_count(out, health->skipped_bytes, "byte", "of no use");
	if (health->orphan_samples)
		fprintf(out,
			"  Samples left out because what they refer to is lost: %llu (%.3f s).\n",
			(unsigned long long)health->orphan_samples,
			(double)health->orphan_ns / 1e9);
	print_count(out, health->unknown_records, "record", "skipped, being of a later version");
}
