#include "cmd/static_only.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cmd/source_files.h"
#include "qa/sink.h"
#include "qa/static_report.h"

enum { DEFAULT_LIMIT = 10 };

/* Sums over the files that could be analysed. */
struct totals {
	size_t files, failed, basic;
	uint64_t bytes, loc, functions, classes, imports, complexity;
};

static void add_up(struct totals *totals, const struct qa_source_facts *facts)
{
	totals->files++;
	totals->failed += facts->level == QA_SOURCE_FAILED;
	totals->basic += facts->level == QA_SOURCE_BASIC;
	if (facts->level == QA_SOURCE_FAILED)
		return;
	totals->bytes += facts->bytes;
	totals->loc += facts->loc;
	totals->functions += facts->functions;
	totals->classes += facts->classes;
	totals->imports += facts->imports;
	totals->complexity += facts->complexity;
}

static void put_totals(const struct totals *totals, struct qa_sink *sink)
{
	qa_sink_printf(sink, "\nAll files: %zu", totals->files);
	if (totals->failed)
		qa_sink_printf(sink, ", %zu of them not analysed", totals->failed);
	if (totals->basic)
		qa_sink_printf(sink, ", %zu of them with the lexer only", totals->basic);
	qa_sink_printf(sink, "\nSize: %" PRIu64 " bytes\nLines: %" PRIu64 "\n", totals->bytes,
		totals->loc);
	qa_sink_printf(sink, "Functions: %" PRIu64 "\nClasses: %" PRIu64 "\n", totals->functions,
		totals->classes);
	qa_sink_printf(sink, "Imports: %" PRIu64 "\nComplexity Score: %" PRIu64 "\n",
		totals->imports, totals->complexity);
}

static int write_file(const struct static_only *choices, const char *path, struct totals *totals,
	struct qa_sink *sink, struct qa_error *err)
{
	struct qa_source_facts *facts;
	int rc = qa_source_analyse_file(path, NULL, &facts, err);

	if (rc)
		return rc;
	if (choices->json) {
		qa_static_json_file(facts, totals->files == 0, sink);
		rc = qa_sink_report(sink, err);
	} else {
		qa_sink_puts(sink, totals->files ? "\n" : "");
		rc = qa_static_text(
			facts, choices->limit ? choices->limit : DEFAULT_LIMIT, sink, err);
	}
	add_up(totals, facts);
	qa_source_free(facts);
	return rc;
}

static int write_all(const struct static_only *choices, const struct source_files *files,
	struct totals *totals, struct qa_sink *sink, struct qa_error *err)
{
	int rc = 0;

	if (choices->json)
		qa_static_json_begin(sink);
	for (size_t i = 0; i < files->count && !rc; i++)
		rc = write_file(choices, files->paths[i], totals, sink, err);
	if (choices->json)
		qa_static_json_end(sink);
	else if (files->count > 1)
		put_totals(totals, sink);
	return rc;
}

static int open_sink(const struct static_only *choices, struct qa_sink **sink, struct qa_error *err)
{
	if (choices->output && strcmp(choices->output, "-") != 0)
		return qa_sink_open_file(choices->output, sink, err);
	return qa_sink_open_fd(STDOUT_FILENO, "stdout", sink, err);
}

static int write_report(const struct static_only *choices, const struct source_files *files,
	bool *complete, struct qa_error *err)
{
	struct totals totals = {0};
	struct qa_sink *sink;
	int rc = open_sink(choices, &sink, err);

	if (rc)
		return rc;
	rc = write_all(choices, files, &totals, sink, err);
	*complete = totals.failed == 0;
	if (rc && !qa_sink_error(sink)) {
		qa_sink_abort(sink);
		return rc;
	}
	rc = qa_sink_close(sink, err);
	return rc == -EPIPE ? 0 : rc; /* its reader has seen enough */
}

int static_only_run(
	const struct static_only *choices, char *const *paths, bool *complete, struct qa_error *err)
{
	struct source_files files = {0};
	int rc = 0;

	for (; *paths && !rc; paths++)
		rc = source_files_add(&files, *paths, err);
	if (!rc)
		rc = write_report(choices, &files, complete, err);
	source_files_free(&files);
	return rc;
}
