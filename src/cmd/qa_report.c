/* qa-report: from a trace to reports. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cmd/check.h"
#include "cmd/options.h"
#include "cmd/outputs.h"
#include "cmd/profiles.h"
#include "cmd/selection.h"
#include "cmd/static_only.h"
#include "cmd/trace_file.h"
#include "qa/profile.h"
#include "qa/version.h"

enum { STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_INCOMPLETE = 3 };

static const char program[] = "qa-report";

struct choices {
	struct outputs outputs;
	struct qa_emit_options emit;
	struct selection selection;
	bool lines;
	bool no_gc_frames;
	bool check;
	bool static_only;
	bool json; /* --format json: with --static-only */
	bool list;
	bool help;
	bool version;
};

static int take_format(void *into, const char *value, struct qa_error *err)
{
	struct choices *choices = into;

	if (strcmp(value, "json") == 0) {
		choices->json = true;
		return 0;
	}
	return outputs_add_format(&choices->outputs, value, err);
}

static int take_output(void *into, const char *value, struct qa_error *err)
{
	return outputs_add_path(&((struct choices *)into)->outputs, value, err);
}

static int take_limit(void *into, const char *value, struct qa_error *err)
{
	uint64_t limit;
	int rc = parse_count("--limit", value, 1, 1000000, &limit, err);

	if (!rc)
		((struct choices *)into)->emit.limit = (size_t)limit;
	return rc;
}

static int take_title(void *into, const char *value, struct qa_error *err)
{
	(void)err;
	((struct choices *)into)->emit.title = value;
	return 0;
}

static int take_thread(void *into, const char *value, struct qa_error *err)
{
	return selection_add_thread(&((struct choices *)into)->selection, value, err);
}

#define TAKE_FLAG(name, member)                                                                    \
	static int take_##name(void *into, const char *value, struct qa_error *err)                \
	{                                                                                          \
		(void)value;                                                                       \
		(void)err;                                                                         \
		((struct choices *)into)->member = true;                                           \
		return 0;                                                                          \
	}

TAKE_FLAG(wall, selection.wall)
TAKE_FLAG(cpu, selection.cpu)
TAKE_FLAG(gil, selection.gil)
TAKE_FLAG(no_idle, selection.no_idle)
TAKE_FLAG(lines, lines)
TAKE_FLAG(whole_files, emit.whole_files)
TAKE_FLAG(no_gc_frames, no_gc_frames)
TAKE_FLAG(check, check)
TAKE_FLAG(static_only, static_only)
TAKE_FLAG(list, list)
TAKE_FLAG(help, help)
TAKE_FLAG(version, version)

static const struct option_row rows[] = {
	{NULL, 0, NULL, "What to write", NULL},
	{"format", 'f', "NAME", "the kind of report; may be given several times (default: text)",
		take_format},
	{"output", 'o', "FILE",
		"where it goes, - is stdout; the first one belongs to the first --format, and so "
		"on "
		"(default: stdout; for binary formats a file named after the trace)",
		take_output},
	{"list-formats", 0, NULL, "tell which formats there are and what opens them", take_list},
	{NULL, 0, NULL, "Which samples", NULL},
	{"wall", 0, NULL, "all of them (this is the default)", take_wall},
	{"cpu", 0, NULL, "those of threads that were on a CPU, or ready for one", take_cpu},
	{"gil", 0, NULL, "those of threads that held the GIL", take_gil},
	{"no-idle", 0, NULL, "all but those of threads known to be idle", take_no_idle},
	{"thread", 0, "NAME|TID",
		"those of the threads of this name or this id; may be given several times",
		take_thread},
	{NULL, 0, NULL, "How", NULL},
	{"lines", 'l', NULL, "tell the lines of a function apart", take_lines},
	{"no-gc-frames", 0, NULL, "do not show garbage collection as a frame <GC>",
		take_no_gc_frames},
	{"limit", 'n', "N", "show the N hottest functions; in source the N hottest files",
		take_limit},
	{"whole-files", 0, NULL, "source: show all lines, not only those around hot ones",
		take_whole_files},
	{"title", 't', "TEXT", "the report's title (default: the program)", take_title},
	{NULL, 0, NULL, "Other", NULL},
	{"static-only", 0, NULL,
		"analyse source files and those in folders instead of a trace; --format text or "
		"json",
		take_static_only},
	{"check", 'c', NULL, "write no report; tell whether the trace is whole", take_check},
	{"help", 'h', NULL, "print this and exit", take_help},
	{"version", 'V', NULL, "print the version and exit", take_version},
	{NULL, 0, NULL, NULL, NULL},
};

static const char *const usages[] = {"[options] TRACE", "--static-only [options] PATH...", NULL};

static const struct command command = {
	.program = program,
	.usages = usages,
	.summary = "Turns a trace that qa-record wrote into reports. TRACE may be - for stdin.",
	.rows = rows,
	.notes =
		"Exit status: 0 if the reports were written, also those of an incomplete trace; 1\n"
		"if something failed; 2 if the command line is wrong or names a thread that there\n"
		"is not; 3 if --check found that something is missing.",
};

