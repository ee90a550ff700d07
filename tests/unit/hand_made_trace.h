/* A trace put together by hand, record by record, and what comes of reading it. */
#ifndef HAND_MADE_TRACE_H
#define HAND_MADE_TRACE_H

#include "qa/trace_format.h"
#include "qa/trace_reader.h"
#include "trace/block.h"
#include "trace/codec.h"
#include "trace_log.h"

struct trace {
	struct qa_buf bytes;
	struct qa_buf records;
	struct qa_packer *packer;
	uint32_t sequence;
	/* What came of it. */
	int rc;
	struct trace_log log;
	struct qa_trace_health health;
	struct qa_error error;
};

/* For cmocka: *state is a trace with only its header. */
int hand_made_set_up(void **state);
int hand_made_tear_down(void **state);

#define HAND_MADE_TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, hand_made_set_up, hand_made_tear_down)

void put_record(struct trace *trace, uint64_t tag, const struct qa_buf *content);
/* A record of numbers, then `texts` empty texts. */
void put_numbers(
	struct trace *trace, uint64_t tag, const uint64_t *numbers, size_t count, size_t texts);

#define PUT(trace, tag, texts, ...)                                                                \
	put_numbers(trace, tag, (const uint64_t[]){__VA_ARGS__},                                   \
		sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), texts)

void put_session(struct trace *trace);
void put_process(struct trace *trace, uint64_t id);
void put_thread(struct trace *trace, uint64_t id, uint64_t process);
void put_code(
	struct trace *trace, uint64_t id, uint64_t process, uint64_t kind, uint64_t line_table);
/* A batch of one node; `up` and `code` are below 128. */
void put_node(struct trace *trace, uint64_t id, uint64_t up, uint64_t code);
/* A batch of one tick of one sample; thread and node are below 32. */
void put_tick(struct trace *trace, uint64_t thread, uint64_t node);
void put_end(struct trace *trace);

/* What was put since the last block becomes one. */
void put_block(struct trace *trace);
void read_trace(struct trace *trace);
void assert_lines(const struct trace *trace, enum log_kind kind, const char *expected);

#endif
