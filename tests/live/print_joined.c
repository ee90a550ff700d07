/*
 * print_joined FILE.qat: for each line of a function that samples have, what it was joined with,
 * one line each, separated by tabs: the state, co_name, the name as reported, the file,
 * co_firstlineno, the line; then of the definition its qualified name, first line, line of def and
 * last line; then of what it counts for the name, first line and number of lines. Where there is no
 * such thing, "-".
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "qa/join.h"
#include "qa/trace_reader.h"

static const char *const states[QA_JOIN_STATES] = {
	[QA_JOIN_FOUND] = "found",
	[QA_JOIN_CHANGED] = "changed",
	[QA_JOIN_MISSING] = "missing",
	[QA_JOIN_TOO_LARGE] = "too-large",
	[QA_JOIN_NOT_RECORDED] = "not-recorded",
	[QA_JOIN_FAILED] = "failed",
	[QA_JOIN_UNDEFINED] = "undefined",
	[QA_JOIN_LEFT_OUT] = "left-out",
	[QA_JOIN_COLD] = "cold",
	[QA_JOIN_NO_FILE] = "no-file",
};

static void print_text(struct qa_str text)
{
	fwrite(text.data, 1, text.len, stdout);
}

static void print_own(const struct qa_definition *own)
{
	if (!own) {
		fputs("-\t-\t-\t-\t", stdout);
		return;
	}
	print_text(own->qualified);
	printf("\t%" PRIu32 "\t%" PRIu32 "\t%" PRIu32 "\t", own->first_line, own->def_line,
		own->end_line);
}

static void print_frame(const struct qa_join *join, const struct qa_frame *frame, size_t index)
{
	const struct qa_joined_frame *joined = &join->frames[index];
	const struct qa_joined_definition *counts_for;

	if (frame->kind != QA_FRAME_PYTHON)
		return;
	printf("%s\t%s\t%s\t%s\t%d\t%d\t", states[joined->state], frame->short_name, frame->name,
		frame->file, frame->first_line, frame->line);
	print_own(joined->own);
	if (joined->definition == QA_NONE) {
		puts("-\t-\t-");
		return;
	}
	counts_for = &join->definitions[joined->definition];
	print_text(counts_for->name);
	printf("\t%" PRIu32 "\t%" PRIu32 "\n", counts_for->line, counts_for->lines);
}

static int print_joined(const struct qa_profile *profile, struct qa_error *err)
{
	const struct qa_join_options all = {.max_files = SIZE_MAX, .max_bytes = UINT64_MAX};
	struct qa_join *join;
	int rc = qa_join_open(profile, &all, &join, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < profile->frame_count; i++)
		print_frame(join, &profile->frames[i], i);
	qa_join_free(join);
	return 0;
}

static int read_profile(int fd, const char *name, struct qa_profile **profile, struct qa_error *err)
{
	const struct qa_profile_options by_line = {.by_line = true};
	struct qa_profile_builder *builder;
	struct qa_trace_health health;
	int rc = qa_profile_builder_open(&by_line, &builder, err);

	if (rc)
		return rc;
	rc = qa_trace_read_fd(fd, name, &qa_profile_builder_consumer, builder, &health, err);
	if (!rc)
		return qa_profile_builder_finish(builder, profile, err);
	qa_profile_builder_abort(builder);
	return rc;
}

int main(int argc, char **argv)
{
	struct qa_profile *profile = NULL;
	struct qa_error err = {0};
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	int rc;

	if (fd < 0) {
		fputs("usage: print_joined FILE.qat\n", stderr);
		return 2;
	}
	rc = read_profile(fd, argv[1], &profile, &err);
	if (!rc)
		rc = print_joined(profile, &err);
	close(fd);
	qa_profile_free(profile);
	if (rc)
		fprintf(stderr, "print_joined: %s\n", err.message);
	return rc ? 1 : 0;
}
