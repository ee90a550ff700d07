/*
 * The raw events of a recording: what was seen, not yet interpreted.
 *
 * This is the seam between recording and reporting. The sampler produces these events; the trace
 * writer turns them into bytes; the trace reader turns the bytes into the same events; the profile
 * builder consumes them.
 *
 * Ids are small numbers chosen by the producer, from 1 upwards and dense, each kind for itself; 0
 * means "none". Whatever an event refers to was delivered before it. All pointers are borrowed for
 * the call. Times are CLOCK_MONOTONIC nanoseconds of the recording machine. Strings come from the
 * profiled process: UTF-8, in which lone surrogates may stand as three bytes (WTF-8), and any
 * control character.
 */
#ifndef QA_RAW_H
#define QA_RAW_H

#include <stddef.h>
#include <stdint.h>

#include "qa/str.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a code object's line table looks like; see qa/line_table.h. */
enum qa_line_table {
	QA_LINE_TABLE_NONE = 0,
	QA_LINE_TABLE_LNOTAB = 1,    /* CPython 3.6 to 3.9: co_lnotab */
	QA_LINE_TABLE_RANGES = 2,    /* CPython 3.10: co_linetable of PEP 626 */
	QA_LINE_TABLE_LOCATIONS = 3, /* CPython 3.11 and later: co_linetable of PEP 657 */
};

enum qa_code_kind {
	QA_CODE_PYTHON = 0,
	QA_CODE_UNREADABLE = 1, /* a frame whose code object could not be read */
	QA_CODE_ELIDED = 2,     /* stands for frames left out of a stack that was too deep; instr is
				   their number */
	QA_CODE_GC = 3,
	QA_CODE_NATIVE = 4,
};

/* Bits of qa_raw_sample.state. */
enum qa_state {
	QA_STATE_ON_CPU = 1u << 0, /* the thread was running on a CPU, or ready to */
	QA_STATE_GIL = 1u << 1,    /* the thread held its interpreter's GIL */
	QA_STATE_GC = 1u << 2,     /* its interpreter was collecting garbage, and it held the GIL */
	/* Which of the bits above the recorder could work out for this sample. */
	QA_STATE_KNOWS_CPU = 1u << 3,
	QA_STATE_KNOWS_GIL = 1u << 4,
};

/* Once, first. */
struct qa_raw_session {
	struct qa_str recorder; /* "qa-record 0.1.0" */
	struct qa_str host;     /* uname's nodename */
	struct qa_str kernel;   /* uname's sysname, release and machine */
	struct qa_str engine;  /* how stacks of running threads were taken: "beside" on the thread's
				  own CPU, "apart" from others, "paused"; may be empty */
	uint64_t start_ns;     /* monotonic */
	int64_t start_wall_ns; /* the same moment since 1970 (CLOCK_REALTIME) */
	uint64_t period_ns;    /* the asked time between samples */
};

/* A process, each time an interpreter was found in it: after an exec it comes again under a new id.
 */
struct qa_raw_process {
	uint32_t id;
	uint32_t pid; /* as seen by the recorder */
	uint32_t parent_pid;
	uint32_t python_version; /* PY_VERSION_HEX */
	uint64_t time_ns;        /* when the interpreter was found */
	struct qa_str python;    /* "3.11.2"; free-threaded "3.13.5t" */
	struct qa_str executable;
	struct qa_str cwd;
	struct qa_str command;  /* the arguments, each followed by a NUL */
	struct qa_str build_id; /* of the ELF file that holds the interpreter; hexadecimal, may be
				   empty */
};

/* A thread; again under the same id when its name becomes known. */
struct qa_raw_thread {
	uint32_t id;
	uint32_t process;
	uint64_t tid;        /* the kernel's, as seen by the recorder; 0: unknown */
	uint64_t ident;      /* threading.get_ident() */
	int64_t interpreter; /* id of its interpreter: 0 is the main one */
	uint32_t is_main;    /* 1: the process's first thread */
	struct qa_str name;  /* may be empty */
};

