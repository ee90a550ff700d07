/* Which reports go where. */
#ifndef QA_CMD_OUTPUTS_H
#define QA_CMD_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "qa/emitter.h"

enum { OUTPUTS_MAX = 32 };

struct output {
	const struct qa_emitter *emitter;
	const char *path; /* "-" is stdout */
	char *named_here; /* the same, where we chose the name; owned */
};

struct outputs {
	struct output list[OUTPUTS_MAX];
	size_t formats; /* --format given so far */
	size_t paths;   /* --output given so far */
	size_t count;   /* how many there are, once settled */
};

int outputs_add_format(struct outputs *outputs, const char *name, struct qa_error *err);
int outputs_add_path(struct outputs *outputs, const char *path, struct qa_error *err);

/* Brings formats and paths together; where no path was given, chooses one by the trace's name. */
int outputs_settle(struct outputs *outputs, const char *trace, struct qa_error *err);

/* Does any of the formats take this option? */
bool outputs_accept(const struct outputs *outputs, enum qa_emit_accepts option);

/* Does any of them want a listing of the sources? */
bool outputs_list_sources(const struct outputs *outputs);

/* Does any of them want what the sources say? */
bool outputs_show_facts(const struct outputs *outputs);

/* Writes one report. A reader that has closed stdout is no failure. */
int output_write(const struct output *output, const struct qa_profile *profile,
	const struct qa_emit_options *options, struct qa_error *err);

void outputs_free(struct outputs *outputs);

#endif
