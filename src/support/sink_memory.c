#include "support/sink.h"

#include <errno.h>

#include "support/buf.h"

struct memory_sink {
	struct qa_sink base;
	struct qa_buf buf;
};

static int memory_write(struct qa_sink *sink, const void *data, size_t len)
{
	struct memory_sink *memory = (struct memory_sink *)sink;

	qa_buf_append(&memory->buf, data, len);
	return memory->buf.failed ? -ENOMEM : 0;
}

static int memory_finish(struct qa_sink *sink, bool commit)
{
	(void)commit;
	qa_buf_free(&((struct memory_sink *)sink)->buf);
	return 0;
}

static const struct qa_sink_ops memory_ops = {.write = memory_write, .finish = memory_finish};

int qa_sink_open_memory(struct qa_sink **out, struct qa_error *err)
{
	*out = qa_sink_new(sizeof(struct memory_sink), &memory_ops, "memory", err);
	return *out ? 0 : -ENOMEM;
}

struct qa_str qa_sink_memory(const struct qa_sink *sink)
{
	return qa_buf_str(&((const struct memory_sink *)sink)->buf);
}
