#include "profile/builder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SHALLOW = 4 }; /* frames above which a script's own module is not looked for */

int qa_profile_builder_open(const struct qa_profile_options *options,
	struct qa_profile_builder **out, struct qa_error *err)
{
	struct qa_profile_builder *builder = calloc(1, sizeof(*builder));
	int rc = -ENOMEM;

	*out = NULL;
	if (builder)
		builder->store = calloc(1, sizeof(*builder->store));
	if (builder && builder->store) {
		builder->options = *options;
		builder->store->view.by_line = options->by_line;
		builder->store->view.selection = options->selection;
		builder->frames.by_line = options->by_line;
		builder->frames.strings = &builder->strings;
		rc = qa_strings_open(&builder->strings, &builder->store->arena);
		if (!rc)
			rc = qa_paths_open(&builder->paths, &builder->frames, options->max_depth);
	}
	if (rc) {
		qa_profile_builder_abort(builder);
		return qa_error_set(err, -rc, "Out of memory while building a profile.");
	}
	*out = builder;
	return 0;
}

static int on_session(void *ctx, const struct qa_raw_session *raw)
{
	struct qa_profile_builder *builder = ctx;
	struct qa_profile *view = &builder->store->view;
	int rc = qa_strings_text(&builder->strings, raw->recorder, &view->recorder);

	if (!rc)
		rc = qa_strings_text(&builder->strings, raw->host, &view->host);
	if (!rc)
		rc = qa_strings_text(&builder->strings, raw->kernel, &view->kernel);
	if (!rc)
		rc = qa_strings_text(&builder->strings, raw->engine, &view->engine);
	view->start_ns = raw->start_ns;
	view->end_ns = raw->start_ns;
	view->start_wall_ns = raw->start_wall_ns;
	view->period_ns = raw->period_ns;
	return rc;
}

static size_t count_arguments(struct qa_str command)
{
	size_t count = 0;

	for (size_t i = 0; i < command.len; i++)
		count += command.data[i] == '\0' || i + 1 == command.len;
	return count;
}

static int split_command(
	struct qa_profile_builder *builder, struct qa_str command, struct qa_process *process)
{
	size_t count = count_arguments(command);
	const char **arguments =
		qa_arena_take(&builder->store->arena, (count + 1) * sizeof(*arguments));

	if (!arguments)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct qa_str argument = {command.data, strnlen(command.data, command.len)};
		size_t step = argument.len < command.len ? argument.len + 1 : argument.len;
		int rc = qa_strings_text(&builder->strings, argument, &arguments[i]);

		if (rc)
			return rc;
		command.data += step;
		command.len -= step;
	}
	arguments[count] = NULL;
	process->arguments = arguments;
	process->argument_count = count;
	return 0;
}

static int read_process(struct qa_profile_builder *builder, const struct qa_raw_process *raw,
	struct qa_process *process)
{
	int rc = qa_strings_text(&builder->strings, raw->python, &process->python);

	if (!rc)
		rc = qa_strings_text(&builder->strings, raw->executable, &process->executable);
	if (!rc)
		rc = qa_strings_text(&builder->strings, raw->cwd, &process->cwd);
	if (!rc)
		rc = qa_strings_text(&builder->strings, raw->build_id, &process->build_id);
	if (!rc)
		rc = split_command(builder, raw->command, process);
	return rc;
}

static int on_process(void *ctx, const struct qa_raw_process *raw)
{
	struct qa_profile_builder *builder = ctx;
	struct qa_profile_store *store = builder->store;
	struct qa_process process = {.pid = raw->pid,
		.parent_pid = raw->parent_pid,
		.script_path = "",
		.script_file = QA_NONE};
	size_t count = store->view.process_count;
	int rc = read_process(builder, raw, &process);

	if (!rc)
		rc = QA_GROW(store->processes, builder->process_room, count + 1);
	if (!rc)
		rc = QA_GROW(builder->commands, builder->command_room, count + 1);
	if (!rc)
		rc = qa_ids_add(&builder->process_ids, raw->id);
	if (rc)
		return rc;
	builder->commands[count] = qa_command_parse(process.arguments, process.executable);
	store->processes[count] = process;
	store->view.process_count++;
	return 0;
}

static int on_thread(void *ctx, const struct qa_raw_thread *raw)
{
	struct qa_profile_builder *builder = ctx;
	struct qa_profile_store *store = builder->store;
	uint32_t process = qa_ids_find(&builder->process_ids, raw->process);
	uint32_t index = qa_ids_find(&builder->thread_ids, raw->id);
	struct qa_thread *thread;
	int rc;

	if (process == QA_IDS_NONE)
		return -EINVAL;
	if (index == QA_IDS_NONE) {
		index = (uint32_t)store->view.thread_count;
		rc = QA_GROW(store->threads, builder->thread_room, index + (size_t)1);
		if (!rc)
			rc = qa_ids_add(&builder->thread_ids, raw->id);
		if (rc)
			return rc;
		store->view.thread_count++;
	}
	thread = &store->threads[index];
	*thread = (struct qa_thread){
		.tid = raw->tid,
		.ident = raw->ident,
		.interpreter = raw->interpreter,
		.process = process,
		.is_main = raw->is_main != 0,
	};
	return qa_strings_text(&builder->strings, raw->name, &thread->name);
}

