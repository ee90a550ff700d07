/* Records a running process: attaches to it from outside, samples it, and hands what it sees to a
 * consumer of raw events. */
#ifndef QA_RECORDER_H
#define QA_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "qa/error.h"
#include "qa/raw.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The recorder never signals or writes to the target, nor stops it, unless told to. It samples on
 * threads of its own, and whatever it changes about scheduling concerns those threads alone.
 * Several recorders may run at once.
 */
struct qa_recorder;

/*
 * May a thread of the recorder take the place of one that runs Python, on its CPU, for the moment
 * of a sample? Only so the stack of a thread that runs can be read exactly without stopping it.
 */
enum qa_on_cpu {
	QA_ON_CPU_AUTO,   /* yes; where a CPU may not be used, or is kept free of others
			     (nohz_full), the sample is dropped */
	QA_ON_CPU_ALWAYS, /* yes, on every CPU; where one may not be used, the recording fails */
	QA_ON_CPU_NEVER,  /* no: four copies that agree are believed. The program pays nothing, but
			     samples of code that runs fast are lost, which distorts the profile */
};

/*
 * Of which source files the recording holds the text, beside size and checksum. It is read when the
 * file is first named, once, and only if the process's user may read it. Files of more than 1 MiB
 * are left out, and so is what would make more than 16 MiB in all.
 */
enum qa_embed_sources {
	QA_EMBED_NONE,
	QA_EMBED_CWD, /* of those below the process's working directory, unless that is the root */
	QA_EMBED_ALL,
};

struct qa_recorder_options {
	uint64_t period_ns; /* time between samples; 0: 10 ms */
	uint64_t seed;      /* of the moments of the samples; 0: another one each time */
	/*
	 * The interpreter may still have to appear: the process was only just started, and will
	 * perhaps become Python by an exec. Without this, qa_recorder_open fails if there is none
	 * within a second.
	 */
	bool wait_for_interpreter;
	enum qa_on_cpu on_cpu;
	/*
	 * Stops a thread that runs Python for the moment of its sample (ptrace): nothing is lost,
	 * but the program is held up. Never two threads at once. A caller that is the target's
	 * parent and waits for it must look first, with waitid and WNOWAIT: a CLD_TRAPPED is not
	 * for it. Excludes on_cpu.
	 */
	bool pause;
	enum qa_embed_sources embed;
};

enum qa_recorder_state {
	QA_RECORDER_WAITING, /* for the interpreter to appear */
	QA_RECORDER_SAMPLING,
	QA_RECORDER_ENDED,  /* the process has ended */
	QA_RECORDER_FAILED, /* `error` says why */
};

struct qa_recorder_progress {
	enum qa_recorder_state state;
	uint64_t elapsed_ns;   /* since the start */
	uint32_t interpreters; /* found so far: 0 if there never was one */
	uint64_t ticks;        /* moments at which threads were looked at */
	struct qa_raw_loss loss;
	struct qa_error error; /* FAILED; or WAITING and code != 0: why what is there now cannot be
				  sampled */
};

/* Attaches to a process. Nothing is recorded yet. */
int qa_recorder_open(pid_t pid, const struct qa_recorder_options *options, struct qa_recorder **out,
	struct qa_error *err);

/*
 * Begins to record, on a new thread which blocks all signals. `consumer` and `ctx` are borrowed
 * until the recorder is stopped; they are called from this thread during start and stop, and from
 * the recorder's own in between. May be called once.
 */
int qa_recorder_start(struct qa_recorder *recorder, const struct qa_raw_consumer *consumer,
	void *ctx, struct qa_error *err);

/* A descriptor that becomes readable when the recorder ended by itself (ENDED or FAILED); owned by
 * the recorder. */
int qa_recorder_fd(const struct qa_recorder *recorder);

/* What it is doing; from any thread, at any time. */
void qa_recorder_progress(struct qa_recorder *recorder, struct qa_recorder_progress *progress);

/*
 * Ends sampling and delivers the last events. `reason` is recorded unless the recorder ended by
 * itself. Returns what made it fail, if anything did. Does nothing unless the recorder is running.
 */
int qa_recorder_stop(struct qa_recorder *recorder, enum qa_end_reason reason, struct qa_error *err);

/* Stops first, if need be. NULL is allowed. */
void qa_recorder_free(struct qa_recorder *recorder);

#ifdef __cplusplus
}
#endif
#endif
