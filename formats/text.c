/* A report to read: the program, the hottest functions, threads, and what the recorder could not
 * see. */
#include <inttypes.h>

#include "formats/describe.h"
#include "formats/formats.h"
#include "formats/text_facts.h"
#include "support/utf8.h"

enum { DEFAULT_LIMIT = 10, MOST_SCRIPTS = 8, WIDEST_COLUMN = 48 };

struct report {
	const struct qa_profile *profile;
	const struct qa_emit_options *options;
	struct qa_sink *sink;
	size_t limit;
	struct qa_buf scratch;
};

/* Writes what was described in the scratch buffer, and empties it. */
static void put_scratch(struct report *r)
{
	qa_sink_put_str(r->sink, qa_buf_str(&r->scratch));
	qa_buf_clear(&r->scratch);
}

static void put_right(struct report *r, int width)
{
	qa_sink_printf(r->sink, "%*.*s", width, (int)r->scratch.len,
		r->scratch.len ? r->scratch.data : "");
	qa_buf_clear(&r->scratch);
}

static void put_left(struct report *r, size_t width)
{
	size_t used = qa_describe_columns(qa_buf_str(&r->scratch));

	put_scratch(r);
	qa_sink_printf(r->sink, "%*s", used < width ? (int)(width - used) : 0, "");
}

static void put_seconds(struct report *r, uint64_t ns, int width)
{
	qa_describe_seconds(&r->scratch, ns);
	put_right(r, width);
}

static void put_share(struct report *r, uint64_t part, uint64_t whole, int width)
{
	qa_describe_percent(&r->scratch, part, whole);
	put_right(r, width);
}

static void put_percent(struct report *r, uint64_t samples, int width)
{
	put_share(r, samples, r->profile->total.samples, width);
}

/* Above the first lines, whose shape does not change. */
static void put_selection(struct report *r)
{
	if (!qa_is_selection(r->profile))
		return;
	qa_sink_puts(r->sink, "Selected: ");
	qa_describe_count(&r->scratch, r->profile);
	put_scratch(r);
	qa_sink_puts(r->sink, "\n\n");
}

static bool same_script(const struct qa_process *a, const struct qa_process *b)
{
	if (a->script_path[0] || b->script_path[0])
		return strcmp(a->script_path, b->script_path) == 0;
	return strcmp(a->script, b->script) == 0;
}

/* One process for each script, MOST_SCRIPTS at most. */
static size_t find_scripts(const struct qa_profile *profile, const struct qa_process **scripts)
{
	size_t count = 0;

	for (size_t i = 0; i < profile->process_count && count < MOST_SCRIPTS; i++) {
		size_t known = 0;

		while (known < count && !same_script(scripts[known], &profile->processes[i]))
			known++;
		if (known == count)
			scripts[count++] = &profile->processes[i];
	}
	return count;
}

/* What the recording alone knows of it. */
static void put_size(struct report *r, const struct qa_file *file)
{
	if (file)
		qa_sink_printf(r->sink,
			"File Size: %" PRIu64 " bytes\nLines of Code: %" PRIu32 "\n", file->size,
			file->lines);
	else
		qa_sink_puts(r->sink, "File Size: unknown (no source file was recorded)\n"
				      "Lines of Code: unknown\n");
}

static void put_script(struct report *r, const struct qa_process *process, bool named)
{
	const struct qa_join *join = r->options->join;
	const struct qa_file *file =
		process->script_file == QA_NONE ? NULL : &r->profile->files[process->script_file];
	bool recorded = file && file->recorded;
	const struct qa_joined_file *joined =
		join && recorded ? qa_join_find_file(join, process->script_path) : NULL;

	qa_sink_puts(r->sink, "=== Profiling Results for Python ===\n");
	if (named || !recorded) {
		qa_utf8_escape(qa_str(process->script), &r->scratch);
		qa_sink_puts(r->sink, "Script: ");
		put_scratch(r);
		qa_sink_puts(r->sink, "\n");
	}
	if (!joined || joined->state != QA_JOIN_FOUND)
		put_size(r, recorded ? file : NULL);
	if (joined)
		qa_text_put_facts(joined, r->sink);
	qa_sink_puts(r->sink, "\n");
}

