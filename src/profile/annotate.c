#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/builder.h"

/* Parts of a path that tell whose code it is; the first row that fits counts. */
static const struct {
	const char *part;
	enum qa_frame_origin origin;
} origins[] = {
	{"/site-packages/", QA_ORIGIN_PACKAGE},
	{"/dist-packages/", QA_ORIGIN_PACKAGE},
	{"/lib/python2", QA_ORIGIN_STANDARD},
	{"/lib/python3", QA_ORIGIN_STANDARD},
	{"/lib64/python3", QA_ORIGIN_STANDARD},
	{"<frozen ", QA_ORIGIN_STANDARD},
	{"<string>", QA_ORIGIN_APPLICATION},
	{"<stdin>", QA_ORIGIN_APPLICATION},
};

static enum qa_frame_origin origin_of(const struct qa_frame *frame)
{
	if (frame->kind != QA_FRAME_PYTHON || !frame->file[0])
		return QA_ORIGIN_OTHER;
	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++)
		if (strstr(frame->file, origins[i].part))
			return origins[i].origin;
	return frame->file[0] == '<' ? QA_ORIGIN_OTHER : QA_ORIGIN_APPLICATION;
}

static int name_script(struct qa_profile_builder *builder, uint32_t index)
{
	const struct qa_command *command = &builder->commands[index];
	struct qa_process *process = &builder->store->processes[index];
	char *name;
	int rc;

	if (command->kind != QA_COMMAND_MODULE) {
		process->script = command->what[0] ? command->what : "unknown";
		return 0;
	}
	if (asprintf(&name, "-m %s", command->what) < 0)
		return -ENOMEM;
	rc = qa_strings_text(&builder->strings, qa_str(name), &process->script);
	free(name);
	return rc;
}

static void find_script_files(struct qa_profile_builder *builder)
{
	struct qa_profile_store *store = builder->store;

	/* Without a stack that shows the script's module, a file of its name will do. */
	for (size_t i = 0; i < store->view.file_count; i++) {
		const struct qa_file *file = &store->files[i];
		struct qa_process *process = &store->processes[file->process];

		if (!process->script_path[0] &&
			qa_command_is_file(&builder->commands[file->process], file->path))
			process->script_path = file->path;
	}
	for (uint32_t i = 0; i < store->view.process_count; i++)
		store->processes[i].script_file =
			qa_profile_find_file(builder, i, store->processes[i].script_path);
}

int qa_profile_annotate(struct qa_profile_builder *builder)
{
	struct qa_profile_store *store = builder->store;
	int rc = 0;

	for (size_t i = 0; i < store->view.frame_count; i++) {
		struct qa_frame *frame = &store->frames[i];

		frame->origin = origin_of(frame);
		frame->file_index = qa_profile_find_file(builder, QA_NONE, frame->file);
	}
	for (uint32_t i = 0; i < store->view.process_count && !rc; i++)
		rc = name_script(builder, i);
	find_script_files(builder);
	return rc;
}
