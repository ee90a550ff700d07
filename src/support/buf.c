#include "support/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int qa_grow(void **array, size_t *room, size_t need, size_t size)
{
	size_t bigger = *room ? *room : 16;
	void *moved;

	if (need <= *room)
		return 0;
	while (bigger < need) {
		if (bigger > SIZE_MAX / 2)
			return -ENOMEM;
		bigger *= 2;
	}
	if (bigger > SIZE_MAX / size)
		return -ENOMEM;
	moved = realloc(*array, bigger * size);
	if (!moved)
		return -ENOMEM;
	*array = moved;
	*room = bigger;
	return 0;
}

bool qa_buf_reserve(struct qa_buf *buf, size_t more)
{
	if (buf->failed || more > SIZE_MAX - buf->len ||
		QA_GROW(buf->data, buf->room, buf->len + more))
		buf->failed = true;
	return !buf->failed;
}

void qa_buf_append(struct qa_buf *buf, const void *data, size_t len)
{
	if (len == 0 || !qa_buf_reserve(buf, len))
		return;
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
}

void qa_buf_append_str(struct qa_buf *buf, struct qa_str text)
{
	qa_buf_append(buf, text.data, text.len);
}

void qa_buf_append_char(struct qa_buf *buf, char c)
{
	qa_buf_append(buf, &c, 1);
}

void qa_buf_printf(struct qa_buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0 || !qa_buf_reserve(buf, (size_t)len + 1)) {
		buf->failed = true;
		return;
	}
	va_start(args, format);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

void qa_buf_free(struct qa_buf *buf)
{
	free(buf->data);
	*buf = (struct qa_buf){0};
}
