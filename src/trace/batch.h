/* Nodes and ticks on their way into a block, column by column: like numbers side by side compress
 * best. */
#ifndef QA_TRACE_BATCH_H
#define QA_TRACE_BATCH_H

#include "qa/raw.h"
#include "support/buf.h"
#include "trace/last_seen.h"

enum qa_node_column { QA_NODE_PARENT, QA_NODE_CODE, QA_NODE_INSTRUCTION, QA_NODE_COLUMNS };

enum qa_tick_column {
	QA_TICK_ELAPSED,
	QA_TICK_WEIGHT,
	QA_TICK_SHAPE,
	QA_TICK_THREAD,
	QA_TICK_MOVE,
	QA_TICK_STATE,
	QA_TICK_COLUMNS
};

struct qa_node_batch {
	uint32_t first; /* id of the first node; the others follow */
	uint32_t count;
	struct qa_buf columns[QA_NODE_COLUMNS];
};

struct qa_tick_batch {
	uint64_t base_ns; /* the time that the first tick counts from */
	uint64_t last_ns;
	uint32_t count;
	uint32_t *threads; /* of the last tick, in order */
	size_t thread_count;
	size_t thread_room;
	struct qa_last_seen_table seen;
	struct qa_buf columns[QA_TICK_COLUMNS];
};

/* False: the id does not follow, so the batch has to be closed first. */
bool qa_node_batch_takes(const struct qa_node_batch *batch, uint32_t id);
void qa_node_batch_add(struct qa_node_batch *batch, const struct qa_raw_node *node);
/* Returns 0, -ENOMEM, or -EINVAL for a sample without a thread. */
int qa_tick_batch_add(struct qa_tick_batch *batch, const struct qa_raw_tick *tick);

/* Appends the batch's content to a record, and empties it. */
void qa_node_batch_close(struct qa_node_batch *batch, struct qa_buf *record);
void qa_tick_batch_close(struct qa_tick_batch *batch, struct qa_buf *record);

size_t qa_columns_size(const struct qa_buf *columns, size_t count);
bool qa_columns_failed(const struct qa_buf *columns, size_t count);

void qa_node_batch_free(struct qa_node_batch *batch);
void qa_tick_batch_free(struct qa_tick_batch *batch);

#endif