static void put_scripts(struct report *r)
{
	const struct qa_process *scripts[MOST_SCRIPTS];
	size_t count = find_scripts(r->profile, scripts);

	for (size_t i = 0; i < count; i++)
		put_script(r, scripts[i], count > 1);
}

static void put_hot_frame(struct report *r, size_t rank, const struct qa_frame *frame)
{
	bool one = frame->self.samples == 1;

	qa_utf8_escape(qa_str(frame->name), &r->scratch);
	if (frame->kind == QA_FRAME_PYTHON && frame->file[0]) {
		qa_buf_append_char(&r->scratch, ':');
		qa_utf8_escape(qa_str(qa_base_name(frame->file)), &r->scratch);
		if (r->profile->by_line)
			qa_buf_printf(&r->scratch, ":%d", frame->line);
	}
	qa_sink_printf(r->sink, "%3zu. ", rank);
	put_scratch(r);
	qa_sink_printf(r->sink, " - %" PRIu64 " sample%s (", frame->self.samples, one ? "" : "s");
	put_percent(r, frame->self.samples, 0);
	qa_sink_puts(r->sink, "%)\n");
}

static void put_hot_frames(struct report *r)
{
	qa_sink_printf(r->sink, "Top %zu Hot %s:\n", r->limit,
		r->profile->by_line ? "Lines" : "Functions");
	for (size_t i = 0; i < r->limit; i++)
		put_hot_frame(r, i + 1, &r->profile->frames[r->profile->hot_frames[i]]);
}

static size_t name_width(struct report *r)
{
	size_t widest = 0;

	for (size_t i = 0; i < r->limit; i++) {
		size_t width;

		qa_utf8_escape(
			qa_str(r->profile->frames[r->profile->hot_frames[i]].name), &r->scratch);
		width = qa_describe_columns(qa_buf_str(&r->scratch));
		qa_buf_clear(&r->scratch);
		if (width > widest)
			widest = width;
	}
	return widest < WIDEST_COLUMN ? widest : WIDEST_COLUMN;
}

static void put_table(struct report *r)
{
	size_t width = name_width(r);

	qa_sink_puts(r->sink, "\n    Self s  Self %   Total s Total %  Function and place\n");
	for (size_t i = 0; i < r->limit; i++) {
		const struct qa_frame *frame = &r->profile->frames[r->profile->hot_frames[i]];

		put_seconds(r, frame->self.ns, 10);
		put_percent(r, frame->self.samples, 8);
		put_seconds(r, frame->total.ns, 10);
		put_percent(r, frame->total.samples, 8);
		qa_sink_puts(r->sink, "  ");
		qa_utf8_escape(qa_str(frame->name), &r->scratch);
		if (frame->kind == QA_FRAME_PYTHON) {
			put_left(r, width);
			qa_sink_puts(r->sink, "  ");
			qa_describe_place(&r->scratch, frame);
		}
		put_scratch(r);
		qa_sink_puts(r->sink, "\n");
	}
}

static void put_state(struct report *r, const char *name, uint64_t samples, uint64_t known)
{
	if (!known)
		return;
	qa_sink_printf(r->sink, "%10" PRIu64, samples);
	put_share(r, samples, known, 8);
	qa_sink_printf(r->sink, "  %s\n", name);
}

static void put_unknown(struct report *r, const char *what, uint64_t known)
{
	uint64_t samples = r->profile->states.samples;

	if (known > 0 && known < samples)
		qa_sink_printf(
			r->sink, "%10" PRIu64 "          unknown %s\n", samples - known, what);
}

