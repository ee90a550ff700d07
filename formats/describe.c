#include "formats/describe.h"

#include <errno.h>
#include <inttypes.h>

#include "support/utf8.h"

enum { NS_PER_MS = 1000000 };
#define NS_PER_S 1000000000u

const char *qa_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

void qa_describe_place(struct qa_buf *out, const struct qa_frame *frame)
{
	if (frame->kind != QA_FRAME_PYTHON)
		return;
	qa_utf8_escape(qa_str(frame->file[0] ? frame->file : "<unknown>"), out);
	if (frame->line > 0)
		qa_buf_printf(out, ":%d", frame->line);
}

void qa_describe_frame(struct qa_buf *out, const struct qa_frame *frame)
{
	qa_utf8_escape(qa_str(frame->name), out);
	if (frame->kind != QA_FRAME_PYTHON)
		return;
	qa_buf_append_str(out, qa_str(" ("));
	qa_describe_place(out, frame);
	qa_buf_append_char(out, ')');
}

void qa_describe_thread(
	struct qa_buf *out, const struct qa_profile *profile, const struct qa_thread *thread)
{
	qa_utf8_escape(qa_str(thread->name), out);
	qa_buf_append_str(out, qa_str(" ("));
	if (profile->process_count > 1)
		qa_buf_printf(out, "pid %" PRIu32 ", ", profile->processes[thread->process].pid);
	if (thread->tid)
		qa_buf_printf(out, "tid %" PRIu64 ")", thread->tid);
	else
		qa_buf_printf(out, "ident %" PRIu64 ")", thread->ident);
}

void qa_describe_title(
	struct qa_buf *out, const struct qa_profile *profile, const struct qa_emit_options *options)
{
	if (options->title) {
		qa_utf8_escape(qa_str(options->title), out);
	} else if (profile->process_count == 0) {
		qa_buf_append_str(out, qa_str("unknown program"));
	} else {
		qa_utf8_escape(qa_str(profile->processes[0].script), out);
		if (profile->process_count > 1)
			qa_buf_printf(out, " and %zu more", profile->process_count - 1);
	}
}

void qa_describe_percent(struct qa_buf *out, uint64_t part, uint64_t whole)
{
	uint64_t hundredths = whole ? (part * 10000 + whole / 2) / whole : 0;

	qa_buf_printf(out, "%" PRIu64 ".%02u", hundredths / 100, (unsigned)(hundredths % 100));
}

void qa_describe_seconds(struct qa_buf *out, uint64_t ns)
{
	uint64_t ms = ns / NS_PER_MS + (ns % NS_PER_MS >= NS_PER_MS / 2);

	qa_buf_printf(out, "%" PRIu64 ".%03u", ms / 1000, (unsigned)(ms % 1000));
}

static void describe_rate(struct qa_buf *out, double per_second)
{
	uint64_t tenths = per_second < 1e15 ? (uint64_t)(per_second * 10 + 0.5) : 0;

	qa_buf_printf(out, "%" PRIu64 ".%u", tenths / 10, (unsigned)(tenths % 10));
}

void qa_describe_rate(struct qa_buf *out, const struct qa_profile *profile)
{
	uint64_t ns = qa_duration_ns(profile);

	describe_rate(out, ns ? (double)profile->tick_count * NS_PER_S / (double)ns : 0);
}

void qa_describe_asked_rate(struct qa_buf *out, const struct qa_profile *profile)
{
	describe_rate(out, profile->period_ns ? NS_PER_S / (double)profile->period_ns : 0);
}

uint64_t qa_duration_ns(const struct qa_profile *profile)
{
	return profile->end_ns > profile->start_ns ? profile->end_ns - profile->start_ns : 0;
}

const char *qa_selected_state(const struct qa_profile *profile)
{
	static const char *const states[] = {
		[QA_SELECT_ALL] = "",
		[QA_SELECT_ON_CPU] = "on a CPU",
		[QA_SELECT_GIL] = "with the GIL",
		[QA_SELECT_NOT_IDLE] = "not idle",
	};

	return states[profile->selection];
}

bool qa_is_selection(const struct qa_profile *profile)
{
	return profile->selection != QA_SELECT_ALL || profile->asked_thread_count > 0;
}

void qa_describe_selection(struct qa_buf *out, const struct qa_profile *profile)
{
	const char *state = qa_selected_state(profile);

	qa_buf_append_str(out, qa_str(state));
	for (size_t i = 0; i < profile->asked_thread_count; i++) {
		if (i == 0)
			qa_buf_printf(out, "%sthread%s: ", state[0] ? "; " : "",
				profile->asked_thread_count == 1 ? "" : "s");
		else
			qa_buf_append_str(out, qa_str(", "));
		qa_utf8_escape(qa_str(profile->asked_threads[i]), out);
	}
}

void qa_describe_count(struct qa_buf *out, const struct qa_profile *profile)
{
	bool selection = qa_is_selection(profile);
	uint64_t all = selection ? profile->recorded.samples : profile->total.samples;

	if (selection)
		qa_buf_printf(out, "%" PRIu64 " of ", profile->total.samples);
	qa_buf_printf(out, "%" PRIu64 " sample%s", all, all == 1 ? "" : "s");
	if (selection) {
		qa_buf_append_str(out, qa_str(" ("));
		qa_describe_selection(out, profile);
		qa_buf_append_char(out, ')');
	}
}

void qa_describe_recording(struct qa_buf *out, const struct qa_profile *profile)
{
	qa_describe_count(out, profile);
	qa_buf_append_str(out, qa_str(", "));
	qa_describe_seconds(out, qa_duration_ns(profile));
	qa_buf_append_str(out, qa_str(" s at "));
	qa_describe_rate(out, profile);
	qa_buf_append_str(out, qa_str(" per second (asked: "));
	qa_describe_asked_rate(out, profile);
	qa_buf_append_char(out, ')');
	if (profile->process_count > 0) {
		qa_buf_append_str(out, qa_str(", Python "));
		qa_utf8_escape(qa_str(profile->processes[0].python), out);
	}
}

size_t qa_describe_columns(struct qa_str text)
{
	size_t sum = 0;

	while (text.len > 0) {
		size_t len;
		bool valid;

		sum += (size_t)qa_utf8_columns(qa_utf8_decode(text, &len, &valid));
		text.data += len;
		text.len -= len;
	}
	return sum;
}

const char *qa_describe_join_state(enum qa_join_state state)
{
	static const char *const states[] = {
		[QA_JOIN_FOUND] = "",
		[QA_JOIN_CHANGED] = "the source changed since the recording",
		[QA_JOIN_MISSING] = "the source was not found here",
		[QA_JOIN_TOO_LARGE] = "the source is too large",
		[QA_JOIN_NOT_RECORDED] = "no source was recorded",
		[QA_JOIN_FAILED] = "the source could not be analysed",
		[QA_JOIN_UNDEFINED] = "the source has no such definition",
		[QA_JOIN_LEFT_OUT] = "hotter sources were as much as is analysed",
		[QA_JOIN_COLD] = "too little time to matter here",
		[QA_JOIN_NO_FILE] = "no Python source",
	};

	return states[state];
}

int qa_describe_check(const struct qa_buf *buf, struct qa_error *err)
{
	return buf->failed ? qa_error_set(err, ENOMEM, "Out of memory while writing the report.")
			   : 0;
}
