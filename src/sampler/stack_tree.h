/* All call paths seen so far as a tree: a path is the node of its innermost frame. Each node is
 * announced once. */
#ifndef QA_SAMPLER_STACK_TREE_H
#define QA_SAMPLER_STACK_TREE_H

#include "qa/raw.h"
#include "support/hashmap.h"

struct qa_stack_tree {
	const struct qa_raw_consumer *consumer;
	void *consumer_ctx;
	struct qa_tree_node *nodes; /* by id - 1 */
	size_t count;
	size_t room;
	struct qa_hashmap by_content;
};

void qa_stack_tree_init(
	struct qa_stack_tree *tree, const struct qa_raw_consumer *consumer, void *consumer_ctx);
void qa_stack_tree_free(struct qa_stack_tree *tree);

/* The node of `parent`'s path (0: none) continued by one frame. Returns 0 or a negative errno. */
int qa_stack_tree_node(struct qa_stack_tree *tree, uint32_t parent, uint32_t code,
	int32_t instruction, uint32_t *node);

#endif
