#include "profile/ids.h"

#include <errno.h>
#include <stdlib.h>

#include "support/buf.h"

static bool has_id(const void *ctx, uint32_t index, const void *key)
{
	const struct qa_ids *ids = ctx;
	const uint32_t *id = key;

	return ids->ids[index] == *id;
}

uint32_t qa_ids_find(const struct qa_ids *ids, uint32_t id)
{
	if (id - 1 < ids->count && ids->ids[id - 1] == id)
		return id - 1;
	return qa_hashmap_find(&ids->displaced, qa_hash_pair(id, 0), has_id, ids, &id);
}

int qa_ids_add(struct qa_ids *ids, uint32_t id)
{
	if (id == 0 || qa_ids_find(ids, id) != QA_IDS_NONE)
		return -EINVAL;
	if (ids->count == QA_IDS_NONE - 1)
		return -EOVERFLOW;
	if (QA_GROW(ids->ids, ids->room, ids->count + 1))
		return -ENOMEM;
	ids->ids[ids->count] = id;
	if (id - 1 != ids->count &&
		qa_hashmap_add(&ids->displaced, qa_hash_pair(id, 0), (uint32_t)ids->count))
		return -ENOMEM;
	ids->count++;
	return 0;
}

void qa_ids_free(struct qa_ids *ids)
{
	free(ids->ids);
	qa_hashmap_free(&ids->displaced);
	*ids = (struct qa_ids){0};
}
