#include "trace/batch.h"

#include <errno.h>
#include <stdlib.h>

#include "trace/codec.h"

size_t qa_columns_size(const struct qa_buf *columns, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += columns[i].len;
	return size;
}

bool qa_columns_failed(const struct qa_buf *columns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (columns[i].failed)
			return true;
	return false;
}

static void close_columns(struct qa_buf *columns, size_t count, struct qa_buf *record)
{
	for (size_t i = 0; i < count; i++) {
		qa_put_bytes(record, qa_buf_str(&columns[i]), SIZE_MAX);
		qa_buf_clear(&columns[i]);
	}
}

static void free_columns(struct qa_buf *columns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		qa_buf_free(&columns[i]);
}

bool qa_node_batch_takes(const struct qa_node_batch *batch, uint32_t id)
{
	return batch->count == 0 || id == batch->first + batch->count;
}

void qa_node_batch_add(struct qa_node_batch *batch, const struct qa_raw_node *node)
{
	if (batch->count == 0)
		batch->first = node->id;
	batch->count++;
	qa_put_varint(&batch->columns[QA_NODE_PARENT], node->parent ? node->id - node->parent : 0);
	qa_put_varint(&batch->columns[QA_NODE_CODE], node->code);
	qa_put_varint(&batch->columns[QA_NODE_INSTRUCTION], (uint32_t)node->instruction + 1);
}

void qa_node_batch_close(struct qa_node_batch *batch, struct qa_buf *record)
{
	qa_put_varint(record, batch->first);
	qa_put_varint(record, batch->count);
	close_columns(batch->columns, QA_NODE_COLUMNS, record);
	batch->count = 0;
}

void qa_node_batch_free(struct qa_node_batch *batch)
{
	free_columns(batch->columns, QA_NODE_COLUMNS);
}

static bool same_threads(const struct qa_tick_batch *batch, const struct qa_raw_tick *tick)
{
	if (tick->count != batch->thread_count)
		return false;
	for (size_t i = 0; i < tick->count; i++)
		if (tick->samples[i].thread != batch->threads[i])
			return false;
	return true;
}

static int put_threads(struct qa_tick_batch *batch, const struct qa_raw_tick *tick)
{
	uint32_t before = 0;

	if (QA_GROW(batch->threads, batch->thread_room, tick->count))
		return -ENOMEM;
	for (size_t i = 0; i < tick->count; i++) {
		uint32_t thread = tick->samples[i].thread;

		if (thread == 0)
			return -EINVAL;
		qa_put_varint(
			&batch->columns[QA_TICK_THREAD], qa_zigzag((uint64_t)thread - before));
		batch->threads[i] = thread;
		before = thread;
	}
	batch->thread_count = tick->count;
	return 0;
}

static int put_shape(struct qa_tick_batch *batch, const struct qa_raw_tick *tick)
{
	if (same_threads(batch, tick)) {
		qa_put_varint(&batch->columns[QA_TICK_SHAPE], 0);
		return 0;
	}
	qa_put_varint(&batch->columns[QA_TICK_SHAPE], tick->count + 1);
	return put_threads(batch, tick);
}

static int put_sample(struct qa_tick_batch *batch, const struct qa_raw_sample *sample)
{
	struct qa_last_seen *last = qa_last_seen_of(&batch->seen, sample->thread);
	bool changed;

	if (!last)
		return -ENOMEM;
	changed = sample->state != last->state;
	qa_put_varint(&batch->columns[QA_TICK_MOVE],
		qa_zigzag((uint64_t)sample->node - last->node) << 1 | changed);
	if (changed)
		qa_put_varint(&batch->columns[QA_TICK_STATE], sample->state);
	last->node = sample->node;
	last->state = sample->state;
	return 0;
}

static void start(struct qa_tick_batch *batch)
{
	batch->base_ns = batch->last_ns;
	batch->thread_count = 0;
	qa_last_seen_restart(&batch->seen);
}

int qa_tick_batch_add(struct qa_tick_batch *batch, const struct qa_raw_tick *tick)
{
	uint64_t elapsed;
	int rc;

	if (batch->count == 0)
		start(batch);
	elapsed = tick->time_ns - batch->last_ns;
	rc = put_shape(batch, tick);
	for (size_t i = 0; i < tick->count && !rc; i++)
		rc = put_sample(batch, &tick->samples[i]);
	qa_put_varint(&batch->columns[QA_TICK_ELAPSED], elapsed);
	qa_put_varint(&batch->columns[QA_TICK_WEIGHT], qa_zigzag(tick->weight_ns - elapsed));
	batch->last_ns = tick->time_ns;
	batch->count++;
	return rc;
}

void qa_tick_batch_close(struct qa_tick_batch *batch, struct qa_buf *record)
{
	qa_put_varint(record, batch->base_ns);
	qa_put_varint(record, batch->count);
	close_columns(batch->columns, QA_TICK_COLUMNS, record);
	batch->count = 0;
}

void qa_tick_batch_free(struct qa_tick_batch *batch)
{
	free_columns(batch->columns, QA_TICK_COLUMNS);
	qa_last_seen_free(&batch->seen);
	free(batch->threads);
}
