#include "source/language.h"

#include <string.h>

/* All there are. */
static const struct qa_language *const languages[] = {&qa_language_python, NULL};

static bool ends_in(const char *path, const char *suffix)
{
	size_t len = strlen(path), tail = strlen(suffix);

	return len > tail && strcmp(path + len - tail, suffix) == 0;
}

const struct qa_language *qa_language_of(const char *path)
{
	for (size_t i = 0; languages[i]; i++)
		for (const char *const *suffix = languages[i]->suffixes; *suffix; suffix++)
			if (ends_in(path, *suffix))
				return languages[i];
	return NULL;
}
