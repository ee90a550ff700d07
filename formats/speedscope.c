/*
 * The file format of speedscope: one profile for each thread with its samples in the order of time.
 * Equal stacks that follow each other are one; weights are the measured nanoseconds.
 */
#include <stdlib.h>

#include "formats/describe.h"
#include "formats/formats.h"
#include "qa/version.h"
#include "support/json.h"
#include "support/utf8.h"

struct writer {
	const struct qa_profile *profile;
	struct qa_json json;
	struct qa_buf scratch; /* names */
	uint32_t *path;        /* frames of one stack, innermost first */
};

/* A field with what is in the scratch buffer, which is emptied. */
static void put_scratch(struct writer *w, const char *key)
{
	qa_buf_append_char(&w->scratch, '\0');
	qa_json_key(&w->json, key);
	qa_json_string(&w->json, w->scratch.failed ? "" : w->scratch.data);
	qa_buf_clear(&w->scratch);
}

/* A field with a text, which looks like it does in every other format. */
static void put_field(struct writer *w, const char *key, const char *text)
{
	qa_utf8_escape(qa_str(text), &w->scratch);
	put_scratch(w, key);
}

static void put_frame(struct writer *w, const struct qa_frame *frame)
{
	qa_json_break(&w->json);
	qa_json_open_object(&w->json);
	put_field(w, "name", frame->name);
	if (frame->file[0])
		put_field(w, "file", frame->file);
	if (frame->line > 0) {
		qa_json_key(&w->json, "line");
		qa_json_uint(&w->json, (uint64_t)frame->line);
	}
	qa_json_close_object(&w->json);
}

static void put_stack(struct writer *w, uint32_t node)
{
	const struct qa_node *nodes = w->profile->nodes;
	size_t depth = 0;

	for (; node != 0; node = nodes[node].parent)
		w->path[depth++] = nodes[node].frame;
	qa_json_break(&w->json);
	qa_json_open_array(&w->json);
	while (depth-- > 0)
		qa_json_uint(&w->json, w->path[depth]);
	qa_json_close_array(&w->json);
}

static const struct qa_sample *thread_sample(
	const struct qa_profile *profile, const struct qa_thread *thread, size_t i)
{
	return &profile->samples[profile->thread_samples[thread->first_sample + i]];
}

/* Whether a sample of a thread begins a run of equal stacks. */
static bool begins_run(const struct qa_profile *profile, const struct qa_thread *thread, size_t i)
{
	return i == 0 || thread_sample(profile, thread, i)->node !=
				 thread_sample(profile, thread, i - 1)->node;
}

static void put_stacks(struct writer *w, const struct qa_thread *thread)
{
	qa_json_key(&w->json, "samples");
	qa_json_open_array(&w->json);
	for (size_t i = 0; i < thread->total.samples; i++)
		if (begins_run(w->profile, thread, i))
			put_stack(w, thread_sample(w->profile, thread, i)->node);
	qa_json_close_array(&w->json);
}

static void put_weights(struct writer *w, const struct qa_thread *thread)
{
	uint64_t ns = 0;

	qa_json_key(&w->json, "weights");
	qa_json_open_array(&w->json);
	for (size_t i = 0; i < thread->total.samples; i++) {
		if (i > 0 && begins_run(w->profile, thread, i)) {
			qa_json_uint(&w->json, ns);
			ns = 0;
		}
		ns += thread_sample(w->profile, thread, i)->weight_ns;
	}
	if (thread->total.samples)
		qa_json_uint(&w->json, ns);
	qa_json_close_array(&w->json);
}

/* The thread's name is in the scratch buffer. */
static void put_profile(struct writer *w, const struct qa_thread *thread)
{
	const char *state = qa_selected_state(w->profile);

	qa_buf_printf(&w->scratch, "%s%s", state[0] ? ", " : "", state);
	qa_json_break(&w->json);
	qa_json_open_object(&w->json);
	put_scratch(w, "name");
	put_field(w, "type", "sampled");
	put_field(w, "unit", "nanoseconds");
	qa_json_key(&w->json, "startValue");
	qa_json_uint(&w->json, 0);
	qa_json_key(&w->json, "endValue");
	qa_json_uint(&w->json, thread->total.ns);
	put_stacks(w, thread);
	put_weights(w, thread);
	qa_json_close_object(&w->json);
}

