/* Static facts to read. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "formats/static_text.h"
#include "qa/static_report.h"
#include "support/buf.h"
#include "support/utf8.h"

/* Names come from outside: what would move the cursor shows what it is. */
static void put_safely(struct qa_sink *sink, struct qa_str text)
{
	struct qa_buf clean = {0}, shown = {0};

	qa_utf8_clean(text, &clean);
	qa_utf8_escape(qa_buf_str(&clean), &shown);
	if (clean.failed || shown.failed)
		qa_sink_fail(sink, ENOMEM);
	qa_sink_put_str(sink, qa_buf_str(&shown));
	qa_buf_free(&clean);
	qa_buf_free(&shown);
}

static void put_fact(struct qa_sink *sink, const char *what, uint32_t fact)
{
	if (fact == QA_FACT_UNKNOWN)
		qa_sink_printf(sink, "%s: unknown\n", what);
	else
		qa_sink_printf(sink, "%s: %" PRIu32 "\n", what, fact);
}

static const char *plural(uint32_t count)
{
	return count == 1 ? "" : "s";
}

static void put_detected(struct qa_sink *sink, uint32_t count, const char *what)
{
	if (count != QA_FACT_UNKNOWN)
		qa_sink_printf(sink, "- Detected %" PRIu32 " %s%s", count, what, plural(count));
}

static void put_lines(struct qa_sink *sink, const struct qa_source_facts *facts)
{
	if (facts->sloc == QA_FACT_UNKNOWN)
		return;
	put_detected(sink, facts->sloc, "line");
	qa_sink_printf(sink,
		" of code, %" PRIu32 " of comment, %" PRIu32 " of docstrings, %" PRIu32 " blank\n",
		facts->comment_lines, facts->multi, facts->blank);
}

static void put_errors(struct qa_sink *sink, const struct qa_source_facts *facts)
{
	uint32_t shown = facts->parse_errors < QA_SOURCE_ERROR_LINES ? facts->parse_errors
								     : QA_SOURCE_ERROR_LINES;

	if (!facts->parse_errors || facts->parse_errors == QA_FACT_UNKNOWN)
		return;
	put_detected(sink, facts->parse_errors, "syntax error");
	for (uint32_t i = 0; i < shown; i++)
		qa_sink_printf(sink, "%s%" PRIu32,
			i           ? ", "
			: shown > 1 ? ", lines "
				    : ", line ",
			facts->error_lines[i]);
	qa_sink_puts(sink, shown < facts->parse_errors ? " and more" : "");
	qa_sink_puts(sink, ": what is counted near them may not be right\n");
}

static void put_details(struct qa_sink *sink, const struct qa_source_facts *facts)
{
	qa_sink_puts(sink, "Details:\n");
	put_detected(sink, facts->functions, "function definition");
	if (facts->methods)
		qa_sink_printf(sink, ", of these %" PRIu32 " method%s", facts->methods,
			plural(facts->methods));
	qa_sink_puts(sink, "\n");
	put_detected(sink, facts->classes, "class definition");
	qa_sink_puts(sink, "\n");
	put_detected(sink, facts->imports, "import statement");
	if (facts->imported_names != QA_FACT_UNKNOWN)
		qa_sink_printf(sink, ", %" PRIu32 " imported name%s", facts->imported_names,
			plural(facts->imported_names));
	qa_sink_puts(sink, "\n");
	put_detected(sink, facts->lambdas, "lambda");
	if (facts->comprehensions != QA_FACT_UNKNOWN)
		qa_sink_printf(sink, " and %" PRIu32 " comprehension%s", facts->comprehensions,
			plural(facts->comprehensions));
	qa_sink_puts(sink, "\n");
	put_detected(sink, facts->lloc, "statement");
	qa_sink_printf(
		sink, " and %" PRIu32 " comment%s\n", facts->comments, plural(facts->comments));
	put_lines(sink, facts);
	put_errors(sink, facts);
}

/* --- the most complex functions ----------------------------------------------------------------
 */

static uint32_t rank(const struct qa_definition *definition)
{
	return definition->cognitive == QA_FACT_UNKNOWN ? 0 : definition->cognitive;
}

static int compare(const void *a, const void *b)
{
	const struct qa_definition *x = *(const struct qa_definition *const *)a;
	const struct qa_definition *y = *(const struct qa_definition *const *)b;

	if (x->cyclomatic != y->cyclomatic)
		return x->cyclomatic > y->cyclomatic ? -1 : 1;
	if (rank(x) != rank(y))
		return rank(x) > rank(y) ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void put_number(struct qa_sink *sink, int width, uint32_t fact)
{
	if (fact == QA_FACT_UNKNOWN)
		qa_sink_printf(sink, "%*s", width, "?");
	else
		qa_sink_printf(sink, "%*" PRIu32, width, fact);
}

static void put_function(struct qa_sink *sink, const struct qa_definition *function)
{
	put_number(sink, 10, function->cyclomatic);
	put_number(sink, 11, function->cognitive);
	put_number(sink, 9, function->nesting);
	put_number(sink, 7, qa_definition_lines(function));
	qa_sink_puts(sink, "  ");
	put_safely(sink, function->qualified);
	qa_sink_printf(sink, ", line %" PRIu32 "\n", function->def_line);
}

static void put_most_complex(
	struct qa_sink *sink, const struct qa_source_facts *facts, size_t limit)
{
	const struct qa_definition **functions =
		malloc((facts->functions + (size_t)1) * sizeof(const struct qa_definition *));
	size_t count = 0;

	if (!functions) {
		qa_sink_fail(sink, ENOMEM);
		return;
	}
	for (size_t i = 0; i < facts->definition_count; i++)
		if (facts->definitions[i].kind == QA_DEFINITION_FUNCTION)
			functions[count++] = &facts->definitions[i];
	qsort(functions, count, sizeof(const struct qa_definition *), compare);
	if (count && limit)
		qa_sink_puts(
			sink, "Most complex:\ncyclomatic  cognitive  nesting  lines  function\n");
	for (size_t i = 0; i < count && i < limit; i++)
		put_function(sink, functions[i]);
	free(functions);
}

/* --- the whole ---------------------------------------------------------------------------------
 */

void qa_static_text_level(const struct qa_source_facts *facts, struct qa_sink *sink)
{
	static const char *const levels[] = {"failed", "basic", "full"};

	qa_sink_printf(sink, "Analysis: %s\n", levels[facts->level]);
	if (!facts->reason)
		return;
	qa_sink_puts(sink, "Note: ");
	put_safely(sink, qa_str(facts->reason));
	qa_sink_puts(sink, "\n");
}

void qa_static_text_counts(const struct qa_source_facts *facts, struct qa_sink *sink)
{
	qa_sink_printf(sink, "File Size: %" PRIu64 " bytes\n", facts->bytes);
	put_fact(sink, "Lines of Code", facts->loc);
	put_fact(sink, "Functions", facts->functions);
	put_fact(sink, "Classes", facts->classes);
	put_fact(sink, "Imports", facts->imports);
	put_fact(sink, "Complexity Score", facts->complexity);
	put_details(sink, facts);
}

int qa_static_text(const struct qa_source_facts *facts, size_t limit, struct qa_sink *sink,
	struct qa_error *err)
{
	qa_sink_puts(sink, "File: ");
	put_safely(sink, qa_str(facts->path));
	qa_sink_puts(sink, "\n");
	qa_static_text_level(facts, sink);
	if (facts->level != QA_SOURCE_FAILED) {
		qa_static_text_counts(facts, sink);
		put_most_complex(sink, facts, limit);
	}
	return qa_sink_report(sink, err);
}
