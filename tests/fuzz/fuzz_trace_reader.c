/*
 * Traces of any bytes. The first byte chooses: even, the rest is a file; odd, it is the records of
 * one block. Build the library with QA_FUZZING: then checksums are not checked, as no fuzzer finds
 * the right ones.
 */
#include <stdlib.h>

#include "qa/trace_reader.h"
#include "trace/records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Touches all memory that it is given, and checks what a consumer relies on. */
struct consumer {
	uint64_t sum;
	bool began, ended;
	struct qa_id_set processes, threads, codes, nodes;
};

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void begin(struct consumer *consumer)
{
	demand(!consumer->ended);
	consumer->began = true;
}

static void touch(struct consumer *consumer, struct qa_str text)
{
	demand(text.data != NULL);
	for (size_t i = 0; i < text.len; i++)
		consumer->sum += (unsigned char)text.data[i];
}

static int take_session(void *ctx, const struct qa_raw_session *e)
{
	struct consumer *consumer = ctx;

	demand(!consumer->began);
	begin(consumer);
	touch(consumer, e->recorder);
	touch(consumer, e->host);
	touch(consumer, e->kernel);
	touch(consumer, e->engine);
	return 0;
}

static int take_process(void *ctx, const struct qa_raw_process *e)
{
	struct consumer *consumer = ctx;

	begin(consumer);
	demand(e->id && !qa_id_set_has(&consumer->processes, e->id));
	touch(consumer, e->python);
	touch(consumer, e->executable);
	touch(consumer, e->cwd);
	touch(consumer, e->command);
	touch(consumer, e->build_id);
	return qa_id_set_add(&consumer->processes, e->id);
}

static int take_thread(void *ctx, const struct qa_raw_thread *e)
{
	struct consumer *consumer = ctx;

	begin(consumer);
	demand(e->id && qa_id_set_has(&consumer->processes, e->process) && e->is_main <= 1);
	touch(consumer, e->name);
	return qa_id_set_add(&consumer->threads, e->id);
}

static int take_file(void *ctx, const struct qa_raw_file *e)
{
	struct consumer *consumer = ctx;

	begin(consumer);
	demand(qa_id_set_has(&consumer->processes, e->process) && e->found <= 1);
	touch(consumer, e->path);
	return 0;
}

static int take_source(void *ctx, const struct qa_raw_source *e)
{
	struct consumer *consumer = ctx;

	begin(consumer);
	demand(qa_id_set_has(&consumer->processes, e->process));
	touch(consumer, e->path);
	touch(consumer, e->part);
	return 0;
}

static int take_code(void *ctx, const struct qa_raw_code *e)
{
	struct consumer *consumer = ctx;

	begin(consumer);
	demand(e->id && !qa_id_set_has(&consumer->codes, e->id) &&
		qa_id_set_has(&consumer->processes, e->process));
	demand(e->kind <= QA_CODE_NATIVE && e->line_table <= QA_LINE_TABLE_LOCATIONS);
	touch(consumer, e->file);
	touch(consumer, e->name);
	touch(consumer, e->qualname);
	touch(consumer, e->lines);
	return qa_id_set_add(&consumer->codes, e->id);
}

static int take_node(void *ctx, const struct qa_raw_node *e)
{
	struct consumer *consumer = ctx;

	begin(consumer);
	demand(e->id && e->parent < e->id && !qa_id_set_has(&consumer->nodes, e->id));
	demand(qa_id_set_has(&consumer->codes, e->code));
	demand(e->parent == 0 || qa_id_set_has(&consumer->nodes, e->parent));
	return qa_id_set_add(&consumer->nodes, e->id);
}

static int take_tick(void *ctx, const struct qa_raw_tick *e)
{
	struct consumer *consumer = ctx;

	begin(consumer);
	for (size_t i = 0; i < e->count; i++) {
		const struct qa_raw_sample *sample = &e->samples[i];

		demand(qa_id_set_has(&consumer->threads, sample->thread));
		demand(sample->node == 0 || qa_id_set_has(&consumer->nodes, sample->node));
		consumer->sum += sample->state;
	}
	return 0;
}

static int take_loss(void *ctx, const struct qa_raw_loss *e)
{
	struct consumer *consumer = ctx;

	begin(consumer);
	consumer->sum += e->planned + e->late_max_ns;
	return 0;
}

static int take_end(void *ctx, const struct qa_raw_end *e)
{
	struct consumer *consumer = ctx;

	begin(consumer);
	demand(e->reason >= QA_END_DURATION && e->reason <= QA_END_FAILED);
	consumer->ended = true;
	return 0;
}

static const struct qa_raw_consumer table = {
	.session = take_session,
	.process = take_process,
	.thread = take_thread,
	.file = take_file,
	.source = take_source,
	.code = take_code,
	.node = take_node,
	.tick = take_tick,
	.loss = take_loss,
	.end = take_end,
};

static void read_file(struct consumer *consumer, struct qa_str bytes)
{
	struct qa_trace_health health;
	struct qa_error error = {0};
	int rc = qa_trace_read_memory(bytes, "fuzz", &table, consumer, &health, &error);

	demand((rc == 0) == (error.code == 0));
	demand(health.bytes == bytes.len && health.skipped_bytes <= bytes.len);
	demand(rc || health.cut == !consumer->ended);
}

static void read_records(struct consumer *consumer, struct qa_str bytes)
{
	struct qa_trace_health health = {0};
	struct qa_records records = {.consumer = &table, .ctx = consumer, .health = &health};
	int rc = qa_records_read(&records, bytes, bytes.len);

	demand(rc == 0 || rc == QA_MALFORMED);
	qa_records_free(&records);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct consumer consumer = {0};
	struct qa_str bytes = {(const char *)data + 1, size - 1};

	if (size == 0)
		return 0;
	if (data[0] & 1)
		read_records(&consumer, bytes);
	else
		read_file(&consumer, bytes);
	qa_id_set_free(&consumer.processes);
	qa_id_set_free(&consumer.threads);
	qa_id_set_free(&consumer.codes);
	qa_id_set_free(&consumer.nodes);
	return 0;
}