struct file_key {
	uint32_t process;
	const char *path;
};

static bool is_file(const void *ctx, uint32_t number, const void *key)
{
	const struct qa_file *file = &((const struct qa_profile_store *)ctx)->files[number];
	const struct file_key *sought = key;

	return file->path == sought->path &&
	       (sought->process == QA_NONE || file->process == sought->process);
}

static uint64_t hash_file(uint32_t process, const char *path)
{
	return qa_hash_pair(process, (uintptr_t)path);
}

uint32_t qa_profile_find_file(
	const struct qa_profile_builder *builder, uint32_t process, const char *path)
{
	struct file_key key = {process, path};

	return qa_hashmap_find(
		&builder->file_map, hash_file(process, path), is_file, builder->store, &key);
}

/* Each file can be found by its process, and the first one of its path by that alone. */
static int map_file(struct qa_profile_builder *builder, const struct qa_file *file, uint32_t number)
{
	int rc = 0;

	if (qa_profile_find_file(builder, QA_NONE, file->path) == QA_NONE)
		rc = qa_hashmap_add(&builder->file_map, hash_file(QA_NONE, file->path), number);
	return rc ? rc
		  : qa_hashmap_add(
			    &builder->file_map, hash_file(file->process, file->path), number);
}

static int keep_file(struct qa_profile_builder *builder, const struct qa_file *file)
{
	struct qa_profile_store *store = builder->store;
	size_t count = store->view.file_count;
	int rc;

	if (qa_profile_find_file(builder, file->process, file->path) != QA_NONE)
		return 0; /* as it was at first */
	if (count == QA_NONE)
		return -EOVERFLOW;
	rc = QA_GROW(store->files, builder->file_room, count + 1);
	if (!rc)
		rc = map_file(builder, file, (uint32_t)count);
	if (!rc)
		store->files[store->view.file_count++] = *file;
	return rc;
}

static int on_file(void *ctx, const struct qa_raw_file *raw)
{
	struct qa_profile_builder *builder = ctx;
	struct qa_file file = {
		.process = qa_ids_find(&builder->process_ids, raw->process),
		.recorded = raw->found != 0,
		.size = raw->size,
		.lines = raw->lines,
		.crc32 = raw->crc32,
		.modified_ns = raw->modified_ns,
	};
	int rc = qa_strings_text(&builder->strings, raw->path, &file.path);

	if (file.process == QA_IDS_NONE)
		return -EINVAL;
	return rc ? rc : keep_file(builder, &file);
}

static int on_source(void *ctx, const struct qa_raw_source *raw)
{
	struct qa_profile_builder *builder = ctx;
	uint32_t process = qa_ids_find(&builder->process_ids, raw->process);
	const char *path;
	uint32_t file;
	int rc = qa_strings_text(&builder->strings, raw->path, &path);

	if (process == QA_IDS_NONE)
		return -EINVAL;
	if (rc)
		return rc;
	file = qa_profile_find_file(builder, process, path);
	return file == QA_NONE ? 0
			       : qa_texts_add(&builder->store->texts, file, raw->offset, raw->part);
}

static int on_code(void *ctx, const struct qa_raw_code *raw)
{
	struct qa_profile_builder *builder = ctx;
	uint32_t process = qa_ids_find(&builder->process_ids, raw->process);
	int rc;

	if (process == QA_IDS_NONE)
		return -EINVAL;
	rc = qa_ids_add(&builder->code_ids, raw->id);
	return rc ? rc : qa_frames_add_code(&builder->frames, raw, process);
}

/* Is this frame the module that the command line names? Then it tells what code objects call the
 * script's file. */
static void note_script(struct qa_profile_builder *builder, const struct qa_code *code)
{
	struct qa_process *process = &builder->store->processes[code->process];
	const char *file = builder->strings.texts[code->file];

	if (!process->script_path[0] &&
		strcmp(builder->strings.texts[code->short_name], "<module>") == 0 &&
		qa_command_is_file(&builder->commands[code->process], file))
		process->script_path = file;
}

static int on_node(void *ctx, const struct qa_raw_node *raw)
{
	struct qa_profile_builder *builder = ctx;
	uint32_t code = qa_ids_find(&builder->code_ids, raw->code);
	uint32_t parent = QA_NONE;
	uint32_t frame;
	int rc;

	if (raw->parent)
		parent = qa_ids_find(&builder->node_ids, raw->parent);
	if (code == QA_IDS_NONE || (raw->parent && parent == QA_IDS_NONE))
		return -EINVAL;
	rc = qa_frames_at(&builder->frames, code, raw->instruction, &frame);
	if (!rc)
		rc = qa_ids_add(&builder->node_ids, raw->id);
	if (!rc)
		rc = qa_paths_add(&builder->paths, parent, frame);
	if (!rc &&
		qa_paths_depth(&builder->paths, (uint32_t)builder->paths.raw_count - 1) <= SHALLOW)
		note_script(builder, &builder->frames.codes[code]);
	return rc;
}

