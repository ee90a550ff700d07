/* The records that hold a batch of nodes or of ticks, column by column. */
#include <errno.h>

#include "qa/trace_format.h"
#include "trace/batch.h"
#include "trace/records.h"

static void get_columns(struct qa_cursor *content, struct qa_cursor *columns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		columns[i] = qa_cursor(qa_get_bytes(content, QA_TRACE_MAX_BLOCK));
}

static bool any_failed(const struct qa_cursor *columns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (columns[i].failed)
			return true;
	return false;
}

/* A node whose code or parent is lost is lost as well; one that is known is repeated. */
static int take_node(struct qa_records *records, const struct qa_raw_node *node)
{
	if (qa_id_set_has(&records->nodes, node->id) ||
		!qa_id_set_has(&records->codes, node->code) ||
		(node->parent && !qa_id_set_has(&records->nodes, node->parent)))
		return 0;
	if (qa_id_set_add(&records->nodes, node->id))
		return -ENOMEM;
	return QA_DELIVER(records, node, node);
}

int qa_records_nodes(struct qa_records *records, struct qa_cursor *content)
{
	struct qa_cursor columns[QA_NODE_COLUMNS];
	uint64_t id = qa_get_u32(content);
	uint32_t count = qa_get_u32(content);
	int rc = 0;

	get_columns(content, columns, QA_NODE_COLUMNS);
	if (content->failed)
		return QA_MALFORMED;
	for (; count > 0 && !rc; count--, id++) {
		uint32_t up = qa_get_u32(&columns[QA_NODE_PARENT]);
		struct qa_raw_node node = {
			.id = (uint32_t)id, .parent = up ? (uint32_t)id - up : 0};

		node.code = qa_get_u32(&columns[QA_NODE_CODE]);
		node.instruction = (int32_t)(qa_get_u32(&columns[QA_NODE_INSTRUCTION]) - 1);
		if (any_failed(columns, QA_NODE_COLUMNS) || up >= id ||
			!qa_records_may_be_node(records, id))
			return QA_MALFORMED;
		rc = take_node(records, &node);
	}
	return rc;
}

static int get_threads(struct qa_records *records, struct qa_cursor *column, size_t count)
{
	uint64_t thread = 0;

	if (count > QA_TRACE_MAX_TICK)
		return QA_MALFORMED;
	if (QA_GROW(records->tick_threads, records->thread_room, count) ||
		QA_GROW(records->samples, records->sample_room, count))
		return -ENOMEM;
	records->tick_count = 0;
	while (records->tick_count < count) {
		thread += qa_unzigzag(qa_get_varint(column));
		if (column->failed || !qa_records_may_be_id(records, thread))
			return QA_MALFORMED;
		records->tick_threads[records->tick_count++] = (uint32_t)thread;
	}
	return 0;
}

static int get_shape(struct qa_records *records, struct qa_cursor *columns)
{
	uint32_t shape = qa_get_u32(&columns[QA_TICK_SHAPE]);

	return shape ? get_threads(records, &columns[QA_TICK_THREAD], shape - 1) : 0;
}

static int get_sample(struct qa_records *records, struct qa_cursor *columns, uint32_t thread,
	struct qa_raw_sample *sample)
{
	struct qa_last_seen *last = qa_last_seen_of(&records->seen, thread);
	uint64_t move = qa_get_varint(&columns[QA_TICK_MOVE]);
	uint64_t node;

	if (!last)
		return -ENOMEM;
	node = last->node + qa_unzigzag(move >> 1);
	if (move & 1)
		last->state = qa_get_u32(&columns[QA_TICK_STATE]);
	if (columns[QA_TICK_MOVE].failed || columns[QA_TICK_STATE].failed || node > UINT32_MAX)
		return QA_MALFORMED;
	last->node = (uint32_t)node;
	*sample = (struct qa_raw_sample){thread, last->node, last->state};
	return 0;
}

static bool is_orphan(const struct qa_records *records, const struct qa_raw_sample *sample)
{
	return !qa_id_set_has(&records->threads, sample->thread) ||
	       (sample->node && !qa_id_set_has(&records->nodes, sample->node));
}

static void count_orphan(struct qa_trace_health *health, uint64_t weight_ns)
{
	uint64_t room = UINT64_MAX - health->orphan_ns;

	health->orphan_samples++;
	health->orphan_ns += weight_ns < room ? weight_ns : room;
}

/* Samples whose definitions are lost are left out; a tick of which nothing remains, too. */
static int take_tick(struct qa_records *records, struct qa_raw_tick *tick)
{
	size_t kept = 0;

	for (size_t i = 0; i < tick->count; i++) {
		if (is_orphan(records, &records->samples[i]))
			count_orphan(records->health, tick->weight_ns);
		else
			records->samples[kept++] = records->samples[i];
	}
	if (kept == 0 && tick->count > 0)
		return 0;
	tick->count = kept;
	return QA_DELIVER(records, tick, tick);
}

static int get_tick(struct qa_records *records, struct qa_cursor *columns, struct qa_raw_tick *tick)
{
	uint64_t elapsed = qa_get_varint(&columns[QA_TICK_ELAPSED]);
	int rc;

	tick->time_ns += elapsed;
	tick->weight_ns = elapsed + qa_unzigzag(qa_get_varint(&columns[QA_TICK_WEIGHT]));
	rc = get_shape(records, columns);
	for (size_t i = 0; i < records->tick_count && !rc; i++)
		rc = get_sample(records, columns, records->tick_threads[i], &records->samples[i]);
	tick->samples = records->samples;
	tick->count = records->tick_count;
	if (!rc && any_failed(columns, QA_TICK_COLUMNS))
		rc = QA_MALFORMED;
	return rc;
}

int qa_records_ticks(struct qa_records *records, struct qa_cursor *content)
{
	struct qa_cursor columns[QA_TICK_COLUMNS];
	struct qa_raw_tick tick = {.time_ns = qa_get_varint(content)};
	uint32_t count = qa_get_u32(content);
	int rc = 0;

	get_columns(content, columns, QA_TICK_COLUMNS);
	if (content->failed)
		return QA_MALFORMED;
	qa_last_seen_restart(&records->seen);
	records->tick_count = 0;
	for (; count > 0 && !rc; count--) {
		rc = get_tick(records, columns, &tick);
		if (!rc)
			rc = take_tick(records, &tick);
	}
	return rc;
}
