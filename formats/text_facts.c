#include "formats/text_facts.h"

#include <inttypes.h>

#include "formats/describe.h"
#include "formats/static_text.h"
#include "support/utf8.h"

enum { DEFAULT_FILES = 3, DEFAULT_FUNCTIONS = 10, WIDEST_NAME = 48 };

/* A table or a block in the making. */
struct part {
	const struct qa_profile *profile;
	const struct qa_join *join;
	struct qa_sink *sink;
	struct qa_buf *scratch;
};

static void put_scratch(struct part *p)
{
	qa_sink_put_str(p->sink, qa_buf_str(p->scratch));
	qa_buf_clear(p->scratch);
}

static void put_right(struct part *p, int width)
{
	qa_sink_printf(p->sink, "%*.*s", width, (int)p->scratch->len,
		p->scratch->len ? p->scratch->data : "");
	qa_buf_clear(p->scratch);
}

static void put_share(struct part *p, uint64_t samples, int width)
{
	qa_describe_percent(p->scratch, samples, p->profile->total.samples);
	put_right(p, width);
}

static void put_plural(struct part *p, size_t count, const char *what)
{
	qa_sink_printf(p->sink, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

/* --- files -------------------------------------------------------------------------------------
 */

void qa_text_put_facts(const struct qa_joined_file *file, struct qa_sink *sink)
{
	const struct qa_source_facts *facts = file->facts;

	if (file->state == QA_JOIN_FOUND)
		qa_static_text_counts(facts, sink);
	else if (file->state != QA_JOIN_FAILED)
		qa_sink_printf(sink, "Not analysed: %s.\n", qa_describe_join_state(file->state));
	if (facts && (facts->level != QA_SOURCE_FULL || facts->reason))
		qa_static_text_level(facts, sink);
}

static void put_hot_file(struct part *p, const struct qa_joined_file *file)
{
	qa_sink_puts(p->sink, "\n=== Hot File: ");
	qa_utf8_escape(qa_str(file->path), p->scratch);
	put_scratch(p);
	qa_sink_puts(p->sink, " ===\nSelf: ");
	put_share(p, file->self.samples, 0);
	qa_sink_puts(p->sink, " %, total: ");
	put_share(p, file->total.samples, 0);
	qa_sink_puts(p->sink, " %\n");
	qa_text_put_facts(file, p->sink);
}

void qa_text_put_hot_files(const struct qa_profile *profile, const struct qa_emit_options *options,
	struct qa_sink *sink, struct qa_buf *scratch)
{
	struct part p = {profile, options->join, sink, scratch};
	size_t limit = options->limit ? options->limit : DEFAULT_FILES;

	for (size_t i = 0; i < p.join->file_count && limit > 0; i++) {
		const struct qa_joined_file *file = &p.join->files[i];

		if (file->is_script || file->self.samples == 0)
			continue;
		put_hot_file(&p, file);
		limit--;
	}
}

/* --- functions ---------------------------------------------------------------------------------
 */

static size_t name_width(struct part *p, size_t count)
{
	size_t widest = 0;

	for (size_t i = 0; i < count; i++) {
		size_t width;

		qa_utf8_escape(p->join->definitions[i].name, p->scratch);
		width = qa_describe_columns(qa_buf_str(p->scratch));
		qa_buf_clear(p->scratch);
		if (width > widest)
			widest = width;
	}
	return widest < WIDEST_NAME ? widest : WIDEST_NAME;
}

static void put_fact(struct part *p, uint32_t fact, int width)
{
	if (fact == QA_FACT_UNKNOWN)
		qa_sink_printf(p->sink, "%*s", width, "?");
	else
		qa_sink_printf(p->sink, "%*" PRIu32, width, fact);
}

static void put_name(struct part *p, struct qa_str name, size_t width)
{
	size_t used;

	qa_utf8_escape(name, p->scratch);
	used = qa_describe_columns(qa_buf_str(p->scratch));
	put_scratch(p);
	qa_sink_printf(p->sink, "%*s", used < width ? (int)(width - used) : 0, "");
}

static void put_definition(
	struct part *p, const struct qa_joined_definition *definition, size_t width)
{
	qa_buf_printf(p->scratch, "%" PRIu64 ".%02u", definition->score / 100,
		(unsigned)(definition->score % 100));
	put_right(p, 10);
	put_share(p, definition->self.samples, 8);
	put_share(p, definition->total.samples, 8);
	put_fact(p, definition->cyclomatic, 11);
	put_fact(p, definition->cognitive, 10);
	put_fact(p, definition->lines, 6);
	qa_sink_puts(p->sink, "  ");
	put_name(p, definition->name, width);
	qa_sink_puts(p->sink, "  ");
	qa_utf8_escape(qa_str(p->join->files[definition->file].path), p->scratch);
	qa_buf_printf(p->scratch, ":%" PRIu32 "\n", definition->line);
	put_scratch(p);
}

/* The first of these has samples of its own, if any has: what has none has a score of 0. */
static size_t count_hot(const struct qa_join *join, size_t limit)
{
	size_t count = 0;

	while (count < limit && count < join->definition_count &&
		join->definitions[count].self.samples > 0)
		count++;
	return count;
}

static void put_reason(struct part *p, enum qa_join_state state)
{
	const struct qa_join *join = p->join;

	put_share(p, join->self[state].samples, 10);
	qa_sink_printf(p->sink, " %%  %s", qa_describe_join_state(state));
	if (join->file_counts[state]) {
		qa_sink_puts(p->sink, " (");
		put_plural(p, join->file_counts[state], "file");
		if (state == QA_JOIN_LEFT_OUT)
			qa_sink_printf(p->sink, " beyond %zu, or %" PRIu64 " MiB of text",
				join->max_files, join->max_bytes >> 20);
		qa_sink_puts(p->sink, ")");
	}
	qa_sink_puts(p->sink, "\n");
}

static void put_rest(struct part *p, bool has_table)
{
	bool begun = false;

	for (int state = QA_JOIN_FOUND + 1; state < QA_JOIN_STATES; state++) {
		if (p->join->self[state].samples == 0)
			continue;
		if (!begun)
			qa_sink_puts(p->sink, has_table ? "Not in this table:\n"
							: "Not known of any function:\n");
		begun = true;
		put_reason(p, (enum qa_join_state)state);
	}
}

void qa_text_put_hot_and_complex(const struct qa_profile *profile,
	const struct qa_emit_options *options, struct qa_sink *sink, struct qa_buf *scratch)
{
	struct part p = {profile, options->join, sink, scratch};
	size_t limit = options->limit ? options->limit : DEFAULT_FUNCTIONS;
	size_t count = count_hot(p.join, limit);
	size_t width = name_width(&p, count);

	if (p.join->file_count == 0)
		return;
	qa_sink_puts(sink, "\nHot and complex:\n");
	if (count)
		qa_sink_puts(sink, "     Score  Self % Total % Cyclomatic Cognitive Lines  "
				   "Function and place\n");
	for (size_t i = 0; i < count; i++)
		put_definition(&p, &p.join->definitions[i], width);
	if (count)
		qa_sink_puts(sink, "Score: Self % x log2(1 + Cognitive); where that is unknown, "
				   "x log2(Cyclomatic)\n"
				   "Lambdas and comprehensions count for the function around "
				   "them.\n");
	put_rest(&p, count > 0);
}
