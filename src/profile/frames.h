/* The frames of a profile being built: from a code object and an instruction to a function or a
 * line. */
#ifndef QA_PROFILE_FRAMES_H
#define QA_PROFILE_FRAMES_H

#include "profile/strings.h"
#include "qa/profile.h"

/* A code object; name, short_name and file are numbers of texts. */
struct qa_code {
	uint32_t process;
	enum qa_frame_kind kind;
	enum qa_line_table line_table;
	int first_line;
	uint32_t name;
	uint32_t short_name;
	uint32_t file;
	struct qa_str lines;
};

/* The same of a frame. Frames that agree in everything but the short name are one. */
struct qa_frame_entry {
	uint32_t name;
	uint32_t short_name;
	uint32_t file;
	int line;
	int first_line;
	enum qa_frame_kind kind;
};

struct qa_place;

struct qa_frames {
	bool by_line;
	struct qa_strings *strings; /* borrowed */
	struct qa_code *codes;
	size_t code_count;
	size_t code_room;
	struct qa_frame_entry *entries;
	size_t count;
	size_t room;
	struct qa_hashmap map;
	struct qa_place *places; /* what was asked before */
	size_t place_count;
	size_t place_room;
	struct qa_hashmap by_place;
};

/* Keeps a code object. Its index is the number of those kept before. */
int qa_frames_add_code(struct qa_frames *frames, const struct qa_raw_code *raw, uint32_t process);

/* The frame of a code object at an instruction. */
int qa_frames_at(struct qa_frames *frames, uint32_t code, int instruction, uint32_t *frame);

/* The frame that stands for `count` frames left out. */
int qa_frames_elided(struct qa_frames *frames, uint32_t count, uint32_t *frame);

/* The frame of a stack without Python frames. */
int qa_frames_no_python(struct qa_frames *frames, uint32_t *frame);

/* The frame of garbage collection. */
int qa_frames_gc(struct qa_frames *frames, uint32_t *frame);

void qa_frames_free(struct qa_frames *frames);

#endif
