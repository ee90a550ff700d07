/*
 * The source of a profile, line by line: the text of each file that was sampled, if what is there
 * now is what was recorded, and what its lines weigh.
 */
#ifndef QA_LISTING_H
#define QA_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qa/error.h"
#include "qa/profile.h"
#include "qa/static_facts.h"
#include "qa/str.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A longer text is not read. */
#define QA_TEXT_MAX (8u << 20)

enum qa_text_state {
	QA_TEXT_SAME,         /* as the recorder saw it, by size and checksum */
	QA_TEXT_CHANGED,      /* the file is there, but it is not what the recorder saw */
	QA_TEXT_MISSING,      /* it is not there, is no regular file, or cannot be read */
	QA_TEXT_TOO_LARGE,    /* more than QA_TEXT_MAX bytes */
	QA_TEXT_NOT_RECORDED, /* the recorder saw no such file: there is nothing to compare with */
};

struct qa_file_text {
	enum qa_text_state state;
	bool embedded;       /* it comes from the recording, not from the disk */
	int code;            /* MISSING: why, a positive errno */
	struct qa_str bytes; /* SAME: the bytes of the file, whatever they are */
	char *owned;         /* what was read from the disk */
};

/*
 * The text of profile->files[file]: from the recording, else from the disk, where a relative path
 * starts at the process's working directory. QA_NONE is a file that was not recorded. Bytes from
 * the recording are the profile's. Returns 0 or -ENOMEM.
 */
int qa_file_text_get(const struct qa_profile *profile, uint32_t file, struct qa_file_text *out,
	struct qa_error *err);
void qa_file_text_free(struct qa_file_text *text);

/* A line that samples have. */
struct qa_listed_line {
	uint32_t line; /* from 1 */
	struct qa_weight self;
	struct qa_weight total;         /* a stack that has the line twice counts once */
	const struct qa_frame *hottest; /* of the frames on this line, by self, then total */
};

struct qa_listed_file {
	const char *path; /* as the code objects say */
	uint32_t file;    /* into the profile's files[], or QA_NONE */
	struct qa_file_text text;
	struct qa_weight self;
	struct qa_weight total;
	const struct qa_source_facts *facts; /* what its text says, or NULL */
	struct qa_weight unplaced;           /* of self: what no line is known of */
	const struct qa_listed_line *lines;  /* ascending */
	size_t line_count;
};

struct qa_listing {
	const struct qa_listed_file *files; /* hottest first: by self, then total, then path */
	size_t file_count;
	struct qa_weight
		elsewhere; /* what no file has as its own: native code, garbage collection */
};

/*
 * The listing of a profile that was built by line, which must outlive it. Texts are read until they
 * are too many to be honest (256 MiB); those left out count as too large. -EINVAL: the profile was
 * not built by line.
 */
int qa_listing_open(
	const struct qa_profile *profile, struct qa_listing **out, struct qa_error *err);

/* Gives a file its facts, which stay the caller's. They must be made of the file's text. */
void qa_listing_set_facts(
	struct qa_listing *listing, size_t file, const struct qa_source_facts *facts);

/* NULL is allowed. */
void qa_listing_free(struct qa_listing *listing);

#ifdef __cplusplus
}
#endif
#endif
