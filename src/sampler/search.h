/* Looking for the interpreter of a process that may be starting up, or becoming Python by one exec
 * after the other. */
#ifndef QA_SAMPLER_SEARCH_H
#define QA_SAMPLER_SEARCH_H

#include "cpython/python.h"

/* What was found last: as long as the process maps the same files, they need not be searched again.
 * Zero to begin with. */
struct qa_search {
	uint64_t start_ns; /* of the search */
	uint64_t maps_hash;
	int result; /* in those maps, where it is final for them; 0: none */
	struct qa_error error;
};

/* Forgets what was found: the search begins anew. */
void qa_search_begin(struct qa_search *search);

/* Looks once. Returns as qa_python_find does. */
int qa_search_look(struct qa_search *search, struct qa_process *process, struct qa_python *python,
	struct qa_error *err);

/* How long to wait until the next look: the longer, the longer the search has lasted. */
uint64_t qa_search_pause_ns(const struct qa_search *search);

/*
 * Looks until the interpreter of a running process is found. One that is there may take a second to
 * be initialised; a process that is not Python may be about to map it, and gets a tenth of that.
 */
int qa_search_patiently(struct qa_search *search, struct qa_process *process,
	struct qa_python *python, struct qa_error *err);

#endif
