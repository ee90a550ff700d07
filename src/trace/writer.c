#include "qa/trace_writer.h"

#include <errno.h>
#include <stdlib.h>

#include "qa/trace_format.h"
#include "support/sink.h"
#include "trace/batch.h"
#include "trace/block.h"
#include "trace/codec.h"
#include "trace/string_table.h"

struct qa_trace_writer {
	struct qa_sink *sink;
	int error; /* the first failure, a negative errno */
	uint32_t sequence;
	struct qa_buf records; /* of the block being filled */
	struct qa_buf content; /* of the record being built */
	struct qa_node_batch nodes;
	struct qa_tick_batch ticks;
	struct qa_string_table strings;
	struct qa_packer *packer;
};

static int fail(struct qa_trace_writer *writer, int error)
{
	if (!writer->error)
		writer->error = error;
	return writer->error;
}

static struct qa_buf *begin(struct qa_trace_writer *writer)
{
	qa_buf_clear(&writer->content);
	return &writer->content;
}

static void finish(struct qa_trace_writer *writer, enum qa_record_tag tag)
{
	qa_put_varint(&writer->records, tag);
	qa_put_bytes(&writer->records, qa_buf_str(&writer->content), SIZE_MAX);
}

/* Overlong text is cut: the process that is recorded must not be able to stop the recording. */
static void put_text(struct qa_buf *content, struct qa_str text)
{
	qa_put_bytes(content, text, QA_TRACE_MAX_STRING);
}

/* Definitions are in the records already; nodes need only them, and ticks need nodes. */
static void close_batches(struct qa_trace_writer *writer)
{
	if (writer->nodes.count) {
		qa_node_batch_close(&writer->nodes, begin(writer));
		finish(writer, QA_RECORD_NODES);
	}
	if (writer->ticks.count) {
		qa_tick_batch_close(&writer->ticks, begin(writer));
		finish(writer, QA_RECORD_TICKS);
	}
}

static bool out_of_memory(const struct qa_trace_writer *writer)
{
	return writer->records.failed || writer->content.failed ||
	       qa_columns_failed(writer->nodes.columns, QA_NODE_COLUMNS) ||
	       qa_columns_failed(writer->ticks.columns, QA_TICK_COLUMNS);
}

static int put_block(struct qa_trace_writer *writer)
{
	struct qa_str block;

	if (writer->error)
		return writer->error;
	close_batches(writer);
	if (out_of_memory(writer))
		return fail(writer, -ENOMEM);
	if (writer->records.len == 0)
		return 0;
	block = qa_packer_pack(writer->packer, writer->sequence, qa_buf_str(&writer->records));
	if (block.len == 0)
		return fail(writer, -ENOMEM);
	writer->sequence++;
	qa_buf_clear(&writer->records);
	qa_sink_write(writer->sink, block.data, block.len);
	qa_sink_flush(writer->sink);
	return fail(writer, -qa_sink_error(writer->sink));
}

/* After each event: a full block goes out. One event adds less than the limit leaves above the
 * target. */
static int settle_at(struct qa_trace_writer *writer, size_t target)
{
	size_t size = writer->records.len +
		      qa_columns_size(writer->nodes.columns, QA_NODE_COLUMNS) +
		      qa_columns_size(writer->ticks.columns, QA_TICK_COLUMNS);

	if (size >= target || out_of_memory(writer))
		return put_block(writer);
	return writer->error;
}

static int settle(struct qa_trace_writer *writer)
{
	return settle_at(writer, QA_TRACE_BLOCK_TARGET);
}

static int put_session(void *ctx, const struct qa_raw_session *session)
{
	struct qa_trace_writer *writer = ctx;
	struct qa_buf *content = begin(writer);

	qa_put_varint(content, session->start_ns);
	qa_put_varint(content, qa_zigzag((uint64_t)session->start_wall_ns));
	qa_put_varint(content, session->period_ns);
	put_text(content, session->recorder);
	put_text(content, session->host);
	put_text(content, session->kernel);
	put_text(content, session->engine);
	finish(writer, QA_RECORD_SESSION);
	writer->ticks.last_ns = session->start_ns;
	return settle(writer);
}

