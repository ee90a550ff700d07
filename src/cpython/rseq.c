#include "cpython/rseq.h"

#include <string.h>

#include "target/elf_file.h"

enum { CPU_IN_AREA = 4, STRUCT_PTHREAD_MAX = 1 << 16 };

/* What pthread_self() returns is the thread pointer, or the start of a structure right before it.
 */
#if defined(__x86_64__)
static const bool points_behind_structure = false;
#elif defined(__aarch64__)
static const bool points_behind_structure = true;
#endif

struct search {
	const struct qa_process *process;
	struct qa_memory *memory;
	const struct qa_maps *maps;
};

/* A variable of the library whose file name begins so. False: there is no such variable. */
static bool read_variable(const struct search *search, const char *library, const char *name,
	void *value, size_t size)
{
	for (size_t i = 0; i < search->maps->count; i++) {
		const char *file = strrchr(search->maps->list[i].path, '/');
		struct qa_elf_symbol symbol = {name, 0};
		struct qa_elf_file elf;

		if (!file || strncmp(file + 1, library, strlen(library)) != 0 ||
			!qa_maps_is_first_of_file(search->maps, i))
			continue;
		if (qa_elf_file_inspect(
			    search->process, &search->maps->list[i], &symbol, 1, "", &elf) == 0 &&
			symbol.value)
			return qa_memory_read(
				       search->memory, symbol.value + elf.bias, value, size) == 0;
	}
	return false;
}

/* From what pthread_self() returns to the thread pointer. The size is there for debuggers. */
static bool find_thread_pointer(const struct search *search, int64_t *distance)
{
	uint32_t size = 0;

	if (points_behind_structure && (!read_variable(search, "libc.so",
						"_thread_db_sizeof_pthread", &size, sizeof(size)) ||
					       size == 0 || size > STRUCT_PTHREAD_MAX))
		return false;
	*distance = size;
	return true;
}

void qa_rseq_find(const struct qa_process *process, struct qa_memory *memory,
	const struct qa_maps *maps, struct qa_rseq *rseq)
{
	const struct search search = {process, memory, maps};
	int64_t offset, distance;
	uint32_t size;

	*rseq = (struct qa_rseq){0};
	if (!read_variable(&search, "ld-", "__rseq_offset", &offset, sizeof(offset)) ||
		!read_variable(&search, "ld-", "__rseq_size", &size, sizeof(size)) ||
		!find_thread_pointer(&search, &distance))
		return;
	rseq->registered = size >= CPU_IN_AREA + sizeof(uint32_t);
	rseq->cpu = (int64_t)((uint64_t)offset + (uint64_t)distance + CPU_IN_AREA);
}
