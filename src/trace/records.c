#include "trace/records.h"

#include <errno.h>
#include <stdlib.h>

#include "qa/trace_format.h"

bool qa_records_may_be_id(const struct qa_records *records, uint64_t id)
{
	return id > 0 && id < UINT32_MAX &&
	       id <= QA_TRACE_ID_SLACK + records->bytes / QA_TRACE_BYTES_PER_ID;
}

bool qa_records_may_be_node(const struct qa_records *records, uint64_t id)
{
	return id > 0 && id < UINT32_MAX &&
	       id <= QA_TRACE_NODE_SLACK + records->bytes * QA_TRACE_NODES_PER_BYTE;
}

static struct qa_str get_text(struct qa_cursor *content)
{
	return qa_get_bytes(content, QA_TRACE_MAX_STRING);
}

static int32_t get_i32(struct qa_cursor *content)
{
	int64_t value = (int64_t)qa_unzigzag(qa_get_varint(content));

	if (value < INT32_MIN || value > INT32_MAX)
		content->failed = true;
	return content->failed ? 0 : (int32_t)value;
}

static int session(struct qa_records *records, struct qa_cursor *content)
{
	struct qa_raw_session event;

	event.start_ns = qa_get_varint(content);
	event.start_wall_ns = (int64_t)qa_unzigzag(qa_get_varint(content));
	event.period_ns = qa_get_varint(content);
	event.recorder = get_text(content);
	event.host = get_text(content);
	event.kernel = get_text(content);
	event.engine = get_text(content);
	if (content->failed || records->began)
		return QA_MALFORMED;
	return QA_DELIVER(records, session, &event);
}

static int process(struct qa_records *records, struct qa_cursor *content)
{
	struct qa_raw_process event;

	event.id = qa_get_u32(content);
	event.pid = qa_get_u32(content);
	event.parent_pid = qa_get_u32(content);
	event.python_version = qa_get_u32(content);
	event.time_ns = qa_get_varint(content);
	event.python = get_text(content);
	event.executable = get_text(content);
	event.cwd = get_text(content);
	event.command = qa_get_bytes(content, QA_TRACE_MAX_BYTES);
	event.build_id = get_text(content);
	if (content->failed || !qa_records_may_be_id(records, event.id))
		return QA_MALFORMED;
	if (qa_id_set_has(&records->processes, event.id))
		return 0;
	if (qa_id_set_add(&records->processes, event.id))
		return -ENOMEM;
	return QA_DELIVER(records, process, &event);
}

static int thread(struct qa_records *records, struct qa_cursor *content)
{
	struct qa_raw_thread event;

	event.id = qa_get_u32(content);
	event.process = qa_get_u32(content);
	event.tid = qa_get_varint(content);
	event.ident = qa_get_varint(content);
	event.interpreter = (int64_t)qa_unzigzag(qa_get_varint(content));
	event.is_main = qa_get_u32(content) & 1;
	event.name = get_text(content);
	if (content->failed || !qa_records_may_be_id(records, event.id))
		return QA_MALFORMED;
	if (!qa_id_set_has(&records->processes, event.process))
		return 0;
	if (qa_id_set_add(&records->threads, event.id))
		return -ENOMEM;
	return QA_DELIVER(records, thread, &event);
}

static int string(struct qa_records *records, struct qa_cursor *content)
{
	uint32_t id = qa_get_u32(content);
	struct qa_str text = get_text(content);
	size_t held = records->strings.text.len + text.len;
	struct qa_str known;

	if (content->failed || !qa_records_may_be_id(records, id) ||
		held > QA_TRACE_STRINGS_SLACK + records->bytes * QA_TRACE_STRINGS_PER_BYTE)
		return QA_MALFORMED;
	if (qa_string_store_get(&records->strings, id, &known))
		return 0;
	return qa_string_store_add(&records->strings, id, text);
}

static int file(struct qa_records *records, struct qa_cursor *content)
{
	struct qa_raw_file event;
	uint32_t path = qa_get_u32(content);

	event.process = qa_get_u32(content);
	event.found = qa_get_u32(content) & 1;
	event.size = qa_get_varint(content);
	event.modified_ns = (int64_t)qa_unzigzag(qa_get_varint(content));
	event.crc32 = qa_get_u32(content);
	event.lines = qa_get_u32(content);
	if (content->failed)
		return QA_MALFORMED;
	if (!qa_id_set_has(&records->processes, event.process) ||
		!qa_string_store_get(&records->strings, path, &event.path))
		return 0;
	return QA_DELIVER(records, file, &event);
}

