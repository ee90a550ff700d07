#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "qa/sink.h"

#define FEED(f, event, ...)                                                                        \
	do {                                                                                       \
		if (!(f)->rc)                                                                      \
			(f)->rc = (f)->consumer->event((f)->ctx, &(__VA_ARGS__));                  \
	} while (0)

struct fixture fixture_begin(const struct qa_raw_consumer *consumer, void *ctx)
{
	struct fixture f = {.consumer = consumer, .ctx = ctx, .now = FIXTURE_START};
	struct qa_raw_session session = {
		.recorder = qa_str("qa-record 0.1.0"),
		.host = qa_str("host"),
		.kernel = qa_str("Linux 6.1 x86_64"),
		.engine = qa_str("beside"),
		.start_ns = FIXTURE_START,
		.start_wall_ns = 1700000000000000000,
		.period_ns = FIXTURE_PERIOD,
	};

	FEED(&f, session, session);
	return f;
}

uint32_t fixture_process(struct fixture *f, const char *command, size_t len)
{
	struct qa_raw_process process = {
		.id = ++f->processes,
		.pid = 4000 + f->processes,
		.parent_pid = 1,
		.python_version = 0x030b02f0,
		.time_ns = f->now,
		.python = qa_str("3.11.2"),
		.executable = qa_str("/usr/bin/python3.11"),
		.cwd = qa_str("/srv"),
		.command = {command, len},
		.build_id = qa_str("c0ffee"),
	};

	FEED(f, process, process);
	return f->processes;
}

uint32_t fixture_thread(struct fixture *f, uint32_t process, const char *name)
{
	struct qa_raw_thread thread = {
		.id = ++f->threads,
		.process = process,
		.tid = 5000 + f->threads,
		.ident = 0x7f0000000000 + f->threads,
		.is_main = f->threads == 1,
		.name = qa_str(name),
	};

	FEED(f, thread, thread);
	return f->threads;
}

uint32_t fixture_code(struct fixture *f, const char *name, const char *file, int line)
{
	const char *dot = strrchr(name, '.');
	struct qa_raw_code code = {
		.id = ++f->codes,
		.process = f->processes,
		.kind = QA_CODE_PYTHON,
		.line_table = QA_LINE_TABLE_LNOTAB,
		.first_line = line,
		.file = qa_str(file),
		.name = qa_str(dot ? dot + 1 : name),
		.qualname = qa_str(name),
		.lines = qa_str("\x02\x01\x02\x01\x02\x01"), /* a line every two bytes */
	};

	FEED(f, code, code);
	return f->codes;
}

uint32_t fixture_special(struct fixture *f, enum qa_code_kind kind)
{
	struct qa_raw_code code = {.id = ++f->codes, .process = f->processes, .kind = kind};

	FEED(f, code, code);
	return f->codes;
}

uint32_t fixture_node_at(struct fixture *f, uint32_t parent, uint32_t code, int instruction)
{
	struct qa_raw_node node = {++f->nodes, parent, code, instruction};

	FEED(f, node, node);
	return f->nodes;
}

uint32_t fixture_node(struct fixture *f, uint32_t parent, uint32_t code)
{
	return fixture_node_at(f, parent, code, 0);
}

void fixture_file(struct fixture *f, const char *path, uint64_t size, uint32_t lines)
{
	struct qa_raw_file file = {.path = qa_str(path),
		.process = f->processes,
		.found = 1,
		.size = size,
		.lines = lines};

	FEED(f, file, file);
}

void fixture_part(struct fixture *f, const char *path, uint64_t offset, struct qa_str part)
{
	struct qa_raw_source source = {
		.path = qa_str(path), .process = f->processes, .offset = offset, .part = part};

	FEED(f, source, source);
}

void fixture_source(struct fixture *f, const char *path, const char *text)
{
	struct qa_raw_file file = {.path = qa_str(path),
		.process = f->processes,
		.found = 1,
		.size = strlen(text),
		.crc32 = (uint32_t)crc32_z(0, (const unsigned char *)text, strlen(text))};

	for (size_t i = 0; i < file.size; i++)
		file.lines += text[i] == '\n' || i + 1 == file.size;
	FEED(f, file, file);
	fixture_part(f, path, 0, qa_str(text));
}

void fixture_samples(struct fixture *f, uint32_t thread, uint32_t node, int count)
{
	for (int i = 0; i < count; i++) {
		struct qa_raw_sample sample = {thread, node, f->state};
		struct qa_raw_tick tick = {f->now += FIXTURE_PERIOD, FIXTURE_PERIOD, 1, &sample};

		FEED(f, tick, tick);
	}
}

