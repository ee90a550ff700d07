#include "hand_made_trace.h"

#include "cmocka_all.h"

int hand_made_set_up(void **state)
{
	static struct trace trace;
	unsigned char header[QA_TRACE_HEADER_SIZE];

	trace = (struct trace){0};
	qa_trace_header_put(header);
	qa_buf_append(&trace.bytes, header, sizeof(header));
	assert_int_equal(qa_packer_open(&trace.packer), 0);
	*state = &trace;
	return 0;
}

int hand_made_tear_down(void **state)
{
	struct trace *trace = *state;

	qa_buf_free(&trace->bytes);
	qa_buf_free(&trace->records);
	qa_packer_close(trace->packer);
	trace_log_free(&trace->log);
	return 0;
}

void put_record(struct trace *trace, uint64_t tag, const struct qa_buf *content)
{
	qa_put_varint(&trace->records, tag);
	qa_put_bytes(&trace->records, qa_buf_str(content), SIZE_MAX);
}

void put_numbers(
	struct trace *trace, uint64_t tag, const uint64_t *numbers, size_t count, size_t texts)
{
	struct qa_buf content = {0};

	for (size_t i = 0; i < count; i++)
		qa_put_varint(&content, numbers[i]);
	for (; texts > 0; texts--)
		qa_put_varint(&content, 0);
	put_record(trace, tag, &content);
	qa_buf_free(&content);
}

void put_session(struct trace *trace)
{
	PUT(trace, QA_RECORD_SESSION, 4, 1000, 2000, 100);
}

void put_process(struct trace *trace, uint64_t id)
{
	PUT(trace, QA_RECORD_PROCESS, 5, id, 4711, 1, 0, 1000);
}

void put_thread(struct trace *trace, uint64_t id, uint64_t process)
{
	PUT(trace, QA_RECORD_THREAD, 1, id, process, 4711, 0, 0, 1);
}

void put_code(
	struct trace *trace, uint64_t id, uint64_t process, uint64_t kind, uint64_t line_table)
{
	PUT(trace, QA_RECORD_CODE, 1, id, process, kind, line_table, 2, 0, 0, 0);
}

void put_node(struct trace *trace, uint64_t id, uint64_t up, uint64_t code)
{
	PUT(trace, QA_RECORD_NODES, 0, id, 1, 1, up, 1, code, 1, 0);
}

void put_tick(struct trace *trace, uint64_t thread, uint64_t node)
{
	PUT(trace, QA_RECORD_TICKS, 0, 1000, 1, 1, 100, 1, 0, 1, 2, 1, thread * 2, 1, node * 4, 0);
}

void put_end(struct trace *trace)
{
	PUT(trace, QA_RECORD_END, 0, 5000, QA_END_EXIT);
}

void put_block(struct trace *trace)
{
	struct qa_str block =
		qa_packer_pack(trace->packer, trace->sequence++, qa_buf_str(&trace->records));

	assert_true(block.len > 0);
	qa_buf_append_str(&trace->bytes, block);
	qa_buf_clear(&trace->records);
}

void read_trace(struct trace *trace)
{
	if (trace->records.len)
		put_block(trace);
	trace->rc = qa_trace_read_memory(qa_buf_str(&trace->bytes), "x.qat", &trace_log_consumer,
		&trace->log, &trace->health, &trace->error);
}

void assert_lines(const struct trace *trace, enum log_kind kind, const char *expected)
{
	const struct qa_buf *lines = &trace->log.lines[kind];

	if (!qa_str_equal(qa_buf_str(lines), qa_str(expected)))
		fail_msg("expected:\n%sgot:\n%.*s", expected, (int)lines->len,
			lines->len ? lines->data : "");
}
