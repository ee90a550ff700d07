/*
 * The gzipped protocol buffer of pprof. It is written in pieces: a Profile after another Profile is
 * one Profile with the fields of both, so that no more than a sample is in memory twice.
 */
#include <errno.h>
#include <stdlib.h>

#include "formats/describe.h"
#include "formats/formats.h"
#include "profile.pb-c.h"
#include "support/arena.h"
#include "support/hashmap.h"
#include "support/utf8.h"

enum { MAPPING_ID = 1, VALUES = 2, MOST_LABELS = 4 };

/* What a sample's label "state" may say; the first row that fits counts. A sample that none fits
 * has no such label. */
static const struct {
	uint32_t mask;
	uint32_t bits;
	const char *name;
} states[] = {
	{QA_STATE_KNOWS_GIL | QA_STATE_GC, QA_STATE_KNOWS_GIL | QA_STATE_GC, "gc"},
	{QA_STATE_KNOWS_GIL | QA_STATE_GIL, QA_STATE_KNOWS_GIL | QA_STATE_GIL, "gil"},
	{QA_STATE_KNOWS_CPU | QA_STATE_ON_CPU, QA_STATE_KNOWS_CPU | QA_STATE_ON_CPU, "cpu"},
	{QA_STATE_KNOWS_CPU | QA_STATE_ON_CPU, QA_STATE_KNOWS_CPU, "idle"},
};

enum { STATES = sizeof(states) / sizeof(states[0]) };

struct writer {
	ProtobufCBuffer base; /* first: the encoder's view of the sink */
	struct qa_sink *sink;
	const struct qa_profile *profile;
	struct qa_arena arena;
	char **texts; /* the string table as far as it is written */
	size_t text_count;
	size_t text_room;
	struct qa_hashmap text_map;
	struct qa_buf scratch;
	uint64_t *path;          /* locations of one stack, innermost first */
	struct qa_weight *nodes; /* one thread's weight of each node */
	uint32_t *touched;       /* the nodes that have any */
	bool failed;             /* out of memory */
};

static void append(ProtobufCBuffer *buffer, size_t len, const uint8_t *data)
{
	qa_sink_write(((struct writer *)buffer)->sink, data, len);
}

static void put_piece(struct writer *w, const Qa__Pprof__Profile *piece)
{
	qa__pprof__profile__pack_to_buffer(piece, &w->base);
}

static bool is_text(const void *ctx, uint32_t number, const void *key)
{
	const struct qa_str *text = key;

	return qa_str_equal(qa_str(((const struct writer *)ctx)->texts[number]), *text);
}

static int64_t add_text(struct writer *w, struct qa_str text, uint64_t hash)
{
	Qa__Pprof__Profile piece = QA__PPROF__PROFILE__INIT;
	char *copy = qa_arena_copy(&w->arena, text);

	if (!copy || QA_GROW(w->texts, w->text_room, w->text_count + 1) ||
		qa_hashmap_add(&w->text_map, hash, (uint32_t)w->text_count)) {
		w->failed = true;
		return 0;
	}
	w->texts[w->text_count] = copy;
	piece.n_string_table = 1;
	piece.string_table = &w->texts[w->text_count];
	put_piece(w, &piece);
	return (int64_t)w->text_count++;
}

/* The number of the text in the scratch buffer, which is emptied. */
static int64_t scratch_number(struct writer *w)
{
	struct qa_str text = qa_buf_str(&w->scratch);
	uint64_t hash = qa_hash_bytes(text.data, text.len);
	uint32_t number = qa_hashmap_find(&w->text_map, hash, is_text, w, &text);

	qa_buf_clear(&w->scratch);
	return number == QA_HASHMAP_NONE ? add_text(w, text, hash) : number;
}

static int64_t text_number(struct writer *w, const char *text)
{
	qa_utf8_escape(qa_str(text), &w->scratch);
	return scratch_number(w);
}

static void put_types(struct writer *w)
{
	Qa__Pprof__ValueType count = QA__PPROF__VALUE_TYPE__INIT;
	Qa__Pprof__ValueType time = QA__PPROF__VALUE_TYPE__INIT;
	Qa__Pprof__ValueType *types[] = {&count, &time};
	bool cpu =
		w->profile->selection == QA_SELECT_ON_CPU || w->profile->selection == QA_SELECT_GIL;
	Qa__Pprof__Profile piece = QA__PPROF__PROFILE__INIT;

	text_number(w, ""); /* text 0 */
	count.type = text_number(w, "samples");
	count.unit = text_number(w, "count");
	time.type = text_number(w, cpu ? "cpu" : "wall");
	time.unit = text_number(w, "nanoseconds");
	piece.n_sample_type = VALUES;
	piece.sample_type = types;
	piece.default_sample_type = time.type;
	piece.period_type = &time;
	piece.period = (int64_t)w->profile->period_ns;
	piece.time_nanos = w->profile->start_wall_ns;
	piece.duration_nanos = (int64_t)qa_duration_ns(w->profile);
	put_piece(w, &piece);
}

