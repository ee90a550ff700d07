/* The memory map of a process: /proc/PID/maps as an array. */
#ifndef QA_TARGET_MAPS_H
#define QA_TARGET_MAPS_H

#include <stdbool.h>

#include "target/process.h"

struct qa_mapping {
	uint64_t start;
	uint64_t end;
	uint64_t offset; /* in the file */
	uint64_t device; /* major << 32 | minor */
	uint64_t inode;  /* 0: no file */
	bool readable;
	bool writable;
	bool executable;
	const char *path; /* "" for anonymous memory; may end in " (deleted)" */
};

struct qa_maps {
	struct qa_mapping *list; /* by address */
	size_t count;
	struct qa_buf text; /* what the paths point into */
};

int qa_maps_read(const struct qa_process *process, struct qa_maps *maps);
void qa_maps_free(struct qa_maps *maps);

/* Is it the first mapping of its file? False for memory without one. */
bool qa_maps_is_first_of_file(const struct qa_maps *maps, size_t index);

#endif
