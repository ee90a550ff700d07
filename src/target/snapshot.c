#include "target/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/buf.h"

/* A page that no reader asked for during this many copies is left out of the next one. Deep
   recursions need some thousand pages; more than the most is what a hostile process makes us look
   at. */
enum { FORGET_AFTER = 32, PAGES_MOST = 16384 };

struct qa_snapshot_page {
	uint64_t address;
	uint32_t slot; /* where in `bytes` */
	uint32_t used; /* age of the last copy in which it was asked for */
};

void qa_snapshot_init(struct qa_snapshot *snapshot, struct qa_memory *memory)
{
	*snapshot = (struct qa_snapshot){.memory = memory};
}

void qa_snapshot_free(struct qa_snapshot *snapshot)
{
	free(snapshot->pages);
	free(snapshot->bytes);
	*snapshot = (struct qa_snapshot){0};
}

/* Keeps the first `count` pages and gives them the slots in order, so that neighbours can be read
 * as one piece. */
static void renumber(struct qa_snapshot *snapshot, size_t count)
{
	snapshot->count = count;
	for (size_t i = 0; i < count; i++)
		snapshot->pages[i].slot = (uint32_t)i;
}

static void forget_unused_pages(struct qa_snapshot *snapshot)
{
	size_t kept = 0;

	for (size_t i = 0; i < snapshot->count; i++)
		if (snapshot->age - snapshot->pages[i].used <= FORGET_AFTER)
			snapshot->pages[kept++] = snapshot->pages[i];
	renumber(snapshot, kept);
}

static void forget_page(struct qa_snapshot *snapshot, size_t index)
{
	memmove(&snapshot->pages[index], &snapshot->pages[index + 1],
		(snapshot->count - index - 1) * sizeof(*snapshot->pages));
	renumber(snapshot, snapshot->count - 1);
}

static unsigned char *page_bytes(const struct qa_snapshot *snapshot, size_t index)
{
	return snapshot->bytes + (size_t)snapshot->pages[index].slot * QA_PAGE_SIZE;
}

/* Fills `pieces` with the pages from *next on, neighbours joined. */
static size_t plan(const struct qa_snapshot *snapshot, size_t *next, struct qa_piece *pieces)
{
	size_t n = 0;

	for (; *next < snapshot->count; ++*next) {
		uint64_t address = snapshot->pages[*next].address;

		if (n > 0 && pieces[n - 1].address + pieces[n - 1].length == address) {
			pieces[n - 1].length += QA_PAGE_SIZE;
			continue;
		}
		if (n == QA_PIECES_MAX)
			break;
		pieces[n++] = (struct qa_piece){address, page_bytes(snapshot, *next), QA_PAGE_SIZE};
	}
	return n;
}

static size_t sum(const struct qa_piece *pieces, size_t count)
{
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += pieces[i].length;
	return total;
}

/* Copies pages from *first on, as many as one call takes. A page that cannot be read is forgotten,
 * and the copy starts over. */
static int copy_some(struct qa_snapshot *snapshot, size_t *first)
{
	struct qa_piece pieces[QA_PIECES_MAX];
	size_t next = *first;
	size_t count = plan(snapshot, &next, pieces);
	ssize_t n = snapshot->memory->read_pieces(snapshot->memory, pieces, count);

	if (n < 0 && n != -EFAULT)
		return (int)n;
	if (n >= 0 && (size_t)n == sum(pieces, count)) {
		*first = next;
		return 0;
	}
	forget_page(snapshot, *first + (n > 0 ? (size_t)n / QA_PAGE_SIZE : 0));
	*first = 0;
	return 0;
}

int qa_snapshot_take(struct qa_snapshot *snapshot)
{
	size_t first = 0;
	int rc = 0;

	snapshot->age++;
	snapshot->misses = 0;
	snapshot->last = 0;
	forget_unused_pages(snapshot);
	while (!rc && first < snapshot->count)
		rc = copy_some(snapshot, &first);
	return rc;
}

/* Where the page is, or where it would have to be inserted. */
static size_t locate(const struct qa_snapshot *snapshot, uint64_t address)
{
	size_t low = 0, high = snapshot->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->pages[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int insert_page(struct qa_snapshot *snapshot, size_t index, uint64_t address)
{
	const struct qa_snapshot_page page = {address, (uint32_t)snapshot->count, snapshot->age};
	int rc;

	if (snapshot->count == PAGES_MOST)
		return -EFAULT;
	rc = QA_GROW(snapshot->pages, snapshot->room, snapshot->count + 1);
	if (!rc)
		rc = qa_grow((void **)&snapshot->bytes, &snapshot->bytes_room, page.slot + 1,
			QA_PAGE_SIZE);
	if (!rc)
		rc = qa_memory_read(snapshot->memory, address,
			snapshot->bytes + (size_t)page.slot * QA_PAGE_SIZE, QA_PAGE_SIZE);
	if (rc)
		return rc;
	memmove(&snapshot->pages[index + 1], &snapshot->pages[index],
		(snapshot->count - index) * sizeof(*snapshot->pages));
	snapshot->pages[index] = page;
	snapshot->count++;
	snapshot->misses++;
	return 0;
}

/* The copy of the page at this address; NULL with *rc set if it cannot be had. */
static const unsigned char *find_page(struct qa_snapshot *snapshot, uint64_t address, int *rc)
{
	size_t index = snapshot->last;

	*rc = 0;
	if (index >= snapshot->count || snapshot->pages[index].address != address) {
		index = locate(snapshot, address);
		if (index == snapshot->count || snapshot->pages[index].address != address)
			*rc = insert_page(snapshot, index, address);
		if (*rc)
			return NULL;
		snapshot->last = index;
	}
	snapshot->pages[index].used = snapshot->age;
	return page_bytes(snapshot, index);
}

int qa_snapshot_read(struct qa_snapshot *snapshot, uint64_t address, void *out, size_t length)
{
	unsigned char *to = out;

	if (address > UINT64_MAX - length)
		return -EFAULT;
	while (length > 0) {
		size_t within = address % QA_PAGE_SIZE;
		size_t some = QA_PAGE_SIZE - within < length ? QA_PAGE_SIZE - within : length;
		const unsigned char *page;
		int rc;

		page = find_page(snapshot, address - within, &rc);
		if (!page)
			return rc;
		memcpy(to, page + within, some);
		to += some;
		address += some;
		length -= some;
	}
	return 0;
}