void fixture_end(struct fixture *f, enum qa_end_reason reason)
{
	struct qa_raw_end end = {f->now, reason};

	FEED(f, end, end);
}

void fixture_server(struct fixture *f)
{
	struct qa_raw_loss loss = {.planned = 102,
		.taken = 100,
		.retried = 3,
		.dropped = 2,
		.dropped_ns = 20000000,
		.missed = 1,
		.missed_ns = 10000000,
		.late = 4,
		.late_max_ns = 1500000};
	uint32_t process = FIXTURE_PROCESS(f, "/usr/bin/python3\0-u\0server.py\0--port\08000");
	uint32_t main_thread = fixture_thread(f, process, "");
	uint32_t worker = fixture_thread(f, process, "worker-1");
	uint32_t module = fixture_code(f, "<module>", "/srv/server.py", 1);
	uint32_t handle = fixture_code(f, "Server.handle", "/srv/server.py", 20);
	uint32_t walk = fixture_code(f, "walk", "/srv/tree.py", 5);
	uint32_t dumps = fixture_code(f, "dumps", "/usr/lib/python3.11/json/__init__.py", 183);
	uint32_t get = fixture_code(
		f, "get", "/srv/venv/lib/python3.11/site-packages/requests/api.py", 62);
	uint32_t gc = fixture_special(f, QA_CODE_GC);
	uint32_t unreadable = fixture_special(f, QA_CODE_UNREADABLE);
	uint32_t n_module = fixture_node(f, 0, module);
	uint32_t n_handle = fixture_node_at(f, n_module, handle, 2);
	uint32_t n_handle2 = fixture_node_at(f, n_module, handle, 4);
	uint32_t n_walk = fixture_node(f, n_handle, walk);
	uint32_t n_walk2 = fixture_node_at(f, n_walk, walk, 2);
	uint32_t n_dumps = fixture_node(f, n_handle2, dumps);
	uint32_t n_get = fixture_node(f, fixture_node(f, 0, handle), get);

	fixture_file(f, "/srv/server.py", 2059, 89);
	fixture_samples(f, main_thread, n_module, 3);
	fixture_samples(f, main_thread, n_handle, 10);
	fixture_samples(f, main_thread, n_handle2, 7);
	fixture_samples(f, main_thread, n_walk, 11);
	fixture_samples(f, main_thread, n_walk2, 19);
	fixture_samples(f, main_thread, n_dumps, 16);
	fixture_samples(f, worker, n_get, 23);
	fixture_samples(f, worker, 0, 6);
	fixture_samples(f, main_thread, fixture_node(f, n_walk2, gc), 4);
	fixture_samples(f, worker, fixture_node(f, n_get, unreadable), 1);
	FEED(f, loss, loss);
	fixture_end(f, QA_END_EXIT);
}

void fixture_hostile(struct fixture *f)
{
	static char long_name[10001];
	static const char *const names[] = {
		"a;b",
		"line\nbreak 7",
		"ends in 12",
		"<module>",
		"outer.<locals>.inner",
		"<lambda>",
		"<script>alert(\"x\")</script>&amp;'",
		"lone \xed\xa0\x80 surrogate",
		"cut \xe2\x82",
		"right \xe2\x80\xae to left \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
		"\x1b[31mred\x1b[0m \x7f\xc2\x85",
		"\xe6\xbc\xa2\xe5\xad\x97_\xf0\x9f\x90\x8d",
		"not a character \xef\xbf\xbf",
		" blanks ",
		"back\\slash \"quoted\"",
		"",
		long_name,
	};
	uint32_t process = FIXTURE_PROCESS(f, "python3\0evil;\n<&>.py");
	uint32_t thread = fixture_thread(f, process, "thread;\n\"<&>\" 9");
	uint32_t node = 0;

	memset(long_name, 'x', sizeof(long_name) - 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint32_t code =
			fixture_code(f, names[i], i % 2 ? "dir;\n<&>\"/f 3.py" : "", (int)i);

		fixture_samples(f, thread, fixture_node(f, 0, code), 1);
		node = fixture_node(f, node, code);
	}
	fixture_samples(f, thread, node, 5);
	fixture_end(f, QA_END_STOPPED);
}

void fixture_empty(struct fixture *f)
{
	fixture_thread(f, FIXTURE_PROCESS(f, "python3\0-c\0pass"), "");
	fixture_end(f, QA_END_EXIT);
}

