/* The program that is measured, and what its work and the machine look like at a moment. */
#ifndef OWN_TIME_SUBJECT_H
#define OWN_TIME_SUBJECT_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct subject {
	pid_t pid;
	_Atomic uint64_t *rounds; /* shared with the program */
	void *shared;             /* the same */
	clockid_t clock;          /* the CPU time that it has used */
};

/* A moment: all but the first are totals since some beginning. */
struct moment {
	uint64_t time_ns;
	uint64_t rounds;
	uint64_t subject_cpu_ns;
	uint64_t ours_cpu_ns; /* of all our threads but the one that asks */
	uint64_t asker_cpu_ns;
	uint64_t idle_ns; /* of all CPUs together */
};

/* Runs `python program.py shape` and waits until it works. Exits with a sentence if it cannot. */
void subject_start(
	struct subject *subject, const char *python, const char *program, const char *shape);
void subject_end(struct subject *subject);

/* The CPU on which it runs, or ran last. Exits with a sentence when it is gone. */
int subject_cpu(const struct subject *subject);

struct moment subject_look(const struct subject *subject);

#endif