/* A source file, when first named by a code object. */
struct qa_raw_file {
	struct qa_str path; /* as the code object says: may be relative to the process's cwd */
	uint32_t process;
	uint32_t found;      /* 1: the file was there and the fields below are known */
	uint64_t size;       /* bytes */
	int64_t modified_ns; /* since 1970 */
	uint32_t crc32;      /* of the content, zlib's */
	uint32_t lines;      /* lines of text; the last one counts without a newline, too */
};

/*
 * A part of a source file's text: the very bytes of which its qa_raw_file has the size and the
 * checksum. The parts follow that event, in order and without a gap, perhaps with other events
 * between them; an empty file has one empty part. Without any, the text was not recorded.
 */
struct qa_raw_source {
	struct qa_str path; /* as in the file's event */
	uint32_t process;
	uint64_t offset; /* of the part in the file */
	struct qa_str part;
};

struct qa_raw_code {
	uint32_t id;
	uint32_t process;
	uint32_t kind;       /* enum qa_code_kind; only for QA_CODE_PYTHON the rest is filled */
	uint32_t line_table; /* enum qa_line_table */
	int32_t first_line;
	struct qa_str file;     /* co_filename */
	struct qa_str name;     /* co_name */
	struct qa_str qualname; /* co_qualname; empty before 3.11 */
	struct qa_str lines;    /* the line table's raw bytes */
};

/* A call path: its parent's path, then one more frame. */
struct qa_raw_node {
	uint32_t id;
	uint32_t parent; /* the caller's node; 0: this is an outermost frame */
	uint32_t code;
	int32_t instruction; /* bytes from the start of the bytecode; -1: not begun; INT32_MAX:
				unknown; for ELIDED the number of frames */
};

struct qa_raw_sample {
	uint32_t thread;
	uint32_t node;  /* the innermost frame's node; 0: no Python frame */
	uint32_t state; /* enum qa_state bits */
};

/* One moment: all threads sampled together. */
struct qa_raw_tick {
	uint64_t time_ns;
	uint64_t weight_ns; /* the time that each of the samples stands for */
	size_t count;
	const struct qa_raw_sample *samples;
};

/* Totals since the start; delivered now and then, the last one counts. */
struct qa_raw_loss {
	uint64_t planned;    /* thread samples attempted */
	uint64_t taken;      /* thread samples delivered */
	uint64_t retried;    /* torn at first, then taken whole */
	uint64_t dropped;    /* torn until the end of patience, or unreadable */
	uint64_t dropped_ns; /* their time */
	uint64_t missed;     /* moments that passed while the recorder was late */
	uint64_t missed_ns;  /* time that no sample stands for because of that */
	uint64_t late; /* ticks taken more than a tenth of a period (at least 100 us) behind their
			  time */
	uint64_t late_max_ns;
	uint64_t barred; /* of those dropped: the thread was where the recorder may not go */
};

enum qa_end_reason {
	QA_END_DURATION = 1, /* the asked duration was over */
	QA_END_EXIT = 2,     /* the process ended */
	QA_END_STOPPED = 3,  /* a signal, or the caller, ended the recording */
	QA_END_FAILED = 4,   /* the recorder could not go on */
};

/* Once, last: without it the recording was cut off. */
struct qa_raw_end {
	uint64_t time_ns;
	uint32_t reason;
};

/*
 * A consumer of events. Every function may be NULL. A negative errno stops the producer, which
 * hands it on.
 */
struct qa_raw_consumer {
	int (*session)(void *ctx, const struct qa_raw_session *);
	int (*process)(void *ctx, const struct qa_raw_process *);
	int (*thread)(void *ctx, const struct qa_raw_thread *);
	int (*file)(void *ctx, const struct qa_raw_file *);
	int (*source)(void *ctx, const struct qa_raw_source *);
	int (*code)(void *ctx, const struct qa_raw_code *);
	int (*node)(void *ctx, const struct qa_raw_node *);
	int (*tick)(void *ctx, const struct qa_raw_tick *);
	int (*loss)(void *ctx, const struct qa_raw_loss *);
	int (*end)(void *ctx, const struct qa_raw_end *);
	/* A good moment to make safe what was delivered so far; the sampler calls it about twice a
	 * second. */
	int (*flush)(void *ctx);
};

#ifdef __cplusplus
}
#endif
#endif
