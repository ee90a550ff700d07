#include "sampler/cpu.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's struct sched_attr, first version; glibc has no name for it before 2.41. */
struct scheduling {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime; /* for SCHED_OTHER from kernel 6.12 on: the slice, in ns */
	uint64_t deadline;
	uint64_t period;
};

/* Whoever sleeps most of the time is not preferred for long by that. */
enum { NICE = -20 };

enum { SLICE_NS = 100000, SLICE_MOST_NS = 50000000 };

/* False: we cannot tell, or somebody chose another class for us, which is left as it is. */
static bool get_scheduling(struct scheduling *scheduling)
{
	*scheduling = (struct scheduling){.size = sizeof(*scheduling)};
	return syscall(SYS_sched_getattr, 0, scheduling, (unsigned)sizeof(*scheduling), 0u) == 0 &&
	       scheduling->policy == SCHED_OTHER;
}

void qa_cpu_be_prompt(void)
{
	struct scheduling scheduling;
	int32_t usual;

	prctl(PR_SET_TIMERSLACK, 1ul);
	if (!get_scheduling(&scheduling))
		return;
	scheduling.runtime = SLICE_NS;
	usual = scheduling.nice;
	scheduling.nice = NICE;
	if (syscall(SYS_sched_setattr, 0, &scheduling, 0u) == 0)
		return;
	scheduling.nice = usual; /* without the privilege to be preferred */
	syscall(SYS_sched_setattr, 0, &scheduling, 0u);
}

void qa_cpu_hold(struct qa_cpu_hold *hold, uint64_t needed_ns)
{
	struct scheduling scheduling;

	*hold = (struct qa_cpu_hold){0};
	if (needed_ns <= SLICE_NS || !get_scheduling(&scheduling))
		return;
	hold->slice_ns = scheduling.runtime;
	scheduling.runtime = needed_ns < SLICE_MOST_NS ? needed_ns : SLICE_MOST_NS;
	hold->held = syscall(SYS_sched_setattr, 0, &scheduling, 0u) == 0;
}

void qa_cpu_let_go(const struct qa_cpu_hold *hold)
{
	struct scheduling scheduling;

	if (!hold->held || !get_scheduling(&scheduling))
		return;
	scheduling.runtime = hold->slice_ns;
	syscall(SYS_sched_setattr, 0, &scheduling, 0u);
}

int qa_cpu_pin(int cpu)
{
	cpu_set_t *set;
	size_t size;
	int rc;

	if (cpu < 0)
		return -EINVAL;
	set = CPU_ALLOC((size_t)cpu + 1);
	if (!set)
		return -ENOMEM;
	size = CPU_ALLOC_SIZE((size_t)cpu + 1);
	CPU_ZERO_S(size, set);
	CPU_SET_S((size_t)cpu, size, set);
	rc = sched_setaffinity(0, size, set) ? -errno : 0;
	CPU_FREE(set);
	return rc;
}

uint64_t qa_cpu_switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return (uint64_t)usage.ru_nvcsw + (uint64_t)usage.ru_nivcsw;
}
