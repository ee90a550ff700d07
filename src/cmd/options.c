#include "cmd/options.h"

#include <errno.h>
#include <string.h>

enum { HELP_COLUMN = 26, HELP_WIDTH = 80 };

static bool is_last(const struct option_row *row)
{
	return !row->name && !row->help;
}

static bool is_optional(const struct option_row *row)
{
	return row->value && row->value[0] == '[';
}

static const struct option_row *find_name(
	const struct command *command, const char *name, size_t len)
{
	for (const struct option_row *row = command->rows; !is_last(row); row++)
		if (row->name && strlen(row->name) == len && memcmp(row->name, name, len) == 0)
			return row;
	return NULL;
}

static const struct option_row *find_letter(const struct command *command, char letter)
{
	for (const struct option_row *row = command->rows; !is_last(row); row++)
		if (row->name && row->letter == letter)
			return row;
	return NULL;
}

/* How many letters have to be added, removed or changed; for names of up to 31. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	enum { ROOM = 32 };
	size_t row[ROOM];

	if (a_len >= ROOM || b_len >= ROOM)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t best = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			best = row[j] + 1 < best ? row[j] + 1 : best;
			row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
		}
	}
	return row[b_len];
}

/* The option that was probably meant, or NULL. */
static const struct option_row *nearest(const struct command *command, const char *name, size_t len)
{
	size_t best = len / 3 + 1;
	const struct option_row *found = NULL;

	for (const struct option_row *row = command->rows; !is_last(row); row++) {
		size_t far =
			row->name ? distance(name, len, row->name, strlen(row->name)) : SIZE_MAX;

		if (far <= best && (!found || far < best)) {
			best = far;
			found = row;
		}
	}
	return found;
}

static int unknown_name(
	const struct command *command, const char *name, size_t len, struct qa_error *err)
{
	const struct option_row *meant = nearest(command, name, len);

	qa_error_set(err, EINVAL, "There is no option --%.*s.", (int)len, name);
	if (meant)
		qa_error_hint(err, "Did you mean --%s?", meant->name);
	return -EINVAL;
}

/* What is left of argv. */
struct cursor {
	char **at;
	void *into;
};

static int take_value(struct cursor *cursor, const struct option_row *row, const char *given,
	const char *value, struct qa_error *err)
{
	if (!value)
		value = *cursor->at ? *cursor->at++ : NULL;
	if (!value)
		return qa_error_set(
			err, EINVAL, "%s needs a value: %s %s.", given, given, row->value);
	return row->take(cursor->into, value, err);
}

/* --name, --name=value or --name value; `word` is what follows the dashes. */
static int take_long(const struct command *command, struct cursor *cursor, const char *word,
	struct qa_error *err)
{
	size_t len = strcspn(word, "=");
	const char *value = word[len] ? word + len + 1 : NULL;
	const struct option_row *row = find_name(command, word, len);
	char given[64];

	if (!row)
		return unknown_name(command, word, len, err);
	snprintf(given, sizeof(given), "--%s", row->name);
	if (is_optional(row))
		return row->take(cursor->into, value, err);
	if (row->value)
		return take_value(cursor, row, given, value, err);
	if (value)
		return qa_error_set(err, EINVAL, "%s takes no value, but got '%s'.", given, value);
	return row->take(cursor->into, NULL, err);
}

/* -abc for three options without a value, -nVALUE or -n VALUE for one with. */
static int take_letters(const struct command *command, struct cursor *cursor, const char *word,
	struct qa_error *err)
{
	int rc = 0;

	while (*word && !rc) {
		const struct option_row *row = find_letter(command, *word);
		char given[] = {'-', *word++, '\0'};

		if (!row)
			return qa_error_set(err, EINVAL, "There is no option %s.", given);
		if (row->value)
			return take_value(cursor, row, given, *word ? word : NULL, err);
		rc = row->take(cursor->into, NULL, err);
	}
	return rc;
}

int options_parse(const struct command *command, char **argv, void *into, char ***operands,
	struct qa_error *err)
{
	struct cursor cursor = {argv + 1, into};
	char **kept = argv + 1;
	bool ended = false;
	int rc = 0;

	*operands = kept;
	while (*cursor.at && !rc) {
		char *word = *cursor.at++;

		if (ended || word[0] != '-' || word[1] == '\0') {
			*kept++ = word;
			ended = ended || command->operand_ends_options;
		} else if (strcmp(word, "--") == 0) {
			ended = true;
		} else if (word[1] == '-') {
			rc = take_long(command, &cursor, word + 2, err);
		} else {
			rc = take_letters(command, &cursor, word + 1, err);
		}
	}
	*kept = NULL;
	if (rc)
		qa_error_hint(err, "%s --help lists the options.", command->program);
	return rc;
}

void print_wrapped(const char *text, size_t column, FILE *out)
{
	size_t at = column;

	while (*text) {
		size_t word = strcspn(text, " \n");

		if (at > column && at + 1 + word > HELP_WIDTH) {
			fprintf(out, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			fputc(' ', out);
			at++;
		}
		fprintf(out, "%.*s", (int)word, text);
		at += word;
		text += word;
		text += *text == ' ' || *text == '\n';
	}
	fputc('\n', out);
}

static void print_row(const struct option_row *row, FILE *out)
{
	char letter[] = {'-', row->letter, ',', '\0'};
	char left[64];
	int len;

	if (!row->name) {
		fprintf(out, "\n%s:\n", row->help);
		return;
	}
	len = snprintf(left, sizeof(left), "  %-3s --%s%s%s", row->letter ? letter : "", row->name,
		is_optional(row) ? "" : " ", row->value ? row->value : "");
	if (len + 1 > HELP_COLUMN)
		fprintf(out, "%s\n%*s", left, HELP_COLUMN, "");
	else
		fprintf(out, "%-*s", HELP_COLUMN, left);
	print_wrapped(row->help, HELP_COLUMN, out);
}

void options_print_help(const struct command *command, FILE *out)
{
	for (const char *const *usage = command->usages; *usage; usage++)
		fprintf(out, "%s %s %s\n", usage == command->usages ? "usage:" : "      ",
			command->program, *usage);
	fprintf(out, "\n%s\n", command->summary);
	for (const struct option_row *row = command->rows; !is_last(row); row++)
		print_row(row, out);
	if (command->notes)
		fprintf(out, "\n%s\n", command->notes);
}

/* Names of files and processes are not ours: what could move the cursor or worse is shown as \xNN.
 */
static void print_safely(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			fprintf(stderr, "\\x%02x", (unsigned char)*text);
		else
			fputc(*text, stderr);
	}
}

void print_error(const char *program, const struct qa_error *err)
{
	fprintf(stderr, "%s: ", program);
	print_safely(err->message);
	if (err->hint[0]) {
		fputs("\n  hint: ", stderr);
		print_safely(err->hint);
	}
	fputc('\n', stderr);
}
