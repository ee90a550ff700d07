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

enum { SLICE_NS = 100000 };

void qa_cpu_be_prompt(void)
{
	struct scheduling scheduling = {.size = sizeof(scheduling)};

	prctl(PR_SET_TIMERSLACK, 1ul);
	if (syscall(SYS_sched_getattr, 0, &scheduling, (unsigned)sizeof(scheduling), 0u))
		return;
	if (scheduling.policy != SCHED_OTHER)
		return; /* somebody chose another class for us: leave it */
	scheduling.runtime = SLICE_NS;
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