static int keep_sample(struct qa_profile_builder *builder, const struct qa_raw_tick *tick,
	const struct qa_raw_sample *raw)
{
	struct qa_profile *view = &builder->store->view;
	struct qa_sample sample = {
		.time_ns = tick->time_ns,
		.weight_ns = tick->weight_ns,
		.thread = qa_ids_find(&builder->thread_ids, raw->thread),
		.node = raw->node ? qa_ids_find(&builder->node_ids, raw->node) : QA_NONE,
		.state = raw->state,
	};

	if (sample.thread == QA_IDS_NONE || (raw->node && sample.node == QA_IDS_NONE))
		return -EINVAL;
	if (view->sample_count == QA_NONE || sample.weight_ns > INT64_MAX - view->total.ns)
		return -EOVERFLOW;
	view->total.ns += sample.weight_ns;
	view->total.samples++;
	builder->store->samples[view->sample_count++] = sample;
	return 0;
}

static int on_tick(void *ctx, const struct qa_raw_tick *tick)
{
	struct qa_profile_builder *builder = ctx;
	struct qa_profile_store *store = builder->store;
	int rc = QA_GROW(
		store->samples, builder->sample_room, store->view.sample_count + tick->count);

	for (size_t i = 0; i < tick->count && !rc; i++)
		rc = keep_sample(builder, tick, &tick->samples[i]);
	store->view.tick_count++;
	if (!store->view.ended)
		store->view.end_ns = tick->time_ns;
	return rc;
}

static int on_loss(void *ctx, const struct qa_raw_loss *loss)
{
	((struct qa_profile_builder *)ctx)->store->view.loss = *loss;
	return 0;
}

static int on_end(void *ctx, const struct qa_raw_end *raw)
{
	struct qa_profile *view = &((struct qa_profile_builder *)ctx)->store->view;

	view->end_ns = raw->time_ns;
	view->ended = true;
	view->end_reason = (enum qa_end_reason)raw->reason;
	return 0;
}

const struct qa_raw_consumer qa_profile_builder_consumer = {
	.session = on_session,
	.process = on_process,
	.thread = on_thread,
	.file = on_file,
	.source = on_source,
	.code = on_code,
	.node = on_node,
	.tick = on_tick,
	.loss = on_loss,
	.end = on_end,
};

static int finish(struct qa_profile_builder *builder, struct qa_error *err)
{
	static int (*const steps[])(struct qa_profile_builder *) = {
		qa_profile_weigh,
		qa_profile_arrange,
		qa_profile_sum_frames,
		qa_profile_annotate,
	};
	int rc = qa_profile_name_threads(builder);
	int selected;

	if (!rc)
		rc = qa_texts_show(&builder->store->texts, builder->store->files);
	selected = rc ? 0 : qa_profile_select(builder, err);

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !rc && !selected; i++)
		rc = steps[i](builder);
	if (rc)
		qa_error_set(err, -rc, "Cannot build the profile: %s.", strerror(-rc));
	return rc ? rc : selected;
}

/* Shows the arrays that grew event by event; those that the steps made are shown already. */
static void show(struct qa_profile_store *store)
{
	struct qa_profile *view = &store->view;

	view->samples = store->samples;
	view->threads = store->threads;
	view->processes = store->processes;
	view->files = store->files;
	view->recorder = view->recorder ? view->recorder : "";
	view->host = view->host ? view->host : "";
	view->kernel = view->kernel ? view->kernel : "";
	view->engine = view->engine ? view->engine : "";
}

int qa_profile_builder_finish(
	struct qa_profile_builder *builder, struct qa_profile **out, struct qa_error *err)
{
	int rc = finish(builder, err);

	*out = NULL;
	if (!rc) {
		show(builder->store);
		*out = &builder->store->view;
		builder->store = NULL;
	}
	qa_profile_builder_abort(builder);
	return rc;
}

void qa_profile_builder_abort(struct qa_profile_builder *builder)
{
	if (!builder)
		return;
	if (builder->store)
		qa_profile_free(&builder->store->view);
	qa_strings_free(&builder->strings);
	qa_frames_free(&builder->frames);
	qa_paths_free(&builder->paths);
	qa_ids_free(&builder->process_ids);
	qa_ids_free(&builder->thread_ids);
	qa_ids_free(&builder->code_ids);
	qa_ids_free(&builder->node_ids);
	qa_hashmap_free(&builder->file_map);
	free(builder->commands);
	free(builder);
}

void qa_profile_free(struct qa_profile *profile)
{
	struct qa_profile_store *store = (struct qa_profile_store *)profile;

	if (!store)
		return;
	free(store->frames);
	free(store->nodes);
	free(store->samples);
	free(store->threads);
	free(store->processes);
	free(store->files);
	qa_texts_free(&store->texts);
	free(store->hot_frames);
	free(store->thread_samples);
	qa_arena_free(&store->arena);
	free(store);
}
