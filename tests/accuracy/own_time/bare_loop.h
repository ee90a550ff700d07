/* The least that a sampler beside the program can cost: a thread that wakes on its CPU. */
#ifndef OWN_TIME_BARE_LOOP_H
#define OWN_TIME_BARE_LOOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct bare_loop {
	uint64_t period_ns;
	uint64_t seed;
	atomic_bool stop;
	atomic_ulong wakes;
	pthread_t thread;
};

/* Pinned to `cpu`, with the recorder's slack, slice and kind of schedule. */
void bare_loop_start(struct bare_loop *loop, int cpu, uint64_t period_ns, uint64_t seed);

/* The program has gone to another CPU: follow it. Whoever asks bears the cost. */
void bare_loop_move(struct bare_loop *loop, int cpu);

void bare_loop_end(struct bare_loop *loop);

#endif
