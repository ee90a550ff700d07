/*
 * The finished model that emitters read: immutable arrays that refer to each other by index.
 *
 * Built once from raw events by a qa_profile_builder. Indices are valid for the lifetime of the
 * profile; QA_NONE means "no such thing". Times are nanoseconds; sample times are CLOCK_MONOTONIC
 * of the recording machine, and the time of all samples together stays below INT64_MAX.
 * All text is valid UTF-8 and NUL-terminated; it may still hold control characters: each emitter
 * escapes what its format cannot take.
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
	QA_FRAME_NO_PYTHON, /* "<no python frame>": all there is of a stack without Python frames */
};

/* Whose code a frame is, judged by its file's path. */
enum qa_frame_origin {
	QA_ORIGIN_APPLICATION,
	QA_ORIGIN_PACKAGE,  /* site-packages, dist-packages */
	QA_ORIGIN_STANDARD, /* the standard library, frozen modules */
	QA_ORIGIN_OTHER,    /* not Python code, or nobody knows */
};

/* A count of samples and the time they stand for. */
struct qa_weight {
	uint64_t samples;
	uint64_t ns;
};

/* Which samples a profile is made of, by their state (enum qa_state of qa/raw.h). */
enum qa_selection {
	QA_SELECT_ALL,
	QA_SELECT_ON_CPU,   /* of threads that were on a CPU or ready for one */
	QA_SELECT_GIL,      /* of threads that held their interpreter's GIL */
	QA_SELECT_NOT_IDLE, /* all but those of threads known to be neither on a CPU nor ready */
};

/* How many of some samples had which state. What is not known of a sample is counted nowhere. */
struct qa_states {
	uint64_t samples;   /* all of them */
	uint64_t knows_cpu; /* it is known whether the thread was on a CPU, or else idle */
	uint64_t on_cpu;
	uint64_t knows_gil; /* it is known whether the thread held the GIL */
	uint64_t gil;
	uint64_t gc; /* it held the GIL and collected garbage; 0 also where that cannot be seen */
};

/* A function; or, when the profile was built by line, a line of a function. */
struct qa_frame {
	const char *name;       /* qualified where the interpreter tells, else the plain name */
	const char *short_name; /* the plain name: co_name */
	const char *file;       /* as the code object says; "" when unknown */
	uint32_t file_index;    /* into files[], or QA_NONE */
	uint32_t function; /* counts the functions up from 0 in their order: equal for the lines of
			      one */
	int line;          /* by line: the line; by function: first_line. 0: unknown */
	int first_line; /* co_firstlineno: the first decorator's line where there is one. 0: unknown
			 */
	enum qa_frame_kind kind;
	enum qa_frame_origin origin;
	struct qa_weight self;
	struct qa_weight total; /* recursion counted once per sample */
};

/* A distinct call path. nodes[0] is the root: the empty path, which no sample has. */
struct qa_node {
	uint32_t parent; /* nodes[0].parent is QA_NONE */
	uint32_t frame;  /* nodes[0].frame is QA_NONE */
	uint32_t first_child;
	uint32_t next_sibling; /* siblings are ordered as frames[] is */
	uint32_t depth;        /* nodes[0]: 0 */
	struct qa_weight self;
	struct qa_weight total;
};

struct qa_sample {
	uint64_t time_ns;
	uint64_t weight_ns;
	uint32_t thread; /* into threads[] */
	uint32_t node;   /* into nodes[] */
	uint32_t state;  /* enum qa_state bits */
};

struct qa_thread {
	const char *name; /* never empty: "MainThread", "Thread 4711" when the program gave none */
	uint64_t tid;
	uint64_t ident;
	int64_t interpreter;
	uint32_t process; /* into processes[] */
	bool is_main;
	size_t first_sample; /* of its total.samples indices in thread_samples[] */
	struct qa_weight total;
	struct qa_states states; /* of all its samples, also those not selected */
};

struct qa_process {
	uint32_t pid;
	uint32_t parent_pid;
	const char *python; /* "3.11.2" */
	const char *executable;
	const char *cwd;
	const char *const *arguments; /* ended by NULL */
	size_t argument_count;
	const char *
		script; /* as a user would call it: script path, "-m module", "-c", or executable */
	const char *script_path; /* the script's file as code objects name it, or "" */
	uint32_t script_file;    /* the same in files[], or QA_NONE */
	const char *build_id;
};

