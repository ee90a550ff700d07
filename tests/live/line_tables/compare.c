/*
 * Reads what expected.py writes, looks every instruction up, and prints one line: code objects,
 * instructions, and how many of these are placed elsewhere. The first few of them go to standard
 * error. Status 2: the input is cut off.
 */
#include <stdio.h>
#include <stdlib.h>

#include "qa/line_table.h"

enum { SHOWN = 5, TABLE_MAX = 1 << 24 };

struct tally {
	long codes;
	long instructions;
	long differences;
};

struct head {
	int32_t kind;
	int32_t first_line;
	int32_t table_len;
	int32_t instructions;
};

static void take(void *data, size_t len)
{
	if (len > 0 && fread(data, len, 1, stdin) != 1) {
		fprintf(stderr, "The input ends too early.\n");
		exit(2);
	}
}

static void show(const char *what, const int32_t place[4])
{
	fprintf(stderr, " %s line %d to %d, column %d to %d;", what, place[0], place[1], place[2],
		place[3]);
}

static void compare_instruction(
	const struct head *head, struct qa_str table, int address, struct tally *tally)
{
	struct qa_position place = qa_line_table_lookup(
		(enum qa_line_table)head->kind, table, head->first_line, address);
	int32_t found[4] = {place.line, place.end_line, place.column, place.end_column};
	int32_t expected[4];

	take(expected, sizeof(expected));
	tally->instructions++;
	if (memcmp(found, expected, sizeof(found)) == 0)
		return;
	if (tally->differences++ < SHOWN) {
		fprintf(stderr, "Code object %ld (first line %d), byte %d:", tally->codes,
			head->first_line, address);
		show("expected", expected);
		show("found", found);
		fputc('\n', stderr);
	}
}

static void compare_code(const struct head *head, struct tally *tally)
{
	char *table;

	if (head->table_len < 0 || head->table_len > TABLE_MAX)
		exit(2);
	/* Exactly as long as the table: AddressSanitizer sees a read beyond it. */
	table = malloc(head->table_len > 0 ? (size_t)head->table_len : 1);
	if (!table)
		exit(2);
	take(table, (size_t)head->table_len);
	for (int i = 0; i < head->instructions; i++)
		compare_instruction(
			head, (struct qa_str){table, (size_t)head->table_len}, 2 * i, tally);
	free(table);
	tally->codes++;
}

int main(void)
{
	struct tally tally = {0, 0, 0};
	struct head head;

	while (fread(&head, sizeof(head), 1, stdin) == 1)
		compare_code(&head, &tally);
	printf("%ld %ld %ld\n", tally.codes, tally.instructions, tally.differences);
	return 0;
}
