/* The files of a profile, and which frames are in each. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "join/maker.h"
#include "listing/group_totals.h"

static int compare_paths(const void *left, const void *right, void *ctx)
{
	const struct qa_profile *profile = ctx;
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	const char *path = profile->frames[a].file, *other = profile->frames[b].file;
	int order = path == other ? 0 : strcmp(path, other);

	return order ? order : (a > b) - (a < b);
}

static void order_frames(struct qa_join_maker *maker)
{
	const struct qa_profile *profile = maker->profile;

	for (size_t i = 0; i < profile->frame_count; i++)
		if (profile->frames[i].kind == QA_FRAME_PYTHON && profile->frames[i].file[0])
			maker->order[maker->order_count++] = (uint32_t)i;
	qsort_r(maker->order, maker->order_count, sizeof(*maker->order), compare_paths,
		(void *)(uintptr_t)profile);
}

static struct qa_joined_file *add_file(
	struct qa_join_maker *maker, const char *path, uint32_t index)
{
	size_t i = maker->view.file_count++;

	maker->spans[i].first = maker->order_count;
	maker->files[i] = (struct qa_joined_file){.path = path, .file = index};
	return &maker->files[i];
}

static void group_frames(struct qa_join_maker *maker, uint32_t *file_of)
{
	struct qa_joined_file *file = NULL;

	for (size_t i = 0; i < maker->order_count; i++) {
		const struct qa_frame *frame = &maker->profile->frames[maker->order[i]];

		if (!file || strcmp(file->path, frame->file) != 0) {
			file = add_file(maker, frame->file, frame->file_index);
			maker->spans[file - maker->files].first = i;
		}
		maker->spans[file - maker->files].count++;
		file_of[maker->order[i]] = (uint32_t)(file - maker->files);
		qa_join_add_weight(&file->self, frame->self);
	}
}

/* The scripts, also those that have no samples. */
static void mark_scripts(struct qa_join_maker *maker)
{
	const struct qa_profile *profile = maker->profile;

	for (size_t i = 0; i < profile->process_count; i++) {
		const struct qa_process *process = &profile->processes[i];
		const struct qa_joined_file *file;

		if (!process->script_path[0])
			continue;
		file = qa_join_find_file(&maker->view, process->script_path);
		if (!file)
			file = add_file(maker, process->script_path, process->script_file);
		maker->files[file - maker->files].is_script = true;
	}
}

static int sum_totals(struct qa_join_maker *maker, const uint32_t *file_of)
{
	struct qa_weight *totals;
	int rc = qa_group_totals(maker->profile, file_of, maker->view.file_count, &totals);

	if (rc)
		return rc;
	for (size_t i = 0; i < maker->view.file_count; i++)
		maker->files[i].total = totals[i];
	free(totals);
	return 0;
}

/* A file and its frames, to be sorted together. */
struct pair {
	struct qa_joined_file file;
	struct qa_join_span span;
};

static int compare_heat(const void *left, const void *right)
{
	const struct qa_joined_file *a = &((const struct pair *)left)->file;
	const struct qa_joined_file *b = &((const struct pair *)right)->file;

	if (a->self.samples != b->self.samples)
		return a->self.samples < b->self.samples ? 1 : -1;
	if (a->total.samples != b->total.samples)
		return a->total.samples < b->total.samples ? 1 : -1;
	return strcmp(a->path, b->path);
}

static int sort_files(struct qa_join_maker *maker)
{
	size_t count = maker->view.file_count;
	struct pair *pairs = calloc(count + 1, sizeof(*pairs));

	if (!pairs)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		pairs[i] = (struct pair){maker->files[i], maker->spans[i]};
	qsort(pairs, count, sizeof(*pairs), compare_heat);
	for (size_t i = 0; i < count; i++) {
		maker->files[i] = pairs[i].file;
		maker->spans[i] = pairs[i].span;
	}
	free(pairs);
	return 0;
}

int qa_join_list_files(struct qa_join_maker *maker)
{
	const struct qa_profile *profile = maker->profile;
	size_t most = profile->frame_count + profile->process_count + 1;
	uint32_t *file_of = malloc((profile->frame_count + 1) * sizeof(*file_of));
	int rc = -ENOMEM;

	maker->order = calloc(profile->frame_count + 1, sizeof(*maker->order));
	maker->files = calloc(most, sizeof(*maker->files));
	maker->spans = calloc(most, sizeof(*maker->spans));
	maker->view.files = maker->files;
	if (file_of && maker->order && maker->files && maker->spans) {
		memset(file_of, 0xff, (profile->frame_count + 1) * sizeof(*file_of));
		order_frames(maker);
		group_frames(maker, file_of);
		mark_scripts(maker);
		rc = sum_totals(maker, file_of);
	}
	if (!rc)
		rc = sort_files(maker);
	free(file_of);
	return rc;
}
