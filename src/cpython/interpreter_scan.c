#include "cpython/interpreter_scan.h"

#include <stdlib.h>

#include "cpython/version_scan.h"

enum { SCAN_MAX = 16 << 20, ALIGNMENT = 8 };

struct scan {
	struct qa_memory *memory;
	const struct qa_layout *layout;
	uint64_t found;
};

static bool is_interpreter(const struct scan *scan, uint64_t address)
{
	uint64_t thread, owner;

	return address != 0 && address % ALIGNMENT == 0 &&
	       qa_memory_read_u64(scan->memory,
		       address + (uint64_t)scan->layout->interpreter.threads_head, &thread) == 0 &&
	       thread != 0 &&
	       qa_memory_read_u64(scan->memory, thread + (uint64_t)scan->layout->thread.interpreter,
		       &owner) == 0 &&
	       owner == address;
}

/* The newest interpreter is first in the list: a variable of the main one may also exist. */
static bool has_next(const struct scan *scan, uint64_t interpreter)
{
	uint64_t next;

	return qa_memory_read_u64(scan->memory,
		       interpreter + (uint64_t)scan->layout->interpreter.next, &next) == 0 &&
	       next != 0;
}

/* True: no need to go on. */
static bool scan_words(struct scan *scan, uint64_t start, const uint64_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_interpreter(scan, words[i]))
			continue;
		if (has_next(scan, words[i])) {
			scan->found = start + i * sizeof(*words);
			return true;
		}
		if (scan->found == 0)
			scan->found = start + i * sizeof(*words);
	}
	return false;
}

uint64_t qa_interpreter_scan(struct qa_memory *memory, const struct qa_maps *maps,
	const struct qa_mapping *image, const struct qa_layout *layout)
{
	struct scan scan = {.memory = memory, .layout = layout};
	bool done = false;

	for (size_t i = 0; i < maps->count && !done; i++) {
		const struct qa_mapping *mapping = &maps->list[i];
		size_t len = (size_t)(mapping->end - mapping->start);
		uint64_t *copy;

		if (!qa_is_data_of(maps, i, image) || len > SCAN_MAX)
			continue;
		copy = malloc(len);
		if (copy && qa_memory_read(memory, mapping->start, copy, len) == 0)
			done = scan_words(&scan, mapping->start, copy, len / sizeof(*copy));
		free(copy);
	}
	return scan.found;
}
