#include "target/watch.h"

#include <errno.h>
#include <string.h>

enum { ENDS = 2 };

static void note(struct qa_watch *watch, uint32_t value)
{
	if (!watch->seen)
		watch->value = value;
	watch->seen = true;
	watch->constant = watch->constant && watch->value == value;
}

static size_t sum(const struct qa_piece *pieces, size_t count)
{
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += pieces[i].length;
	return total;
}

int qa_watch_look(struct qa_watch *watch)
{
	uint32_t value;
	int rc = qa_memory_read(watch->memory, watch->address, &value, sizeof(value));

	if (rc == -EFAULT)
		watch->constant = false; /* there is no such word */
	if (!rc)
		note(watch, value);
	return rc == -EFAULT ? 0 : rc;
}

/* One call: the word, the pieces, the word again. Returns what the pieces alone would. */
static ssize_t read_between(struct qa_watch *watch, const struct qa_piece *pieces, size_t count)
{
	struct qa_piece all[QA_PIECES_MAX];
	uint32_t before, after;
	const ssize_t head = sizeof(before), whole = head + (ssize_t)sum(pieces, count);
	ssize_t n;
	int rc;

	all[0] = (struct qa_piece){watch->address, &before, sizeof(before)};
	memcpy(&all[1], pieces, count * sizeof(*pieces));
	all[count + 1] = (struct qa_piece){watch->address, &after, sizeof(after)};
	n = watch->memory->read_pieces(watch->memory, all, count + ENDS);
	if (n < head) {
		watch->constant = false;
		return n < 0 && n != -EFAULT
			       ? n
			       : watch->memory->read_pieces(watch->memory, pieces, count);
	}
	note(watch, before);
	if (n == whole + (ssize_t)sizeof(after)) {
		note(watch, after);
		return whole - head;
	}
	rc = qa_watch_look(watch);
	if (rc)
		return rc;
	return n == head ? -EFAULT : n < whole ? n - head : whole - head;
}

static ssize_t read_watched(struct qa_memory *memory, const struct qa_piece *pieces, size_t count)
{
	struct qa_watch *watch = (struct qa_watch *)memory;
	ssize_t total = 0;

	if (!watch->address)
		return watch->memory->read_pieces(watch->memory, pieces, count);
	while (count > 0) {
		size_t some = count < QA_PIECES_MAX - ENDS ? count : QA_PIECES_MAX - ENDS;
		ssize_t n = read_between(watch, pieces, some);

		if (n < 0)
			return total && n == -EFAULT ? total : n;
		total += n;
		if ((size_t)n < sum(pieces, some))
			break;
		pieces += some;
		count -= some;
	}
	return total;
}

void qa_watch_init(struct qa_watch *watch, struct qa_memory *memory, uint64_t address)
{
	*watch = (struct qa_watch){
		.base.read_pieces = read_watched, .memory = memory, .address = address};
	qa_watch_begin(watch);
}

void qa_watch_move(struct qa_watch *watch, uint64_t address)
{
	if (address == watch->address)
		return;
	watch->address = address;
	qa_watch_begin(watch);
}

void qa_watch_begin(struct qa_watch *watch)
{
	watch->seen = false;
	watch->constant = true;
}

bool qa_watch_was(const struct qa_watch *watch, uint32_t value)
{
	return watch->seen && watch->constant && watch->value == value;
}
