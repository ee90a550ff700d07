/*
 * A flame graph that shows without any script: the outermost frames at the bottom, the width of a
 * frame is its share of all samples, side by side in the order of their names. Lengths are
 * hundredths of the picture's unit, so that no number depends on a locale.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "formats/describe.h"
#include "formats/formats.h"
#include "support/hashmap.h"
#include "support/utf8.h"

enum {
	WIDTH = 120000,
	MARGIN = 1000,
	PLOT = WIDTH - 2 * MARGIN,
	TOP = 6200,    /* above the frames: title, subtitle */
	BOTTOM = 6400, /* below them: notes, legend */
	ROW = 1700,
	GAP = 100, /* between rows */
	BASELINE = 1200,
	CHARACTER = 722, /* width of a character, and a little more */
	TITLE_CHARACTER = 1090,
	LEAST_TEXT = 3, /* characters */
	LEAST_SHARE = 1000,
	MOST_BOXES = 2500,
	SHADES = 6,
};

/* How each enum qa_frame_origin looks: a class of colours, what the legend calls it, shades on
 * white and on black. */
static const struct {
	char letter;
	const char *legend;
	uint32_t light[SHADES];
	uint32_t dark[SHADES];
} kinds[] = {
	[QA_ORIGIN_APPLICATION] = {'a', "application",
		{0xf5855c, 0xf6bc79, 0xf69e6f, 0xf8be8c, 0xf7b182, 0xf5bc66},
		{0x5f2e1c, 0x724d22, 0x6a3a1f, 0x7e4f25, 0x764423, 0x63471d}},
	[QA_ORIGIN_PACKAGE] = {'p', "installed packages",
		{0x73bede, 0x8bb2e4, 0x83bee2, 0x9cc2e8, 0x94c2e6, 0x7ba0e0},
		{0x264755, 0x2e4666, 0x2a4b5f, 0x325271, 0x2f506a, 0x273958}},
	[QA_ORIGIN_STANDARD] = {'s', "standard library",
		{0x87c987, 0x9cd3ab, 0x95d09a, 0xabd9b4, 0xa4d6aa, 0x8ecca3},
		{0x2f4c2f, 0x395b42, 0x355537, 0x3e6546, 0x3a5f3f, 0x314f3b}},
	[QA_ORIGIN_OTHER] = {'o', "other",
		{0xa4a1af, 0xb7b2bd, 0xb0acb9, 0xc1bdc7, 0xbbb7c2, 0xaea7b4},
		{0x3b3a40, 0x4a464e, 0x434148, 0x514e56, 0x4b4950, 0x403d43}},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const char light_style[] =
	"svg{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}\n"
	"text{fill:#1a1a1a;font-size:12px;white-space:pre}\n"
	".title{font-size:18px;font-weight:bold}.note{fill:#555}\n"
	".paper{fill:#fff}.all{fill:#d9d9d9}\n"
	"rect{stroke:#fff;stroke-width:.5}g:hover rect{stroke:#000;stroke-width:1.5}\n";

static const char dark_style[] = "text{fill:#f2f2f2}.note{fill:#aaa}\n"
				 ".paper{fill:#16181d}.all{fill:#3a3d44}\n"
				 "rect{stroke:#16181d}g:hover rect{stroke:#fff}\n";

struct picture {
	const struct qa_profile *profile;
	struct qa_sink *sink;
	struct qa_buf scratch;
	uint64_t *left;         /* for each depth, samples to the left of the next box */
	uint64_t least_samples; /* of a box */
	uint32_t most_depth;
	uint32_t depth; /* of the topmost box */
	size_t boxes;
	uint64_t height;
};

static void put_length(struct picture *p, const char *attribute, uint64_t hundredths)
{
	qa_sink_printf(p->sink, " %s=\"%" PRIu64, attribute, hundredths / 100);
	if (hundredths % 100)
		qa_sink_printf(p->sink, ".%02u", (unsigned)(hundredths % 100));
	qa_sink_puts(p->sink, "\"");
}

static const char *xml_entity(uint32_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case 0xfffe: /* not allowed in XML; control characters were escaped before */
	case 0xffff:
		return "\xef\xbf\xbd";
	default:
		return NULL;
	}
}

