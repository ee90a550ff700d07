#include "target/watch.h"

#include <errno.h>
#include <string.h>

static void note(struct qa_watch *watch, uint32_t value)
{
	watch->constant = watch->constant && (!watch->seen || watch->value == value);
	watch->value = value;
	watch->seen = true;
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

/* One call: the pieces, then the word. Returns what the pieces alone would. */
static ssize_t read_before(struct qa_watch *watch, const struct qa_piece *pieces, size_t count)
{
	struct qa_piece all[QA_PIECES_MAX];
	const ssize_t whole = (ssize_t)sum(pieces, count);
	uint32_t value;
	ssize_t n;
	int rc;

	memcpy(all, pieces, count * sizeof(*pieces));
	all[count] = (struct qa_piece){watch->address, &value, sizeof(value)};
	n = watch->memory->read_pieces(watch->memory, all, count + 1);
	if (n == whole + (ssize_t)sizeof(value)) {
		note(watch, value);
		return whole;
	}
	if (n < 0 && n != -EFAULT)
		return n;
	rc = qa_watch_look(watch);
	if (rc)
		return rc;
	return n < whole ? n : whole;
}

static ssize_t read_watched(struct qa_memory *memory, const struct qa_piece *pieces, size_t count)
{
	struct qa_watch *watch = (struct qa_watch *)memory;
	ssize_t total = 0;

	if (!watch->address)
		return watch->memory->read_pieces(watch->memory, pieces, count);
	while (count > 0) {
		size_t some = count < QA_PIECES_MAX - 1 ? count : QA_PIECES_MAX - 1;
		ssize_t n = read_before(watch, pieces, some);

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
