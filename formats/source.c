/* Annotated source for the terminal: the lines of the hottest files with what each of them weighs.
 */
#include <inttypes.h>

#include "formats/describe.h"
#include "formats/excerpt.h"
#include "formats/formats.h"
#include "support/utf8.h"

enum { DEFAULT_LIMIT = 10 };

struct page {
	const struct qa_profile *profile;
	const struct qa_emit_options *options;
	struct qa_sink *sink;
	struct qa_buf scratch;
	struct qa_buf text;                  /* of the row to come */
	const struct qa_source_facts *facts; /* of the file, where its text is shown; or NULL */
	size_t definition; /* the first of its definitions that is not above the row to come */
};

/* How hot a line is, by its own share of all samples. The first row that fits counts. */
static const struct heat {
	uint64_t least_permille;
	const char *mark;
	const char *color; /* an ANSI escape sequence */
} heats[] = {
	{200, "****", "\x1b[1;31m"},
	{50, "***", "\x1b[31m"},
	{10, "**", "\x1b[33m"},
	{0, "*", "\x1b[32m"},
};

static const char heading[] = "\x1b[1m";
static const char cold[] = "\x1b[2m";
static const char plain[] = "\x1b[0m";

static void put_scratch(struct page *p)
{
	qa_sink_put_str(p->sink, qa_buf_str(&p->scratch));
	qa_buf_clear(&p->scratch);
}

/* NULL is no colour. */
static void put_color(struct page *p, const char *color)
{
	if (p->options->color && color)
		qa_sink_puts(p->sink, color);
}

static void put_share(struct page *p, uint64_t samples)
{
	qa_describe_percent(&p->scratch, samples, p->profile->total.samples);
	put_scratch(p);
}

static const struct heat *heat_of(const struct page *p, const struct qa_listed_line *weights)
{
	uint64_t permille;
	size_t i = 0;

	if (!weights || weights->self.samples == 0)
		return NULL;
	permille = weights->self.samples * 1000 / p->profile->total.samples;
	while (permille < heats[i].least_permille)
		i++;
	return &heats[i];
}

/* A share of 9 columns, or blanks where there is none. */
static void put_column(struct page *p, uint64_t samples)
{
	if (samples) {
		qa_describe_percent(&p->scratch, samples, p->profile->total.samples);
		qa_sink_printf(p->sink, "%9.*s", (int)p->scratch.len,
			p->scratch.len ? p->scratch.data : "");
		qa_buf_clear(&p->scratch);
	} else {
		qa_sink_printf(p->sink, "%9s", "");
	}
}

/* The function or class that is defined on this line, or NULL. Lines are asked for ascending. */
static const struct qa_definition *definition_on(struct page *p, uint32_t line)
{
	const struct qa_source_facts *facts = p->facts;

	for (; p->definition < facts->definition_count; p->definition++) {
		const struct qa_definition *definition = &facts->definitions[p->definition];

		if (definition->kind != QA_DEFINITION_FUNCTION &&
			definition->kind != QA_DEFINITION_CLASS)
			continue;
		if (definition->def_line >= line)
			return definition->def_line == line ? definition : NULL;
	}
	return NULL;
}

static void put_fact(struct page *p, uint32_t fact)
{
	if (fact == QA_FACT_UNKNOWN)
		qa_sink_printf(p->sink, " %4s", "?");
	else
		qa_sink_printf(p->sink, " %4" PRIu32, fact);
}

/* Of the function or class that begins here: how complex it is. */
static void put_facts(struct page *p, uint32_t line)
{
	const struct qa_definition *definition = definition_on(p, line);

	if (!definition) {
		qa_sink_printf(p->sink, "%10s", "");
		return;
	}
	put_fact(p, definition->cyclomatic);
	put_fact(p, definition->cognitive);
}

/* What is to be said about a line, left of it. */
static void put_margin(struct page *p, uint32_t line, const struct qa_listed_line *weights)
{
	const struct heat *heat = heat_of(p, weights);

	put_column(p, weights ? weights->self.samples : 0);
	put_column(p, weights ? weights->total.samples : 0);
	qa_sink_printf(p->sink, "  %-4s", heat ? heat->mark : "");
	if (p->facts)
		put_facts(p, line);
	qa_sink_printf(p->sink, " %6" PRIu32 " |", line);
}

static void put_column_names(struct page *p)
{
	qa_sink_puts(p->sink, p->facts ? "   Self %  Total %  Heat Cycl Cogn   Line\n"
				       : "   Self %  Total %  Heat   Line\n");
}

