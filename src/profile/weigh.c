#include <errno.h>
#include <stdlib.h>

#include "profile/builder.h"
#include "profile/states.h"

static void add_sample(struct qa_weight *weight, const struct qa_sample *sample)
{
	weight->samples++;
	weight->ns += sample->weight_ns;
}

static void weigh_file(struct qa_profile_builder *builder, const struct qa_sample *sample)
{
	struct qa_profile_store *store = builder->store;
	uint32_t frame = builder->paths.nodes[sample->node].frame;
	const char *path = builder->strings.texts[builder->frames.entries[frame].file];
	uint32_t process = store->threads[sample->thread].process;
	uint32_t file = qa_profile_find_file(builder, process, path);

	if (file != QA_NONE)
		add_sample(&store->files[file].self, sample);
}

/* Puts the indices of the samples of each thread together; by counting, so that their order stays.
 */
static int group_by_thread(struct qa_profile_store *store)
{
	const struct qa_profile *view = &store->view;
	size_t *next = calloc(view->thread_count + 1, sizeof(*next));
	uint32_t *group = malloc((view->sample_count + 1) * sizeof(*group));

	if (!next || !group) {
		free(next);
		free(group);
		return -ENOMEM;
	}
	for (size_t i = 0; i < view->thread_count; i++) {
		store->threads[i].first_sample = next[i];
		next[i + 1] = next[i] + store->threads[i].total.samples;
	}
	for (size_t i = 0; i < view->sample_count; i++)
		group[next[store->samples[i].thread]++] = (uint32_t)i;
	free(next);
	store->thread_samples = group;
	store->view.thread_samples = group;
	return 0;
}

static int find_node(struct qa_profile_builder *builder, struct qa_sample *sample)
{
	bool collecting = qa_state_gc(sample->state) && !builder->options.no_gc_frames;
	uint32_t raw = sample->node;

	return collecting ? qa_paths_collecting(&builder->paths, raw, &sample->node)
			  : qa_paths_node(&builder->paths, raw, &sample->node);
}

int qa_profile_weigh(struct qa_profile_builder *builder)
{
	struct qa_profile_store *store = builder->store;

	for (size_t i = 0; i < store->view.sample_count; i++) {
		struct qa_sample *sample = &store->samples[i];
		int rc = find_node(builder, sample);

		if (rc)
			return rc;
		add_sample(&builder->paths.nodes[sample->node].self, sample);
		add_sample(&store->threads[sample->thread].total, sample);
		weigh_file(builder, sample);
	}
	return group_by_thread(store);
}
