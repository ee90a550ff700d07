/* A profile while it is being built. */
#ifndef QA_PROFILE_BUILDER_H
#define QA_PROFILE_BUILDER_H

#include "profile/command.h"
#include "profile/frames.h"
#include "profile/ids.h"
#include "profile/paths.h"
#include "profile/strings.h"
#include "profile/texts.h"
#include "qa/profile.h"

/* A profile and the memory behind it; `view` is what its user sees. */
struct qa_profile_store {
	struct qa_profile view;
	struct qa_arena arena; /* all strings */
	struct qa_frame *frames;
	struct qa_node *nodes;
	struct qa_sample *samples;
	struct qa_thread *threads;
	struct qa_process *processes;
	struct qa_file *files;
	struct qa_texts texts; /* of the files */
	uint32_t *hot_frames;
	uint32_t *thread_samples;
};

struct qa_profile_builder {
	struct qa_profile_store
		*store; /* its samples have raw paths for nodes until they are weighed */
	struct qa_profile_options options;
	struct qa_strings strings;
	struct qa_frames frames;
	struct qa_paths paths;
	struct qa_ids process_ids;
	struct qa_ids thread_ids;
	struct qa_ids code_ids;
	struct qa_ids node_ids;
	struct qa_command *commands; /* of each process */
	struct qa_hashmap file_map;
	size_t sample_room;
	size_t thread_room;
	size_t process_room;
	size_t command_room;
	size_t file_room;
};

/* A file's index, or QA_NONE. Without a process (QA_NONE): the first one of that path. `path` is
 * one of `strings`. */
uint32_t qa_profile_find_file(
	const struct qa_profile_builder *builder, uint32_t process, const char *path);

/* The steps of finishing, in this order. They return 0 or a negative errno; selecting says why. */
int qa_profile_name_threads(struct qa_profile_builder *builder); /* those without a name */
int qa_profile_select(
	struct qa_profile_builder *builder, struct qa_error *err); /* threads and samples */
int qa_profile_weigh(
	struct qa_profile_builder *builder); /* samples: their nodes, and all sums but the tree's */
int qa_profile_arrange(struct qa_profile_builder *builder); /* frames and nodes in their order */
int qa_profile_sum_frames(
	struct qa_profile_builder *builder); /* what each frame weighs, and which are hot */
int qa_profile_annotate(struct qa_profile_builder *builder); /* scripts, origins */

#endif
