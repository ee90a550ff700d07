#include "cpython/gil.h"

#include <errno.h>

static int read_holder(
	const struct qa_gil *gil, const struct qa_python *python, uint64_t *thread_state)
{
	uint32_t locked = 1;
	const struct qa_piece pieces[] = {
		{gil->holder, thread_state, sizeof(*thread_state)},
		{gil->locked, &locked, sizeof(locked)},
	};
	const size_t count = gil->locked ? 2 : 1;
	const ssize_t all = gil->locked ? (ssize_t)(sizeof(*thread_state) + sizeof(locked))
					: (ssize_t)sizeof(*thread_state);
	ssize_t n = python->memory->read_pieces(python->memory, pieces, count);

	if (n != all)
		return n < 0 ? (int)n : -EFAULT;
	return *thread_state && (int32_t)locked > 0 ? 0 : -ENOENT;
}

int qa_gil_holder_cpu(const struct qa_gil *gil, const struct qa_python *python)
{
	uint64_t thread_state, ident;
	uint32_t cpu;
	int rc = gil->holder && python->rseq.registered ? read_holder(gil, python, &thread_state)
							: -ENOTSUP;

	if (!rc)
		rc = qa_memory_read_u64(python->memory,
			thread_state + (uint64_t)python->layout.thread.thread_id, &ident);
	if (!rc)
		rc = qa_memory_read(
			python->memory, ident + (uint64_t)python->rseq.cpu, &cpu, sizeof(cpu));
	if (rc)
		return rc;
	return cpu <= INT32_MAX ? (int)cpu : -ENOTSUP;
}
