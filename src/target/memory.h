/* Reading another process's memory: the one interface that everything above goes through, so that
 * tests can serve an image of their own. */
#ifndef QA_TARGET_MEMORY_H
#define QA_TARGET_MEMORY_H

#include <stdint.h>
#include <sys/types.h>

/* A piece of the target and where its copy goes. */
struct qa_piece {
	uint64_t address;
	void *copy;
	size_t length;
};

enum { QA_PIECES_MAX = 1024 }; /* pieces of one call: the kernel's IOV_MAX */

struct qa_memory {
	/*
	 * Copies the pieces in order, in one call. Returns the number of bytes copied, which is
	 * short from the first piece on that cannot be read, or a negative errno: -ESRCH, the
	 * process is gone; -EPERM; -EFAULT, not even one byte.
	 */
	ssize_t (*read_pieces)(
		struct qa_memory *memory, const struct qa_piece *pieces, size_t count);
};

/* The memory of a live process, by process_vm_readv. */
struct qa_live_memory {
	struct qa_memory base;
	pid_t pid;
};

void qa_live_memory_init(struct qa_live_memory *memory, pid_t pid);

/* All of it or a negative errno (-EFAULT when some of it cannot be read). */
int qa_memory_read(struct qa_memory *memory, uint64_t address, void *copy, size_t length);
int qa_memory_read_u64(struct qa_memory *memory, uint64_t address, uint64_t *value);

#endif
