/* Small recordings for tests of profiles and formats, as raw events fed to any consumer. */
#ifndef QA_TESTS_FIXTURE_H
#define QA_TESTS_FIXTURE_H

#include "qa/emitter.h"
#include "qa/profile.h"
#include "qa/raw.h"

enum { FIXTURE_PERIOD = 10000000, FIXTURE_START = 1000000000 };

/* A recording in the making. Ids count from 1; the first failure stays in rc, and nothing is fed
 * after it. */
struct fixture {
	const struct qa_raw_consumer *consumer;
	void *ctx;
	uint32_t processes, threads, codes, nodes;
	uint64_t now;
	uint32_t state; /* of the samples to come: enum qa_state bits */
	int rc;
};

struct fixture fixture_begin(const struct qa_raw_consumer *consumer, void *ctx);

/* `command` has `len` bytes with a NUL after each argument. */
uint32_t fixture_process(struct fixture *f, const char *command, size_t len);
#define FIXTURE_PROCESS(f, command) fixture_process(f, command "\0", sizeof(command))

uint32_t fixture_thread(struct fixture *f, uint32_t process, const char *name);
uint32_t fixture_code(struct fixture *f, const char *name, const char *file, int line);
uint32_t fixture_special(struct fixture *f, enum qa_code_kind kind);
uint32_t fixture_node_at(struct fixture *f, uint32_t parent, uint32_t code, int instruction);
uint32_t fixture_node(struct fixture *f, uint32_t parent, uint32_t code);
void fixture_file(struct fixture *f, const char *path, uint64_t size, uint32_t lines);
/* A part of its text, right or wrong. */
void fixture_part(struct fixture *f, const char *path, uint64_t offset, struct qa_str part);
/* A file and its whole text. */
void fixture_source(struct fixture *f, const char *path, const char *text);
/* `count` ticks of one sample each; a period passes for each. */
void fixture_samples(struct fixture *f, uint32_t thread, uint32_t node, int count);
void fixture_end(struct fixture *f, enum qa_end_reason reason);

/* Whole recordings. */
typedef void fixture_recording(struct fixture *f);
fixture_recording fixture_server;  /* two threads, recursion, all kinds of frames */
fixture_recording fixture_hostile; /* names that break formats */
fixture_recording fixture_empty;   /* no samples */
fixture_recording fixture_deep;    /* 10,000 frames of recursion */
fixture_recording fixture_sources; /* files whose text is in the recording */
fixture_recording fixture_facts;   /* files that the static analysis has something to say of */
fixture_recording fixture_states;  /* threads busy, asleep, in C, collecting garbage, unknown */

struct fixture_kind {
	const char *name;
	fixture_recording *record;
};

/* All of them, ended by a NULL name. */
extern const struct fixture_kind fixture_kinds[];

/* The profile of a recording; NULL: it could not be built. */
struct qa_profile *fixture_profile(
	fixture_recording *record, const struct qa_profile_options *options);

/* What a format writes, with what the sources say, and with a listing if the profile is by line;
 * with a NUL after it; free it. NULL: it failed. */
char *fixture_emit(const char *format, const struct qa_profile *profile, size_t limit, size_t *len);

/* The frame of that name, or QA_NONE. */
uint32_t fixture_frame(const struct qa_profile *profile, const char *name);

#endif
