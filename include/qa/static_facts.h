/*
 * What the text of a program says about it: how long it is, what it consists of and how complex it
 * is, for each file and for each definition in it. Nothing is imported, run or asked; only the
 * bytes of the file count.
 *
 * Where a fact comes from is the level of its file: a syntax tree (full), or only a lexer (basic)
 * where the program was built without grammars or a file took too long to parse.
 * docs/static-analysis.md defines each number.
 */
#ifndef QA_STATIC_FACTS_H
#define QA_STATIC_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qa/error.h"
#include "qa/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum qa_source_level {
	QA_SOURCE_FAILED, /* nothing is known but what `reason` says, and `bytes` if it could be
			     asked */
	QA_SOURCE_BASIC, /* from a lexer: lines are exact, what it cannot tell is QA_FACT_UNKNOWN */
	QA_SOURCE_FULL   /* from a syntax tree */
};

/* A number that this level of analysis does not give. */
#define QA_FACT_UNKNOWN UINT32_MAX

/* The parent of what stands at the top of a file. */
#define QA_NO_DEFINITION UINT32_MAX

enum qa_definition_kind {
	QA_DEFINITION_FUNCTION, /* every def: methods, nested and async ones, too */
	QA_DEFINITION_CLASS,
	QA_DEFINITION_LAMBDA,
	QA_DEFINITION_COMPREHENSION /* generator expressions, too */
};

/*
 * Lines count from 1, columns from 0 in bytes of UTF-8. Texts are valid UTF-8 with a NUL after
 * them. Complexities of functions are without those of the functions and classes in them, but with
 * those of lambdas and comprehensions, which have rows of their own besides. Of a class it is its
 * body's.
 */
struct qa_definition {
	enum qa_definition_kind kind;
	uint32_t parent;         /* index of the definition around it, or QA_NO_DEFINITION */
	struct qa_str name;      /* as co_name: "run", "<lambda>", "<listcomp>" */
	struct qa_str qualified; /* as co_qualname: "Server.run", "main.<locals>.<lambda>" */
	uint32_t first_line;     /* as co_firstlineno: that of its first decorator, if it has one */
	uint32_t def_line;       /* that of def, class, lambda or the bracket */
	uint32_t end_line;       /* the last one of its code; comments after it do not count */
	uint32_t column;         /* of def, class, lambda or the bracket */
	uint32_t cyclomatic;     /* McCabe's number, at least 1; except* counts like except */
	uint32_t cognitive;      /* cognitive complexity, without functions inside it */
	uint32_t cognitive_total; /* and with them */
	uint32_t nesting;         /* how deep control structures stand in each other */
	uint32_t arguments;       /* parameters: self, *args and **kwargs count one each */
	uint32_t except_star;     /* how many of the handlers in `cyclomatic` are except* */
	bool is_method;           /* stands directly in a class */
	bool is_async;
};

/* Lines from the first one, decorators and all, to the last one of the code. */
static inline uint32_t qa_definition_lines(const struct qa_definition *definition)
{
	return definition->end_line - definition->first_line + 1;
}

enum { QA_SOURCE_ERROR_LINES = 16 };

/* All of it is owned by the facts, immutable, and lives until qa_source_free. */
struct qa_source_facts {
	const char *path;     /* as it was given */
	const char *language; /* "Python" */
	enum qa_source_level level;
	/* Why the level is not full, or what had to be assumed to read the file: a sentence; or
	 * NULL. */
	const char *reason;
	const char *encoding; /* "utf-8", or as the file declares it */
	uint64_t bytes;       /* the size of the file */
	uint32_t crc32;       /* of its bytes, zlib's; as struct qa_raw_file has it */

	uint32_t loc;           /* lines */
	uint32_t sloc;          /* lines with code */
	uint32_t lloc;          /* statements */
	uint32_t comments;      /* comments, also those behind code */
	uint32_t comment_lines; /* lines that are only comment, or a string of one line */
	uint32_t multi;         /* lines of strings that are statements of their own: docstrings */
	uint32_t blank;         /* loc is sloc + comment_lines + multi + blank */