static void list_formats(void)
{
	enum { COLUMN = 13 };

	for (size_t i = 0; qa_emitters[i]; i++) {
		printf("%-*s", COLUMN, qa_emitters[i]->name);
		print_wrapped(qa_emitters[i]->summary, COLUMN, stdout);
		printf("%*susual ending: %s\n", COLUMN, "", qa_emitters[i]->suffix);
		printf("%*sopens in: ", COLUMN, "");
		print_wrapped(qa_emitters[i]->opens, COLUMN + sizeof("opens in:"), stdout);
	}
}

/* What we printed must have arrived, unless nobody wants to read it. */
static int finish_stdout(int status)
{
	struct qa_error error;

	if ((fflush(stdout) == 0 && !ferror(stdout)) || errno == EPIPE)
		return status;
	qa_error_set(&error, errno, "Cannot write stdout: %s.", strerror(errno));
	print_error(program, &error);
	return STATUS_FAILED;
}

static int wrong_usage(const struct qa_error *error)
{
	print_error(program, error);
	return STATUS_USAGE;
}

static int failed(const struct qa_error *error)
{
	print_error(program, error);
	return STATUS_FAILED;
}

/* An option that none of the chosen formats takes is a misunderstanding. */
static int refuse_option(const char *option, enum qa_emit_accepts bit, struct qa_error *err)
{
	qa_error_set(err, EINVAL, "None of the chosen formats takes %s.", option);
	for (size_t i = 0; qa_emitters[i]; i++)
		if (qa_emitters[i]->accepts & bit)
			qa_error_hint(
				err, "It is for formats like --format %s.", qa_emitters[i]->name);
	return -EINVAL;
}

/* What has a meaning only for samples. */
static const char *option_of_traces(const struct choices *choices)
{
	const struct selection *selection = &choices->selection;

	if (selection->wall || selection->cpu || selection->gil || selection->no_idle)
		return "--wall, --cpu, --gil or --no-idle";
	if (selection->thread_count)
		return "--thread";
	if (choices->lines)
		return "--lines";
	if (choices->no_gc_frames)
		return "--no-gc-frames";
	if (choices->emit.title)
		return "--title";
	return choices->check ? "--check" : NULL;
}

static bool is_text(const struct outputs *outputs)
{
	return outputs->formats == 0 ||
	       (outputs->formats == 1 && strcmp(outputs->list[0].emitter->name, "text") == 0);
}

static int check_static(const struct choices *choices, char *const *operands, struct qa_error *err)
{
	const struct outputs *outputs = &choices->outputs;

	if (!operands[0])
		return qa_error_set(
			err, EINVAL, "--static-only needs a source file or a folder of them.");
	if (option_of_traces(choices))
		return qa_error_set(
			err, EINVAL, "--static-only goes without %s.", option_of_traces(choices));
	if (!is_text(outputs) || outputs->paths > 1 || (choices->json && outputs->formats))
		return qa_error_set(err, EINVAL,
			"--static-only writes one report, with --format text or json.");
	if (choices->json && choices->emit.limit)
		return qa_error_set(err, EINVAL, "--format json takes no --limit: it has all.");
	return 0;
}

static int check_choices(struct choices *choices, char *const *operands, struct qa_error *err)
{
	int rc;

	if (choices->static_only)
		return check_static(choices, operands, err);
	if (choices->json)
		return qa_error_set(err, EINVAL, "--format json is for --static-only.");
	if (!operands[0]) {
		qa_error_set(err, EINVAL, "There is no trace to report.");
		qa_error_hint(err, "Say qa-report TRACE; qa-record writes traces.");
		return -EINVAL;
	}
	if (operands[1])
		return qa_error_set(err, EINVAL,
			"Only one trace can be reported at a time, not %s and %s.", operands[0],
			operands[1]);
	if (choices->check && (choices->outputs.formats || choices->outputs.paths))
		return qa_error_set(err, EINVAL,
			"--check writes no report: it goes without --format and --output.");
	rc = selection_check(&choices->selection, err);
	if (!rc)
		rc = outputs_settle(&choices->outputs, operands[0], err);
	if (rc)
		return rc;
	if (choices->emit.limit && !outputs_accept(&choices->outputs, QA_ACCEPTS_LIMIT))
		return refuse_option("--limit", QA_ACCEPTS_LIMIT, err);
	if (choices->emit.whole_files && !outputs_accept(&choices->outputs, QA_ACCEPTS_WHOLE_FILES))
		return refuse_option("--whole-files", QA_ACCEPTS_WHOLE_FILES, err);
	if (choices->emit.title && !outputs_accept(&choices->outputs, QA_ACCEPTS_TITLE))
		return refuse_option("--title", QA_ACCEPTS_TITLE, err);
	return 0;
}

