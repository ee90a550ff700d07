#include "made_up_trace.h"

#include "cmocka_all.h"

enum { MOST_THREADS = 64, TEXT_ROOM = 600 };

struct maker {
	struct made_up plan;
	uint64_t random;
	const struct qa_raw_consumer *to;
	void *ctx;
	struct qa_trace_writer *writer; /* NULL: nothing to flush */
	uint64_t now;
	uint32_t processes, threads, codes, nodes;
	char text[4][TEXT_ROOM];
};

static uint64_t draw(struct maker *maker, uint64_t below)
{
	maker->random ^= maker->random << 13;
	maker->random ^= maker->random >> 7;
	maker->random ^= maker->random << 17;
	return maker->random % below;
}

/* Numbers of all magnitudes. */
static uint64_t draw_any(struct maker *maker)
{
	uint64_t bits = draw(maker, maker->plan.modest ? 16 : 65);
	uint64_t wide = draw(maker, UINT64_MAX);

	return bits ? wide >> (64 - bits) : 0;
}

static struct qa_str draw_text(struct maker *maker, int which)
{
	static const char letters[] = "abcdefgh._<>\n\"\xc3\xa4\xed\xa0\x80\x01";
	size_t len = draw(maker, maker->plan.modest || draw(maker, 20) ? 12 : TEXT_ROOM);
	char *text = maker->text[which];

	for (size_t i = 0; i < len; i++)
		text[i] = letters[draw(maker, sizeof(letters))];
	return (struct qa_str){text, len};
}

static void check(int rc)
{
	assert_int_equal(rc, 0);
}

static void make_session(struct maker *maker)
{
	struct qa_raw_session e = {.recorder = draw_text(maker, 0),
		.host = draw_text(maker, 1),
		.kernel = draw_text(maker, 2),
		.engine = draw_text(maker, 3),
		.start_ns = maker->now,
		.start_wall_ns = (int64_t)draw_any(maker),
		.period_ns = draw_any(maker)};

	check(maker->to->session(maker->ctx, &e));
}

static void make_process(struct maker *maker)
{
	struct qa_raw_process e = {.id = ++maker->processes,
		.pid = (uint32_t)draw_any(maker),
		.parent_pid = (uint32_t)draw_any(maker),
		.python_version = (uint32_t)draw_any(maker),
		.time_ns = maker->now,
		.python = qa_str("3.11.2"),
		.executable = draw_text(maker, 0),
		.cwd = draw_text(maker, 1),
		.command = draw_text(maker, 2),
		.build_id = draw_text(maker, 3)};

	check(maker->to->process(maker->ctx, &e));
}

static void make_thread(struct maker *maker, uint32_t id)
{
	struct qa_raw_thread e = {.id = id,
		.process = 1 + (uint32_t)draw(maker, maker->processes),
		.tid = draw_any(maker),
		.ident = draw_any(maker),
		.interpreter = (int64_t)draw_any(maker),
		.is_main = draw(maker, 2) == 0,
		.name = draw_text(maker, 0)};

	check(maker->to->thread(maker->ctx, &e));
}

static void make_file(struct maker *maker)
{
	struct qa_raw_file e = {.path = draw_text(maker, 0),
		.process = 1 + (uint32_t)draw(maker, maker->processes),
		.found = draw(maker, 2) == 0,
		.size = draw_any(maker),
		.modified_ns = (int64_t)draw_any(maker),
		.crc32 = (uint32_t)draw_any(maker),
		.lines = (uint32_t)draw_any(maker)};

	check(maker->to->file(maker->ctx, &e));
}

static void make_source(struct maker *maker)
{
	struct qa_raw_source e = {.path = draw_text(maker, 0),
		.process = 1 + (uint32_t)draw(maker, maker->processes),
		.offset = draw_any(maker),
		.part = draw_text(maker, 1)};

	check(maker->to->source(maker->ctx, &e));
}

static void make_code(struct maker *maker)
{
	struct qa_raw_code e = {.id = ++maker->codes,
		.process = 1 + (uint32_t)draw(maker, maker->processes),
		.kind = (uint32_t)draw(maker, QA_CODE_NATIVE + 1),
		.line_table = (uint32_t)draw(maker, QA_LINE_TABLE_LOCATIONS + 1),
		.first_line = (int32_t)draw_any(maker),
		.file = draw_text(maker, 0),
		.name = draw_text(maker, 1),
		.qualname = draw_text(maker, 2),
		.lines = draw_text(maker, 3)};

	check(maker->to->code(maker->ctx, &e));
}

