/* The command line of both programs: one table says what is taken, what it does and what --help
 * tells. */
#ifndef QA_CMD_OPTIONS_H
#define QA_CMD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "qa/error.h"

/* A row with a name is an option; one with only help is a heading; one with neither ends the table.
 */
struct option_row {
	const char *name; /* "format" is given as --format */
	char letter;      /* 'f' is given as -f; 0: there is none */
	/* What --help calls its value; NULL: it takes none; "[=VALUE]": it may be left out. */
	const char *value;
	const char *help;
	/* Called for each time that it is given, in order; value is NULL for an option without one.
	 */
	int (*take)(void *into, const char *value, struct qa_error *err);
};

struct command {
	const char *program;       /* "qa-report" */
	const char *const *usages; /* "[options] TRACE" and so on, ended by NULL */
	const char *summary;       /* may have several lines */
	const struct option_row *rows;
	const char *notes;         /* what follows the options in --help, or NULL */
	bool operand_ends_options; /* what follows the first operand belongs to it: a program's own
				      options */
};

/*
 * Takes the options. *operands are the other arguments, in order, ended by NULL; they lie in argv,
 * which is rearranged. Returns 0, -EINVAL for a mistake of the user, or what a row's function
 * returned.
 */
int options_parse(const struct command *command, char **argv, void *into, char ***operands,
	struct qa_error *err);

void options_print_help(const struct command *command, FILE *out);

/* Text from where the output is, at `column`, wrapped between words for 80 columns, with a newline.
 */
void print_wrapped(const char *text, size_t column, FILE *out);

/* Values. `option` is the name for messages: "--rate". */
int parse_count(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *out,
	struct qa_error *err);
/* "1000", "1000Hz", "1kHz" or "1k": samples a second, turned into the time between them. */
int parse_rate(const char *option, const char *text, uint64_t most_hz, uint64_t *period_ns,
	struct qa_error *err);
/* "3", "0.5", "250ms", "10s", "2m" or "1h"; more than 0 and at most 1000 days. */
int parse_duration(const char *option, const char *text, uint64_t *ns, struct qa_error *err);

/* On stderr: "qa-report: MESSAGE" and, if there is one, "  hint: HINT" in a second line. */
void print_error(const char *program, const struct qa_error *err);

#endif
