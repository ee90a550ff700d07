/* The only list of the formats. */
#include "formats/formats.h"

const struct qa_emitter *const qa_emitters[] = {
	&qa_emitter_text,
	&qa_emitter_source,
	&qa_emitter_collapsed,
	&qa_emitter_speedscope,
	&qa_emitter_flamegraph,
	&qa_emitter_pprof,
	NULL,
};

const struct qa_emitter *qa_emitter_find(const char *name)
{
	for (size_t i = 0; qa_emitters[i]; i++)
		if (strcmp(qa_emitters[i]->name, name) == 0)
			return qa_emitters[i];
	return NULL;
}
