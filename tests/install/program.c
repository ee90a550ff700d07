/* A user of the installed library: writes an empty trace to memory, reads it back, and reports it.
 */
#include <stdio.h>

#include <qa/emitter.h>
#include <qa/profile.h>
#include <qa/sink.h>
#include <qa/trace_reader.h>
#include <qa/trace_writer.h>
#include <qa/version.h>

static int fail(const struct qa_error *err)
{
	fprintf(stderr, "%s\n", err->message);
	return 1;
}

static int write_trace(struct qa_sink *sink, struct qa_error *err)
{
	struct qa_raw_session session = {
		.recorder = qa_str("program " QA_VERSION), .period_ns = 1000000};
	struct qa_raw_end end = {.time_ns = 1, .reason = QA_END_STOPPED};
	struct qa_trace_writer *writer;
	int rc = qa_trace_writer_open(sink, &writer, err);

	if (rc)
		return rc;
	qa_trace_writer_consumer.session(writer, &session);
	qa_trace_writer_consumer.end(writer, &end);
	return qa_trace_writer_close(writer, err);
}

int main(void)
{
	const struct qa_emitter *text = qa_emitter_find("text");
	const struct qa_profile_options profile_options = {0};
	const struct qa_emit_options options = {0};
	struct qa_profile_builder *builder;
	struct qa_trace_health health;
	struct qa_profile *profile;
	struct qa_sink *trace, *report;
	struct qa_error err;

	if (qa_sink_open_memory(&trace, &err) || qa_sink_open_memory(&report, &err))
		return fail(&err);
	if (write_trace(trace, &err) || qa_profile_builder_open(&profile_options, &builder, &err))
		return fail(&err);
	if (qa_trace_read_memory(qa_sink_memory(trace), "memory", &qa_profile_builder_consumer,
		    builder, &health, &err))
		return fail(&err);
	if (qa_profile_builder_finish(builder, &profile, &err) ||
		text->emit(profile, &options, report, &err))
		return fail(&err);
	printf("%s, %zu bytes of report\n", profile->recorder, qa_sink_memory(report).len);
	qa_profile_free(profile);
	qa_sink_abort(trace);
	qa_sink_abort(report);
	return qa_trace_is_whole(&health) ? 0 : 1;
}