static void put_row(struct page *p, uint32_t line, const struct qa_listed_line *weights)
{
	const struct heat *heat = heat_of(p, weights);
	const char *color = heat ? heat->color : weights ? NULL : cold;

	put_color(p, color);
	put_margin(p, line, weights);
	if (p->text.len) {
		qa_sink_puts(p->sink, " ");
		qa_sink_put_str(p->sink, qa_buf_str(&p->text));
	}
	put_color(p, color ? plain : NULL);
	qa_sink_puts(p->sink, "\n");
	qa_buf_clear(&p->text);
}

/* Lines that are left out. */
struct gap {
	uint32_t lines;
	uint64_t self;
};

static void put_gap(struct page *p, struct gap *gap, const struct qa_frame *below)
{
	if (gap->lines == 0)
		return;
	put_color(p, cold);
	qa_sink_printf(p->sink, "%*s ... %" PRIu32 " line%s", p->facts ? 34 : 24, "", gap->lines,
		gap->lines == 1 ? "" : "s");
	if (gap->self) {
		qa_sink_puts(p->sink, " with ");
		put_share(p, gap->self);
		qa_sink_puts(p->sink, " % in all");
	}
	if (below) {
		qa_sink_puts(p->sink, "; in ");
		qa_utf8_escape(qa_str(below->name), &p->scratch);
		put_scratch(p);
	}
	put_color(p, plain);
	qa_sink_puts(p->sink, "\n");
	*gap = (struct gap){0};
}

/* The function of the next sampled line, unless it begins in what is shown. */
static const struct qa_frame *function_below(const struct qa_excerpt *x, uint32_t line)
{
	const struct qa_frame *frame =
		x->next_shown < x->file->line_count ? x->file->lines[x->next_shown].hottest : NULL;

	return frame && frame->first_line < (int64_t)line ? frame : NULL;
}

/* Of these, nobody can say what stands there. */
static void put_lines_beyond(struct page *p, const struct qa_listed_file *file, uint32_t end)
{
	for (size_t i = 0; i < file->line_count; i++) {
		if (file->lines[i].line <= end)
			continue;
		qa_buf_append_str(&p->text, qa_str("(beyond the end of the file)"));
		put_row(p, file->lines[i].line, &file->lines[i]);
	}
}

static void put_text(struct page *p, const struct qa_listed_file *file)
{
	struct qa_line_cursor cursor = qa_line_cursor(
		p->facts ? p->facts->text : file->text.bytes); /* the facts have it decoded */
	struct qa_excerpt excerpt =
		qa_excerpt(file, p->profile->total.samples, p->options->whole_files);
	struct gap gap = {0};

	while (qa_line_next(&cursor)) {
		const struct qa_listed_line *weights;

		if (!qa_excerpt_shows(&excerpt, cursor.number, &weights)) {
			gap.lines++;
			gap.self += weights ? weights->self.samples : 0;
			continue;
		}
		put_gap(p, &gap, function_below(&excerpt, cursor.number));
		qa_describe_line(&p->text, cursor.line);
		put_row(p, cursor.number, weights);
	}
	put_gap(p, &gap, NULL);
	put_lines_beyond(p, file, cursor.number);
}

/* Without the text: the lines all the same, and in which function they are. */
static void put_numbers(struct page *p, const struct qa_listed_file *file)
{
	struct qa_excerpt excerpt =
		qa_excerpt(file, p->profile->total.samples, p->options->whole_files);
	struct gap gap = {0};

	for (size_t i = 0; i < file->line_count; i++) {
		const struct qa_listed_line *line = &file->lines[i];

		if (!qa_excerpt_is_worth(&excerpt, line)) {
			gap.lines++;
			gap.self += line->self.samples;
			continue;
		}
		put_gap(p, &gap, NULL);
		qa_buf_append_str(&p->text, qa_str("in "));
		qa_utf8_escape(qa_str(line->hottest->name), &p->text);
		put_row(p, line->line, line);
	}
	put_gap(p, &gap, NULL);
}

static void put_state(struct page *p, const struct qa_file_text *text)
{
	static const char *const states[] = {
		[QA_TEXT_SAME] = "",
		[QA_TEXT_CHANGED] = "source changed since the recording: only line numbers",
		[QA_TEXT_MISSING] = "source not found here: only line numbers",
		[QA_TEXT_TOO_LARGE] = "source too large to show: only line numbers",
		[QA_TEXT_NOT_RECORDED] = "no source was recorded: only line numbers",
	};

	if (text->state == QA_TEXT_SAME)
		qa_sink_puts(p->sink, text->embedded ? "source from the recording"
						     : "source unchanged since the recording");
	else
		qa_sink_puts(p->sink, states[text->state]);
}

