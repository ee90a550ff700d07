/* Waiting for the interpreter of a process that may be starting up, or becoming Python by one exec
 * after the other. */
#ifndef QA_SAMPLER_SEARCH_H
#define QA_SAMPLER_SEARCH_H

#include "cpython/python.h"

/* How long an interpreter that is there may take to be initialised. */
enum { QA_SEARCH_PATIENCE_NS = 1000000000 };

/* What was found last, so that the files are not searched again as long as the process maps the
 * same ones. Zero to begin with. */
struct qa_search {
	uint64_t maps_hash;
	int result; /* of the search in those maps, where it is final for them; 0: none */
	struct qa_error error;
	uint64_t pause_ns;
};

/*
 * Looks until the interpreter is found or the time is over, more and more seldom. Returns as
 * qa_python_find does. What cannot be an interpreter in the making ends the search after a tenth of
 * the time.
 */
int qa_search_for(struct qa_search *search, struct qa_process *process, uint64_t patience_ns,
	struct qa_python *python, struct qa_error *err);

#endif
