/* A set of CPUs, as the kernel writes it: "0-3,7". */
#ifndef QA_SAMPLER_CPU_LIST_H
#define QA_SAMPLER_CPU_LIST_H

#include <stdbool.h>
#include <stdint.h>

enum { QA_CPUS_MOST = 8192 };

struct qa_cpu_list {
	uint64_t bits[QA_CPUS_MOST / 64];
};

/* What cannot be understood ends the list. */
void qa_cpu_list_parse(struct qa_cpu_list *list, const char *text);

bool qa_cpu_list_has(const struct qa_cpu_list *list, int cpu);

/* The CPUs that the administrator keeps free of the scheduler's clock (nohz_full); most often none.
 */
void qa_cpu_list_read_kept_free(struct qa_cpu_list *list);

#endif
