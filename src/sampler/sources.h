/* The source files that code objects name: each is looked at once, so that a report can tell later
 * whether it is still the same. */
#ifndef QA_SAMPLER_SOURCES_H
#define QA_SAMPLER_SOURCES_H

#include "qa/raw.h"
#include "support/buf.h"
#include "support/hashmap.h"
#include "target/process.h"

struct qa_sources {
	const struct qa_process *process; /* borrowed */
	uint32_t process_id;              /* in the recording */
	const struct qa_raw_consumer *consumer;
	void *consumer_ctx;
	struct qa_buf paths;    /* NUL-terminated, one after the other */
	struct qa_hashmap seen; /* to where a path begins in `paths` */
	size_t settled;         /* the paths before this place have been looked at */
};

void qa_sources_init(struct qa_sources *sources, const struct qa_process *process,
	uint32_t process_id, const struct qa_raw_consumer *consumer, void *consumer_ctx);
void qa_sources_free(struct qa_sources *sources);

/* Remembers a file name for later; cheap. Names like "<string>" are no files. */
int qa_sources_note(struct qa_sources *sources, struct qa_str path);

/* Looks at up to `most` of the noted files and announces them. */
int qa_sources_settle(struct qa_sources *sources, size_t most);

#endif