static void make_node(struct maker *maker)
{
	bool deeper = maker->nodes && draw(maker, 3);
	struct qa_raw_node e = {.id = maker->nodes + 1,
		.parent = deeper ? maker->nodes - (uint32_t)draw(maker, maker->nodes) : 0,
		.code = 1 + (uint32_t)draw(maker, maker->codes),
		.instruction = draw(maker, 10) ? (int32_t)draw_any(maker) : -1};

	maker->nodes++;
	check(maker->to->node(maker->ctx, &e));
}

static void make_loss(struct maker *maker)
{
	struct qa_raw_loss e = {draw_any(maker), draw_any(maker), draw_any(maker), draw_any(maker),
		draw_any(maker), draw_any(maker), draw_any(maker), draw_any(maker), draw_any(maker),
		draw_any(maker)};

	check(maker->to->loss(maker->ctx, &e));
}

static void make_tick(struct maker *maker)
{
	static const uint32_t states[] = {0, QA_STATE_KNOWS_CPU, UINT32_MAX};
	struct qa_raw_sample samples[MOST_THREADS];
	struct qa_raw_tick e = {.samples = samples};
	uint64_t elapsed = draw(maker, 10) ? 1000000 + draw(maker, 100000) : draw_any(maker);

	maker->now += elapsed;
	e.time_ns = maker->now;
	e.weight_ns = draw(maker, 10) ? elapsed : draw_any(maker);
	e.count = maker->threads < maker->plan.threads ? maker->threads : maker->plan.threads;
	if (draw(maker, 8) == 0)
		e.count = draw(maker, e.count + 1);
	for (size_t i = 0; i < e.count; i++) {
		samples[i].thread = maker->threads - (uint32_t)i;
		samples[i].node =
			draw(maker, 3) ? maker->nodes : (uint32_t)draw(maker, maker->nodes + 1);
		samples[i].state = states[draw(maker, 10) ? 1 : draw(maker, 3)];
	}
	check(maker->to->tick(maker->ctx, &e));
}

static void make_definitions(struct maker *maker)
{
	if (maker->processes == 0 || draw(maker, 40) == 0)
		make_process(maker);
	if (maker->threads == 0 || draw(maker, 5) == 0)
		make_thread(maker, ++maker->threads);
	if (draw(maker, 10) == 0)
		make_thread(maker, 1 + (uint32_t)draw(maker, maker->threads));
	if (draw(maker, 10) == 0)
		make_file(maker);
	if (draw(maker, 10) == 0)
		make_source(maker);
	if (maker->codes == 0 || draw(maker, 4) == 0)
		make_code(maker);
	for (uint64_t more = draw(maker, 4); more > 0; more--)
		make_node(maker);
}

static void make_all(struct maker *maker)
{
	struct qa_raw_end end = {.reason = QA_END_EXIT};

	maker->random = maker->plan.seed * 0x9e3779b97f4a7c15u + 1;
	maker->now = draw_any(maker);
	make_session(maker);
	for (unsigned tick = 1; tick <= maker->plan.ticks; tick++) {
		make_definitions(maker);
		make_tick(maker);
		if (draw(maker, 20) == 0)
			make_loss(maker);
		if (maker->writer && maker->plan.flush_every && tick % maker->plan.flush_every == 0)
			check(qa_trace_writer_flush(maker->writer, NULL));
	}
	end.time_ns = maker->now;
	check(maker->to->end(maker->ctx, &end));
}

void made_up_trace_write(struct made_up_trace *trace, struct made_up plan)
{
	struct maker to_log = {.plan = plan, .to = &trace_log_consumer, .ctx = &trace->log};
	struct maker to_file = {.plan = plan, .to = &qa_trace_writer_consumer};

	*trace = (struct made_up_trace){0};
	make_all(&to_log);
	check(qa_sink_open_memory(&trace->sink, NULL));
	check(qa_trace_writer_open(trace->sink, &to_file.writer, NULL));
	to_file.ctx = to_file.writer;
	make_all(&to_file);
	check(qa_trace_writer_close(to_file.writer, NULL));
	trace->bytes = qa_sink_memory(trace->sink);
}

void made_up_trace_free(struct made_up_trace *trace)
{
	trace_log_free(&trace->log);
	qa_sink_abort(trace->sink);
}