static const struct qa_source_facts *known_facts(const struct qa_listed_file *file)
{
	bool known = file->text.state == QA_TEXT_SAME && file->facts &&
		     file->facts->level != QA_SOURCE_FAILED;

	return known ? file->facts : NULL;
}

static void put_file(struct page *p, const struct qa_listed_file *file)
{
	p->facts = known_facts(file);
	p->definition = 0;
	qa_sink_puts(p->sink, "\n");
	put_color(p, heading);
	qa_utf8_escape(qa_str(file->path), &p->scratch);
	put_scratch(p);
	put_color(p, plain);
	qa_sink_puts(p->sink, "\nself ");
	put_share(p, file->self.samples);
	qa_sink_puts(p->sink, " %, total ");
	put_share(p, file->total.samples);
	qa_sink_puts(p->sink, " %; ");
	put_state(p, &file->text);
	qa_sink_puts(p->sink, "\n");
	put_column_names(p);
	if (file->unplaced.samples) {
		put_column(p, file->unplaced.samples);
		qa_sink_puts(p->sink, "                (no line is known)\n");
	}
	if (file->text.state == QA_TEXT_SAME)
		put_text(p, file);
	else
		put_numbers(p, file);
}

static void put_head(struct page *p)
{
	const struct qa_raw_loss *loss = &p->profile->loss;

	qa_sink_puts(p->sink, "=== Annotated Source (qa-record) ===\n");
	qa_describe_title(&p->scratch, p->profile, p->options);
	qa_buf_append_str(&p->scratch, qa_str(": "));
	qa_describe_recording(&p->scratch, p->profile);
	qa_buf_printf(&p->scratch,
		"\nLoss: %" PRIu64 " late, %" PRIu64 " torn, %" PRIu64 " dropped, %" PRIu64
		" missed\n",
		loss->late, loss->retried, loss->dropped, loss->missed);
	put_scratch(p);
	qa_sink_puts(p->sink, "Heat: a line's own share of the samples: * some, ** from 1 %, *** "
			      "from 5 %, **** from 20 %\n");
}

static void put_files(struct page *p, const struct qa_listing *listing)
{
	size_t limit = p->options->limit ? p->options->limit : DEFAULT_LIMIT;
	uint64_t left = 0;

	for (size_t i = 0; i < listing->file_count; i++) {
		if (i < limit)
			put_file(p, &listing->files[i]);
		else
			left += listing->files[i].self.samples;
	}
	qa_sink_puts(p->sink, "\n");
	if (listing->file_count > limit) {
		qa_sink_printf(p->sink, "Other files: %zu with ", listing->file_count - limit);
		put_share(p, left);
		qa_sink_puts(p->sink, " % of the samples as their own\n");
	}
	if (listing->elsewhere.samples) {
		qa_sink_puts(p->sink, "In no file: ");
		put_share(p, listing->elsewhere.samples);
		qa_sink_puts(p->sink, " % of the samples\n");
	}
}

static int emit(const struct qa_profile *profile, const struct qa_emit_options *options,
	struct qa_sink *sink, struct qa_error *err)
{
	struct page p = {.profile = profile, .options = options, .sink = sink};
	int rc;

	put_head(&p);
	if (profile->total.samples == 0)
		qa_sink_puts(sink, profile->recorded.samples ? "\nNo samples were selected.\n"
							     : "\nNo samples were collected.\n");
	else if (!options->listing)
		qa_sink_puts(sink, "\nThe lines of the sources were not listed.\n");
	else
		put_files(&p, options->listing);
	rc = qa_describe_check(p.text.failed ? &p.text : &p.scratch, err);
	qa_buf_free(&p.scratch);
	qa_buf_free(&p.text);
	return rc;
}

const struct qa_emitter qa_emitter_source = {
	.name = "source",
	.summary = "the source of the hottest files, with each line's share, to read",
	.suffix = ".source.txt",
	.opens = "a terminal, or any pager or editor",
	.accepts = QA_ACCEPTS_LIMIT | QA_ACCEPTS_TITLE | QA_ACCEPTS_WHOLE_FILES,
	.lists_sources = true,
	.shows_facts = true,
	.emit = emit,
};
