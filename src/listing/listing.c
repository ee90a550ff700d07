#include "qa/listing.h"

#include <errno.h>
#include <stdlib.h>

#include "listing/group_totals.h"

enum { TEXTS_MAX = 256 << 20 };

/* A listing while it is made, and the memory behind it. */
struct maker {
	struct qa_listing view;
	const struct qa_profile *profile;
	uint32_t *order; /* the frames that have a file, by file and line */
	size_t order_count;
	uint32_t *line_of; /* of each frame: its place in lines[], or QA_NONE */
	uint32_t *file_of;
	struct qa_listed_line *lines;
	size_t line_count;
	struct qa_listed_file *files;
};

static void add_weight(struct qa_weight *sum, struct qa_weight weight)
{
	sum->samples += weight.samples;
	sum->ns += weight.ns;
}

static uint32_t *new_numbers(size_t count)
{
	uint32_t *numbers = malloc((count + 1) * sizeof(*numbers));

	if (numbers)
		memset(numbers, 0xff, (count + 1) * sizeof(*numbers));
	return numbers;
}

static int allocate(struct maker *maker)
{
	size_t count = maker->profile->frame_count;

	maker->order = new_numbers(count);
	maker->line_of = new_numbers(count);
	maker->file_of = new_numbers(count);
	maker->lines = calloc(count + 1, sizeof(*maker->lines));
	maker->files = calloc(count + 1, sizeof(*maker->files));
	return maker->order && maker->line_of && maker->file_of && maker->lines && maker->files
		       ? 0
		       : -ENOMEM;
}

static int compare_places(const void *left, const void *right, void *ctx)
{
	const struct qa_profile *profile = ctx;
	const struct qa_frame *a = &profile->frames[*(const uint32_t *)left];
	const struct qa_frame *b = &profile->frames[*(const uint32_t *)right];
	int order = a->file == b->file ? 0 : strcmp(a->file, b->file);

	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static void order_frames(struct maker *maker)
{
	const struct qa_profile *profile = maker->profile;

	for (size_t i = 0; i < profile->frame_count; i++)
		if (profile->frames[i].kind == QA_FRAME_PYTHON && profile->frames[i].file[0])
			maker->order[maker->order_count++] = (uint32_t)i;
	qsort_r(maker->order, maker->order_count, sizeof(*maker->order), compare_places,
		(void *)(uintptr_t)profile);
}

static struct qa_listed_file *add_file(struct maker *maker, const struct qa_frame *frame)
{
	struct qa_listed_file *file = &maker->files[maker->view.file_count++];

	file->path = frame->file;
	file->file = frame->file_index;
	file->lines = &maker->lines[maker->line_count];
	return file;
}

static bool is_hotter(const struct qa_frame *a, const struct qa_frame *b)
{
	return a->self.samples != b->self.samples ? a->self.samples > b->self.samples
						  : a->total.samples > b->total.samples;
}

/* Frames of the same line share it: a lambda and the function around it, for example. */
static void place_on_line(
	struct maker *maker, struct qa_listed_file *file, const struct qa_frame *frame)
{
	struct qa_listed_line *last =
		file->line_count ? &maker->lines[maker->line_count - 1] : NULL;

	if (!last || last->line != (uint32_t)frame->line) {
		last = &maker->lines[maker->line_count++];
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): lines[] is there. */
		*last = (struct qa_listed_line){.line = (uint32_t)frame->line, .hottest = frame};
		file->line_count++;
	}
	if (is_hotter(frame, last->hottest))
		last->hottest = frame;
	add_weight(&last->self, frame->self);
	maker->line_of[frame - maker->profile->frames] = (uint32_t)maker->line_count - 1;
}

