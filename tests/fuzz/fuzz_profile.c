/*
 * Raw events of any kind in any order, with small ids so that they often refer to each other; then
 * every format. The bytes are read from the front: two for the options, then an event after the
 * other.
 */
#include <errno.h>
#include <stdlib.h>

#include "qa/emitter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
};

static uint8_t take(struct input *in)
{
	if (in->size == 0)
		return 0;
	in->size--;
	return *in->data++;
}

static struct qa_str take_text(struct input *in)
{
	size_t len = take(in) % 32;
	struct qa_str text = {(const char *)in->data, len < in->size ? len : in->size};

	in->data += text.len;
	in->size -= text.len;
	return text;
}

/* Times of all sizes: hostile sums must not overflow. */
static uint64_t take_time(struct input *in)
{
	uint8_t byte = take(in);

	return (uint64_t)byte << (byte % 64);
}

static int feed_session(struct input *in, void *builder)
{
	struct qa_raw_session session = {
		.recorder = take_text(in), .start_ns = take_time(in), .period_ns = take_time(in)};

	return qa_profile_builder_consumer.session(builder, &session);
}

static int feed_process(struct input *in, void *builder)
{
	struct qa_raw_process process = {.id = take(in),
		.pid = take(in),
		.python = take_text(in),
		.executable = take_text(in),
		.command = take_text(in)};

	return qa_profile_builder_consumer.process(builder, &process);
}

static int feed_thread(struct input *in, void *builder)
{
	struct qa_raw_thread thread = {.id = take(in),
		.process = take(in),
		.tid = take_time(in),
		.is_main = take(in),
		.name = take_text(in)};

	return qa_profile_builder_consumer.thread(builder, &thread);
}

static int feed_file(struct input *in, void *builder)
{
	struct qa_raw_file file = {.path = take_text(in),
		.process = take(in),
		.found = take(in),
		.size = take_time(in),
		.crc32 = take(in)};

	return qa_profile_builder_consumer.file(builder, &file);
}

static int feed_source(struct input *in, void *builder)
{
	struct qa_raw_source source = {.path = take_text(in),
		.process = take(in),
		.offset = take_time(in),
		.part = take_text(in)};

	return qa_profile_builder_consumer.source(builder, &source);
}

static int feed_code(struct input *in, void *builder)
{
	struct qa_raw_code code = {
		.id = take(in),
		.process = take(in),
		.kind = take(in) % 8,
		.line_table = take(in) % 4,
		.first_line = (int8_t)take(in),
		.file = take_text(in),
		.name = take_text(in),
		.qualname = take_text(in),
		.lines = take_text(in),
	};

	return qa_profile_builder_consumer.code(builder, &code);
}

static int feed_node(struct input *in, void *builder)
{
	struct qa_raw_node node = {take(in), take(in), take(in), (int8_t)take(in)};

	return qa_profile_builder_consumer.node(builder, &node);
}

static int feed_tick(struct input *in, void *builder)
{
	struct qa_raw_sample samples[3];
	struct qa_raw_tick tick = {.time_ns = take_time(in),
		.weight_ns = take_time(in),
		.count = take(in) % 4,
		.samples = samples};

	for (size_t i = 0; i < tick.count; i++)
		samples[i] = (struct qa_raw_sample){take(in), take(in), take(in)};
	return qa_profile_builder_consumer.tick(builder, &tick);
}

static int feed_loss(struct input *in, void *builder)
{
	struct qa_raw_loss loss = {.dropped = take_time(in),
		.dropped_ns = take_time(in),
		.late_max_ns = take_time(in)};

	return qa_profile_builder_consumer.loss(builder, &loss);
}

static int feed_end(struct input *in, void *builder)
{
	struct qa_raw_end end = {take_time(in), take(in)};

	return qa_profile_builder_consumer.end(builder, &end);
}

static void feed(struct input *in, void *builder)
{
	static int (*const feeders[])(struct input *, void *) = {feed_session, feed_process,
		feed_thread, feed_file, feed_code, feed_node, feed_tick, feed_loss, feed_end,
		feed_source};

	while (in->size > 0)
		feeders[take(in) % (sizeof(feeders) / sizeof(feeders[0]))](in, builder);
}

/* Every sample is in one state, and every frame that has a definition has one that is there. */
static struct qa_join *join(const struct qa_profile *profile, size_t top)
{
	const struct qa_join_options options = {.max_files = 3, .top = top};
	struct qa_join *join;
	uint64_t samples = 0;

	if (qa_join_open(profile, &options, &join, NULL))
		abort();
	for (int state = 0; state < QA_JOIN_STATES; state++)
		samples += join->self[state].samples;
	if (samples != profile->sample_count)
		abort();
	for (size_t i = 0; i < profile->frame_count; i++)
		if ((join->frames[i].state == QA_JOIN_FOUND) !=
			(join->frames[i].definition < join->definition_count))
			abort();
	return join;
}

static void emit_all(const struct qa_profile *profile, size_t limit)
{
	struct qa_listing *listing = NULL;
	struct qa_join *joined = join(profile, limit);
	struct qa_emit_options options = {.limit = limit, .color = true, .join = joined};

	if (profile->by_line && qa_listing_open(profile, &listing, NULL))
		abort();
	options.listing = listing;
	for (size_t i = 0; qa_emitters[i]; i++) {
		struct qa_sink *sink;

		if (qa_sink_open_memory(&sink, NULL) ||
			qa_emitters[i]->emit(profile, &options, sink, NULL))
			abort();
		if (qa_sink_close(sink, NULL))
			abort();
	}
	qa_listing_free(listing);
	qa_join_free(joined);
}

static struct qa_profile_options take_options(struct input *in)
{
	static const char *const threads[] = {"7", "a"};
	uint8_t byte = take(in);

	return (struct qa_profile_options){
		.by_line = byte & 1,
		.no_gc_frames = byte >> 1 & 1,
		.selection = (enum qa_selection)(byte >> 2 & 3),
		.threads = threads,
		.thread_count = (byte >> 4) % 3,
		.max_depth = take(in) % 16,
	};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct qa_profile_options options = take_options(&in);
	struct qa_profile_builder *builder;
	struct qa_profile *profile;
	int rc;

	if (qa_profile_builder_open(&options, &builder, NULL))
		abort();
	feed(&in, builder);
	rc = qa_profile_builder_finish(builder, &profile, NULL);
	if (rc == -ESRCH || rc == -ENODATA)
		return 0; /* what was asked for is not there */
	if (rc)
		abort();
	if (profile->node_count == 0 || profile->nodes[0].total.samples != profile->sample_count)
		abort();
	emit_all(profile, options.max_depth);
	qa_profile_free(profile);
	return 0;
}
