#include "trace/input.h"

#include <errno.h>
#include <unistd.h>

enum { CHUNK = 256 << 10 };

void qa_input_from_memory(struct qa_input *input, struct qa_str bytes, const char *name)
{
	*input = (struct qa_input){.fd = -1,
		.name = name,
		.data = (const unsigned char *)bytes.data,
		.len = bytes.len};
}

void qa_input_from_fd(struct qa_input *input, int fd, const char *name)
{
	*input = (struct qa_input){.fd = fd, .name = name};
}

/* What was skipped makes room for what comes; only when that is the larger part, so that moving
 * costs little. */
static void compact(struct qa_input *input)
{
	struct qa_buf *buf = &input->buf;

	if (input->start < input->len)
		return;
	if (input->len)
		memcpy(buf->data, buf->data + input->start, input->len);
	buf->len = input->len;
	input->start = 0;
}

/* Returns the bytes read, 0 at the end, or a negative errno. */
static ssize_t read_some(struct qa_input *input)
{
	struct qa_buf *buf = &input->buf;
	ssize_t n;

	compact(input);
	if (!qa_buf_reserve(buf, CHUNK))
		return -ENOMEM;
	do
		n = read(input->fd, buf->data + buf->len, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	buf->len += (size_t)n;
	input->len += (size_t)n;
	input->data = (const unsigned char *)buf->data + input->start;
	return n;
}

int qa_input_want(struct qa_input *input, size_t len, struct qa_error *err)
{
	while (input->fd >= 0 && input->len < len) {
		ssize_t n = read_some(input);

		if (n < 0)
			return qa_error_set(err, (int)-n, "Cannot read %s: %s.", input->name,
				strerror((int)-n));
		if (n == 0)
			input->fd = -1;
	}
	return 0;
}

void qa_input_skip(struct qa_input *input, size_t len)
{
	if (len == 0)
		return;
	input->data += len;
	input->len -= len;
	input->start += len;
	input->offset += len;
}

void qa_input_close(struct qa_input *input)
{
	qa_buf_free(&input->buf);
}
