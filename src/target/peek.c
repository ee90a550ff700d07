#include "target/peek.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { PAGE = 4096 };

/* Serves a piece from a beginning that holds all of it. */
static bool serve(const struct qa_peek *peek, const struct qa_piece *piece)
{
	for (size_t i = 0; i < peek->count; i++) {
		const uint64_t from = piece->address - peek->beginnings[i].address;
		const size_t length = peek->beginnings[i].length;

		if (from > length || piece->length > length - from)
			continue;
		memcpy(piece->copy, peek->beginnings[i].bytes + from, piece->length);
		return true;
	}
	return false;
}

static ssize_t read_peeked(struct qa_memory *memory, const struct qa_piece *pieces, size_t count)
{
	const struct qa_peek *peek = (const struct qa_peek *)memory;

	if (count == 1 && serve(peek, pieces))
		return (ssize_t)pieces->length;
	return peek->memory->read_pieces(peek->memory, pieces, count);
}

static size_t length_at(uint64_t address)
{
	const size_t left = PAGE - (size_t)(address % PAGE);

	return left < QA_PEEK_LENGTH ? left : QA_PEEK_LENGTH;
}

/* Those from the first one on that was not copied whole hold nothing. */
static void keep_copied(struct qa_peek *peek, size_t bytes)
{
	size_t kept = 0;

	while (kept < peek->count && peek->beginnings[kept].length <= bytes)
		bytes -= peek->beginnings[kept++].length;
	peek->count = kept;
}

int qa_peek_begin(
	struct qa_peek *peek, struct qa_memory *memory, const uint64_t *addresses, size_t count)
{
	struct qa_piece pieces[QA_PEEK_MOST];
	ssize_t n;

	peek->base.read_pieces = read_peeked;
	peek->memory = memory;
	peek->count = 0;
	for (size_t i = 0; i < count && peek->count < QA_PEEK_MOST; i++) {
		const size_t at = peek->count;

		if (!addresses[i])
			continue;
		peek->beginnings[at].address = addresses[i];
		peek->beginnings[at].length = length_at(addresses[i]);
		pieces[at] = (struct qa_piece){
			addresses[i], peek->beginnings[at].bytes, peek->beginnings[at].length};
		peek->count++;
	}
	n = peek->count ? memory->read_pieces(memory, pieces, peek->count) : 0;
	keep_copied(peek, n > 0 ? (size_t)n : 0);
	return n == -ESRCH ? -ESRCH : 0;
}
