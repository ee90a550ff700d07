#include "cmd/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_stdout(const struct output *output)
{
	return strcmp(output->path, "-") == 0;
}

static int too_many(const char *option, struct qa_error *err)
{
	return qa_error_set(
		err, EINVAL, "%s can be given %d times, not more.", option, OUTPUTS_MAX);
}

static int unknown_format(const char *name, struct qa_error *err)
{
	char names[256] = "";
	size_t used = 0;

	for (size_t i = 0; qa_emitters[i] && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
			qa_emitters[i]->name);
	qa_error_set(err, EINVAL, "There is no format '%s'.", name);
	qa_error_hint(err, "There are: %s. --list-formats tells more.", names);
	return -EINVAL;
}

int outputs_add_format(struct outputs *outputs, const char *name, struct qa_error *err)
{
	const struct qa_emitter *emitter = qa_emitter_find(name);

	if (!emitter)
		return unknown_format(name, err);
	if (outputs->formats == OUTPUTS_MAX)
		return too_many("--format", err);
	outputs->list[outputs->formats++].emitter = emitter;
	return 0;
}

int outputs_add_path(struct outputs *outputs, const char *path, struct qa_error *err)
{
	if (!*path)
		return qa_error_set(err, EINVAL, "--output needs a file name, or - for stdout.");
	if (outputs->paths == OUTPUTS_MAX)
		return too_many("--output", err);
	outputs->list[outputs->paths++].path = path;
	return 0;
}

/* x.qat becomes x.pb.gz */
static int choose_name(struct output *output, const char *trace, struct qa_error *err)
{
	static const char ending[] = ".qat";
	const char *stem = strcmp(trace, "-") == 0 ? "profile" : trace;
	size_t len = strlen(stem);
	size_t cut = sizeof(ending) - 1;

	if (len > cut && strcmp(stem + len - cut, ending) == 0)
		len -= cut;
	if (asprintf(&output->named_here, "%.*s%s", (int)len, stem, output->emitter->suffix) < 0) {
		output->named_here = NULL;
		return qa_error_set(err, ENOMEM, "Out of memory.");
	}
	output->path = output->named_here;
	return 0;
}

static int refuse_terminal(const struct output *output, struct qa_error *err)
{
	qa_error_set(err, EINVAL, "%s is not for a terminal.", output->emitter->name);
	qa_error_hint(err, "Give it a file: --format %s -o FILE%s.", output->emitter->name,
		output->emitter->suffix);
	return -EINVAL;
}

/* No two reports may go to the same place. */
static int check_place(const struct outputs *outputs, size_t which, struct qa_error *err)
{
	const struct output *output = &outputs->list[which];

	if (is_stdout(output) && output->emitter->binary && isatty(STDOUT_FILENO))
		return refuse_terminal(output, err);
	for (size_t i = 0; i < which; i++) {
		if (strcmp(outputs->list[i].path, output->path) != 0)
			continue;
		qa_error_set(err, EINVAL, "The reports %s and %s would both go to %s.",
			outputs->list[i].emitter->name, output->emitter->name,
			is_stdout(output) ? "stdout" : output->path);
		qa_error_hint(err, "Give each its own file: --format %s -o FILE%s.",
			output->emitter->name, output->emitter->suffix);
		return -EINVAL;
	}
	return 0;
}

static int settle_one(struct output *output, const char *trace, struct qa_error *err)
{
	if (output->path)
		return 0;
	if (output->emitter->binary)
		return choose_name(output, trace, err);
	output->path = "-";
	return 0;
}

int outputs_settle(struct outputs *outputs, const char *trace, struct qa_error *err)
{
	int rc = 0;

	if (outputs->formats == 0)
		outputs->list[outputs->formats++].emitter = qa_emitters[0];
	if (outputs->paths > outputs->formats) {
		qa_error_set(err, EINVAL,
			"--output was given %zu times, but there %s only %zu --format.",
			outputs->paths, outputs->formats == 1 ? "is" : "are", outputs->formats);
		qa_error_hint(err, "The first --output belongs to the first --format, and so on.");
		return -EINVAL;
	}
	outputs->count = outputs->formats;
	for (size_t i = 0; i < outputs->count && !rc; i++) {
		rc = settle_one(&outputs->list[i], trace, err);
		if (!rc)
			rc = check_place(outputs, i, err);
	}
	return rc;
}

bool outputs_accept(const struct outputs *outputs, enum qa_emit_accepts option)
{
	for (size_t i = 0; i < outputs->count; i++)
		if (outputs->list[i].emitter->accepts & option)
			return true;
	return false;
}

bool outputs_list_sources(const struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		if (outputs->list[i].emitter->lists_sources)
			return true;
	return false;
}

bool outputs_show_facts(const struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		if (outputs->list[i].emitter->shows_facts)
			return true;
	return false;
}

/* Does who reads the output see colours, and want to? */
static bool shows_color(const struct output *output)
{
	const char *refused = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	return is_stdout(output) && isatty(STDOUT_FILENO) && !(refused && *refused) && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

/* Each format gets those options that it takes: they may be meant for another one. */
static struct qa_emit_options accepted(
	const struct output *output, const struct qa_emit_options *options)
{
	const struct qa_emitter *emitter = output->emitter;

	return (struct qa_emit_options){
		.limit = emitter->accepts & QA_ACCEPTS_LIMIT ? options->limit : 0,
		.title = emitter->accepts & QA_ACCEPTS_TITLE ? options->title : NULL,
		.whole_files = emitter->accepts & QA_ACCEPTS_WHOLE_FILES && options->whole_files,
		.color = shows_color(output),
		.listing = emitter->lists_sources ? options->listing : NULL,
		.join = emitter->shows_facts ? options->join : NULL,
	};
}

int output_write(const struct output *output, const struct qa_profile *profile,
	const struct qa_emit_options *options, struct qa_error *err)
{
	const struct qa_emit_options own = accepted(output, options);
	struct qa_sink *sink;
	int rc = is_stdout(output) ? qa_sink_open_fd(STDOUT_FILENO, "stdout", &sink, err)
				   : qa_sink_open_file(output->path, &sink, err);

	if (rc)
		return rc;
	rc = output->emitter->emit(profile, &own, sink, err);
	if (rc && !qa_sink_error(sink)) {
		qa_sink_abort(sink);
		return rc;
	}
	rc = qa_sink_close(sink, err);
	return rc == -EPIPE && is_stdout(output) ? 0 : rc;
}

void outputs_free(struct outputs *outputs)
{
	for (size_t i = 0; i < OUTPUTS_MAX; i++)
		free(outputs->list[i].named_here);
}