static int put_process(void *ctx, const struct qa_raw_process *process)
{
	struct qa_trace_writer *writer = ctx;
	struct qa_buf *content = begin(writer);

	qa_put_varint(content, process->id);
	qa_put_varint(content, process->pid);
	qa_put_varint(content, process->parent_pid);
	qa_put_varint(content, process->python_version);
	qa_put_varint(content, process->time_ns);
	put_text(content, process->python);
	put_text(content, process->executable);
	put_text(content, process->cwd);
	qa_put_bytes(content, process->command, QA_TRACE_MAX_BYTES);
	put_text(content, process->build_id);
	finish(writer, QA_RECORD_PROCESS);
	return settle(writer);
}

static int put_thread(void *ctx, const struct qa_raw_thread *thread)
{
	struct qa_trace_writer *writer = ctx;
	struct qa_buf *content = begin(writer);

	qa_put_varint(content, thread->id);
	qa_put_varint(content, thread->process);
	qa_put_varint(content, thread->tid);
	qa_put_varint(content, thread->ident);
	qa_put_varint(content, qa_zigzag((uint64_t)thread->interpreter));
	qa_put_varint(content, thread->is_main);
	put_text(content, thread->name);
	finish(writer, QA_RECORD_THREAD);
	return settle(writer);
}

/* The string's id; a string that is new is written first, as a record of its own. */
static uint32_t intern(struct qa_trace_writer *writer, struct qa_str text)
{
	struct qa_buf *content;
	uint32_t id;
	bool added;

	if (text.len > QA_TRACE_MAX_STRING)
		text.len = QA_TRACE_MAX_STRING;
	if (qa_string_table_intern(&writer->strings, text, &id, &added)) {
		fail(writer, -ENOMEM);
		return 0;
	}
	if (added) {
		content = begin(writer);
		qa_put_varint(content, id);
		put_text(content, text);
		finish(writer, QA_RECORD_STRING);
	}
	return id;
}

static int put_file(void *ctx, const struct qa_raw_file *file)
{
	struct qa_trace_writer *writer = ctx;
	uint32_t path = intern(writer, file->path);
	struct qa_buf *content = begin(writer);

	qa_put_varint(content, path);
	qa_put_varint(content, file->process);
	qa_put_varint(content, file->found);
	qa_put_varint(content, file->size);
	qa_put_varint(content, qa_zigzag((uint64_t)file->modified_ns));
	qa_put_varint(content, file->crc32);
	qa_put_varint(content, file->lines);
	finish(writer, QA_RECORD_FILE);
	return settle(writer);
}

static int put_source_part(struct qa_trace_writer *writer, uint32_t path, uint32_t process,
	uint64_t offset, struct qa_str part)
{
	struct qa_buf *content = begin(writer);

	qa_put_varint(content, path);
	qa_put_varint(content, process);
	qa_put_varint(content, offset);
	qa_put_bytes(content, part, QA_TRACE_SOURCE_PART);
	finish(writer, QA_RECORD_SOURCE);
	return settle_at(writer, QA_TRACE_SOURCE_BLOCK);
}

static int put_source(void *ctx, const struct qa_raw_source *source)
{
	struct qa_trace_writer *writer = ctx;
	uint32_t path = intern(writer, source->path);
	struct qa_str part = source->part;
	uint64_t offset = source->offset;
	int rc = 0;

	while (part.len > QA_TRACE_SOURCE_PART && !rc) {
		rc = put_source_part(writer, path, source->process, offset, part);
		part.data += QA_TRACE_SOURCE_PART;
		part.len -= QA_TRACE_SOURCE_PART;
		offset += QA_TRACE_SOURCE_PART;
	}
	return rc ? rc : put_source_part(writer, path, source->process, offset, part);
}

static int put_code(void *ctx, const struct qa_raw_code *code)
{
	struct qa_trace_writer *writer = ctx;
	uint32_t file = intern(writer, code->file);
	uint32_t name = intern(writer, code->name);
	uint32_t qualname = intern(writer, code->qualname);
	struct qa_buf *content = begin(writer);

	qa_put_varint(content, code->id);
	qa_put_varint(content, code->process);
	qa_put_varint(content, code->kind);
	qa_put_varint(content, code->line_table);
	qa_put_varint(content, qa_zigzag((uint64_t)(int64_t)code->first_line));
	qa_put_varint(content, file);
	qa_put_varint(content, name);
	qa_put_varint(content, qualname);
	qa_put_bytes(content, code->lines, QA_TRACE_MAX_BYTES);
	finish(writer, QA_RECORD_CODE);
	return settle(writer);
}