static void put_xml(struct picture *p, struct qa_str text)
{
	while (text.len > 0) {
		size_t len;
		bool valid;
		const char *entity = xml_entity(qa_utf8_decode(text, &len, &valid));

		if (entity)
			qa_sink_puts(p->sink, entity);
		else
			qa_sink_write(p->sink, text.data, len);
		text.data += len;
		text.len -= len;
	}
}

/* Writes what was described in the scratch buffer, and empties it. */
static void put_scratch(struct picture *p)
{
	put_xml(p, qa_buf_str(&p->scratch));
	qa_buf_clear(&p->scratch);
}

static void open_text(struct picture *p, uint64_t x, uint64_t y, const char *class)
{
	qa_sink_puts(p->sink, "<text");
	if (class)
		qa_sink_printf(p->sink, " class=\"%s\"", class);
	put_length(p, "x", x);
	put_length(p, "y", y);
	qa_sink_puts(p->sink, ">");
}

static void close_text(struct picture *p)
{
	qa_sink_puts(p->sink, "</text>\n");
}

/* --- what is drawn -----------------------------------------------------------------------------
 */

static bool is_drawn(const struct picture *p, const struct qa_node *node)
{
	return node->total.samples >= p->least_samples && node->depth <= p->most_depth;
}

static size_t count_boxes(const struct picture *p)
{
	size_t count = 0;

	for (size_t i = 0; i < p->profile->node_count; i++)
		count += is_drawn(p, &p->profile->nodes[i]);
	return count;
}

/* Leaves out narrow boxes until the rest is not too many; at last, what is too deep although it is
 * as wide as the picture. */
static void choose_boxes(struct picture *p)
{
	uint64_t all = p->profile->total.samples;

	p->most_depth = QA_NONE;
	p->least_samples = all / LEAST_SHARE + (all % LEAST_SHARE != 0);
	while ((p->boxes = count_boxes(p)) > MOST_BOXES && p->least_samples < all) {
		p->least_samples += p->least_samples / 8 + 1;
		if (p->least_samples > all)
			p->least_samples = all;
	}
	if (p->boxes > MOST_BOXES) {
		p->most_depth = MOST_BOXES - 1;
		p->boxes = count_boxes(p);
	}
	for (size_t i = 0; i < p->profile->node_count; i++)
		if (is_drawn(p, &p->profile->nodes[i]) && p->profile->nodes[i].depth > p->depth)
			p->depth = p->profile->nodes[i].depth;
	p->height = TOP + BOTTOM + ((uint64_t)p->depth + 1) * ROW;
}

/* --- a box -------------------------------------------------------------------------------------
 */

static uint64_t to_length(const struct picture *p, uint64_t samples)
{
	return samples * PLOT / p->profile->total.samples;
}

static void put_box_title(struct picture *p, const struct qa_node *node)
{
	bool one = node->total.samples == 1;

	if (node->frame == QA_NONE)
		qa_buf_append_str(&p->scratch, qa_str("all"));
	else
		qa_describe_frame(&p->scratch, &p->profile->frames[node->frame]);
	qa_buf_printf(&p->scratch, ": %" PRIu64 " sample%s, ", node->total.samples, one ? "" : "s");
	qa_describe_percent(&p->scratch, node->total.samples, p->profile->total.samples);
	qa_buf_append_str(&p->scratch, qa_str(" %, "));
	qa_describe_seconds(&p->scratch, node->total.ns);
	qa_buf_append_str(&p->scratch, qa_str(" s"));
	qa_sink_puts(p->sink, "<g><title>");
	put_scratch(p);
	qa_sink_puts(p->sink, "</title>");
}

static void put_rect(
	struct picture *p, const struct qa_node *node, uint64_t x, uint64_t y, uint64_t width)
{
	const struct qa_frame *frame;

