#include "sampler/search.h"

#include <errno.h>

#include "sampler/clock.h"
#include "support/hashmap.h"

enum {
	PAUSE_LEAST_NS = 300000,
	PAUSE_MOST_NS = 50000000,
	PAUSE_SHARE = 16, /* of the time searched so far */
	PATIENCE_NS = 1000000000,
	PATIENCE_WITHOUT_PYTHON_NS = 100000000,
};

/* 0 if they cannot be read. */
static uint64_t hash_maps(const struct qa_process *process)
{
	struct qa_buf maps = {0};
	uint64_t hash = 0;

	if (qa_process_read_file(process, "maps", &maps) == 0)
		hash = qa_hash_bytes(maps.data, maps.len) | 1;
	qa_buf_free(&maps);
	return hash;
}

/* These only change when the process maps something else. */
static bool is_final(int rc)
{
	return rc == -ENOEXEC || rc == -ENOTSUP;
}

void qa_search_begin(struct qa_search *search)
{
	*search = (struct qa_search){.start_ns = qa_clock_ns()};
}

int qa_search_look(struct qa_search *search, struct qa_process *process, struct qa_python *python,
	struct qa_error *err)
{
	uint64_t hash = hash_maps(process);
	int rc;

	if (search->result && hash != 0 && hash == search->maps_hash) {
		*err = search->error;
		return search->result;
	}
	rc = qa_python_find(process, python, err);
	search->maps_hash = hash;
	search->result = is_final(rc) ? rc : 0;
	search->error = *err;
	return rc;
}

uint64_t qa_search_pause_ns(const struct qa_search *search)
{
	uint64_t pause = (qa_clock_ns() - search->start_ns) / PAUSE_SHARE;

	if (pause < PAUSE_LEAST_NS)
		return PAUSE_LEAST_NS;
	return pause < PAUSE_MOST_NS ? pause : PAUSE_MOST_NS;
}

int qa_search_patiently(struct qa_search *search, struct qa_process *process,
	struct qa_python *python, struct qa_error *err)
{
	struct qa_error error = {0};
	uint64_t patience;
	int rc;

	qa_search_begin(search);
	for (;;) {
		rc = qa_search_look(search, process, python, &error);
		if (rc != -EAGAIN && rc != -ENOEXEC)
			break;
		patience = rc == -EAGAIN ? PATIENCE_NS : PATIENCE_WITHOUT_PYTHON_NS;
		if (qa_clock_ns() - search->start_ns >= patience)
			break;
		qa_clock_sleep_until(qa_clock_ns() + qa_search_pause_ns(search));
	}
	if (rc && err)
		*err = error;
	return rc;
}
