#include "trace/scan.h"

#include <errno.h>

#include "qa/trace_format.h"

/*
 * A broken block is searched for the start of another one, as bytes may have got lost in it.
 * Hostile input could make that search quadratic: beyond this many bytes, and more than a few times
 * the input, broken blocks are skipped whole.
 */
enum { FREE_RESCANS = 16 << 20, RESCANS_PER_BYTE = 4 };

int qa_scan_open(struct qa_scan *scan, struct qa_input *input, struct qa_trace_health *health,
	struct qa_error *err)
{
	*scan = (struct qa_scan){.input = input, .health = health};
	if (qa_unpacker_open(&scan->unpacker))
		return qa_error_set(err, ENOMEM, "Out of memory while opening %s.", input->name);
	return 0;
}

void qa_scan_close(struct qa_scan *scan)
{
	qa_unpacker_close(scan->unpacker);
}

static bool starts_with(const struct qa_input *input, struct qa_str text)
{
	return input->len >= text.len && memcmp(input->data, text.data, text.len) == 0;
}

/* What a transfer that takes the file for text makes of the magic. */
static const struct qa_str text_damage[] = {
	{"\x89QAT\n\x1a\n", 7},        /* CR LF became LF */
	{"\x89QAT\n\n\x1a\n", 8},      /* CR became LF */
	{"\x89QAT\r\r\n\x1a\r\n", 10}, /* LF became CR LF */
	{"\x89QAT\r\n\x1a\r\n", 9},    /* a lone LF became CR LF */
	{"\xc2\x89QAT", 5},            /* Latin-1 became UTF-8 */
	{"\xef\xbf\xbdQAT", 6},        /* what is no UTF-8 was replaced */
};

static bool is_text_damage(const struct qa_input *input)
{
	for (size_t i = 0; i < sizeof(text_damage) / sizeof(text_damage[0]); i++)
		if (starts_with(input, text_damage[i]))
			return true;
	return false;
}

static int not_a_trace(const struct qa_input *input, struct qa_error *err)
{
	if (is_text_damage(input)) {
		qa_error_set(err, EINVAL, "%s is a trace that was damaged by a copy in text mode.",
			input->name);
		qa_error_hint(err, "Copy it again in binary mode.");
	} else {
		qa_error_set(err, EINVAL, "%s is not a trace.", input->name);
		qa_error_hint(err, "Traces are written by qa-record; their usual ending is .qat.");
	}
	return -EINVAL;
}

static int too_short(const struct qa_input *input, struct qa_error *err)
{
	size_t len = input->len < QA_TRACE_MAGIC_SIZE ? input->len : QA_TRACE_MAGIC_SIZE;

	if (len > 0 && memcmp(input->data, QA_TRACE_MAGIC, len) != 0)
		return not_a_trace(input, err);
	if (len == 0)
		qa_error_set(err, EINVAL, "%s is empty.", input->name);
	else
		qa_error_set(err, EINVAL, "%s is cut off within its header: it holds no samples.",
			input->name);
	qa_error_hint(err, "The recording was ended before it began, or the copy is incomplete: "
			   "record again.");
	return -EINVAL;
}

/* A few flipped bits must not cost the whole recording. */
static bool resembles_magic(const unsigned char *at)
{
	int same = 0;

	for (int i = 0; i < QA_TRACE_MAGIC_SIZE; i++)
		same += at[i] == (unsigned char)QA_TRACE_MAGIC[i];
	return same > QA_TRACE_MAGIC_SIZE / 2;
}

static int other_version(const struct qa_input *input, uint32_t major, struct qa_error *err)
{
	qa_error_set(err, EPROTONOSUPPORT,
		"%s is a trace of format %u; this qa-report reads format %d.", input->name, major,
		QA_TRACE_MAJOR);
	if (major > QA_TRACE_MAJOR)
		qa_error_hint(err, "Use a newer qa-report.");
	return -EPROTONOSUPPORT;
}

int qa_scan_header(struct qa_scan *scan, struct qa_error *err)
{
	struct qa_input *input = scan->input;
	struct qa_trace_header header;
	int rc = qa_input_want(input, QA_TRACE_HEADER_SIZE, err);

	if (rc)
		return rc;
	if (input->len < QA_TRACE_HEADER_SIZE)
		return too_short(input, err);
	if (is_text_damage(input) || !resembles_magic(input->data))
		return not_a_trace(input, err);
	if (qa_trace_header_get(input->data, &header)) {
		scan->health->major_version = header.major;
		scan->health->minor_version = header.minor;
		if (header.major != QA_TRACE_MAJOR)
			return other_version(input, header.major, err);
	} else {
		/* The blocks say by their marker which major version they are of. */
		scan->health->damaged_header = true;
	}
	qa_input_skip(input, QA_TRACE_HEADER_SIZE);
	return 0;
}

