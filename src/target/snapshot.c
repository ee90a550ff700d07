#include "target/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/buf.h"

/*
 * A page is copied as long as that costs less than to read it when it is asked for. So it has some
 * credit: each copy in which it is not asked for takes one, each other gives some. One that is
 * asked for in more than a fifth of the copies stays. What has not been copied for long goes, too.
 * Deep recursions need some ten thousand pages; more than the most is what a hostile process makes
 * us look at.
 */
enum { FORGET_AFTER = 64, CREDIT = 4, CREDIT_MOST = 64, PAGES_MOST = 32768 };

/* Pages that are copied together, when the first of them is asked for: as many as stay in a CPU's
   cache until they have been looked at. */
enum { GROUP = 128 };

#define VANISHED UINT32_MAX /* of a slot: the page could not be copied */

/*
 * Parts of pages begin and end at multiples of GRAIN: what lies near by is likely to be asked for,
 * too. A part that does not suffice grows to the page's edge; after REFIT copies it shrinks to what
 * was asked for in these.
 */
enum { GRAIN = 256, REFIT = 64 };

struct qa_snapshot_page {
	uint64_t address;
	uint32_t slot; /* where in `bytes`, or VANISHED */
	uint32_t used; /* age of the last copy in which it was asked for */
	uint32_t credit;
	uint16_t low; /* the part of it that is copied: from here to `high` */
	uint16_t high;
	uint16_t asked_low; /* what was asked for since parts were fitted last */
	uint16_t asked_high;
};

void qa_snapshot_init(struct qa_snapshot *snapshot, struct qa_memory *memory)
{
	*snapshot = (struct qa_snapshot){.memory = memory};
}

void qa_snapshot_free(struct qa_snapshot *snapshot)
{
	free(snapshot->pages);
	free(snapshot->bytes);
	free(snapshot->copied);
	qa_hashmap_free(&snapshot->added);
	*snapshot = (struct qa_snapshot){0};
}

static int by_address(const void *a, const void *b)
{
	const struct qa_snapshot_page *one = a, *other = b;

	return (one->address > other->address) - (one->address < other->address);
}

static bool are_neighbours(const struct qa_snapshot *snapshot, size_t index)
{
	return index > 0 && index < snapshot->count &&
	       snapshot->pages[index - 1].address + QA_PAGE_SIZE == snapshot->pages[index].address;
}

/* Neighbours are copied up to where they meet, for one long piece costs less than two short ones.
 */
static void place_page(struct qa_snapshot *snapshot, size_t index)
{
	struct qa_snapshot_page *page = &snapshot->pages[index];

	page->slot = (uint32_t)index;
	if (are_neighbours(snapshot, index))
		page->low = 0;
	if (are_neighbours(snapshot, index + 1))
		page->high = QA_PAGE_SIZE;
}

/* A part of a page, not empty. */
struct part {
	size_t low, high;
};

static struct part enlarge(struct part part)
{
	part.low -= part.low % GRAIN;
	part.high += GRAIN - 1 - (part.high - 1) % GRAIN;
	return part;
}

static void fit_part(struct qa_snapshot_page *page)
{
	if (page->asked_low < page->asked_high) {
		struct part part = enlarge((struct part){page->asked_low, page->asked_high});

		page->low = (uint16_t)part.low;
		page->high = (uint16_t)part.high;
	}
	page->asked_low = QA_PAGE_SIZE;
	page->asked_high = 0;
}

/* Sorts in the pages added since the last copy, and gives all of them the slots in order, so that
 * neighbours can be read as one piece. */
static void put_in_order(struct qa_snapshot *snapshot)
{
	if (snapshot->count > snapshot->sorted)
		qsort(snapshot->pages, snapshot->count, sizeof(*snapshot->pages), by_address);
	for (size_t i = 0; i < snapshot->count; i++) {
		if (snapshot->age % REFIT == 0)
			fit_part(&snapshot->pages[i]);
		place_page(snapshot, i);
	}
	snapshot->sorted = snapshot->count;
	qa_hashmap_free(&snapshot->added);
}

/* After a copy, before the next one. False: to be forgotten. */
static bool is_worth_it(const struct qa_snapshot *snapshot, size_t index)
{
	struct qa_snapshot_page *page = &snapshot->pages[index];

	if (page->slot == VANISHED || snapshot->age - page->used > FORGET_AFTER)
		return false;
	if (page->used != snapshot->age && index < snapshot->sorted &&
		snapshot->copied[index / GROUP])
		page->credit--;
	return page->credit > 0;
}

static void forget_unused_pages(struct qa_snapshot *snapshot)
{
	size_t kept = 0, sorted = 0;

	for (size_t i = 0; i < snapshot->count; i++) {
		if (!is_worth_it(snapshot, i))
			continue;
		sorted += i < snapshot->sorted;
		snapshot->pages[kept++] = snapshot->pages[i];
	}
	snapshot->count = kept;
	snapshot->sorted = sorted;
}

