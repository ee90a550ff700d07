/* One output format behind one interface. See docs/add-a-format.md. */
#ifndef QA_EMITTER_H
#define QA_EMITTER_H

#include <stdbool.h>
#include <stddef.h>

#include "qa/error.h"
#include "qa/join.h"
#include "qa/listing.h"
#include "qa/profile.h"
#include "qa/sink.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Options that an emitter may take; the command line refuses, by name, those that it does not. */
enum qa_emit_accepts {
	QA_ACCEPTS_LIMIT = 1u << 0,
	QA_ACCEPTS_TITLE = 1u << 1,
	QA_ACCEPTS_WHOLE_FILES = 1u << 2,
};

struct qa_emit_options {
	size_t limit;      /* how many hot functions, or files; 0: the format's own default */
	const char *title; /* NULL: the profiled program */
	bool whole_files;  /* sources with all their lines, not only what is around the hot ones */
	bool color;        /* escape sequences for colours: the output is a terminal */
	const struct qa_listing *listing; /* of the same samples; only for formats that want it */
	const struct qa_join *join; /* of the profile; only for formats that want it, or NULL */
};

struct qa_emitter {
	const char *name;    /* as given to --format */
	const char *summary; /* one line for --help and --list-formats */
	const char *suffix;  /* usual ending of its files: ".speedscope.json" */
	const char *opens; /* what shows it: "https://… or …" style sentence fragment for people */
	unsigned accepts;   /* enum qa_emit_accepts */
	bool binary;        /* not for a terminal */
	bool lists_sources; /* wants options.listing; without it says that it is not there */
	bool shows_facts; /* wants options.join, and facts in options.listing; goes without, too */
	/* Writes the whole output to the sink, which stays open. Returns 0 or a negative errno; a
	 * sink's error counts at its close. */
	int (*emit)(const struct qa_profile *, const struct qa_emit_options *, struct qa_sink *,
		struct qa_error *);
};

/* All formats, ended by NULL; text first. */
extern const struct qa_emitter *const qa_emitters[];

/* NULL if there is none of that name. */
const struct qa_emitter *qa_emitter_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
