#include "qa/join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "join/maker.h"
#include "qa/listing.h"

enum { DEFAULT_MAX_FILES = 512, DEFAULT_MAX_BYTES = 16 << 20 };

/* What may still be analysed. */
struct budget {
	size_t files;
	uint64_t bytes;
	size_t hot; /* files besides the scripts that are not too cold, come what may */
};

static const enum qa_join_state states[] = {
	[QA_TEXT_SAME] = QA_JOIN_FOUND,
	[QA_TEXT_CHANGED] = QA_JOIN_CHANGED,
	[QA_TEXT_MISSING] = QA_JOIN_MISSING,
	[QA_TEXT_TOO_LARGE] = QA_JOIN_TOO_LARGE,
	[QA_TEXT_NOT_RECORDED] = QA_JOIN_NOT_RECORDED,
};

static int analyse(struct qa_joined_file *file, struct qa_str bytes, struct qa_error *err)
{
	struct qa_source_facts *facts;
	int rc = qa_source_analyse_bytes(file->path, bytes, NULL, &facts, err);

	if (rc)
		return rc;
	file->facts = facts;
	if (facts->level == QA_SOURCE_FAILED)
		file->state = QA_JOIN_FAILED;
	return 0;
}

static int read_and_analyse(struct qa_join_maker *maker, struct qa_joined_file *file,
	struct budget *budget, struct qa_error *err)
{
	struct qa_file_text text;
	int rc = qa_file_text_get(maker->profile, file->file, &text, err);

	if (rc)
		return rc;
	file->state = states[text.state];
	if (text.state == QA_TEXT_SAME) {
		budget->files--;
		budget->bytes -= text.bytes.len;
		rc = analyse(file, text.bytes, err);
	}
	qa_file_text_free(&text);
	return rc;
}

/* NULL: there is no text to be had. */
static const struct qa_file *text_of(
	const struct qa_join_maker *maker, const struct qa_joined_file *file)
{
	const struct qa_file *recorded =
		file->file == QA_NONE ? NULL : &maker->profile->files[file->file];

	return recorded && recorded->recorded && recorded->size <= QA_TEXT_MAX ? recorded : NULL;
}

/*
 * Can none of its definitions have a score that is wanted? No text of n bytes has more than n / 2
 * control structures, and none of them stands in more than that many.
 */
static bool is_cold(const struct qa_join_maker *maker, const struct qa_joined_file *file,
	uint64_t size, struct budget *budget)
{
	size_t top = maker->options.top;
	double most = (double)size / 2;

	if (file->is_script || top == 0)
		return false;
	if (budget->hot > 0) {
		budget->hot--;
		return false;
	}
	return maker->best_count >= top && qa_join_score(maker->profile, file->self.samples,
						   most * most) < maker->best[top - 1];
}

static int join_file(
	struct qa_join_maker *maker, size_t i, struct budget *budget, struct qa_error *err)
{
	struct qa_joined_file *file = &maker->files[i];
	const struct qa_file *text = text_of(maker, file);
	int rc = 0;

	if (text && is_cold(maker, file, text->size, budget))
		file->state = QA_JOIN_COLD;
	else if (text && (budget->files == 0 || budget->bytes < text->size))
		file->state = QA_JOIN_LEFT_OUT;
	else
		rc = read_and_analyse(maker, file, budget, err);
	if (!rc)
		rc = qa_join_frames(maker, i);
	return rc;
}

static int join_files(struct qa_join_maker *maker, struct qa_error *err)
{
	struct budget budget = {
		maker->options.max_files, maker->options.max_bytes, maker->options.hot_files};
	int rc = 0;

	for (int scripts = 1; scripts >= 0; scripts--)
		for (size_t i = 0; i < maker->view.file_count && !rc; i++)
			if (maker->files[i].is_script == (scripts == 1))
				rc = join_file(maker, i, &budget, err);
	return rc;
}

static void count_states(struct qa_join_maker *maker)
{
	for (size_t i = 0; i < maker->profile->frame_count; i++)
		qa_join_add_weight(
			&maker->view.self[maker->frames[i].state], maker->profile->frames[i].self);
	for (size_t i = 0; i < maker->view.file_count; i++)
		maker->view.file_counts[maker->files[i].state]++;
}

static int make(struct qa_join_maker *maker, struct qa_error *err)
{
	size_t count = maker->profile->frame_count;
	int rc = qa_join_list_files(maker);

	maker->frames = malloc((count + 1) * sizeof(*maker->frames));
	if (!maker->frames)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		maker->frames[i] =
			(struct qa_joined_frame){.state = QA_JOIN_NO_FILE, .definition = QA_NONE};
	if (!rc)
		rc = join_files(maker, err);
	if (!rc)
		rc = qa_join_arrange(maker);
	if (rc)
		return rc;
	count_states(maker);
	maker->view.frames = maker->frames;
	maker->view.definitions = maker->definitions;
	return 0;
}

static struct qa_join_options settle(const struct qa_join_options *asked)
{
	struct qa_join_options options = asked ? *asked : (struct qa_join_options){0};

	if (options.max_files == 0)
		options.max_files = DEFAULT_MAX_FILES;
	if (options.max_bytes == 0)
		options.max_bytes = DEFAULT_MAX_BYTES;
	if (options.top > QA_JOIN_MOST_TOP)
		options.top = 0;
	return options;
}

int qa_join_open(const struct qa_profile *profile, const struct qa_join_options *options,
	struct qa_join **out, struct qa_error *err)
{
	struct qa_join_maker *maker = calloc(1, sizeof(*maker));
	int rc = -ENOMEM;

	*out = NULL;
	if (maker) {
		maker->profile = profile;
		maker->options = settle(options);
		maker->view.max_files = maker->options.max_files;
		maker->view.max_bytes = maker->options.max_bytes;
		rc = make(maker, err);
	}
	if (!rc) {
		*out = &maker->view;
		return 0;
	}
	qa_join_free(maker ? &maker->view : NULL);
	return qa_error_set(err, -rc, "Out of memory while analysing the sources of the profile.");
}

const struct qa_joined_file *qa_join_find_file(const struct qa_join *join, const char *path)
{
	for (size_t i = 0; i < join->file_count; i++)
		if (strcmp(join->files[i].path, path) == 0)
			return &join->files[i];
	return NULL;
}

void qa_join_free(struct qa_join *join)
{
	struct qa_join_maker *maker = (struct qa_join_maker *)join;

	if (!maker)
		return;
	for (size_t i = 0; i < maker->view.file_count && maker->files; i++)
		qa_source_free((struct qa_source_facts *)(uintptr_t)maker->files[i].facts);
	free(maker->files);
	free(maker->spans);
	free(maker->order);
	free(maker->frames);
	free(maker->definitions);
	free(maker);
}
