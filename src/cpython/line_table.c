/* docs/cpython-layout.md describes the three encodings. */
#include "qa/line_table.h"

#include <limits.h>

static const struct qa_position unknown = {0, 0, -1, -1};

/* Lines beyond an int occur in damaged tables only: any value will do, but never undefined
 * behaviour. */
static int64_t saturate(int64_t line)
{
	return line > INT_MAX ? INT_MAX : line < -INT_MAX ? -INT_MAX : line;
}

static int known_line(int64_t line)
{
	return line > 0 ? (int)saturate(line) : 0;
}

static struct qa_position only_line(int64_t line)
{
	struct qa_position place = unknown;

	place.line = known_line(line);
	return place;
}

/* Pairs of how many bytes to go on and how many lines: the lines count from the new address on. */
static struct qa_position in_lnotab(struct qa_str table, int first_line, int instruction)
{
	int64_t address = 0;
	int64_t line = first_line;

	for (size_t i = 0; i + 1 < table.len; i += 2) {
		address += (unsigned char)table.data[i];
		if (address > instruction)
			break;
		line = saturate(line + (signed char)table.data[i + 1]);
	}
	return only_line(line);
}

/* Pairs of a range's length in bytes and its line relative to the last one that was known. */
static struct qa_position in_ranges(struct qa_str table, int first_line, int instruction)
{
	enum { NO_LINE = -128 };
	int64_t end = 0;
	int64_t line = first_line;

	for (size_t i = 0; i + 1 < table.len; i += 2) {
		signed char delta = (signed char)table.data[i + 1];

		end += (unsigned char)table.data[i];
		if (delta != NO_LINE)
			line = saturate(line + delta);
		if (end > instruction)
			return delta == NO_LINE ? unknown : only_line(line);
	}
	return unknown;
}

/* A first byte of an entry has this bit, the bytes that follow in the same entry do not. */
enum { ENTRY_BIT = 0x80 };

enum entry_form {
	/* 0 to 9: one byte more, columns below 80 on the line of the entry before */
	FORM_ONE_LINE_0 = 10, /* to 12: so many lines further minus 10, and two bytes of columns */
	FORM_ONE_LINE_2 = 12,
	FORM_NO_COLUMNS = 13,
	FORM_LONG = 14,
	FORM_NO_LOCATION = 15,
};

struct cursor {
	const unsigned char *next;
	size_t left;
};

/* The entry's next byte; 0 where a damaged entry ends too early. */
static unsigned take_byte(struct cursor *at)
{
	if (at->left == 0 || *at->next >= ENTRY_BIT)
		return 0;
	at->left--;
	return *at->next++;
}

/* Six bits a byte, the lowest first; 0x40: there is more. Bits beyond the 32nd are lost. */
static uint32_t take_varint(struct cursor *at)
{
	unsigned byte = take_byte(at);
	uint32_t value = byte & 0x3f;

	for (unsigned shift = 6; byte & 0x40; shift += 6) {
		byte = take_byte(at);
		if (shift < 32)
			value |= (uint32_t)(byte & 0x3f) << shift;
	}
	return value;
}

/* The lowest bit is the sign. */
static int64_t take_signed_varint(struct cursor *at)
{
	uint32_t value = take_varint(at);

	return value & 1 ? -(int64_t)(value >> 1) : (int64_t)(value >> 1);
}

static int64_t take_line_delta(struct cursor *at, unsigned form)
{
	if (form == FORM_NO_COLUMNS || form == FORM_LONG)
		return take_signed_varint(at);
	return form >= FORM_ONE_LINE_0 && form <= FORM_ONE_LINE_2 ? form - FORM_ONE_LINE_0 : 0;
}

/* A column as the long form has it: one more than it is, 0 for none. */
static int take_column(struct cursor *at)
{
	return (int)saturate((int64_t)take_varint(at) - 1);
}

/* The rest of an entry, after its line delta. */
static struct qa_position take_place(struct cursor *at, unsigned form, int64_t line)
{
	struct qa_position place = {known_line(line), known_line(line), -1, -1};

	if (form == FORM_NO_LOCATION)
		return unknown;
	if (form == FORM_LONG) {
		place.end_line = known_line(line + take_varint(at));
		place.column = take_column(at);
		place.end_column = take_column(at);
	} else if (form < FORM_ONE_LINE_0) {
		unsigned byte = take_byte(at);

		place.column = (int)(form << 3 | byte >> 4);
		place.end_column = place.column + (int)(byte & 15);
	} else if (form != FORM_NO_COLUMNS) {
		place.column = (int)take_byte(at);
		place.end_column = (int)take_byte(at);
	}
	return place;
}

static struct qa_position in_locations(struct qa_str table, int first_line, int instruction)
{
	struct cursor at = {(const unsigned char *)table.data, table.len};
	int64_t end = 0;
	int64_t line = first_line;

	while (at.left > 0) {
		unsigned head = *at.next++;
		unsigned form = head >> 3 & 15;

		at.left--;
		if (head < ENTRY_BIT)
			continue; /* what is left of a damaged entry */
		line = saturate(line + take_line_delta(&at, form));
		end += 2 * ((head & 7) + 1);
		if (end > instruction)
			return take_place(&at, form, line);
	}
	return unknown;
}

struct qa_position qa_line_table_lookup(
	enum qa_line_table kind, struct qa_str table, int first_line, int instruction)
{
	if (instruction < 0)
		return only_line(first_line);
	switch (kind) {
	case QA_LINE_TABLE_LNOTAB:
		return in_lnotab(table, first_line, instruction);
	case QA_LINE_TABLE_RANGES:
		return in_ranges(table, first_line, instruction);
	case QA_LINE_TABLE_LOCATIONS:
		return in_locations(table, first_line, instruction);
	case QA_LINE_TABLE_NONE:
		break;
	}
	return unknown;
}