static void warn(const struct trace_file *trace, const struct qa_trace_health *health)
{
	bool whole = qa_trace_is_whole(health);

	if (whole && !health->unknown_records)
		return;
	fprintf(stderr, "%s: warning: %s is %s.\n", program, trace->name,
		whole ? "of a later version" : "incomplete");
	print_health(health, stderr);
}

/* What reports show of the sources: so many of the hottest files and of the functions. */
static struct profiles_wanted wanted_of(const struct choices *choices)
{
	enum { DEFAULT_SHOWN = 10 };
	size_t shown = choices->emit.limit ? choices->emit.limit : DEFAULT_SHOWN;

	return (struct profiles_wanted){.listing = outputs_list_sources(&choices->outputs),
		.join = outputs_show_facts(&choices->outputs),
		.join_options = {.top = shown, .hot_files = shown}};
}

static int build_profiles(const struct trace_file *trace, const struct choices *choices,
	struct profiles *profiles, struct qa_error *err)
{
	struct qa_profile_options options = {
		.by_line = choices->lines, .no_gc_frames = choices->no_gc_frames};
	struct profiles_wanted wanted = wanted_of(choices);
	struct qa_trace_health health;
	int rc;

	selection_apply(&choices->selection, &options);
	rc = profiles_read(profiles, trace, &options, &wanted, &health, err);
	if (rc)
		return rc;
	warn(trace, &health);
	rc = profiles_finish(profiles, err);
	if (rc == -ENODATA)
		qa_error_hint(err, "Without --cpu, --gil and --no-idle all samples are reported.");
	return rc;
}

static int write_reports(
	const struct choices *choices, const struct profiles *profiles, struct qa_error *err)
{
	struct qa_emit_options options = choices->emit;
	int rc = 0;

	options.listing = profiles->listing;
	options.join = profiles->join;
	for (size_t i = 0; i < choices->outputs.count && !rc; i++) {
		const struct output *output = &choices->outputs.list[i];

		rc = output_write(output, profiles->profile, &options, err);
		if (!rc && output->named_here)
			fprintf(stderr, "%s: wrote %s\n", program, output->path);
	}
	return rc;
}

/* A report in place of its trace would destroy it. */
static int spare_trace(
	const struct trace_file *trace, const struct outputs *outputs, struct qa_error *err)
{
	for (size_t i = 0; i < outputs->count; i++)
		if (trace_file_is(trace, outputs->list[i].path))
			return qa_error_set(err, EINVAL, "The report would overwrite its trace %s.",
				trace->name);
	return 0;
}

static int report(
	const struct trace_file *trace, const struct choices *choices, struct qa_error *err)
{
	struct profiles profiles;
	int rc = spare_trace(trace, &choices->outputs, err);

	if (!rc)
		rc = build_profiles(trace, choices, &profiles, err);
	if (rc)
		return rc;
	print_unknown(program, profiles.profile, stderr);
	rc = write_reports(choices, &profiles, err);
	profiles_free(&profiles);
	return rc;
}

static int run_static(const struct choices *choices, char *const *operands)
{
	struct static_only options = {.output = choices->outputs.list[0].path,
		.json = choices->json,
		.limit = choices->emit.limit};
	struct qa_error error = {0};
	bool complete = true;

	if (static_only_run(&options, operands, &complete, &error))
		return failed(&error);
	return finish_stdout(complete ? 0 : STATUS_FAILED);
}

static int run(struct choices *choices, char *const *operands)
{
	struct qa_error error = {0};
	struct trace_file trace;
	bool whole = true;
	int rc;

	if (choices->static_only)
		return run_static(choices, operands);
	rc = trace_file_open(&trace, operands[0], &error);
	if (rc)
		return failed(&error);
	rc = choices->check ? check_trace(&trace, &whole, &error) : report(&trace, choices, &error);
	trace_file_close(&trace);
	if (rc == -ESRCH)
		return wrong_usage(&error); /* --thread names a thread that there is not */
	if (rc)
		return failed(&error);
	return finish_stdout(whole ? 0 : STATUS_INCOMPLETE);
}

/* --help and the like come before everything else. False: none of them was given. */
static bool inform(const struct choices *choices)
{
	if (choices->help)
		options_print_help(&command, stdout);
	else if (choices->version)
		printf("%s %s\n", program, QA_VERSION);
	else if (choices->list)
		list_formats();
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	struct choices choices = {0};
	struct qa_error error = {0};
	char **operands;
	int status;

	(void)argc;
	signal(SIGPIPE, SIG_IGN); /* so that a closed stdout does not keep us from cleaning up */
	if (options_parse(&command, argv, &choices, &operands, &error))
		return wrong_usage(&error);
	if (inform(&choices))
		return finish_stdout(0);
	status = check_choices(&choices, operands, &error) ? wrong_usage(&error)
							   : run(&choices, operands);
	outputs_free(&choices.outputs);
	return status;
}
