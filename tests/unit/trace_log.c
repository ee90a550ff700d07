#include "trace_log.h"

#include "cmocka_all.h"

enum id_kind { ID_PROCESS, ID_THREAD, ID_CODE, ID_NODE };

static void put_text(struct qa_buf *line, struct qa_str text)
{
	qa_buf_append_char(line, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		qa_buf_printf(line, c >= ' ' && c < 127 && c != '"' ? "%c" : "\\%02x", c);
	}
	qa_buf_printf(line, "\" ");
}

static void put_numbers(
	struct qa_buf *line, const char *name, const uint64_t *numbers, size_t count)
{
	qa_buf_printf(line, "%s ", name);
	for (size_t i = 0; i < count; i++)
		qa_buf_printf(line, "%llu ", (unsigned long long)numbers[i]);
}

#define PUT_NUMBERS(line, name, ...)                                                               \
	put_numbers(line, name, (const uint64_t[]){__VA_ARGS__},                                   \
		sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

static struct qa_buf *begin(struct trace_log *log, enum log_kind kind)
{
	log->counts[kind]++;
	return &log->lines[kind];
}

static int finish(struct qa_buf *line)
{
	qa_buf_append_char(line, '\n');
	assert_false(line->failed);
	return 0;
}

static void define(struct trace_log *log, enum id_kind kind, uint32_t id)
{
	struct qa_buf *known = &log->known[kind];

	while (known->len <= id)
		qa_buf_append_char(known, 0);
	known->data[id] = 1;
}

static void refer(struct trace_log *log, enum id_kind kind, uint32_t id)
{
	const struct qa_buf *known = &log->known[kind];

	if (id >= known->len || !known->data[id])
		log->order_broken = true;
}

static int log_session(void *ctx, const struct qa_raw_session *e)
{
	struct qa_buf *line = begin(ctx, LOG_SESSION);

	PUT_NUMBERS(line, "session", e->start_ns, (uint64_t)e->start_wall_ns, e->period_ns);
	put_text(line, e->recorder);
	put_text(line, e->host);
	put_text(line, e->kernel);
	put_text(line, e->engine);
	return finish(line);
}

static int log_process(void *ctx, const struct qa_raw_process *e)
{
	struct qa_buf *line = begin(ctx, LOG_PROCESS);

	define(ctx, ID_PROCESS, e->id);
	PUT_NUMBERS(line, "process", e->id, e->pid, e->parent_pid, e->python_version, e->time_ns);
	put_text(line, e->python);
	put_text(line, e->executable);
	put_text(line, e->cwd);
	put_text(line, e->command);
	put_text(line, e->build_id);
	return finish(line);
}

static int log_thread(void *ctx, const struct qa_raw_thread *e)
{
	struct qa_buf *line = begin(ctx, LOG_THREAD);

	refer(ctx, ID_PROCESS, e->process);
	define(ctx, ID_THREAD, e->id);
	PUT_NUMBERS(line, "thread", e->id, e->process, e->tid, e->ident, (uint64_t)e->interpreter,
		e->is_main);
	put_text(line, e->name);
	return finish(line);
}

static int log_file(void *ctx, const struct qa_raw_file *e)
{
	struct qa_buf *line = begin(ctx, LOG_FILE);

	refer(ctx, ID_PROCESS, e->process);
	PUT_NUMBERS(line, "file", e->process, e->found, e->size, (uint64_t)e->modified_ns, e->crc32,
		e->lines);
	put_text(line, e->path);
	return finish(line);
}

static int log_source(void *ctx, const struct qa_raw_source *e)
{
	struct qa_buf *line = begin(ctx, LOG_SOURCE);

	refer(ctx, ID_PROCESS, e->process);
	PUT_NUMBERS(line, "source", e->process, e->offset);
	put_text(line, e->path);
	put_text(line, e->part);
	return finish(line);
}

static int log_code(void *ctx, const struct qa_raw_code *e)
{
	struct qa_buf *line = begin(ctx, LOG_CODE);

	refer(ctx, ID_PROCESS, e->process);
	define(ctx, ID_CODE, e->id);
	PUT_NUMBERS(line, "code", e->id, e->process, e->kind, e->line_table,
		(uint64_t)(int64_t)e->first_line);
	put_text(line, e->file);
	put_text(line, e->name);
	put_text(line, e->qualname);
	put_text(line, e->lines);
	return finish(line);
}

static int log_node(void *ctx, const struct qa_raw_node *e)
{
	struct qa_buf *line = begin(ctx, LOG_NODE);

	refer(ctx, ID_CODE, e->code);
	if (e->parent)
		refer(ctx, ID_NODE, e->parent);
	define(ctx, ID_NODE, e->id);
	PUT_NUMBERS(line, "node", e->id, e->parent, e->code, (uint64_t)(int64_t)e->instruction);
	return finish(line);
}

/* A line a sample, so that a tick of which a part is lost can be found again. */
static int log_tick(void *ctx, const struct qa_raw_tick *e)
{
	struct trace_log *log = ctx;
	struct qa_buf *line = begin(log, LOG_TICK);

	PUT_NUMBERS(line, "tick", e->time_ns, e->weight_ns);
	finish(line);
	for (size_t i = 0; i < e->count; i++) {
		const struct qa_raw_sample *s = &e->samples[i];

		refer(log, ID_THREAD, s->thread);
		if (s->node)
			refer(log, ID_NODE, s->node);
		line = begin(log, LOG_SAMPLE);
		PUT_NUMBERS(line, "sample", e->time_ns, e->weight_ns, s->thread, s->node, s->state);
		finish(line);
		log->sample_ns += e->weight_ns;
	}
	return 0;
}

static int log_loss(void *ctx, const struct qa_raw_loss *e)
{
	struct qa_buf *line = begin(ctx, LOG_LOSS);

	PUT_NUMBERS(line, "loss", e->planned, e->taken, e->retried, e->dropped, e->dropped_ns,
		e->missed, e->missed_ns, e->late, e->late_max_ns, e->barred);
	return finish(line);
}

static int log_end(void *ctx, const struct qa_raw_end *e)
{
	struct qa_buf *line = begin(ctx, LOG_END);

	PUT_NUMBERS(line, "end", e->time_ns, e->reason);
	return finish(line);
}

const struct qa_raw_consumer trace_log_consumer = {
	.session = log_session,
	.process = log_process,
	.thread = log_thread,
	.file = log_file,
	.source = log_source,
	.code = log_code,
	.node = log_node,
	.tick = log_tick,
	.loss = log_loss,
	.end = log_end,
};

static struct qa_str next_line(struct qa_str *text)
{
	const char *newline = text->len ? memchr(text->data, '\n', text->len) : NULL;
	size_t len = newline ? (size_t)(newline - text->data) + 1 : text->len;
	struct qa_str line = {text->data, len};

	if (len)
		*text = (struct qa_str){text->data + len, text->len - len};
	return line;
}

static bool is_part(struct qa_str part, struct qa_str whole)
{
	struct qa_str sought = next_line(&part);

	while (sought.len && whole.len)
		if (qa_str_equal(next_line(&whole), sought))
			sought = next_line(&part);
	return sought.len == 0;
}

bool trace_log_is_part(const struct trace_log *part, const struct trace_log *whole)
{
	for (int kind = 0; kind < LOG_KINDS; kind++)
		if (!is_part(qa_buf_str(&part->lines[kind]), qa_buf_str(&whole->lines[kind])))
			return false;
	return !part->order_broken;
}

bool trace_log_equal(const struct trace_log *a, const struct trace_log *b)
{
	for (int kind = 0; kind < LOG_KINDS; kind++)
		if (!qa_str_equal(qa_buf_str(&a->lines[kind]), qa_buf_str(&b->lines[kind])))
			return false;
	return a->order_broken == b->order_broken;
}

void trace_log_free(struct trace_log *log)
{
	for (int kind = 0; kind < LOG_KINDS; kind++)
		qa_buf_free(&log->lines[kind]);
	for (int kind = 0; kind < 4; kind++)
		qa_buf_free(&log->known[kind]);
}
