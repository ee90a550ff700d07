#include "sampler/stack_tree.h"

#include <errno.h>
#include <stdlib.h>

#include "support/buf.h"

struct qa_tree_node {
	uint32_t parent;
	uint32_t code;
	int32_t instruction;
};

void qa_stack_tree_init(
	struct qa_stack_tree *tree, const struct qa_raw_consumer *consumer, void *consumer_ctx)
{
	*tree = (struct qa_stack_tree){.consumer = consumer, .consumer_ctx = consumer_ctx};
}

void qa_stack_tree_free(struct qa_stack_tree *tree)
{
	free(tree->nodes);
	qa_hashmap_free(&tree->by_content);
	*tree = (struct qa_stack_tree){0};
}

static bool match_node(const void *ctx, uint32_t value, const void *key)
{
	const struct qa_tree_node *a = &((const struct qa_stack_tree *)ctx)->nodes[value];
	const struct qa_tree_node *b = key;

	return a->parent == b->parent && a->code == b->code && a->instruction == b->instruction;
}

static int add_node(struct qa_stack_tree *tree, const struct qa_tree_node *node, uint64_t hash)
{
	struct qa_raw_node event = {
		(uint32_t)tree->count + 1, node->parent, node->code, node->instruction};
	int rc = tree->count < UINT32_MAX - 1 ? QA_GROW(tree->nodes, tree->room, tree->count + 1)
					      : -ENOMEM;

	if (!rc)
		rc = qa_hashmap_add(&tree->by_content, hash, (uint32_t)tree->count);
	if (rc)
		return rc;
	tree->nodes[tree->count++] = *node;
	return tree->consumer->node ? tree->consumer->node(tree->consumer_ctx, &event) : 0;
}

int qa_stack_tree_node(struct qa_stack_tree *tree, uint32_t parent, uint32_t code,
	int32_t instruction, uint32_t *node)
{
	const struct qa_tree_node key = {parent, code, instruction};
	uint64_t hash = qa_hash_pair((uint64_t)parent << 32 | code, (uint32_t)instruction);
	uint32_t index = qa_hashmap_find(&tree->by_content, hash, match_node, tree, &key);
	int rc = 0;

	if (index == QA_HASHMAP_NONE) {
		index = (uint32_t)tree->count;
		rc = add_node(tree, &key, hash);
	}
	*node = index + 1;
	return rc;
}