	if (node->frame == QA_NONE) {
		qa_sink_puts(p->sink, "<rect class=\"all\"");
	} else {
		frame = &p->profile->frames[node->frame];
		qa_sink_printf(p->sink, "<rect class=\"%c%u\"", kinds[frame->origin].letter,
			(unsigned)(qa_hash_bytes(frame->name, strlen(frame->name)) % SHADES));
	}
	put_length(p, "x", x);
	put_length(p, "y", y);
	put_length(p, "width", width);
	put_length(p, "height", ROW - GAP);
	qa_sink_puts(p->sink, "/>");
}

/* The longest beginning of a text that is no wider than `room`. */
static struct qa_str fitting(struct qa_str text, size_t room)
{
	struct qa_str rest = text;

	while (rest.len > 0) {
		size_t len;
		bool valid;
		size_t width = (size_t)qa_utf8_columns(qa_utf8_decode(rest, &len, &valid));

		if (width > room)
			break;
		room -= width;
		rest.data += len;
		rest.len -= len;
	}
	text.len -= rest.len;
	return text;
}

/* Writes what was described in the scratch buffer as far as `room` goes, and empties it. */
static void put_fitting(struct picture *p, size_t room)
{
	struct qa_str text = qa_buf_str(&p->scratch);

	if (fitting(text, room).len == text.len) {
		put_xml(p, text);
	} else {
		put_xml(p, fitting(text, room - strlen("..")));
		qa_sink_puts(p->sink, "..");
	}
	qa_buf_clear(&p->scratch);
}

static void put_name(
	struct picture *p, const struct qa_node *node, uint64_t x, uint64_t y, uint64_t width)
{
	size_t room = width / CHARACTER; /* one of which is the margin */

	if (room <= LEAST_TEXT)
		return;
	if (node->frame == QA_NONE)
		qa_buf_append_str(&p->scratch, qa_str("all"));
	else
		qa_utf8_escape(qa_str(p->profile->frames[node->frame].name), &p->scratch);
	open_text(p, x + CHARACTER / 2, y + BASELINE, NULL);
	put_fitting(p, room - 1);
	qa_sink_puts(p->sink, "</text>");
}

static void put_box(struct picture *p, const struct qa_node *node, uint64_t left)
{
	uint64_t x = MARGIN + to_length(p, left);
	uint64_t width = MARGIN + to_length(p, left + node->total.samples) - x;
	uint64_t y = TOP + (uint64_t)(p->depth - node->depth) * ROW;

	put_box_title(p, node);
	put_rect(p, node, x, y, width);
	put_name(p, node, x, y, width);
	qa_sink_puts(p->sink, "</g>\n");
}

/* In preorder, left[] of a depth is where the next box of that depth begins. */
static void put_boxes(struct picture *p)
{
	p->left[0] = 0;
	for (size_t i = 0; i < p->profile->node_count && p->profile->total.samples; i++) {
		const struct qa_node *node = &p->profile->nodes[i];
		uint64_t left = p->left[node->depth];

		p->left[node->depth] += node->total.samples;
		p->left[node->depth + 1] = left;
		if (is_drawn(p, node))
			put_box(p, node, left);
	}
}

/* --- around the boxes --------------------------------------------------------------------------
 */

static void put_colours(struct picture *p, bool dark)
{
	for (size_t kind = 0; kind < KINDS; kind++) {
		const uint32_t *colours = dark ? kinds[kind].dark : kinds[kind].light;

		for (size_t i = 0; i < SHADES; i++)
			qa_sink_printf(p->sink, ".%c%zu{fill:#%06" PRIx32 "}", kinds[kind].letter,
				i, colours[i]);
		qa_sink_puts(p->sink, "\n");
	}
}

