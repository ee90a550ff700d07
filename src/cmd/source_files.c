#include "cmd/source_files.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "qa/static_facts.h"
#include "support/buf.h"

static int add(struct source_files *files, const char *path, struct qa_error *err)
{
	if (files->count == SOURCE_FILES_MAX)
		return qa_error_set(err, E2BIG, "There are more than %d files, which is too many.",
			SOURCE_FILES_MAX);
	if (QA_GROW(files->paths, files->room, files->count + 1))
		return qa_error_set(err, ENOMEM, "Out of memory.");
	files->paths[files->count] = strdup(path);
	if (!files->paths[files->count])
		return qa_error_set(err, ENOMEM, "Out of memory.");
	files->count++;
	return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_hidden(const FTSENT *entry)
{
	return entry->fts_level > 0 && entry->fts_name[0] == '.';
}

static int cannot_read(const char *path, int code, struct qa_error *err)
{
	if (code == ENOENT)
		return qa_error_set(err, code, "There is no file %s.", path);
	return qa_error_set(err, code, "Cannot read %s: %s.", path, strerror(code));
}

static int take_entry(
	struct source_files *files, FTS *tree, FTSENT *entry, bool *in_folder, struct qa_error *err)
{
	switch (entry->fts_info) {
	case FTS_D:
		*in_folder = true;
		if (is_hidden(entry))
			fts_set(tree, entry, FTS_SKIP);
		return 0;
	case FTS_NS:
	case FTS_DNR:
	case FTS_ERR:
		return cannot_read(entry->fts_path, entry->fts_errno, err);
	case FTS_F:
		if (entry->fts_level == 0 || qa_source_is_known(entry->fts_path))
			return add(files, entry->fts_path, err);
		return 0;
	default: /* what is named is tried, and said to be no file */
		return entry->fts_level == 0 && entry->fts_info != FTS_DP
			       ? add(files, entry->fts_path, err)
			       : 0;
	}
}

int source_files_add(struct source_files *files, const char *path, struct qa_error *err)
{
	char *start = strdup(path);
	char *const starts[] = {start, NULL};
	FTS *tree = start ? fts_open(starts, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name)
			  : NULL;
	size_t before = files->count;
	bool in_folder = false;
	FTSENT *entry;
	int rc = 0;

	while (tree && !rc && (entry = fts_read(tree)))
		rc = take_entry(files, tree, entry, &in_folder, err);
	if (!tree)
		rc = qa_error_set(err, ENOMEM, "Out of memory.");
	else
		fts_close(tree);
	free(start);
	if (!rc && in_folder && files->count == before)
		rc = qa_error_set(err, ENOENT, "There is no source file in %s.", path);
	return rc;
}

void source_files_free(struct source_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->paths[i]);
	free(files->paths);
}
