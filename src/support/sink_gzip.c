#define ZLIB_CONST
#include "support/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

enum { CHUNK = 16384, GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8 };

struct gzip_sink {
	struct qa_sink base;
	struct qa_sink *under;
	z_stream stream;
	unsigned char out[CHUNK];
};

static int deflate_some(struct gzip_sink *gzip, const void *data, size_t len, int flush)
{
	z_stream *z = &gzip->stream;
	int rc;

	z->next_in = data;
	z->avail_in = (uInt)len;
	do {
		z->next_out = gzip->out;
		z->avail_out = CHUNK;
		rc = deflate(z, flush);
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return -EIO;
		qa_sink_write(gzip->under, gzip->out, CHUNK - z->avail_out);
	} while (z->avail_out == 0);
	return -qa_sink_error(gzip->under);
}

static int gzip_write(struct qa_sink *sink, const void *data, size_t len)
{
	enum { MOST = 1 << 30 };
	const char *p = data;
	int rc = 0;

	for (; len > 0 && !rc; p += MOST, len -= MOST) {
		if (len <= MOST)
			return deflate_some((struct gzip_sink *)sink, p, len, Z_NO_FLUSH);
		rc = deflate_some((struct gzip_sink *)sink, p, MOST, Z_NO_FLUSH);
	}
	return rc;
}

static int gzip_finish(struct qa_sink *sink, bool commit)
{
	struct gzip_sink *gzip = (struct gzip_sink *)sink;
	int rc = commit ? deflate_some(gzip, NULL, 0, Z_FINISH) : 0;

	deflateEnd(&gzip->stream);
	return rc;
}

static const struct qa_sink_ops gzip_ops = {.write = gzip_write, .finish = gzip_finish};

int qa_sink_open_gzip(struct qa_sink *under, struct qa_sink **out, struct qa_error *err)
{
	struct gzip_sink *gzip = qa_sink_new(sizeof(*gzip), &gzip_ops, under->name, err);

	*out = NULL;
	if (!gzip)
		return -ENOMEM;
	gzip->under = under;
	if (deflateInit2(&gzip->stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL,
		    Z_DEFAULT_STRATEGY) != Z_OK) {
		free(gzip->base.name);
		free(gzip);
		return qa_error_set(
			err, ENOMEM, "Out of memory while compressing %s.", under->name);
	}
	*out = &gzip->base;
	return 0;
}