/* A source file as it was while recording. */
struct qa_file {
	const char *path; /* as the code object says */
	uint32_t process; /* into processes[] */
	bool recorded;    /* the file was found, and the fields below are known */
	uint64_t size;
	uint32_t lines;
	uint32_t crc32;
	int64_t modified_ns;
	/* Its text, if that was recorded: `size` bytes as they were in the file, whatever they
	 * are, and a NUL after them. Else NULL. */
	const char *source;
	struct qa_weight self;
};

struct qa_profile {
	const struct qa_frame *frames; /* that any sample has, ordered by name, file and line */
	size_t frame_count;
	const struct qa_node *nodes; /* in preorder: each node is followed by what is below it */
	size_t node_count;
	const struct qa_sample *samples; /* in the order taken */
	size_t sample_count;
	const struct qa_thread *threads; /* those selected */
	size_t thread_count;
	const uint32_t
		*thread_samples; /* indices of samples: thread by thread, in the order taken */
	const struct qa_process *processes;
	size_t process_count;
	const struct qa_file *files;
	size_t file_count;
	/* The frames with samples of their own, hottest first: by samples, then time, then order.
	 */
	const uint32_t *hot_frames;
	size_t hot_count;

	const char *recorder; /* "qa-record 0.1.0" */
	const char *host;
	const char *kernel;
	const char *engine;    /* as in struct qa_raw_session */
	uint64_t start_ns;     /* monotonic */
	uint64_t end_ns;       /* of the end record, else of the last sample */
	int64_t start_wall_ns; /* since 1970 */
	uint64_t period_ns;
	uint64_t tick_count; /* moments at which threads were sampled */
	bool by_line;        /* frames are lines */
	bool ended;          /* the recording was closed properly */
	enum qa_end_reason end_reason;

	enum qa_selection selection;
	const char *const *asked_threads; /* what options.threads asked for */
	size_t asked_thread_count;
	struct qa_weight recorded; /* of all samples of the recording, selected or not */
	struct qa_states states;   /* of all samples of threads[], selected or not */

	struct qa_weight total; /* of all samples: those that were selected */
	struct qa_raw_loss loss;
	size_t function_count; /* distinct functions among the frames */
	uint32_t max_depth;    /* frames of the deepest stack kept */
};

struct qa_profile_options {
	bool by_line; /* a frame per line instead of per function */
	/*
	 * A deeper stack keeps its outermost half and nearly as many of its innermost frames;
	 * between them stands a frame that says how many were left out. 0: 2000.
	 */
	uint32_t max_depth;

	/*
	 * What is not selected is in no sum but `recorded` and `states`; loss, ticks and times stay
	 * those of the recording. A sample of which the state is not known counts as not idle, but
	 * neither as on a CPU nor as with the GIL.
	 */
	enum qa_selection selection;
	/*
	 * Only these threads: each text selects all threads of that name, as reports show it, and
	 * those of that id (the kernel's, or the ident where that is not known). Without any: all.
	 * Borrowed until the builder is finished or aborted.
	 */
	const char *const *threads;
	size_t thread_count;
	/*
	 * A sample taken while garbage was collected ends in a frame <GC>, below the frame that was
	 * innermost, which caused the collection or is called by it. It comes on top of max_depth.
	 * This leaves it out: the time is the innermost frame's own.
	 */
	bool no_gc_frames;
};

struct qa_profile_builder;

int qa_profile_builder_open(const struct qa_profile_options *options,
	struct qa_profile_builder **out, struct qa_error *err);

/*
 * Feed events with this table and the builder as its ctx. -EINVAL: an event refers to something
 * unknown; -EOVERFLOW: more time or more stacks than a profile can hold.
 */
extern const struct qa_raw_consumer qa_profile_builder_consumer;

/*
 * Turns what was fed into a profile and frees the builder, also on failure. The profile is the
 * caller's. -ESRCH: options.threads names a thread that there is not; the hint lists those that
 * there are. -ENODATA: of no sample is known what options.selection asks for.
 */
int qa_profile_builder_finish(
	struct qa_profile_builder *builder, struct qa_profile **out, struct qa_error *err);

/* For giving up instead. NULL is allowed. */
void qa_profile_builder_abort(struct qa_profile_builder *builder);

/* NULL is allowed. */
void qa_profile_free(struct qa_profile *profile);

#ifdef __cplusplus
}
#endif
#endif
