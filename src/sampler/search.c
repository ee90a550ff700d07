#include "sampler/search.h"

#include <errno.h>

#include "sampler/clock.h"
#include "support/hashmap.h"

enum { PAUSE_LEAST_NS = 300000, PAUSE_MOST_NS = 5000000, GIVE_UP_SHARE = 10 };

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

static int look(struct qa_search *search, struct qa_process *process, struct qa_python *python,
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

static void pause_before(struct qa_search *search, uint64_t end_ns, int rc)
{
	uint64_t now = qa_clock_ns();

	if (rc == -EAGAIN || search->pause_ns < PAUSE_LEAST_NS)
		search->pause_ns = PAUSE_LEAST_NS;
	qa_clock_sleep_until(now + search->pause_ns < end_ns ? now + search->pause_ns : end_ns);
	search->pause_ns =
		search->pause_ns * 2 < PAUSE_MOST_NS ? search->pause_ns * 2 : PAUSE_MOST_NS;
}

int qa_search_for(struct qa_search *search, struct qa_process *process, uint64_t patience_ns,
	struct qa_python *python, struct qa_error *err)
{
	const uint64_t start = qa_clock_ns();
	struct qa_error error = {0};
	uint64_t end = start + patience_ns;
	int rc;

	for (;;) {
		rc = look(search, process, python, &error);
		if (rc != -EAGAIN && rc != -ENOEXEC && rc != -ENOTSUP)
			break;
		if (rc != -EAGAIN)
			end = start + patience_ns / GIVE_UP_SHARE;
		if (qa_clock_ns() >= end)
			break;
		pause_before(search, end, rc);
	}
	if (rc && err)
		*err = error;
	return rc;
}
