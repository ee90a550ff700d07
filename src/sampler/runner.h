/*
 * Which thread runs a thread state? Not always the one that its ident names: up to 3.12 code of an
 * interpreter within the interpreter runs in a thread state that another thread may have made.
 */
#ifndef QA_SAMPLER_RUNNER_H
#define QA_SAMPLER_RUNNER_H

#include "sampler/threads.h"

/* Finds the runners of all that run, and watches their CPUs. */
void qa_runners_find(const struct qa_threads *threads, const struct qa_roster *roster);

/* The ident of the candidate that runs, or is about to; 0: nobody does, or it cannot be told. */
uint64_t qa_runner_guess(const struct qa_tracked_thread *thread);

#endif