void fixture_deep(struct fixture *f)
{
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0deep.py"), "");
	uint32_t node = fixture_node(f, 0, fixture_code(f, "<module>", "deep.py", 1));
	uint32_t down = fixture_code(f, "down", "deep.py", 2);

	for (int i = 0; i < 10000; i++) {
		node = fixture_node(f, node, down);
		if (i % 100 == 99)
			fixture_samples(f, thread, node, 1);
	}
	fixture_end(f, QA_END_DURATION);
}

/* 100 samples in a program of 60 lines, and in files whose text is not there. */
void fixture_sources(struct fixture *f)
{
	static const char *const kinds[] = {"changed.py", "<string>"};
	char text[4096];
	size_t len = 0;
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0app.py"), "");
	uint32_t module = fixture_node(f, 0, fixture_code(f, "<module>", "app.py", 57));
	uint32_t work = fixture_node(f, module, fixture_code(f, "work", "app.py", 20));
	uint32_t rare = fixture_node(f, module, fixture_code(f, "rare", "app.py", 41));
	uint32_t late = fixture_node(f, module, fixture_code(f, "late", "app.py", 70));

	for (int line = 1; line <= 60; line++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			line % 10 ? "\tx = f(%d)  # \"\xc3\xa4\"\n" : "def f_%d():\n", line);
	fixture_source(f, "app.py", text);
	fixture_file(f, "changed.py", 100, 10);
	fixture_samples(f, thread, work, 1000);
	fixture_samples(f, thread, fixture_node_at(f, module, f->codes - 2, 4), 100);
	fixture_samples(f, thread, rare, 1);
	fixture_samples(f, thread, late, 30);
	for (size_t i = 0; i < 2; i++)
		fixture_samples(f, thread,
			fixture_node(f, work, fixture_code(f, "other", kinds[i], 3)), 40 + (int)i);
	fixture_samples(f, thread, 0, 7);
	fixture_end(f, QA_END_EXIT);
}

/* 100 samples: 70 on a CPU, 20 not, of 10 unknown; 40 with the GIL, 56 without, of 4 unknown. */
void fixture_states(struct fixture *f)
{
	const uint32_t known = QA_STATE_KNOWS_CPU | QA_STATE_KNOWS_GIL;
	uint32_t process = FIXTURE_PROCESS(f, "python3\0app.py");
	uint32_t main_thread = fixture_thread(f, process, "");
	uint32_t busy = fixture_thread(f, process, "busy");
	uint32_t native = fixture_thread(f, process, "worker");
	uint32_t unknown = fixture_thread(f, process, "worker");
	uint32_t module = fixture_node(f, 0, fixture_code(f, "<module>", "app.py", 1));
	uint32_t wait = fixture_node(f, module, fixture_code(f, "wait", "app.py", 10));
	uint32_t spin = fixture_node(f, 0, fixture_code(f, "spin", "app.py", 20));
	uint32_t compress = fixture_node(f, 0, fixture_code(f, "compress", "app.py", 30));

	f->state = known;
	fixture_samples(f, main_thread, wait, 20);
	f->state = known | QA_STATE_ON_CPU | QA_STATE_GIL;
	fixture_samples(f, busy, spin, 36);
	f->state |= QA_STATE_GC;
	fixture_samples(f, busy, spin, 4);
	f->state = known | QA_STATE_ON_CPU;
	fixture_samples(f, busy, spin, 10);
	fixture_samples(f, native, compress, 20);
	f->state = QA_STATE_KNOWS_GIL;
	fixture_samples(f, unknown, compress, 6);
	f->state = 0;
	fixture_samples(f, unknown, compress, 4);
	fixture_end(f, QA_END_EXIT);
}

