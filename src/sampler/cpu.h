/* The calling thread's place on the machine's CPUs. Nothing here concerns another thread or
 * outlives this one. */
#ifndef QA_SAMPLER_CPU_H
#define QA_SAMPLER_CPU_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Asks to be woken on time (timer slack 1 ns) and soon after: by a scheduler slice of 100 us
 * (kernels from 6.12), and by the highest priority among ordinary threads, where that is allowed
 * (root, CAP_SYS_NICE, a limit on niceness). Without the slice wake-ups on a busy CPU come later;
 * without the priority some do at high rates, where we use more of the CPU than our share.
 */
void qa_cpu_be_prompt(void);

struct qa_cpu_hold {
	uint64_t slice_ns; /* what it was before */
	bool held;         /* there is something to be taken back */
};

/*
 * Asks not to be switched out for that long, if it is longer than the usual slice; to be taken back
 * soon. It helps up to the next timer tick: then the scheduler looks at who had how much, and an
 * idle CPU may take over who waits.
 */
void qa_cpu_hold(struct qa_cpu_hold *hold, uint64_t needed_ns);
void qa_cpu_let_go(const struct qa_cpu_hold *hold);

/* Runs this thread on that CPU only. Returns 0, or a negative errno: -EINVAL when we may not use
 * it. */
int qa_cpu_pin(int cpu);

/* How often this thread has been switched out so far. */
uint64_t qa_cpu_switches(void);

#endif