static void put_mapping(struct writer *w)
{
	bool known = w->profile->process_count > 0;
	Qa__Pprof__Mapping mapping = QA__PPROF__MAPPING__INIT;
	Qa__Pprof__Mapping *mappings[] = {&mapping};
	Qa__Pprof__Profile piece = QA__PPROF__PROFILE__INIT;

	mapping.id = MAPPING_ID;
	mapping.filename = text_number(w, known ? w->profile->processes[0].executable : "python");
	mapping.build_id = text_number(w, known ? w->profile->processes[0].build_id : "");
	mapping.has_functions = true;
	mapping.has_filenames = true;
	mapping.has_line_numbers = true;
	mapping.has_inline_frames = true;
	piece.n_mapping = 1;
	piece.mapping = mappings;
	put_piece(w, &piece);
}

static void put_function(struct writer *w, const struct qa_frame *frame)
{
	Qa__Pprof__Function function = QA__PPROF__FUNCTION__INIT;
	Qa__Pprof__Function *functions[] = {&function};
	Qa__Pprof__Profile piece = QA__PPROF__PROFILE__INIT;

	function.id = frame->function + (uint64_t)1;
	function.name = text_number(w, frame->name);
	function.filename = text_number(w, frame->file);
	function.start_line = frame->first_line;
	piece.n_function = 1;
	piece.function = functions;
	put_piece(w, &piece);
}

static void put_location(struct writer *w, const struct qa_frame *frame, uint64_t id)
{
	Qa__Pprof__Line line = QA__PPROF__LINE__INIT;
	Qa__Pprof__Line *lines[] = {&line};
	Qa__Pprof__Location location = QA__PPROF__LOCATION__INIT;
	Qa__Pprof__Location *locations[] = {&location};
	Qa__Pprof__Profile piece = QA__PPROF__PROFILE__INIT;

	line.function_id = frame->function + (uint64_t)1;
	line.line = frame->line;
	location.id = id;
	location.mapping_id = MAPPING_ID;
	location.n_line = 1;
	location.line = lines;
	piece.n_location = 1;
	piece.location = locations;
	put_piece(w, &piece);
}

/* A location for each frame. Ids are the indices of frames and functions + 1: 0 is not allowed. */
static void put_frames(struct writer *w)
{
	for (size_t i = 0; i < w->profile->frame_count; i++) {
		const struct qa_frame *frame = &w->profile->frames[i];

		if (i == 0 || frame->function != frame[-1].function)
			put_function(w, frame);
		put_location(w, frame, i + 1);
	}
}

static size_t find_path(struct writer *w, uint32_t node)
{
	const struct qa_node *nodes = w->profile->nodes;
	size_t depth = 0;

	for (; node != 0; node = nodes[node].parent)
		w->path[depth++] = nodes[node].frame + (uint64_t)1;
	return depth;
}

static void put_sample(
	struct writer *w, uint32_t node, Qa__Pprof__Label **labels, size_t label_count)
{
	int64_t values[VALUES] = {(int64_t)w->nodes[node].samples, (int64_t)w->nodes[node].ns};
	Qa__Pprof__Sample sample = QA__PPROF__SAMPLE__INIT;
	Qa__Pprof__Sample *samples[] = {&sample};
	Qa__Pprof__Profile piece = QA__PPROF__PROFILE__INIT;

	sample.n_location_id = find_path(w, node);
	sample.location_id = w->path;
	sample.n_value = VALUES;
	sample.value = values;
	sample.n_label = label_count;
	sample.label = labels;
	piece.n_sample = 1;
	piece.sample = samples;
	put_piece(w, &piece);
}

