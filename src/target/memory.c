#include "target/memory.h"

#include <errno.h>
#include <sys/uio.h>

static ssize_t read_live(struct qa_memory *memory, const struct qa_piece *pieces, size_t count)
{
	const struct qa_live_memory *live = (const struct qa_live_memory *)memory;
	struct iovec local[QA_PIECES_MAX];
	struct iovec remote[QA_PIECES_MAX];
	ssize_t n;

	if (count > QA_PIECES_MAX)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		local[i] = (struct iovec){pieces[i].copy, pieces[i].length};
		remote[i] = (struct iovec){(void *)(uintptr_t)pieces[i].address, pieces[i].length};
	}
	n = process_vm_readv(live->pid, local, count, remote, count, 0);
	return n < 0 ? -errno : n;
}

void qa_live_memory_init(struct qa_live_memory *memory, pid_t pid)
{
	memory->base.read_pieces = read_live;
	memory->pid = pid;
}

int qa_memory_read(struct qa_memory *memory, uint64_t address, void *copy, size_t length)
{
	struct qa_piece piece = {address, copy, length};
	ssize_t n = memory->read_pieces(memory, &piece, 1);

	if (n < 0)
		return (int)n;
	return (size_t)n == length ? 0 : -EFAULT;
}

int qa_memory_read_u64(struct qa_memory *memory, uint64_t address, uint64_t *value)
{
	return qa_memory_read(memory, address, value, sizeof(*value));
}
