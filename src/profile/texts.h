/* The texts of source files, put together from the parts in which a recording has them. */
#ifndef QA_PROFILE_TEXTS_H
#define QA_PROFILE_TEXTS_H

#include "qa/profile.h"
#include "support/buf.h"

struct qa_text {
	struct qa_buf bytes;
	bool begun; /* an empty text has a part, too */
};

/* By the index of the file. */
struct qa_texts {
	struct qa_text *list;
	size_t count;
	size_t room;
};

/* Adds the part that follows; another one is ignored. Returns 0 or -ENOMEM. */
int qa_texts_add(struct qa_texts *texts, uint32_t file, uint64_t offset, struct qa_str part);

/* Gives the files those texts that are what the recorder saw, by size and checksum. Nothing may be
 * added afterwards. */
int qa_texts_show(struct qa_texts *texts, struct qa_file *files);

void qa_texts_free(struct qa_texts *texts);

#endif
