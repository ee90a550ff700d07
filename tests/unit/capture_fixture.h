/* A thread with three frames in a made-up process, for tests of how its stack is captured. */
#ifndef QA_TESTS_CAPTURE_FIXTURE_H
#define QA_TESTS_CAPTURE_FIXTURE_H

#include "fake_target.h"
#include "sampler/capture.h"

enum {
	VERSION = 0x030b07f0,
	THREAD = 0x100000,
	CFRAME = 0x180000,
	FRAMES = 0x200000,
	CODE = 0x300000,
	IDENT = 0x500000,
	RSEQ_CPU = 64,
	NO_SUCH_CPU = 100000,
};

struct capture_fixture {
	struct fake_target *target;
	struct qa_python python;
	struct qa_code_cache codes;
	struct qa_capture capture;
	struct qa_tracked_thread thread;
	uint32_t last_id;
};

/* Frame `index`, of 0, the innermost, to 2. */
void capture_put_frame(struct capture_fixture *f, uint64_t index, uint64_t code, bool is_last);

void capture_open(struct capture_fixture *f);
void capture_close(struct capture_fixture *f);

/* What the sampler does with a stack that it keeps. */
void capture_keep(struct capture_fixture *f);

void capture_expect_whole_stack(const struct capture_fixture *f);

/* The thread runs, on that CPU. */
void capture_run_on(struct capture_fixture *f, int cpu);

/* The machine may switch us out at any time, under valgrind more than once: then there is no
 * sample, rightly, and it is tried again. */
int capture_in_peace(struct capture_fixture *f);

#endif