/* Shares of the samples where it is known; nothing if it is of none. A thread can be in several
 * states. */
static void put_states(struct report *r)
{
	const struct qa_states *states = &r->profile->states;

	if (!states->knows_cpu && !states->knows_gil)
		return;
	qa_sink_puts(r->sink, qa_is_selection(r->profile)
				      ? "\nStates in all samples of these threads:\n"
				      : "\nStates of the threads:\n");
	qa_sink_puts(r->sink, "   Samples       %\n");
	put_state(r, "on a CPU, or ready for one", states->on_cpu, states->knows_cpu);
	put_state(r, "idle", states->knows_cpu - states->on_cpu, states->knows_cpu);
	put_state(r, "with the GIL", states->gil, states->knows_gil);
	if (states->gc) /* none may be for want of a mark in the interpreter */
		put_state(r, "collecting garbage", states->gc, states->knows_gil);
	put_unknown(r, "whether on a CPU or idle", states->knows_cpu);
	put_unknown(r, "whether with the GIL", states->knows_gil);
}

static void put_cpu_share(struct report *r, const struct qa_states *states)
{
	if (!r->profile->states.knows_cpu)
		return;
	if (states->knows_cpu)
		qa_describe_percent(&r->scratch, states->on_cpu, states->knows_cpu);
	else
		qa_buf_append_str(&r->scratch, qa_str("unknown"));
	put_right(r, 10);
}

static void put_threads(struct report *r)
{
	if (r->profile->thread_count < 2)
		return;
	qa_sink_printf(r->sink, "\nThreads:\n   Samples       %%         s%s\n",
		r->profile->states.knows_cpu ? "  On CPU %" : "");
	for (size_t i = 0; i < r->profile->thread_count; i++) {
		const struct qa_thread *thread = &r->profile->threads[i];

		qa_sink_printf(r->sink, "%10" PRIu64, thread->total.samples);
		put_percent(r, thread->total.samples, 8);
		put_seconds(r, thread->total.ns, 10);
		put_cpu_share(r, &thread->states);
		qa_sink_puts(r->sink, "  ");
		qa_describe_thread(&r->scratch, r->profile, thread);
		put_scratch(r);
		qa_sink_puts(r->sink, "\n");
	}
}

static void put_programs(struct report *r)
{
	for (size_t i = 0; i < r->profile->process_count && i < MOST_SCRIPTS; i++) {
		const struct qa_process *process = &r->profile->processes[i];

		qa_sink_puts(r->sink, i == 0 ? "\nProgram: " : "Program: ");
		qa_utf8_escape(qa_str(process->script), &r->scratch);
		qa_buf_printf(&r->scratch, ", pid %" PRIu32 ", Python ", process->pid);
		qa_utf8_escape(qa_str(process->python), &r->scratch);
		put_scratch(r);
		qa_sink_puts(r->sink, "\n");
	}
	if (r->profile->process_count > MOST_SCRIPTS)
		qa_sink_printf(r->sink, "Program: %zu more processes\n",
			r->profile->process_count - MOST_SCRIPTS);
}

static const char *end_reason(const struct qa_profile *profile)
{
	static const char *const reasons[] = {
		[QA_END_DURATION] = "the asked duration was over",
		[QA_END_EXIT] = "the process ended",
		[QA_END_STOPPED] = "the recording was stopped",
		[QA_END_FAILED] = "the recorder could not go on",
	};
	size_t reason = profile->end_reason;

	if (!profile->ended)
		return "the recording was cut off";
	return reason > 0 && reason < sizeof(reasons) / sizeof(reasons[0]) ? reasons[reason]
									   : "unknown";
}

