/*
 * The finished model that emitters read: immutable arrays that refer to each other by index.
 *
 * Built once from raw events by a qa_profile_builder. Indices are valid for the lifetime of the
 * profile; QA_NONE means "no such thing". Times are nanoseconds; sample times are CLOCK_MONOTONIC
 * of the recording machine. All text is valid UTF-8 and NUL-terminated; it may still hold control
 * characters: each emitter escapes what its format cannot take.
 */
#ifndef QA_PROFILE_H
#define QA_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qa/error.h"
#include "qa/raw.h"

#ifdef __cplusplus
extern "C" {
#endif

#define QA_NONE UINT32_MAX

enum qa_frame_kind {
	QA_FRAME_PYTHON,
	QA_FRAME_NATIVE,
	QA_FRAME_GC,
	QA_FRAME_ELIDED,     /* "... N frames elided ..." */
	QA_FRAME_UNREADABLE, /* "<unreadable>" */
};

/* A count of samples and the time they stand for. */
struct qa_weight {
	uint64_t samples;
	uint64_t ns;
};

/* A function; or, when the profile was built by line, a line of a function. */
struct qa_frame {
	const char *name;       /* qualified where the interpreter tells, else the plain name */
	const char *file;       /* as the code object says; "" when unknown */
	const char *short_name; /* the plain name: co_name */
	uint32_t file_index;    /* into files[], or QA_NONE */
	int line;               /* by line: the line; by function: first_line. 0: unknown */
	int first_line;         /* co_firstlineno: the first decorator's line where there is one */
	enum qa_frame_kind kind;
	struct qa_weight self;
	struct qa_weight total; /* recursion counted once per sample */
};

/* A distinct call path. nodes[0] is the root: the empty stack. Parents come before children. */
struct qa_node {
	uint32_t parent;       /* nodes[0].parent is QA_NONE */
	uint32_t frame;        /* nodes[0].frame is QA_NONE */
	uint32_t first_child;  /* or QA_NONE */
	uint32_t next_sibling; /* or QA_NONE; siblings are ordered by frame name, file and line */
	uint32_t depth;        /* nodes[0]: 0 */
	struct qa_weight self;
	struct qa_weight total;
};

struct qa_sample {
	uint64_t time_ns;
	uint64_t weight_ns;
	uint32_t thread; /* into threads[] */
	uint32_t node;   /* into nodes[]; 0: no Python frame */
	uint32_t state;  /* enum qa_state bits */
};

struct qa_thread {
	const char
		*name; /* never empty: "MainThread", "Thread 4711" … when the program gave none */
	uint64_t tid;
	uint64_t ident;
	int64_t interpreter;
	uint32_t process; /* into processes[] */
	bool is_main;
	struct qa_weight total;
};

struct qa_process {
	uint32_t pid;
	uint32_t parent_pid;
	const char *python; /* "3.11.2" */
	const char *executable;
	const char *cwd;
	const char *const *arguments; /* ended by NULL */
	size_t argument_count;
	const char *script; /* what the user would call the program: script path, "-m module", "-c",
			       or the executable */
	const char *script_path; /* the script's file as code objects name it, or "" */
	const char *build_id;
};

/* A source file: as it was while recording, and whether it is still the same. */
struct qa_file {
	const char *path; /* as the code object says */
	uint32_t process; /* into processes[] */
	bool recorded;    /* size, lines and crc32 below are those of the recording */
	uint64_t size;
	uint32_t lines;
	uint32_t crc32;
	int64_t modified_ns;
	struct qa_weight self;
};

struct qa_profile {
	const struct qa_frame *frames;
	size_t frame_count;
	const struct qa_node *nodes;
	size_t node_count;
	const struct qa_sample *samples; /* in the order taken */
	size_t sample_count;
	const struct qa_thread *threads;
	size_t thread_count;
	const struct qa_process *processes;
	size_t process_count;
	const struct qa_file *files;
	size_t file_count;

	const char *recorder; /* "qa-record 0.1.0" */
	const char *host;
	const char *kernel;
	uint64_t start_ns;     /* monotonic */
	uint64_t end_ns;       /* of the end record, else of the last sample */
	int64_t start_wall_ns; /* since 1970 */
	uint64_t period_ns;
	bool by_line; /* frames are lines */
	bool ended;   /* the recording was closed properly */
	enum qa_end_reason end_reason;

	struct qa_weight total; /* of all samples */
	struct qa_raw_loss loss;
	uint32_t max_depth; /* frames of the deepest stack kept */
};

struct qa_profile_options {
	bool by_line;       /* a frame per line instead of per function */
	uint32_t max_depth; /* deeper stacks keep their outermost and innermost frames; 0: 2000 */
};

struct qa_profile_builder;

int qa_profile_builder_open(const struct qa_profile_options *options,
	struct qa_profile_builder **out, struct qa_error *err);

/* Feed events with this table and the builder as its ctx. */
extern const struct qa_raw_consumer qa_profile_builder_consumer;

/* Turns what was fed into a profile and frees the builder, also on failure. The profile is the
 * caller's. */
int qa_profile_builder_finish(
	struct qa_profile_builder *builder, struct qa_profile **out, struct qa_error *err);

/* For giving up instead. NULL is allowed. */
void qa_profile_builder_abort(struct qa_profile_builder *builder);

void qa_profile_free(struct qa_profile *profile);

/*
 * The frames with samples of their own, hottest first: by self samples, then self time, then name,
 * file and line. `out` has room for `room` indices; returns how many there are in all.
 */
size_t qa_profile_hot_frames(const struct qa_profile *profile, uint32_t *out, size_t room);

#ifdef __cplusplus
}
#endif
#endif
