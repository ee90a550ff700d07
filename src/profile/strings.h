/* The texts of a profile: valid UTF-8, each kept once. */
#ifndef QA_PROFILE_STRINGS_H
#define QA_PROFILE_STRINGS_H

#include "qa/raw.h"
#include "support/arena.h"
#include "support/buf.h"
#include "support/hashmap.h"

/* Text 0 is the empty one. */
struct qa_strings {
	struct qa_arena *arena; /* where the texts live; borrowed */
	const char **texts;
	size_t count;
	size_t room;
	struct qa_hashmap map;
	struct qa_buf clean;
};

int qa_strings_open(struct qa_strings *strings, struct qa_arena *arena);

/* The number of a text from outside. Returns 0 or a negative errno. */
int qa_strings_add(struct qa_strings *strings, struct qa_str raw, uint32_t *number);

/* The same for who needs the text only. */
int qa_strings_text(struct qa_strings *strings, struct qa_str raw, const char **text);

/* Frees the numbers; the texts live on in the arena. */
void qa_strings_free(struct qa_strings *strings);

#endif