static void put_recording(struct report *r)
{
	const struct qa_profile *profile = r->profile;

	qa_sink_puts(r->sink, "Recording: ");
	put_seconds(r, qa_duration_ns(profile), 0);
	qa_sink_printf(r->sink, " s, %" PRIu64 " ticks, ", profile->tick_count);
	qa_describe_rate(&r->scratch, profile);
	put_scratch(r);
	qa_sink_puts(r->sink, " per second (asked: ");
	qa_describe_asked_rate(&r->scratch, profile);
	put_scratch(r);
	qa_sink_printf(r->sink, "); %s\n", end_reason(profile));
}

static void put_loss(struct report *r)
{
	const struct qa_raw_loss *loss = &r->profile->loss;

	qa_sink_printf(r->sink,
		"Loss: %" PRIu64 " late, %" PRIu64 " torn, %" PRIu64 " dropped, %" PRIu64
		" missed\n",
		loss->late, loss->retried, loss->dropped, loss->missed);
	qa_sink_puts(r->sink, "  late: ticks behind their time, nothing lost; at worst by ");
	put_seconds(r, loss->late_max_ns, 0);
	qa_sink_puts(r->sink,
		" s\n"
		"  torn: stacks that changed while they were read, then read again; nothing lost\n"
		"  dropped: stacks that could not be read whole; ");
	put_seconds(r, loss->dropped_ns, 0);
	qa_sink_puts(r->sink, " s are in no sample\n"
			      "  missed: ticks that the recorder was too late for; ");
	put_seconds(r, loss->missed_ns, 0);
	qa_sink_puts(r->sink, " s are in no sample\n");
}

static void put_nothing(struct report *r)
{
	const struct qa_profile *profile = r->profile;

	if (profile->recorded.samples > 0) {
		qa_sink_puts(r->sink, "No samples were selected.\n");
		put_states(r);
		put_threads(r);
		return;
	}
	qa_sink_printf(r->sink, "No samples were collected.\nReason: %s before the first one.\n",
		end_reason(profile));
	if (profile->process_count == 0)
		qa_sink_puts(r->sink, "There was no Python interpreter: the program has to be "
				      "Python, or become it by exec.\n");
	else if (profile->loss.dropped > 0)
		qa_sink_puts(
			r->sink, "No stack could be read whole: record again, or for longer.\n");
	else
		qa_sink_puts(r->sink, "Record for longer, or sample more often.\n");
}

static void put_samples(struct report *r)
{
	const struct qa_profile *profile = r->profile;

	qa_sink_printf(r->sink,
		"Total samples collected: %" PRIu64 "\nUnique functions executed: %zu\n\n",
		profile->total.samples, profile->function_count);
	put_hot_frames(r);
	put_table(r);
	put_states(r);
	put_threads(r);
	if (r->options->join) {
		qa_text_put_hot_files(r->profile, r->options, r->sink, &r->scratch);
		qa_text_put_hot_and_complex(r->profile, r->options, r->sink, &r->scratch);
	}
}

static int emit(const struct qa_profile *profile, const struct qa_emit_options *options,
	struct qa_sink *sink, struct qa_error *err)
{
	struct report r = {.profile = profile,
		.options = options,
		.sink = sink,
		.limit = options->limit ? options->limit : DEFAULT_LIMIT};
	int rc;

	if (r.limit > profile->hot_count)
		r.limit = profile->hot_count;
	put_selection(&r);
	put_scripts(&r);
	qa_sink_puts(sink, "=== Runtime Profile (qa-record) ===\n");
	if (profile->total.samples == 0)
		put_nothing(&r);
	else
		put_samples(&r);
	put_programs(&r);
	put_recording(&r);
	put_loss(&r);
	rc = qa_describe_check(&r.scratch, err);
	qa_buf_free(&r.scratch);
	return rc;
}

const struct qa_emitter qa_emitter_text = {
	.name = "text",
	.summary = "the hottest functions, threads and losses, to read",
	.suffix = ".txt",
	.opens = "any pager or editor",
	.accepts = QA_ACCEPTS_LIMIT,
	.shows_facts = true,
	.emit = emit,
};
