/*
 * What distinguishes one programming language from another: a table that gives the nodes of its
 * syntax tree a role in the analysis, and a few functions where a table does not do. The walk over
 * the tree knows roles, and no language.
 */
#ifndef QA_SOURCE_LANGUAGE_H
#define QA_SOURCE_LANGUAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "qa/str.h"
#include "source/definitions.h"
#include "source/line_counts.h"
#include "source/text.h"

enum qa_role {
	QA_ROLE_NONE,
	/* definitions: what is in their body has a scope of its own */
	QA_ROLE_FUNCTION,
	QA_ROLE_CLASS,
	QA_ROLE_LAMBDA,
	QA_ROLE_COMPREHENSION,
	QA_ROLE_DECORATED, /* a definition with its decorators */
	QA_ROLE_DECORATOR,
	QA_ROLE_PARAMETERS,
	QA_ROLE_SEPARATOR, /* between parameters, and none itself */
	QA_ROLE_ASYNC,     /* the word, in a function's head */
	/* control structures */
	QA_ROLE_IF,
	QA_ROLE_ELIF,
	QA_ROLE_ELSE,
	QA_ROLE_LOOP,
	QA_ROLE_TRY,
	QA_ROLE_CATCH,
	QA_ROLE_STAR, /* makes a catch one of except* */
	QA_ROLE_SWITCH,
	QA_ROLE_CASE,
	QA_ROLE_TERNARY,
	QA_ROLE_BLOCK,
	/* in expressions */
	QA_ROLE_CHAIN,    /* operands and operators that may be logical ones */
	QA_ROLE_OPERATOR, /* a logical operator, in a chain */
	QA_ROLE_FOR_CLAUSE,
	QA_ROLE_IF_CLAUSE, /* counts in a comprehension only */
	QA_ROLE_ASSERT,
	/* others */
	QA_ROLE_IMPORT,
	QA_ROLE_IMPORT_ALL, /* in an import, the star */
	QA_ROLE_GLOBAL,     /* names that are of the module */
	QA_ROLE_RETURN,
	QA_ROLE_NAME,
	QA_ROLE_COMMENT,
	QA_ROLE_COUNT
};

struct qa_rule {
	const char *node; /* the grammar's name of it */
	const char *name; /* of definitions without one: "<lambda>" */
	enum qa_role role;
	uint8_t cyclomatic; /* what it adds */
	bool is_token;      /* a word or a sign, not a part of the syntax with a name */
};

struct TSNode;
typedef const struct TSLanguage *qa_grammar(void);

struct qa_language {
	const char *name;
	const char *const *suffixes; /* ".py" and so on, ended by NULL */
	qa_grammar *grammar;         /* NULL: the library was built without it */
	const struct qa_rule *rules; /* ended by one without a node */
	const char *field_name;   /* the grammar's names of fields: what a definition is called, */
	const char *field_body;   /* its body, */
	const char *field_branch; /* the body of a branch, where it is called otherwise, */
	const char *field_import; /* and the names in an import */
	const char *local_mark;   /* in a qualified name, after a function */
	/* Without a syntax tree: the lines, and what else there is; NULL: not known. */
	void (*count_lines)(struct qa_str text, struct qa_line_counts *counts);
	int (*outline)(const struct qa_source_text *text, struct qa_source_facts *facts,
		struct qa_definitions *definitions);
	/* Does this case of a switch take everything? `node` is a TSNode. */
	bool (*takes_all)(const struct TSNode *node);
	/* Text as the parser reads it, of the same length; the second one is for what it cannot
	 * read otherwise. NULL: as it is. */
	void (*prepare)(struct qa_str text, char *out);
	void (*prepare_masked)(struct qa_str text, char *out);
};

extern const struct qa_language qa_language_python;

/* The language of a file of this name, or NULL. */
const struct qa_language *qa_language_of(const char *path);

#endif
