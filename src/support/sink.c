#include "support/sink.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void *qa_sink_new(
	size_t size, const struct qa_sink_ops *ops, const char *name, struct qa_error *err)
{
	struct qa_sink *sink = calloc(1, size);

	if (sink)
		sink->name = strdup(name);
	if (!sink || !sink->name) {
		free(sink);
		qa_error_set(err, ENOMEM, "Out of memory while opening %s.", name);
		return NULL;
	}
	sink->ops = ops;
	return sink;
}

void qa_sink_write(struct qa_sink *sink, const void *data, size_t len)
{
	int rc;

	if (sink->error || len == 0)
		return;
	rc = sink->ops->write(sink, data, len);
	if (rc)
		qa_sink_fail(sink, -rc);
	else
		sink->written += len;
}

void qa_sink_puts(struct qa_sink *sink, const char *text)
{
	qa_sink_write(sink, text, strlen(text));
}

void qa_sink_put_str(struct qa_sink *sink, struct qa_str text)
{
	qa_sink_write(sink, text.data, text.len);
}

void qa_sink_printf(struct qa_sink *sink, const char *format, ...)
{
	char small[512];
	char *text = small;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (len >= (int)sizeof(small)) {
		text = malloc((size_t)len + 1);
		if (!text) {
			qa_sink_fail(sink, ENOMEM);
			return;
		}
		va_start(args, format);
		vsnprintf(text, (size_t)len + 1, format, args);
		va_end(args);
	}
	if (len > 0)
		qa_sink_write(sink, text, (size_t)len);
	if (text != small)
		free(text);
}

void qa_sink_flush(struct qa_sink *sink)
{
	int rc = sink->error || !sink->ops->flush ? 0 : sink->ops->flush(sink);

	if (rc)
		qa_sink_fail(sink, -rc);
}

void qa_sink_fail(struct qa_sink *sink, int code)
{
	if (!sink->error)
		sink->error = code;
}

int qa_sink_error(const struct qa_sink *sink)
{
	return sink->error;
}

uint64_t qa_sink_written(const struct qa_sink *sink)
{
	return sink->written;
}

static const char *advice(int code)
{
	switch (code) {
	case ENOSPC:
	case EDQUOT:
		return "The disk is full: free some space, or write to another place with -o.";
	case ECANCELED:
		return "Whatever should have read the output did not, and the recording had come "
		       "to its end.";
	case EPIPE:
		return "Whatever was reading the output has closed it.";
	default:
		return NULL;
	}
}

int qa_sink_report(const struct qa_sink *sink, struct qa_error *err)
{
	if (!sink->error)
		return 0;
	qa_error_set(err, sink->error, "Cannot write %s: %s.", sink->name, strerror(sink->error));
	if (advice(sink->error))
		qa_error_hint(err, "%s", advice(sink->error));
	return -sink->error;
}

int qa_sink_close(struct qa_sink *sink, struct qa_error *err)
{
	int rc = sink->ops->finish(sink, sink->error == 0);

	if (rc)
		qa_sink_fail(sink, -rc);
	rc = qa_sink_report(sink, err);
	free(sink->name);
	free(sink);
	return rc;
}

void qa_sink_abort(struct qa_sink *sink)
{
	if (!sink)
		return;
	sink->ops->finish(sink, false);
	free(sink->name);
	free(sink);
}
