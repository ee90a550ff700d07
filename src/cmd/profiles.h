/* The profile that the reports are made of, the listing of its sources and what they say, from one
 * reading of the trace. */
#ifndef QA_CMD_PROFILES_H
#define QA_CMD_PROFILES_H

#include "cmd/trace_file.h"
#include "qa/join.h"
#include "qa/listing.h"
#include "qa/profile.h"

/* What is wanted besides the profile. */
struct profiles_wanted {
	bool listing;
	bool join;
	struct qa_join_options join_options;
};

struct profiles {
	struct qa_profile *profile;
	struct qa_listing *listing; /* NULL: not asked for */
	struct qa_join *join;       /* NULL: not asked for; the listing has its facts */
	/* For the listing, if `profile` is not by line. */
	struct qa_profile *by_line;
	struct qa_profile_builder *builder; /* until they are finished */
	struct qa_profile_builder *line_builder;
	struct profiles_wanted wanted;
};

/* Reads the trace. On failure there is nothing to free. */
int profiles_read(struct profiles *profiles, const struct trace_file *trace,
	const struct qa_profile_options *options, const struct profiles_wanted *wanted,
	struct qa_trace_health *health, struct qa_error *err);

/* Builds what was read; fails like qa_profile_builder_finish, and there is nothing to free then. */
int profiles_finish(struct profiles *profiles, struct qa_error *err);

void profiles_free(struct profiles *profiles);

#endif