static void put_style(struct picture *p)
{
	qa_sink_puts(p->sink, "<style>\n");
	qa_sink_puts(p->sink, light_style);
	put_colours(p, false);
	qa_sink_puts(p->sink, "@media (prefers-color-scheme:dark){\n");
	qa_sink_puts(p->sink, dark_style);
	put_colours(p, true);
	qa_sink_puts(p->sink, "}\n</style>\n");
}

static void put_head(struct picture *p, const struct qa_emit_options *options)
{
	qa_sink_puts(p->sink, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "
			      "xmlns=\"http://www.w3.org/2000/svg\"");
	qa_sink_printf(p->sink,
		" viewBox=\"0 0 %d %" PRIu64 "\" width=\"100%%\" role=\"img\" aria-label=\"",
		WIDTH / 100, p->height / 100);
	qa_buf_append_str(&p->scratch, qa_str("Flame graph of "));
	qa_describe_title(&p->scratch, p->profile, options);
	qa_buf_append_str(&p->scratch, qa_str(": "));
	qa_describe_recording(&p->scratch, p->profile);
	put_scratch(p);
	qa_sink_puts(p->sink, "\">\n");
	put_style(p);
	qa_sink_puts(p->sink, "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n");
	open_text(p, MARGIN, 2600, "title");
	qa_describe_title(&p->scratch, p->profile, options);
	put_fitting(p, PLOT / TITLE_CHARACTER);
	close_text(p);
	open_text(p, MARGIN, 4700, "note");
	qa_describe_recording(&p->scratch, p->profile);
	put_fitting(p, PLOT / CHARACTER);
	close_text(p);
}

static void put_notes(struct picture *p, uint64_t y)
{
	size_t left_out = p->profile->node_count - p->boxes;

	open_text(p, MARGIN, y, "note");
	if (p->profile->total.samples == 0)
		qa_sink_printf(p->sink, "No samples were %s.",
			p->profile->recorded.samples ? "selected" : "collected");
	else
		qa_sink_puts(p->sink, "Width: share of the samples, not the order of time. Callers "
				      "below, callees above.");
	if (p->profile->total.samples && left_out > 0)
		qa_sink_printf(p->sink,
			" Not drawn: %zu frame%s too narrow to see; callers include them.",
			left_out, left_out == 1 ? "" : "s");
	close_text(p);
}

static void put_legend(struct picture *p, uint64_t y)
{
	uint64_t x = MARGIN;

	for (size_t i = 0; i < KINDS; i++) {
		qa_sink_printf(p->sink, "<rect class=\"%c2\"", kinds[i].letter);
		put_length(p, "x", x);
		put_length(p, "y", y - 1000);
		qa_sink_puts(p->sink, " width=\"12\" height=\"12\"/>");
		open_text(p, x + 1800, y, NULL);
		qa_sink_puts(p->sink, kinds[i].legend);
		close_text(p);
		x += 1800 + (strlen(kinds[i].legend) + 3) * CHARACTER;
	}
}

static void put_picture(struct picture *p, const struct qa_emit_options *options)
{
	choose_boxes(p);
	put_head(p, options);
	put_boxes(p);
	put_notes(p, p->height - BOTTOM + 2400);
	put_legend(p, p->height - BOTTOM + 4800);
	qa_sink_puts(p->sink, "</svg>\n");
}

static int emit(const struct qa_profile *profile, const struct qa_emit_options *options,
	struct qa_sink *sink, struct qa_error *err)
{
	struct picture p = {.profile = profile, .sink = sink};
	int rc;

	p.left = calloc((size_t)profile->max_depth + 2, sizeof(*p.left));
	if (p.left)
		put_picture(&p, options);
	else
		p.scratch.failed = true;
	rc = qa_describe_check(&p.scratch, err);
	qa_buf_free(&p.scratch);
	free(p.left);
	return rc;
}

const struct qa_emitter qa_emitter_flamegraph = {
	.name = "svg",
	.summary = "flame graph in one picture without scripts",
	.suffix = ".svg",
	.opens = "any web browser",
	.accepts = QA_ACCEPTS_TITLE,
	.emit = emit,
};