static void lose(struct qa_scan *scan, size_t len)
{
	scan->health->skipped_bytes += len;
	qa_input_skip(scan->input, len);
}

static void enter_gap(struct qa_scan *scan, bool is_tail)
{
	if (scan->in_gap)
		return;
	scan->in_gap = true;
	scan->gap_is_tail = is_tail;
	scan->gap_headers = 0;
}

/* Skips what is no block header, up to where one may be. The window holds a header's length, or all
 * that is left. */
static void skip_to_marker(struct qa_scan *scan)
{
	const struct qa_input *input = scan->input;
	const unsigned char *found =
		memmem(input->data + 1, input->len - 1, QA_BLOCK_MARKER, QA_BLOCK_MARKER_SIZE);
	size_t keep = QA_BLOCK_MARKER_SIZE - 1;

	if (found)
		lose(scan, (size_t)(found - input->data));
	else
		lose(scan, input->len > keep ? input->len - keep : 1);
}

static void lose_block(struct qa_scan *scan, const struct qa_block_header *header)
{
	uint64_t allowed = FREE_RESCANS + scan->input->offset * RESCANS_PER_BYTE;

	enter_gap(scan, false);
	scan->gap_headers++;
	scan->rescans += header->stored_size;
	if (scan->rescans > allowed)
		lose(scan, QA_BLOCK_HEADER_SIZE + header->stored_size);
	else
		skip_to_marker(scan);
}

/* A sound block ends the gap: counts what the gap held. */
static void leave_gap(struct qa_scan *scan, uint64_t sequence)
{
	struct qa_trace_health *health = scan->health;
	uint64_t missing = sequence - scan->next_sequence;
	uint64_t damaged = 0;

	if (scan->in_gap)
		damaged = scan->gap_headers ? scan->gap_headers : 1;
	health->damaged_blocks += damaged;
	health->missing_blocks += missing > damaged ? missing - damaged : 0;
	scan->in_gap = false;
	scan->next_sequence = sequence + 1;
}

static int finish(struct qa_scan *scan)
{
	lose(scan, scan->input->len);
	if (scan->in_gap && !(scan->gap_is_tail && scan->gap_headers == 0))
		leave_gap(scan, scan->next_sequence);
	scan->in_gap = false;
	return 0;
}

/* The block under the window, if it is sound: 1. Otherwise it is left behind: 0. */
static int take_block(struct qa_scan *scan, const struct qa_block_header *header,
	struct qa_str *records, struct qa_error *err)
{
	const struct qa_input *input = scan->input;
	struct qa_str stored = {
		(const char *)input->data + QA_BLOCK_HEADER_SIZE, header->stored_size};
	int rc = -EBADMSG;

	/* A number that was there already is a copy, not a part of the recording. */
	if (header->sequence >= scan->next_sequence && qa_block_is_sound(header, stored))
		rc = qa_unpacker_unpack(scan->unpacker, header, stored, records);
	if (rc == -ENOMEM)
		return qa_error_set(err, ENOMEM, "Out of memory while reading %s.", input->name);
	if (rc) {
		lose_block(scan, header);
		return 0;
	}
	leave_gap(scan, header->sequence);
	scan->health->blocks++;
	scan->current = QA_BLOCK_HEADER_SIZE + header->stored_size;
	return 1;
}

/* Looks at the window's start: 1 if there is a sound block, 0 after moving on. */
static int step(struct qa_scan *scan, struct qa_str *records, struct qa_error *err)
{
	struct qa_input *input = scan->input;
	struct qa_block_header header;
	int rc;

	if (!qa_block_header_get(input->data, &header)) {
		enter_gap(scan, false);
		skip_to_marker(scan);
		return 0;
	}
	rc = qa_input_want(input, QA_BLOCK_HEADER_SIZE + header.stored_size, err);
	if (rc)
		return rc;
	if (input->len >= QA_BLOCK_HEADER_SIZE + header.stored_size)
		return take_block(scan, &header, records, err);
	enter_gap(scan, true);
	skip_to_marker(scan);
	return 0;
}

int qa_scan_next(struct qa_scan *scan, struct qa_str *records, struct qa_error *err)
{
	int rc = 0;

	qa_input_skip(scan->input, scan->current);
	scan->current = 0;
	while (!rc) {
		rc = qa_input_want(scan->input, QA_BLOCK_HEADER_SIZE, err);
		if (rc)
			return rc;
		if (scan->input->len < QA_BLOCK_HEADER_SIZE)
			return finish(scan);
		rc = step(scan, records, err);
	}
	return rc;
}

void qa_scan_reject(struct qa_scan *scan)
{
	scan->health->blocks--;
	scan->health->damaged_blocks++;
	scan->health->skipped_bytes += scan->current;
}