static int compare_indices(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left;
	uint32_t b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* The row of states[] that fits, or STATES. */
static size_t find_state(uint32_t state)
{
	size_t row = 0;

	while (row < STATES && (state & states[row].mask) != states[row].bits)
		row++;
	return row;
}

/* The weight of each node in one thread and one state. Returns how many nodes have any; they are in
 * touched[], ordered. */
static size_t weigh_nodes(struct writer *w, const struct qa_thread *thread, size_t state)
{
	const struct qa_profile *profile = w->profile;
	size_t count = 0;

	for (size_t i = 0; i < thread->total.samples; i++) {
		const struct qa_sample *sample =
			&profile->samples[profile->thread_samples[thread->first_sample + i]];
		struct qa_weight *weight = &w->nodes[sample->node];

		if (find_state(sample->state) != state)
			continue;
		if (weight->samples++ == 0)
			w->touched[count++] = sample->node;
		weight->ns += sample->weight_ns;
	}
	qsort(w->touched, count, sizeof(*w->touched), compare_indices);
	return count;
}

/* The samples of one thread in one state. The last label is the state's. */
static void put_state(
	struct writer *w, const struct qa_thread *thread, size_t row, Qa__Pprof__Label **labels)
{
	size_t count = weigh_nodes(w, thread, row);
	size_t label_count = row < STATES ? MOST_LABELS : MOST_LABELS - 1;

	if (count && row < STATES) {
		labels[MOST_LABELS - 1]->key = text_number(w, "state");
		labels[MOST_LABELS - 1]->str = text_number(w, states[row].name);
	}
	for (size_t i = 0; i < count; i++) {
		put_sample(w, w->touched[i], labels, label_count);
		w->nodes[w->touched[i]] = (struct qa_weight){0};
	}
}

static void put_thread(struct writer *w, const struct qa_thread *thread)
{
	Qa__Pprof__Label name = QA__PPROF__LABEL__INIT;
	Qa__Pprof__Label id = QA__PPROF__LABEL__INIT;
	Qa__Pprof__Label pid = QA__PPROF__LABEL__INIT;
	Qa__Pprof__Label state = QA__PPROF__LABEL__INIT;
	Qa__Pprof__Label *labels[MOST_LABELS] = {&name, &id, &pid, &state};

	name.key = text_number(w, "thread_name");
	name.str = text_number(w, thread->name);
	id.key = text_number(w, "thread_id");
	id.num = (int64_t)(thread->tid ? thread->tid : thread->ident);
	pid.key = text_number(w, "pid");
	pid.num = w->profile->processes[thread->process].pid;
	for (size_t row = 0; row <= STATES; row++)
		put_state(w, thread, row, labels);
}

static void put_comments(struct writer *w, const struct qa_emit_options *options)
{
	const struct qa_raw_loss *loss = &w->profile->loss;
	int64_t comments[3];
	Qa__Pprof__Profile piece = QA__PPROF__PROFILE__INIT;

	qa_describe_title(&w->scratch, w->profile, options);
	comments[0] = scratch_number(w);
	qa_utf8_escape(qa_str(w->profile->recorder), &w->scratch);
	qa_buf_append_str(&w->scratch, qa_str(": "));
	qa_describe_recording(&w->scratch, w->profile);
	comments[1] = scratch_number(w);
	qa_buf_printf(&w->scratch, "Loss: %llu late, %llu torn, %llu dropped, %llu missed",
		(unsigned long long)loss->late, (unsigned long long)loss->retried,
		(unsigned long long)loss->dropped, (unsigned long long)loss->missed);
	comments[2] = scratch_number(w);
	piece.n_comment = sizeof(comments) / sizeof(comments[0]);
	piece.comment = comments;
	put_piece(w, &piece);
}

static void put_profile(struct writer *w, const struct qa_emit_options *options)
{
	put_types(w);
	put_mapping(w);
	put_frames(w);
	for (size_t i = 0; i < w->profile->thread_count; i++)
		put_thread(w, &w->profile->threads[i]);
	put_comments(w, options);
}

static bool allocate(struct writer *w)
{
	w->path = malloc(((size_t)w->profile->max_depth + 1) * sizeof(*w->path));
	w->nodes = calloc(w->profile->node_count, sizeof(*w->nodes));
	w->touched = malloc(w->profile->node_count * sizeof(*w->touched));
	return w->path && w->nodes && w->touched;
}

static void release(struct writer *w)
{
	free(w->path);
	free(w->nodes);
	free(w->touched);
	free(w->texts);
	qa_hashmap_free(&w->text_map);
	qa_arena_free(&w->arena);
	qa_buf_free(&w->scratch);
}

static int emit(const struct qa_profile *profile, const struct qa_emit_options *options,
	struct qa_sink *sink, struct qa_error *err)
{
	struct writer w = {.base = {.append = append}, .profile = profile};
	int rc = qa_sink_open_gzip(sink, &w.sink, err);

	if (rc)
		return rc;
	if (allocate(&w))
		put_profile(&w, options);
	else
		w.failed = true;
	w.scratch.failed |= w.failed;
	rc = qa_describe_check(&w.scratch, err);
	release(&w);
	if (rc)
		qa_sink_abort(w.sink);
	else
		rc = qa_sink_close(w.sink, err);
	return rc;
}

const struct qa_emitter qa_emitter_pprof = {
	.name = "pprof",
	.summary = "gzipped protocol buffer for pprof and the services that take it",
	.suffix = ".pb.gz",
	.opens = "go tool pprof -http=: FILE",
	.accepts = QA_ACCEPTS_TITLE,
	.binary = true,
	.emit = emit,
};
