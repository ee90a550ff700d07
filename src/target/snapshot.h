/*
 * A copy of the parts of pages of the target that were of interest, taken by as few system calls as
 * possible.
 *
 * Which those are is learnt: what a reader asks for and that is not in the copy is
 * read at once and will be in the next copy from the start. So, once things are steady, a whole
 * stack comes in one call, and a very deep one in a few.
 */
#ifndef QA_TARGET_SNAPSHOT_H
#define QA_TARGET_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/hashmap.h"
#include "target/memory.h"

enum { QA_PAGE_SIZE = 4096 };

struct qa_snapshot_page;

struct qa_snapshot {
	struct qa_memory *memory;
	struct qa_snapshot_page *pages; /* by address the first `sorted`, then as they were added */
	size_t count;
	size_t sorted;
	size_t room;
	struct qa_hashmap added; /* those that are not sorted in yet */
	unsigned char *bytes;    /* one page of room for each page */
	size_t bytes_room;
	bool *copied; /* for each group of sorted pages: is it in the copy yet? */
	size_t copied_room;
	size_t last;     /* where the last look-up was answered */
	uint32_t age;    /* how many copies were taken */
	uint32_t misses; /* pages read on their own since the last copy */
	/*
	 * Asked between the calls that make one copy: is it of no use any more? Then look-ups end
	 * with -EAGAIN. NULL: never.
	 */
	bool (*is_spoilt)(void *ctx);
	void *spoilt_ctx;
};

void qa_snapshot_init(struct qa_snapshot *snapshot, struct qa_memory *memory);
void qa_snapshot_free(struct qa_snapshot *snapshot);

/*
 * Takes a new copy. Many pages are copied only in the course of the look-ups, group by group.
 * Returns 0, or a negative errno: -ESRCH when the process is gone. A page that cannot be read is no
 * error.
 */
int qa_snapshot_take(struct qa_snapshot *snapshot);

/*
 * Each of these pieces will be asked for: reads at once what of them is not in the copy. Returns 0,
 * or a negative errno; what is not there is no error.
 */
int qa_snapshot_want(
	struct qa_snapshot *snapshot, const uint64_t *addresses, size_t count, size_t length);

/* Copies from the copy. Returns 0 or a negative errno: -EFAULT where there is no such memory. */
int qa_snapshot_read(struct qa_snapshot *snapshot, uint64_t address, void *out, size_t length);

/* The copy itself, until the next look-up, of what does not reach beyond a page; NULL with *rc set
 * if it cannot be had. */
const unsigned char *qa_snapshot_part(
	struct qa_snapshot *snapshot, uint64_t address, size_t length, int *rc);

#endif