static void place_frames(struct maker *maker)
{
	struct qa_listed_file *file = NULL;

	for (size_t i = 0; i < maker->order_count; i++) {
		const struct qa_frame *frame = &maker->profile->frames[maker->order[i]];

		if (!file || strcmp(file->path, frame->file) != 0)
			file = add_file(maker, frame);
		maker->file_of[maker->order[i]] = (uint32_t)(file - maker->files);
		add_weight(&file->self, frame->self);
		if (frame->line > 0)
			place_on_line(maker, file, frame);
		else
			add_weight(&file->unplaced, frame->self);
	}
}

static int sum_totals(struct maker *maker)
{
	struct qa_weight *lines = NULL, *files = NULL;
	int rc = qa_group_totals(maker->profile, maker->line_of, maker->line_count, &lines);

	if (!rc)
		rc = qa_group_totals(
			maker->profile, maker->file_of, maker->view.file_count, &files);
	for (size_t i = 0; i < maker->line_count && !rc; i++)
		maker->lines[i].total = lines[i];
	for (size_t i = 0; i < maker->view.file_count && !rc; i++)
		maker->files[i].total = files[i];
	free(lines);
	free(files);
	return rc;
}

static int compare_heat(const void *left, const void *right)
{
	const struct qa_listed_file *a = left, *b = right;

	if (a->self.samples != b->self.samples)
		return a->self.samples < b->self.samples ? 1 : -1;
	if (a->total.samples != b->total.samples)
		return a->total.samples < b->total.samples ? 1 : -1;
	return strcmp(a->path, b->path);
}

static int read_texts(struct maker *maker, struct qa_error *err)
{
	size_t left = TEXTS_MAX;
	int rc = 0;

	for (size_t i = 0; i < maker->view.file_count && !rc; i++) {
		struct qa_listed_file *file = &maker->files[i];
		uint64_t size = file->file == QA_NONE ? 0 : maker->profile->files[file->file].size;

		if (size > left && size <= QA_TEXT_MAX) {
			file->text.state = QA_TEXT_TOO_LARGE;
			continue;
		}
		rc = qa_file_text_get(maker->profile, file->file, &file->text, err);
		left -= size <= QA_TEXT_MAX ? (size_t)size : 0;
	}
	return rc;
}

static int make(struct maker *maker, struct qa_error *err)
{
	int rc = allocate(maker);

	if (!rc) {
		order_frames(maker);
		place_frames(maker);
		rc = sum_totals(maker);
	}
	if (rc)
		return qa_error_set(err, -rc, "Out of memory while listing the sources.");
	qsort(maker->files, maker->view.file_count, sizeof(*maker->files), compare_heat);
	maker->view.files = maker->files;
	maker->view.elsewhere = maker->profile->total;
	for (size_t i = 0; i < maker->view.file_count; i++) {
		maker->view.elsewhere.samples -= maker->files[i].self.samples;
		maker->view.elsewhere.ns -= maker->files[i].self.ns;
	}
	return read_texts(maker, err);
}

int qa_listing_open(const struct qa_profile *profile, struct qa_listing **out, struct qa_error *err)
{
	struct maker *maker;
	int rc;

	*out = NULL;
	if (!profile->by_line)
		return qa_error_set(err, EINVAL, "Only a profile by line can be listed.");
	maker = calloc(1, sizeof(*maker));
	if (!maker)
		return qa_error_set(err, ENOMEM, "Out of memory while listing the sources.");
	maker->profile = profile;
	rc = make(maker, err);
	free(maker->order);
	free(maker->line_of);
	free(maker->file_of);
	if (rc)
		qa_listing_free(&maker->view);
	else
		*out = &maker->view;
	return rc;
}

void qa_listing_set_facts(
	struct qa_listing *listing, size_t file, const struct qa_source_facts *facts)
{
	((struct maker *)listing)->files[file].facts = facts;
}

void qa_listing_free(struct qa_listing *listing)
{
	struct maker *maker = (struct maker *)listing;

	if (!maker)
		return;
	for (size_t i = 0; i < maker->view.file_count && maker->files; i++)
		qa_file_text_free(&maker->files[i].text);
	free(maker->lines);
	free(maker->files);
	free(maker);
}
