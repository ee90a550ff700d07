/*
 * Collapsed stacks: one line per call path, outermost frame first, frames separated by semicolons,
 * then a blank and the number of samples. There is no way to quote in this format: what would end a
 * frame or a line is replaced.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "formats/describe.h"
#include "formats/formats.h"

/* The path to the current node as text, and where in it each frame ends. */
struct path {
	struct qa_buf text;
	size_t *ends;
	size_t ends_room;
};

static void append_frame(struct qa_buf *text, const struct qa_frame *frame)
{
	size_t start;

	if (text->len > 0)
		qa_buf_append_char(text, ';');
	start = text->len;
	qa_describe_frame(text, frame);
	for (size_t i = start; i < text->len; i++)
		if (text->data[i] == ';')
			text->data[i] = ':';
}

/* Nodes come in preorder: what is above the node is in the path already. */
static void step_to(struct path *path, const struct qa_profile *profile, const struct qa_node *node)
{
	path->text.len = path->ends[node->depth - 1];
	append_frame(&path->text, &profile->frames[node->frame]);
	path->ends[node->depth] = path->text.len;
}

static int emit(const struct qa_profile *profile, const struct qa_emit_options *options,
	struct qa_sink *sink, struct qa_error *err)
{
	struct path path = {0};
	int rc;

	(void)options;
	if (QA_GROW(path.ends, path.ends_room, (size_t)profile->max_depth + 1))
		path.text.failed = true;
	else
		path.ends[0] = 0;
	for (size_t i = 1; i < profile->node_count && !path.text.failed; i++) {
		const struct qa_node *node = &profile->nodes[i];

		step_to(&path, profile, node);
		if (node->self.samples && !path.text.failed) {
			qa_sink_put_str(sink, qa_buf_str(&path.text));
			qa_sink_printf(sink, " %" PRIu64 "\n", node->self.samples);
		}
	}
	rc = qa_describe_check(&path.text, err);
	qa_buf_free(&path.text);
	free(path.ends);
	return rc;
}

const struct qa_emitter qa_emitter_collapsed = {
	.name = "collapsed",
	.summary = "one line per call path with its number of samples",
	.suffix = ".collapsedstack.txt",
	.opens = "flame graph scripts, speedscope, grep and awk",
	.emit = emit,
};