static int source(struct qa_records *records, struct qa_cursor *content)
{
	struct qa_raw_source event;
	uint32_t path = qa_get_u32(content);

	event.process = qa_get_u32(content);
	event.offset = qa_get_varint(content);
	event.part = qa_get_bytes(content, QA_TRACE_MAX_BYTES);
	if (content->failed ||
		records->source_bytes + event.part.len >
			QA_TRACE_SOURCES_SLACK + records->bytes * QA_TRACE_SOURCES_PER_BYTE)
		return QA_MALFORMED;
	if (!qa_id_set_has(&records->processes, event.process) ||
		!qa_string_store_get(&records->strings, path, &event.path))
		return 0;
	records->source_bytes += event.part.len;
	return QA_DELIVER(records, source, &event);
}

static int deliver_code(struct qa_records *records, struct qa_raw_code *event)
{
	/* Kinds of a later minor version. */
	if (event->kind > QA_CODE_NATIVE)
		event->kind = QA_CODE_UNREADABLE;
	if (event->line_table > QA_LINE_TABLE_LOCATIONS)
		event->line_table = QA_LINE_TABLE_NONE;
	if (qa_id_set_add(&records->codes, event->id))
		return -ENOMEM;
	return QA_DELIVER(records, code, event);
}

static int code(struct qa_records *records, struct qa_cursor *content)
{
	const struct qa_string_store *strings = &records->strings;
	struct qa_raw_code event;
	uint32_t file_id, name_id, qualname_id;

	event.id = qa_get_u32(content);
	event.process = qa_get_u32(content);
	event.kind = qa_get_u32(content);
	event.line_table = qa_get_u32(content);
	event.first_line = get_i32(content);
	file_id = qa_get_u32(content);
	name_id = qa_get_u32(content);
	qualname_id = qa_get_u32(content);
	event.lines = qa_get_bytes(content, QA_TRACE_MAX_BYTES);
	if (content->failed || !qa_records_may_be_id(records, event.id))
		return QA_MALFORMED;
	if (qa_id_set_has(&records->codes, event.id) ||
		!qa_id_set_has(&records->processes, event.process) ||
		!qa_string_store_get(strings, file_id, &event.file) ||
		!qa_string_store_get(strings, name_id, &event.name) ||
		!qa_string_store_get(strings, qualname_id, &event.qualname))
		return 0;
	return deliver_code(records, &event);
}

static int loss(struct qa_records *records, struct qa_cursor *content)
{
	struct qa_raw_loss event = {0};
	uint64_t *const totals[] = {&event.planned, &event.taken, &event.retried, &event.dropped,
		&event.dropped_ns, &event.missed, &event.missed_ns, &event.late, &event.late_max_ns,
		&event.barred};

	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		*totals[i] = qa_get_varint(content);
	return content->failed ? QA_MALFORMED : QA_DELIVER(records, loss, &event);
}

static int end(struct qa_records *records, struct qa_cursor *content)
{
	struct qa_raw_end event;

	event.time_ns = qa_get_varint(content);
	event.reason = qa_get_u32(content);
	if (content->failed)
		return QA_MALFORMED;
	if (event.reason < QA_END_DURATION || event.reason > QA_END_FAILED)
		event.reason = QA_END_STOPPED;
	records->ended = true;
	return QA_DELIVER(records, end, &event);
}

static int (*const kinds[])(struct qa_records *, struct qa_cursor *) = {
	[QA_RECORD_SESSION] = session,
	[QA_RECORD_PROCESS] = process,
	[QA_RECORD_THREAD] = thread,
	[QA_RECORD_STRING] = string,
	[QA_RECORD_FILE] = file,
	[QA_RECORD_CODE] = code,
	[QA_RECORD_NODES] = qa_records_nodes,
	[QA_RECORD_TICKS] = qa_records_ticks,
	[QA_RECORD_LOSS] = loss,
	[QA_RECORD_END] = end,
	[QA_RECORD_SOURCE] = source,
};

static int read_record(struct qa_records *records, uint64_t tag, struct qa_cursor content)
{
	int rc;

	if (tag >= sizeof(kinds) / sizeof(kinds[0]) || !kinds[tag]) {
		records->health->unknown_records++;
		return 0;
	}
	if (records->ended)
		return QA_MALFORMED;
	rc = kinds[tag](records, &content);
	records->began = true;
	return rc;
}

int qa_records_read(struct qa_records *records, struct qa_str block, uint64_t bytes)
{
	struct qa_cursor cursor = qa_cursor(block);
	int rc = 0;

	records->bytes = bytes;
	while (!rc && !qa_cursor_done(&cursor)) {
		uint64_t tag = qa_get_varint(&cursor);
		struct qa_str content = qa_get_bytes(&cursor, block.len);

		rc = cursor.failed ? QA_MALFORMED : read_record(records, tag, qa_cursor(content));
	}
	return rc;
}

void qa_records_free(struct qa_records *records)
{
	qa_id_set_free(&records->processes);
	qa_id_set_free(&records->threads);
	qa_id_set_free(&records->codes);
	qa_id_set_free(&records->nodes);
	qa_string_store_free(&records->strings);
	qa_last_seen_free(&records->seen);
	free(records->samples);
	free(records->tick_threads);
	*records = (struct qa_records){0};
}
