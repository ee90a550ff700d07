/*
 * Another memory, with a word that is watched: each call copies that word last, too. So it is known
 * what it was after all that was read, at the price of a small piece.
 */
#ifndef QA_TARGET_WATCH_H
#define QA_TARGET_WATCH_H

#include <stdbool.h>

#include "target/memory.h"

struct qa_watch {
	struct qa_memory base;
	struct qa_memory *memory; /* borrowed: what is read */
	uint64_t address;         /* of the word; 0: none is watched */
	uint32_t value;           /* when it was last copied */
	bool seen;                /* it was copied */
	bool constant;            /* it was the same each time since the beginning, and never
				     unreadable */
};

void qa_watch_init(struct qa_watch *watch, struct qa_memory *memory, uint64_t address);

/* Watches another word, unless it is the same. */
void qa_watch_move(struct qa_watch *watch, uint64_t address);

/* Forgets what the word was. */
void qa_watch_begin(struct qa_watch *watch);

/* Looks at the word alone. Returns 0 or a negative errno; that there is no such word is no error.
 */
int qa_watch_look(struct qa_watch *watch);

/* Was it `value` after each call since the beginning, if there was any? */
bool qa_watch_was(const struct qa_watch *watch, uint32_t value);

#endif