static int compare_threads(const void *left, const void *right)
{
	const struct qa_thread *a = *(const struct qa_thread *const *)left;
	const struct qa_thread *b = *(const struct qa_thread *const *)right;

	if (a->total.samples != b->total.samples)
		return a->total.samples < b->total.samples ? 1 : -1;
	return (a > b) - (a < b);
}

/* The viewer cannot open a file without profiles: a recording without samples has an empty one. */
static void put_no_thread(struct writer *w)
{
	static const struct qa_thread none;

	qa_buf_append_str(&w->scratch, qa_str("no samples"));
	put_profile(w, &none);
}

static int put_threads(struct writer *w)
{
	const struct qa_profile *profile = w->profile;
	const struct qa_thread **threads = calloc(profile->thread_count + 1, sizeof(*threads));

	if (!threads)
		return -1;
	for (size_t i = 0; i < profile->thread_count; i++)
		threads[i] = &profile->threads[i];
	qsort(threads, profile->thread_count, sizeof(*threads), compare_threads);
	for (size_t i = 0; i < profile->thread_count && threads[i]->total.samples; i++) {
		qa_describe_thread(&w->scratch, profile, threads[i]);
		put_profile(w, threads[i]);
	}
	if (profile->total.samples == 0)
		put_no_thread(w);
	free(threads);
	return 0;
}

static void put_head(struct writer *w, const struct qa_emit_options *options)
{
	put_field(w, "$schema", "https://www.speedscope.app/file-format-schema.json");
	put_field(w, "exporter", "qa-report@" QA_VERSION);
	qa_describe_title(&w->scratch, w->profile, options);
	if (qa_is_selection(w->profile)) {
		qa_buf_append_str(&w->scratch, qa_str(" ("));
		qa_describe_selection(&w->scratch, w->profile);
		qa_buf_append_char(&w->scratch, ')');
	}
	put_scratch(w, "name");
	qa_json_key(&w->json, "activeProfileIndex");
	qa_json_uint(&w->json, 0);
}

static void put_frames(struct writer *w)
{
	qa_json_key(&w->json, "shared");
	qa_json_open_object(&w->json);
	qa_json_key(&w->json, "frames");
	qa_json_open_array(&w->json);
	for (size_t i = 0; i < w->profile->frame_count; i++)
		put_frame(w, &w->profile->frames[i]);
	qa_json_close_array(&w->json);
	qa_json_close_object(&w->json);
}

static void put_file(struct writer *w, const struct qa_emit_options *options)
{
	qa_json_open_object(&w->json);
	put_head(w, options);
	put_frames(w);
	qa_json_key(&w->json, "profiles");
	qa_json_open_array(&w->json);
	if (put_threads(w))
		w->scratch.failed = true;
	qa_json_close_array(&w->json);
	qa_json_close_object(&w->json);
	qa_sink_puts(w->json.sink, "\n");
}

static int emit(const struct qa_profile *profile, const struct qa_emit_options *options,
	struct qa_sink *sink, struct qa_error *err)
{
	struct writer w = {.profile = profile, .json = {.sink = sink}};
	int rc;

	w.path = malloc(((size_t)profile->max_depth + 1) * sizeof(*w.path));
	if (w.path)
		put_file(&w, options);
	else
		w.scratch.failed = true;
	rc = qa_describe_check(&w.scratch, err);
	qa_buf_free(&w.scratch);
	free(w.path);
	return rc;
}

const struct qa_emitter qa_emitter_speedscope = {
	.name = "speedscope",
	.summary = "samples in the order of time, thread by thread, for the speedscope viewer",
	.suffix = ".speedscope.json",
	.opens = "speedscope (drag the file onto its page)",
	.accepts = QA_ACCEPTS_TITLE,
	.emit = emit,
};
