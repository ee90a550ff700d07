/*
 * What kind of code a profile's time goes to: for each frame its definition in the source, or why
 * there is none, and for each definition what its samples weigh.
 *
 * A source counts only if it is what was recorded, by size and checksum; nothing is guessed from
 * another text. A frame is joined by its file, plain name and first line.
 */
#ifndef QA_JOIN_H
#define QA_JOIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qa/error.h"
#include "qa/profile.h"
#include "qa/static_facts.h"
#include "qa/str.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What became of a file, and of a frame. */
enum qa_join_state {
	QA_JOIN_FOUND,        /* a file: analysed; a frame: it has a definition or is a module's */
	QA_JOIN_CHANGED,      /* the source is there, but it is not what the recorder saw */
	QA_JOIN_MISSING,      /* it is not there, or cannot be read */
	QA_JOIN_TOO_LARGE,    /* more than QA_TEXT_MAX bytes (qa/listing.h) */
	QA_JOIN_NOT_RECORDED, /* the recorder saw no such file: "<string>", for example */
	QA_JOIN_FAILED,       /* it could not be analysed; the file's facts say why */
	QA_JOIN_UNDEFINED,    /* a frame: its file has no such definition */
	QA_JOIN_LEFT_OUT,     /* beyond max_files or max_bytes: others are hotter */
	QA_JOIN_COLD,         /* too little of the time to matter for `top` */
	QA_JOIN_NO_FILE,      /* a frame: native code, garbage collection, no file is known */
	QA_JOIN_STATES        /* how many there are */
};

struct qa_joined_file {
	const char *path; /* as the code objects say */
	uint32_t file;    /* into the profile's files[], or QA_NONE */
	bool is_script;   /* the program of one of the processes */
	enum qa_join_state state;
	const struct qa_source_facts *facts; /* FOUND and FAILED; otherwise NULL */
	struct qa_weight self;
	struct qa_weight total; /* a stack that has the file twice counts once */
};

/* A function, a class's body or a module's code that samples have. */
struct qa_joined_definition {
	uint32_t file;                          /* into files[] */
	const struct qa_definition *definition; /* NULL: the module's code */
	struct qa_str name;                     /* qualified; "<module>" */
	uint32_t line;                          /* the first one; of a module 1 */
	uint32_t lines;      /* how many it has, with those of what is defined in it */
	uint32_t cyclomatic; /* or QA_FACT_UNKNOWN, like all facts */
	uint32_t cognitive;
	struct qa_weight self;  /* with that of the lambdas and comprehensions in it */
	struct qa_weight total; /* a stack that has it twice counts once */
	/* How hot and complex at once: its own share of the samples in hundredths of a percent,
	 * times log2(1 + cognitive). Where cognitive is unknown, cyclomatic - 1 is in its place. */
	uint64_t score;
};

struct qa_joined_frame {
	enum qa_join_state state;
	uint32_t definition;             /* FOUND: into definitions[]; otherwise QA_NONE */
	const struct qa_definition *own; /* that of its code object: maybe a lambda in it; or NULL
					  */
};

/* Valid as long as its profile is. */
struct qa_join {
	const struct qa_joined_file *files; /* hottest first: by self, then total, then path */
	size_t file_count;
	/* By score, then self, total, path and line. */
	const struct qa_joined_definition *definitions;
	size_t definition_count;
	const struct qa_joined_frame *frames;  /* one for each of the profile's, in its order */
	struct qa_weight self[QA_JOIN_STATES]; /* of the frames of each state; together all samples
						*/
	size_t file_counts[QA_JOIN_STATES];    /* the files of each state */
	size_t max_files;                      /* the limits that held */
	uint64_t max_bytes;
};

/* All zero: the defaults. */
struct qa_join_options {
	size_t max_files; /* analyse no more than these, the scripts and the hottest; default 512 */
	uint64_t max_bytes; /* nor more text than this; default 16 MiB */
	/*
	 * Only the `top` highest scores are wanted: a file whose time is too little for one of
	 * them stays out, however complex it might be. 0, or more than QA_JOIN_MOST_TOP: all files.
	 */
	size_t top;
	size_t hot_files; /* with `top`: so many of the hottest are analysed besides the scripts */
};

#define QA_JOIN_MOST_TOP 100

/*
 * Reads and analyses the sources of a profile, by function or by line, which must outlive the join.
 * The scripts come first, then the hottest files. NULL options are the defaults. Returns 0 or
 * -ENOMEM. The caller owns *out and frees it.
 */
int qa_join_open(const struct qa_profile *profile, const struct qa_join_options *options,
	struct qa_join **out, struct qa_error *err);

/* The file of that path, or NULL. */
const struct qa_joined_file *qa_join_find_file(const struct qa_join *join, const char *path);

/* NULL is allowed. */
void qa_join_free(struct qa_join *join);

#ifdef __cplusplus
}
#endif
#endif
