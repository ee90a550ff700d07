#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "qa/listing.h"
#include "support/buf.h"
#include "support/regular_file.h"

static void miss(struct qa_file_text *out, int code)
{
	out->state = QA_TEXT_MISSING;
	out->code = code;
}

/* Up to `room` bytes; fewer at the end of the file. */
static ssize_t read_up_to(int fd, char *at, size_t room)
{
	size_t len = 0;
	ssize_t n = 1;

	while (len < room && n > 0) {
		n = read(fd, at + len, room - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	return n < 0 ? -errno : (ssize_t)len;
}

/* It is the same if it has the recorded size and checksum. */
static int read_text(int fd, const struct qa_file *file, struct qa_file_text *out)
{
	char *bytes = malloc((size_t)file->size + 1);
	ssize_t len;

	if (!bytes)
		return -ENOMEM;
	len = read_up_to(fd, bytes, (size_t)file->size + 1);
	if (len >= 0 && (uint64_t)len == file->size &&
		crc32_z(crc32(0, NULL, 0), (const unsigned char *)bytes, (size_t)len) ==
			file->crc32) {
		*out = (struct qa_file_text){
			.state = QA_TEXT_SAME, .bytes = {bytes, (size_t)len}, .owned = bytes};
		return 0;
	}
	free(bytes);
	if (len < 0)
		miss(out, (int)-len);
	else
		out->state = QA_TEXT_CHANGED;
	return 0;
}

static int read_file(const char *path, const struct qa_file *file, struct qa_file_text *out)
{
	int fd = qa_open_regular(path);
	struct stat st;
	int rc = 0;

	if (fd < 0) {
		miss(out, -fd);
		return 0;
	}
	if (fstat(fd, &st))
		miss(out, errno);
	else if ((uint64_t)st.st_size != file->size)
		out->state = QA_TEXT_CHANGED;
	else
		rc = read_text(fd, file, out);
	close(fd);
	return rc;
}

static int read_from_disk(
	const struct qa_profile *profile, const struct qa_file *file, struct qa_file_text *out)
{
	struct qa_buf path = {0};
	int rc;

	if (file->path[0] != '/')
		qa_buf_printf(&path, "%s/", profile->processes[file->process].cwd);
	qa_buf_append_str(&path, qa_str(file->path));
	qa_buf_append_char(&path, '\0');
	rc = path.failed ? -ENOMEM : read_file(path.data, file, out);
	qa_buf_free(&path);
	return rc;
}

int qa_file_text_get(const struct qa_profile *profile, uint32_t file, struct qa_file_text *out,
	struct qa_error *err)
{
	const struct qa_file *recorded = file == QA_NONE ? NULL : &profile->files[file];
	int rc = 0;

	*out = (struct qa_file_text){.state = QA_TEXT_NOT_RECORDED};
	if (!recorded || !recorded->recorded)
		return 0;
	if (recorded->size > QA_TEXT_MAX)
		out->state = QA_TEXT_TOO_LARGE;
	else if (recorded->source)
		*out = (struct qa_file_text){.state = QA_TEXT_SAME,
			.embedded = true,
			.bytes = {recorded->source, (size_t)recorded->size}};
	else
		rc = read_from_disk(profile, recorded, out);
	return rc ? qa_error_set(err, -rc, "Out of memory while reading %s.", recorded->path) : 0;
}

void qa_file_text_free(struct qa_file_text *text)
{
	free(text->owned);
	*text = (struct qa_file_text){.state = QA_TEXT_NOT_RECORDED};
}
