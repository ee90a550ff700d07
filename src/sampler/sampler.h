/* Samples one process: at each tick, one sample of each of its threads. */
#ifndef QA_SAMPLER_SAMPLER_H
#define QA_SAMPLER_SAMPLER_H

#include "sampler/capture.h"
#include "sampler/sources.h"
#include "sampler/stack_tree.h"

/* How stacks are taken. */
struct qa_sampling {
	const struct qa_snapshot_engine *engine; /* of threads that run */
	bool all_cpus; /* join a thread also on CPUs that are kept free of others */
	bool strict;   /* a thread that is out of reach ends the recording */
};

/* What outlives a single interpreter: a recording goes on when the process turns into another one
 * by exec. */
struct qa_recording {
	const struct qa_raw_consumer *consumer; /* what the events go to */
	void *consumer_ctx;
	struct qa_stack_tree tree;
	struct qa_raw_loss loss;
	uint64_t ticks;
	struct qa_embedding embedding;
	uint32_t last_process;
	uint32_t last_thread;
	uint32_t last_code;
};

void qa_recording_init(
	struct qa_recording *recording, const struct qa_raw_consumer *consumer, void *consumer_ctx);
void qa_recording_free(struct qa_recording *recording);

struct qa_sampler {
	struct qa_recording *recording; /* borrowed */
	struct qa_sampling sampling;
	struct qa_python python;
	uint64_t exec_marker;
	struct qa_roster roster;
	struct qa_threads threads;
	struct qa_code_cache codes;
	struct qa_capture capture;
	struct qa_sources sources;
	struct qa_raw_consumer
		code_consumer; /* notes the source files on the way to the recording's consumer */
	struct qa_raw_sample *samples;
	size_t samples_room;
};

/* Announces the process and makes ready to sample it. `python` is copied; its process stays
 * borrowed. */
int qa_sampler_open(struct qa_sampler *sampler, struct qa_recording *recording,
	const struct qa_sampling *sampling, const struct qa_python *python, uint64_t now_ns,
	struct qa_error *err);
void qa_sampler_close(struct qa_sampler *sampler);

/*
 * Takes one sample of each thread and hands them on as one tick that stands for `weight_ns`. What
 * could not be had is counted in the recording's loss. -EAGAIN: nothing could be read at all.
 * -ENOEXEC: the process has become another program. -ESRCH: the process is gone. -EXDEV: a thread
 * was out of reach, and sampling is strict. Other errors are the consumer's.
 */
int qa_sampler_tick(struct qa_sampler *sampler, uint64_t now_ns, uint64_t weight_ns);

#endif
