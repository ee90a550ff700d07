#include "cmd/profiles.h"

/* Each event goes to both builders. */
#define FEED_BOTH(name)                                                                            \
	static int feed_##name(void *ctx, const struct qa_raw_##name *event)                       \
	{                                                                                          \
		struct profiles *profiles = ctx;                                                   \
		int rc = qa_profile_builder_consumer.name(profiles->builder, event);               \
                                                                                                   \
		return rc ? rc : qa_profile_builder_consumer.name(profiles->line_builder, event);  \
	}

FEED_BOTH(session)
FEED_BOTH(process)
FEED_BOTH(thread)
FEED_BOTH(file)
FEED_BOTH(source)
FEED_BOTH(code)
FEED_BOTH(node)
FEED_BOTH(tick)
FEED_BOTH(loss)
FEED_BOTH(end)

static const struct qa_raw_consumer both = {
	.session = feed_session,
	.process = feed_process,
	.thread = feed_thread,
	.file = feed_file,
	.source = feed_source,
	.code = feed_code,
	.node = feed_node,
	.tick = feed_tick,
	.loss = feed_loss,
	.end = feed_end,
};

static int read_trace(struct profiles *profiles, const struct trace_file *trace,
	struct qa_trace_health *health, struct qa_error *err)
{
	if (profiles->line_builder)
		return trace_file_read(trace, &both, profiles, health, err);
	return trace_file_read(trace, &qa_profile_builder_consumer, profiles->builder, health, err);
}

int profiles_read(struct profiles *profiles, const struct trace_file *trace,
	const struct qa_profile_options *options, const struct profiles_wanted *wanted,
	struct qa_trace_health *health, struct qa_error *err)
{
	struct qa_profile_options by_line = *options;
	int rc;

	*profiles = (struct profiles){.wanted = *wanted};
	by_line.by_line = true;
	rc = qa_profile_builder_open(options, &profiles->builder, err);
	if (!rc && wanted->listing && !options->by_line)
		rc = qa_profile_builder_open(&by_line, &profiles->line_builder, err);
	if (!rc)
		rc = read_trace(profiles, trace, health, err);
	if (rc)
		profiles_free(profiles);
	return rc;
}

static int list(struct profiles *profiles, struct qa_error *err)
{
	int rc = 0;

	if (profiles->line_builder) {
		rc = qa_profile_builder_finish(profiles->line_builder, &profiles->by_line, err);
		profiles->line_builder = NULL;
	}
	return rc ? rc
		  : qa_listing_open(profiles->by_line ? profiles->by_line : profiles->profile,
			    &profiles->listing, err);
}

/* The listing's files get the facts of the same texts. */
static void pass_facts(struct profiles *profiles)
{
	for (size_t i = 0; i < profiles->listing->file_count; i++) {
		const struct qa_listed_file *listed = &profiles->listing->files[i];
		const struct qa_joined_file *joined =
			qa_join_find_file(profiles->join, listed->path);

		if (joined && joined->state == QA_JOIN_FOUND && listed->text.state == QA_TEXT_SAME)
			qa_listing_set_facts(profiles->listing, i, joined->facts);
	}
}

static int join(struct profiles *profiles, struct qa_error *err)
{
	int rc = qa_join_open(
		profiles->profile, &profiles->wanted.join_options, &profiles->join, err);

	if (!rc && profiles->listing)
		pass_facts(profiles);
	return rc;
}

int profiles_finish(struct profiles *profiles, struct qa_error *err)
{
	int rc = qa_profile_builder_finish(profiles->builder, &profiles->profile, err);

	profiles->builder = NULL;
	if (!rc && profiles->wanted.listing)
		rc = list(profiles, err);
	if (!rc && profiles->wanted.join)
		rc = join(profiles, err);
	if (rc)
		profiles_free(profiles);
	return rc;
}

void profiles_free(struct profiles *profiles)
{
	qa_listing_free(profiles->listing);
	qa_join_free(profiles->join);
	qa_profile_free(profiles->by_line);
	qa_profile_free(profiles->profile);
	qa_profile_builder_abort(profiles->line_builder);
	qa_profile_builder_abort(profiles->builder);
	*profiles = (struct profiles){0};
}
