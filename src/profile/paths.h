/*
 * The tree of call paths, from raw nodes. Raw nodes that differ only in what the profile does not
 * show become one node.
 *
 * A stack of more than head + tail frames keeps the outermost `head` of them, then one frame that
 * stands for the frames left out, then the innermost ones. The number left out is a multiple of
 * `step`: deep stacks of one recursion then share most of their nodes, whatever the depth at which
 * each was sampled, and the tree stays in proportion to the raw one. Hence between tail - step + 1
 * and tail innermost frames are kept.
 */
#ifndef QA_PROFILE_PATHS_H
#define QA_PROFILE_PATHS_H

#include "profile/frames.h"

struct qa_path_node {
	uint32_t parent;
	uint32_t frame;
	uint32_t depth;
	struct qa_weight self;
};

struct qa_raw_path;
struct qa_kept;

struct qa_paths {
	struct qa_frames *frames; /* borrowed */
	uint32_t head;
	uint32_t tail;
	uint32_t step;
	struct qa_raw_path *raw;
	size_t raw_count;
	size_t raw_room;
	struct qa_path_node *nodes; /* parents before children; the first is the empty path */
	size_t count;
	size_t room;
	struct qa_hashmap children;
	struct qa_kept *kept; /* nodes of raw paths behind an elision */
	size_t kept_count;
	size_t kept_room;
	struct qa_hashmap kept_map;
	uint32_t *climb; /* scratch */
	size_t climb_room;
};

int qa_paths_open(struct qa_paths *paths, struct qa_frames *frames, uint32_t max_depth);

/* Adds a raw path: a frame below the raw path `parent`, or below nothing (QA_NONE). It gets the
 * next index. */
int qa_paths_add(struct qa_paths *paths, uint32_t parent, uint32_t frame);

/* How many frames a raw path has. */
uint32_t qa_paths_depth(const struct qa_paths *paths, uint32_t raw);

/* The node of a raw path; QA_NONE is the stack without Python frames. */
int qa_paths_node(struct qa_paths *paths, uint32_t raw, uint32_t *node);

/* The same with a frame of garbage collection below it, unless the path ends in one already. */
int qa_paths_collecting(struct qa_paths *paths, uint32_t raw, uint32_t *node);

void qa_paths_free(struct qa_paths *paths);

#endif