static unsigned char *page_bytes(const struct qa_snapshot *snapshot, size_t index)
{
	return snapshot->bytes + (size_t)snapshot->pages[index].slot * QA_PAGE_SIZE;
}

static size_t length_of(const struct qa_snapshot_page *page)
{
	return (size_t)(page->high - page->low);
}

/* Fills `pieces` with the pages from `next` to `end`, neighbours joined. */
static size_t plan(
	const struct qa_snapshot *snapshot, size_t next, size_t end, struct qa_piece *pieces)
{
	size_t n = 0;

	for (; next < end; next++) {
		const struct qa_snapshot_page *page = &snapshot->pages[next];
		const uint64_t address = page->address + page->low;
		const size_t length = length_of(page);

		if (n > 0 && pieces[n - 1].address + pieces[n - 1].length == address)
			pieces[n - 1].length += length;
		else
			pieces[n++] = (struct qa_piece){
				address, page_bytes(snapshot, next) + page->low, length};
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

/* The page from `next` on in which the copying of so many bytes ended. */
static size_t stopped_at(const struct qa_snapshot *snapshot, size_t next, size_t bytes)
{
	while (bytes >= length_of(&snapshot->pages[next]))
		bytes -= length_of(&snapshot->pages[next++]);
	return next;
}

/* Copies pages, at most GROUP, by one call; by one more for each that cannot be read, which is
 * marked. */
static int copy_pages(struct qa_snapshot *snapshot, size_t next, size_t end)
{
	struct qa_piece pieces[GROUP];

	while (next < end) {
		size_t count = plan(snapshot, next, end, pieces);
		ssize_t n = snapshot->memory->read_pieces(snapshot->memory, pieces, count);

		if (n < 0 && n != -EFAULT)
			return (int)n;
		if (n >= 0 && (size_t)n == sum(pieces, count))
			break;
		next = stopped_at(snapshot, next, n > 0 ? (size_t)n : 0);
		snapshot->pages[next++].slot = VANISHED;
	}
	return 0;
}

static int copy_group(struct qa_snapshot *snapshot, size_t group)
{
	size_t first = group * GROUP;

	snapshot->copied[group] = true;
	return copy_pages(snapshot, first,
		first + GROUP < snapshot->sorted ? first + GROUP : snapshot->sorted);
}

int qa_snapshot_take(struct qa_snapshot *snapshot)
{
	size_t groups;
	int rc;

	forget_unused_pages(snapshot);
	snapshot->age++;
	snapshot->misses = 0;
	snapshot->last = 0;
	put_in_order(snapshot);
	groups = (snapshot->count + GROUP - 1) / GROUP;
	rc = QA_GROW(snapshot->copied, snapshot->copied_room, groups);
	if (rc)
		snapshot->count = snapshot->sorted = 0;
	if (rc || groups == 0)
		return rc;
	memset(snapshot->copied, 0, groups);
	return groups == 1 ? copy_group(snapshot, 0) : 0;
}

/* Makes sure that a page is in the copy. */
static int need_copy(struct qa_snapshot *snapshot, size_t index)
{
	const size_t group = index / GROUP;
	int rc = 0;

	if (index < snapshot->sorted && !snapshot->copied[group]) {
		if (snapshot->is_spoilt && snapshot->is_spoilt(snapshot->spoilt_ctx))
			return -EAGAIN;
		rc = copy_group(snapshot, group);
	}
	if (!rc && snapshot->pages[index].slot == VANISHED)
		rc = -EFAULT;
	return rc;
}

static bool is_at(const struct qa_snapshot *snapshot, size_t index, uint64_t address)
{
	return index < snapshot->count && snapshot->pages[index].address == address;
}

static bool match_address(const void *ctx, uint32_t value, const void *key)
{
	return is_at(ctx, value, *(const uint64_t *)key);
}

/* Where the page is, or `count`. A stack goes from a page to its neighbour, mostly. */
static size_t locate(const struct qa_snapshot *snapshot, uint64_t address)
{
	size_t low = 0, high = snapshot->sorted;
	uint32_t added;

	for (size_t i = snapshot->last ? snapshot->last - 1 : 0; i <= snapshot->last + 1; i++)
		if (is_at(snapshot, i, address))
			return i;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->pages[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < snapshot->sorted && is_at(snapshot, low, address))
		return low;
	added = qa_hashmap_find(
		&snapshot->added, qa_hash_pair(address, 0), match_address, snapshot, &address);
	return added == QA_HASHMAP_NONE ? snapshot->count : added;
}

/* Without its bytes yet. */
static int add_page(struct qa_snapshot *snapshot, uint64_t address, struct part part)
{
	const uint32_t index = (uint32_t)snapshot->count;
	int rc;

	if (index == PAGES_MOST)
		return -EFAULT;
	rc = QA_GROW(snapshot->pages, snapshot->room, (size_t)index + 1);
	if (!rc)
		rc = qa_grow((void **)&snapshot->bytes, &snapshot->bytes_room, (size_t)index + 1,
			QA_PAGE_SIZE);
	if (!rc)
		rc = qa_hashmap_add(&snapshot->added, qa_hash_pair(address, 0), index);
	if (rc)
		return rc;
	part = enlarge(part);
	snapshot->pages[index] = (struct qa_snapshot_page){.address = address,
		.slot = index,
		.used = snapshot->age,
		.credit = CREDIT,
		.low = (uint16_t)part.low,
		.high = (uint16_t)part.high,
		.asked_low = QA_PAGE_SIZE};
	snapshot->count++;
	return 0;
}

/* Copies the pages added from `first` on. Those that are not there are forgotten at the next copy.
 */
static int read_added(struct qa_snapshot *snapshot, size_t first)
{
	if (first == snapshot->count)
		return 0;
	snapshot->misses++;
	return copy_pages(snapshot, first, snapshot->count);
}

static struct part part_of(uint64_t page, uint64_t begin, uint64_t end)
{
	return (struct part){begin > page ? begin - page : 0,
		end - page < QA_PAGE_SIZE ? end - page : QA_PAGE_SIZE};
}

/* Copies what of the part was not copied yet; what was stays as it is. */
static int widen(struct qa_snapshot *snapshot, size_t index, struct part part)
{
	struct qa_snapshot_page *page = &snapshot->pages[index];
	unsigned char *bytes = page_bytes(snapshot, index);
	struct qa_piece pieces[2];
	size_t count = 0;
	ssize_t n;

	if (part.low >= page->low && part.high <= page->high)
		return 0;
	part.low = part.low < page->low ? 0 : page->low;
	part.high = part.high > page->high ? QA_PAGE_SIZE : page->high;
	if (part.low < page->low)
		pieces[count++] = (struct qa_piece){page->address, bytes, page->low};
	if (part.high > page->high)
		pieces[count++] = (struct qa_piece){
			page->address + page->high, bytes + page->high, part.high - page->high};
	n = snapshot->memory->read_pieces(snapshot->memory, pieces, count);
	if (n < 0 || (size_t)n != sum(pieces, count))
		return n < 0 ? (int)n : -EFAULT;
	snapshot->misses++;
	page->low = (uint16_t)part.low;
	page->high = (uint16_t)part.high;
	return 0;
}

int qa_snapshot_want(
	struct qa_snapshot *snapshot, const uint64_t *addresses, size_t count, size_t length)
{
	size_t first = snapshot->count;
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++) {
		uint64_t page = addresses[i] - addresses[i] % QA_PAGE_SIZE;
		uint64_t end = addresses[i] + length;

		if (addresses[i] > UINT64_MAX - QA_PAGE_SIZE - length)
			continue;
		for (; !rc && page < end; page += QA_PAGE_SIZE) {
			if (locate(snapshot, page) == snapshot->count)
				rc = add_page(snapshot, page, part_of(page, addresses[i], end));
			if (!rc && snapshot->count - first == GROUP) {
				rc = read_added(snapshot, first);
				first = snapshot->count;
			}
		}
	}
	if (!rc || rc == -EFAULT) /* no more room: the rest can do without */
		rc = read_added(snapshot, first);
	return rc;
}

static void count_use(struct qa_snapshot *snapshot, struct qa_snapshot_page *page, struct part part)
{
	if (part.low < page->asked_low)
		page->asked_low = (uint16_t)part.low;
	if (part.high > page->asked_high)
		page->asked_high = (uint16_t)part.high;
	if (page->used != snapshot->age && page->credit < CREDIT_MOST)
		page->credit += CREDIT;
	page->used = snapshot->age;
}

/* The copy of the page, of which this part will be looked at. */
static const unsigned char *find_page(
	struct qa_snapshot *snapshot, uint64_t address, struct part part, int *rc)
{
	size_t index = snapshot->last;

	*rc = 0;
	if (!is_at(snapshot, index, address))
		index = locate(snapshot, address);
	if (index == snapshot->count) {
		*rc = add_page(snapshot, address, part);
		if (!*rc)
			*rc = read_added(snapshot, index);
	}
	if (!*rc)
		*rc = need_copy(snapshot, index);
	if (!*rc)
		*rc = widen(snapshot, index, part);
	if (*rc)
		return NULL;
	snapshot->last = index;
	count_use(snapshot, &snapshot->pages[index], part);
	return page_bytes(snapshot, index);
}

const unsigned char *qa_snapshot_part(
	struct qa_snapshot *snapshot, uint64_t address, size_t length, int *rc)
{
	const size_t within = address % QA_PAGE_SIZE;
	const unsigned char *page =
		find_page(snapshot, address - within, (struct part){within, within + length}, rc);

	return page ? page + within : NULL;
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

		page = find_page(
			snapshot, address - within, (struct part){within, within + some}, &rc);
		if (!page)
			return rc;
		memcpy(to, page + within, some);
		to += some;
		address += some;
		length -= some;
	}
	return 0;
}