	uint32_t functions; /* every def; methods and nested ones, too */
	uint32_t methods;   /* of these, the ones directly in a class */
	uint32_t classes;
	uint32_t lambdas;
	uint32_t comprehensions;
	uint32_t imports;           /* import statements */
	uint32_t imported_names;    /* and what they name */
	uint32_t module_cyclomatic; /* of the code outside functions and classes */
	uint32_t complexity;        /* the sum of the cyclomatic complexities: module, class bodies,
				       functions */
	uint32_t cognitive;         /* the same of the cognitive ones */

	/* Where the text does not follow the grammar; beyond these lines facts may be missing. */
	uint32_t parse_errors;
	uint32_t error_lines[QA_SOURCE_ERROR_LINES]; /* the first ones, ascending */

	const struct qa_definition
		*definitions; /* by first_line, then as they come; parents before children */
	size_t definition_count;

	/* The text as UTF-8 without a byte order mark, and where its lines begin. */
	struct qa_str text;
	const uint32_t *line_starts;
	uint32_t line_count; /* as Python counts: ended by LF, CR or both. loc knows some more
				breaks */
};

/* All zero: the defaults. */
struct qa_source_options {
	uint64_t max_bytes;      /* larger files are refused; default 16 MiB */
	uint64_t max_tree_bytes; /* larger ones get a basic analysis; default 2 MiB */
	uint32_t budget_ms;      /* of CPU to parse a file, or else the analysis is basic;
				  * default 1000, and 250 more for each MiB */
	bool basic;              /* use the lexer even if there is a grammar */
};

/* Does the library have the grammars for a full analysis? */
bool qa_source_has_grammars(void);

/* Is this the name of a file in a language that we know? */
bool qa_source_is_known(const char *path);

/*
 * Reads and analyses a file. What cannot be read or analysed gives facts, too: their level is
 * QA_SOURCE_FAILED and they say why. What is no regular file is refused and not opened. Returns 0
 * or -ENOMEM. The caller owns *out and frees it.
 */
int qa_source_analyse_file(const char *path, const struct qa_source_options *options,
	struct qa_source_facts **out, struct qa_error *err);

/* The same for bytes that are already there; the path tells the language, and is not opened. The
 * bytes are copied. */
int qa_source_analyse_bytes(const char *path, struct qa_str bytes,
	const struct qa_source_options *options, struct qa_source_facts **out,
	struct qa_error *err);

void qa_source_free(struct qa_source_facts *facts);

/* How a code object was found. */
enum qa_source_match {
	QA_MATCH_NONE,      /* no definition: the source may have changed, or it was never in it */
	QA_MATCH_EXACT,     /* the one with this name on this line */
	QA_MATCH_AMBIGUOUS, /* one of several with this name on this line: lambdas, for example */
	QA_MATCH_MODULE     /* the code of the file itself: "<module>" */
};

/*
 * The definition of the code object with these co_name and co_firstlineno, for every version of
 * CPython. NULL if the match is NONE or MODULE. For what the interpreter adds to a definition, like
 * "<generic parameters of f>", it is the definition around it.
 */
const struct qa_definition *qa_source_find(const struct qa_source_facts *facts,
	struct qa_str co_name, uint32_t first_line, enum qa_source_match *match);

/* The function, or else the class, that a definition's samples count for: itself, unless it is a
 * lambda or a comprehension in one. NULL: the module's code. */
const struct qa_definition *qa_source_owner(
	const struct qa_source_facts *facts, const struct qa_definition *definition);

/* The text of a line without its end; empty if there is no such line. */
struct qa_str qa_source_line(const struct qa_source_facts *facts, uint32_t line);

#ifdef __cplusplus
}
#endif
#endif
