/* What a user would call the program that a Python command line runs. */
#ifndef QA_PROFILE_COMMAND_H
#define QA_PROFILE_COMMAND_H

#include <stdbool.h>

enum qa_command_kind {
	QA_COMMAND_SCRIPT,  /* python [options] FILE */
	QA_COMMAND_MODULE,  /* python [options] -m NAME */
	QA_COMMAND_TEXT,    /* python [options] -c TEXT */
	QA_COMMAND_UNKNOWN, /* standard input, an interactive session, a program that embeds Python
			     */
};

struct qa_command {
	enum qa_command_kind kind;
	const char *what; /* the file, the module, or the executable: one of the arguments */
};

/* `arguments` is ended by NULL. */
struct qa_command qa_command_parse(const char *const *arguments, const char *executable);

/* Could code with this file name be the command's script or module? */
bool qa_command_is_file(const struct qa_command *command, const char *file);

#endif