static int put_node(void *ctx, const struct qa_raw_node *node)
{
	struct qa_trace_writer *writer = ctx;

	if (node->parent >= node->id)
		return fail(writer, -EINVAL);
	if (!qa_node_batch_takes(&writer->nodes, node->id)) {
		qa_node_batch_close(&writer->nodes, begin(writer));
		finish(writer, QA_RECORD_NODES);
	}
	qa_node_batch_add(&writer->nodes, node);
	return settle(writer);
}

static int add_tick(struct qa_trace_writer *writer, const struct qa_raw_tick *tick)
{
	int rc = qa_tick_batch_add(&writer->ticks, tick);

	return rc ? fail(writer, rc) : settle(writer);
}

/* A moment with more samples than a record may hold becomes several ticks of the same time. */
static int put_tick(void *ctx, const struct qa_raw_tick *tick)
{
	struct qa_trace_writer *writer = ctx;
	struct qa_raw_tick part = *tick;
	size_t left = tick->count;
	int rc = 0;

	part.count = QA_TRACE_MAX_TICK;
	for (; left > QA_TRACE_MAX_TICK && !rc; left -= QA_TRACE_MAX_TICK) {
		rc = add_tick(writer, &part);
		part.samples += QA_TRACE_MAX_TICK;
	}
	part.count = left;
	return rc ? rc : add_tick(writer, &part);
}

static int put_loss(void *ctx, const struct qa_raw_loss *loss)
{
	struct qa_trace_writer *writer = ctx;
	const uint64_t totals[] = {loss->planned, loss->taken, loss->retried, loss->dropped,
		loss->dropped_ns, loss->missed, loss->missed_ns, loss->late, loss->late_max_ns,
		loss->barred};
	struct qa_buf *content;

	close_batches(writer);
	content = begin(writer);
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		qa_put_varint(content, totals[i]);
	finish(writer, QA_RECORD_LOSS);
	return settle(writer);
}

static int put_end(void *ctx, const struct qa_raw_end *end)
{
	struct qa_trace_writer *writer = ctx;
	struct qa_buf *content;

	close_batches(writer);
	content = begin(writer);
	qa_put_varint(content, end->time_ns);
	qa_put_varint(content, end->reason);
	finish(writer, QA_RECORD_END);
	return settle(writer);
}

static int put_out(void *ctx)
{
	return qa_trace_writer_flush(ctx, NULL);
}

const struct qa_raw_consumer qa_trace_writer_consumer = {
	.session = put_session,
	.process = put_process,
	.thread = put_thread,
	.file = put_file,
	.source = put_source,
	.code = put_code,
	.node = put_node,
	.tick = put_tick,
	.loss = put_loss,
	.end = put_end,
	.flush = put_out,
};

static int report(const struct qa_trace_writer *writer, struct qa_error *err)
{
	if (qa_sink_error(writer->sink))
		return qa_sink_report(writer->sink, err);
	return writer->error ? qa_error_set(err, -writer->error, "The trace cannot be written: %s.",
				       strerror(-writer->error))
			     : 0;
}

static void release(struct qa_trace_writer *writer)
{
	qa_packer_close(writer->packer);
	qa_buf_free(&writer->records);
	qa_buf_free(&writer->content);
	qa_node_batch_free(&writer->nodes);
	qa_tick_batch_free(&writer->ticks);
	qa_string_table_free(&writer->strings);
	free(writer);
}

int qa_trace_writer_open(struct qa_sink *sink, struct qa_trace_writer **out, struct qa_error *err)
{
	struct qa_trace_writer *writer = calloc(1, sizeof(*writer));
	unsigned char header[QA_TRACE_HEADER_SIZE];
	int rc;

	*out = NULL;
	if (!writer || qa_packer_open(&writer->packer)) {
		free(writer);
		return qa_error_set(
			err, ENOMEM, "Out of memory while starting to write %s.", sink->name);
	}
	writer->sink = sink;
	qa_trace_header_put(header);
	qa_sink_write(sink, header, sizeof(header));
	qa_sink_flush(sink);
	fail(writer, -qa_sink_error(sink));
	rc = report(writer, err);
	if (rc)
		release(writer);
	else
		*out = writer;
	return rc;
}

int qa_trace_writer_flush(struct qa_trace_writer *writer, struct qa_error *err)
{
	put_block(writer);
	return report(writer, err);
}

int qa_trace_writer_close(struct qa_trace_writer *writer, struct qa_error *err)
{
	int rc = qa_trace_writer_flush(writer, err);

	release(writer);
	return rc;
}
