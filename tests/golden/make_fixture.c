/* make_fixture NAME FILE.qat: writes one of the recordings of tests/unit/fixture.c as a trace. */
#include <stdio.h>
#include <string.h>

#include "qa/sink.h"
#include "qa/trace_writer.h"
#include "tests/unit/fixture.h"

static int write_trace(fixture_recording *record, const char *path, struct qa_error *err)
{
	struct qa_trace_writer *writer;
	struct qa_sink *sink;
	struct fixture f;
	int rc = qa_sink_open_file(path, &sink, err);

	if (rc)
		return rc;
	rc = qa_trace_writer_open(sink, &writer, err);
	if (rc) {
		qa_sink_abort(sink);
		return rc;
	}
	f = fixture_begin(&qa_trace_writer_consumer, writer);
	record(&f);
	rc = qa_trace_writer_close(writer, err);
	if (!rc && f.rc)
		rc = qa_error_set(err, -f.rc, "The recording could not be fed.");
	return qa_sink_close(sink, rc ? NULL : err) ? -1 : rc;
}

int main(int argc, char **argv)
{
	struct qa_error err = {0};
	const struct fixture_kind *kind = fixture_kinds;

	if (argc != 3) {
		fputs("usage: make_fixture NAME FILE.qat\n", stderr);
		return 2;
	}
	while (kind->name && strcmp(kind->name, argv[1]) != 0)
		kind++;
	if (!kind->name || write_trace(kind->record, argv[2], &err)) {
		fprintf(stderr, "make_fixture: %s\n",
			kind->name ? err.message : "no such recording");
		return 1;
	}
	return 0;
}
