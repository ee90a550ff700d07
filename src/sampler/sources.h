/*
 * The source files that code objects name: each is read once, so that a report can tell later
 * whether it is still the same; and its text may go into the recording, from the same read.
 *
 * The sampling waits meanwhile, so that everything is done in small pieces.
 */
#ifndef QA_SAMPLER_SOURCES_H
#define QA_SAMPLER_SOURCES_H

#include <sys/stat.h>

#include "qa/raw.h"
#include "qa/recorder.h"
#include "support/buf.h"
#include "support/hashmap.h"
#include "target/process.h"

enum {
	QA_EMBED_FILE_MAX = 1 << 20, /* bytes: a longer file is only described */
	QA_EMBED_ALL_MAX = 16 << 20, /* bytes of text in a recording */
};

/* Of which files a recording holds the text, and how many bytes more it may. */
struct qa_embedding {
	enum qa_embed_sources which;
	uint64_t left;
};

/* The file that is being read, and then told. */
struct qa_source_reading {
	int fd; /* -1: none */
	unsigned again;
	struct stat at_first;
	struct qa_raw_file file; /* without its path */
	bool last_is_newline;
	bool keep; /* its text is wanted */
	bool read; /* to its end, and announced */
	struct qa_buf text;
	size_t told; /* bytes of the text */
};

struct qa_sources {
	uint32_t process_id; /* in the recording */
	const struct qa_raw_consumer *consumer;
	void *consumer_ctx;
	struct qa_buf paths;    /* NUL-terminated, one after the other */
	struct qa_hashmap seen; /* to where a path begins in `paths` */
	size_t settled;         /* the paths before this place have been looked at */
	struct qa_source_reading now;
	/* As they were at first: they outlive the process. -1: we may not look. */
	int root;
	int cwd;
	struct qa_embedding *embedding; /* borrowed; NULL: none */
	struct qa_buf cwd_path;         /* ends in a slash */
	uid_t owner;                    /* the process's user; (uid_t)-1: unknown */
};

void qa_sources_init(struct qa_sources *sources, const struct qa_process *process,
	uint32_t process_id, const struct qa_raw_consumer *consumer, void *consumer_ctx);
/* From now on also the texts that `embedding` wants. It is borrowed, and counts down. */
void qa_sources_embed(struct qa_sources *sources, const struct qa_process *process,
	struct qa_embedding *embedding);
void qa_sources_free(struct qa_sources *sources);

/* Remembers a file name for later; cheap. Names like "<string>" are no files. */
int qa_sources_note(struct qa_sources *sources, struct qa_str path);

/* Looks at up to `most` of the noted files and announces them, as far as one goes at a time. */
int qa_sources_settle(struct qa_sources *sources, size_t most);

/* Looks at what is left, within bounds: nothing waits for it any more. The process may be gone. */
int qa_sources_finish(struct qa_sources *sources);

#endif
