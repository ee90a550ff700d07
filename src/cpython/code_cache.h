/*
 * From a code object's address to its id in the recording.
 *
 * An address is no identity: code comes and goes, and addresses are used again. So each time the
 * head of the object is read along (the addresses of its names and of its line table, its first
 * line, and what its names say) and compared; if it differs, it is
 * another code object.
 */
#ifndef QA_CPYTHON_CODE_CACHE_H
#define QA_CPYTHON_CODE_CACHE_H

#include "cpython/code_head.h"
#include "cpython/python.h"
#include "qa/raw.h"
#include "support/buf.h"
#include "support/hashmap.h"

struct qa_code_entry;

struct qa_code_cache {
	struct qa_python
		*python;  /* borrowed; its code_type is learnt here where no symbol tells it */
	uint32_t process; /* id in the recording */
	uint32_t *
		last_id; /* ids are dense over all processes of the recording: the last one given */
	const struct qa_raw_consumer *consumer;
	void *consumer_ctx;
	struct qa_code_entry *entries;
	size_t count;
	size_t room;
	struct qa_hashmap by_address;
	uint32_t unreadable; /* id of the code that stands for what cannot be read; 0: not used yet
			      */
	struct qa_buf text;
};

void qa_code_cache_init(struct qa_code_cache *cache, struct qa_python *python, uint32_t process,
	uint32_t *last_id, const struct qa_raw_consumer *consumer, void *consumer_ctx);
void qa_code_cache_free(struct qa_code_cache *cache);

/*
 * The ids of `count` code objects, as they are in the snapshot. New ones are read and handed to the
 * consumer first; what is no readable code object gets the id of an "unreadable" one. -EAGAIN: an
 * object changed since the snapshot was taken. -ESRCH: the process is gone. Other errors are the
 * consumer's.
 */
int qa_code_cache_resolve(struct qa_code_cache *cache, struct qa_snapshot *snapshot,
	const uint64_t *addresses, size_t count, uint32_t *ids);

#endif