/* 100 samples in two files whose text is in the recording, and in places without any. */
void fixture_facts(struct fixture *f)
{
	static const char app[] = "import functools\n"
				  "import rules\n"
				  "\n"
				  "class Shop:\n"
				  "    \"\"\"A till.\"\"\"\n"
				  "    @functools.lru_cache()\n"
				  "    def best(self, items):\n"
				  "        best = max(items, key=lambda item: item.price or 0)\n"
				  "        for item in items:\n"
				  "            if item.price > best.price and not item.sold:\n"
				  "                best = item\n"
				  "        return best\n"
				  "\n"
				  "def prices(items):\n"
				  "    return [item.price for item in items if item]\n"
				  "\n"
				  "for number in range(100):\n"
				  "    if number % 2:\n"
				  "        rules.decide(prices(Shop().best(())))\n";
	static const char rules[] = "def decide(order):\n"
				    "    for line in order:\n"
				    "        if line.count:\n"
				    "            while line.open:\n"
				    "                if line.late or line.lost and line.paid:\n"
				    "                    return decide(line)\n"
				    "        elif line.void:  # nothing to decide\n"
				    "            continue\n"
				    "    return True\n";
	uint32_t thread = fixture_thread(f, FIXTURE_PROCESS(f, "python3\0app.py"), "");
	uint32_t module = fixture_node(f, 0, fixture_code(f, "<module>", "app.py", 1));
	uint32_t best = fixture_node(f, module, fixture_code(f, "Shop.best", "app.py", 6));
	uint32_t lambda =
		fixture_node(f, best, fixture_code(f, "Shop.best.<locals>.<lambda>", "app.py", 8));
	uint32_t prices = fixture_node(f, module, fixture_code(f, "prices", "app.py", 14));
	uint32_t listed = fixture_node(
		f, prices, fixture_code(f, "prices.<locals>.<listcomp>", "app.py", 15));
	uint32_t decide = fixture_node(f, module, fixture_code(f, "decide", "rules.py", 1));

	fixture_source(f, "app.py", app);
	fixture_source(f, "rules.py", rules);
	fixture_file(f, "lost.py", 100, 10);
	fixture_samples(f, thread, module, 4);
	fixture_samples(f, thread, best, 20);
	fixture_samples(f, thread, lambda, 5);
	fixture_samples(f, thread, prices, 3);
	fixture_samples(f, thread, listed, 27);
	fixture_samples(f, thread, decide, 8);
	fixture_samples(f, thread, fixture_node_at(f, decide, f->codes, 2), 16);
	fixture_samples(f, thread, fixture_node(f, best, fixture_code(f, "made", "app.py", 3)), 2);
	fixture_samples(f, thread, fixture_node(f, best, fixture_code(f, "f", "lost.py", 1)), 9);
	fixture_samples(f, thread, fixture_node(f, 0, fixture_code(f, "f", "<string>", 1)), 1);
	fixture_samples(f, thread, 0, 5);
	fixture_end(f, QA_END_EXIT);
}

const struct fixture_kind fixture_kinds[] = {
	{"server", fixture_server},
	{"hostile", fixture_hostile},
	{"empty", fixture_empty},
	{"deep", fixture_deep},
	{"sources", fixture_sources},
	{"states", fixture_states},
	{"facts", fixture_facts},
	{NULL, NULL},
};

struct qa_profile *fixture_profile(
	fixture_recording *record, const struct qa_profile_options *options)
{
	static const struct qa_profile_options plain;
	struct qa_profile_builder *builder;
	struct qa_profile *profile = NULL;
	struct fixture f;

	if (qa_profile_builder_open(options ? options : &plain, &builder, NULL))
		return NULL;
	f = fixture_begin(&qa_profile_builder_consumer, builder);
	record(&f);
	if (f.rc)
		qa_profile_builder_abort(builder);
	else
		qa_profile_builder_finish(builder, &profile, NULL);
	return profile;
}

char *fixture_emit(const char *format, const struct qa_profile *profile, size_t limit, size_t *len)
{
	const struct qa_emitter *emitter = qa_emitter_find(format);
	struct qa_emit_options options = {.limit = limit};
	struct qa_listing *listing = NULL;
	struct qa_join *join = NULL;
	struct qa_sink *sink;
	struct qa_str bytes;
	char *copy = NULL;

	if (!emitter || (profile->by_line && qa_listing_open(profile, &listing, NULL)))
		return NULL;
	options.listing = listing;
	if (qa_join_open(profile, NULL, &join, NULL) || qa_sink_open_memory(&sink, NULL)) {
		qa_join_free(join);
		qa_listing_free(listing);
		return NULL;
	}
	options.join = join;
	if (emitter->emit(profile, &options, sink, NULL) == 0) {
		bytes = qa_sink_memory(sink);
		copy = calloc(bytes.len + 1, 1);
		if (copy && bytes.len)
			memcpy(copy, bytes.data, bytes.len);
		if (len)
			*len = bytes.len;
	}
	qa_sink_abort(sink);
	qa_join_free(join);
	qa_listing_free(listing);
	return copy;
}

uint32_t fixture_frame(const struct qa_profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->frame_count; i++)
		if (strcmp(profile->frames[i].name, name) == 0)
			return (uint32_t)i;
	return QA_NONE;
}
