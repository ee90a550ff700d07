/*
 * Which threads and samples the profile is made of. This comes before everything is weighed: what
 * is not selected never enters a sum, and no format has to know of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/builder.h"
#include "profile/states.h"
#include "support/utf8.h"

static int name_thread(struct qa_profile_builder *builder, struct qa_thread *thread)
{
	char name[32];

	if (thread->name[0])
		return 0;
	if (thread->is_main)
		return qa_strings_text(&builder->strings, qa_str("MainThread"), &thread->name);
	snprintf(name, sizeof(name), "Thread %llu",
		(unsigned long long)(thread->tid ? thread->tid : thread->ident));
	return qa_strings_text(&builder->strings, qa_str(name), &thread->name);
}

int qa_profile_name_threads(struct qa_profile_builder *builder)
{
	struct qa_profile_store *store = builder->store;
	int rc = 0;

	for (size_t i = 0; i < store->view.thread_count && !rc; i++)
		rc = name_thread(builder, &store->threads[i]);
	return rc;
}

/* The id that reports show. */
static uint64_t shown_id(const struct qa_thread *thread)
{
	return thread->tid ? thread->tid : thread->ident;
}

static bool has_id(const struct qa_thread *thread, const char *text)
{
	char id[24];

	snprintf(id, sizeof(id), "%llu", (unsigned long long)shown_id(thread));
	return strcmp(id, text) == 0;
}

static bool has_name(const struct qa_thread *thread, const char *text, struct qa_buf *shown)
{
	qa_buf_clear(shown);
	qa_utf8_escape(qa_str(thread->name), shown);
	return strcmp(thread->name, text) == 0 || qa_str_equal(qa_buf_str(shown), qa_str(text));
}

/* The threads there are, as far as a hint has room. */
static void list_threads(
	const struct qa_profile_store *store, struct qa_buf *shown, struct qa_error *err)
{
	const struct qa_profile *view = &store->view;
	enum { ROOM = 400 };

	qa_buf_clear(shown);
	for (size_t i = 0; i < view->thread_count; i++) {
		const struct qa_thread *thread = &store->threads[i];
		size_t before = shown->len;

		qa_buf_append_str(shown, qa_str(i ? ", " : ""));
		qa_utf8_escape(qa_str(thread->name), shown);
		qa_buf_printf(shown, " (%llu)", (unsigned long long)shown_id(thread));
		if (shown->len > ROOM) {
			shown->len = before;
			qa_buf_printf(shown, "%s%zu %sthreads", i ? " and " : "",
				view->thread_count - i, i ? "more " : "");
			break;
		}
	}
	if (view->thread_count == 0)
		qa_error_hint(err, "The recording has no threads.");
	else
		qa_error_hint(err, "There are: %.*s.", (int)shown->len, shown->data);
}

/* Marks the threads that one text selects; -ESRCH: there are none. */
static int mark_threads(
	const struct qa_profile_store *store, const char *text, bool *chosen, struct qa_buf *shown)
{
	bool found = false;

	for (size_t i = 0; i < store->view.thread_count; i++)
		if (has_id(&store->threads[i], text) || has_name(&store->threads[i], text, shown)) {
			chosen[i] = true;
			found = true;
		}
	if (shown->failed)
		return -ENOMEM;
	return found ? 0 : -ESRCH;
}

static int choose_threads(
	const struct qa_profile_builder *builder, bool *chosen, struct qa_error *err)
{
	const struct qa_profile_options *options = &builder->options;
	struct qa_buf shown = {0};
	int rc = 0;

	if (options->thread_count == 0)
		memset(chosen, true, builder->store->view.thread_count * sizeof(*chosen));
	for (size_t i = 0; i < options->thread_count && !rc; i++) {
		rc = mark_threads(builder->store, options->threads[i], chosen, &shown);
		if (rc == -ESRCH) {
			qa_error_set(err, ESRCH, "The recording has no thread '%s'.",
				options->threads[i]);
			list_threads(builder->store, &shown, err);
		}
	}
	qa_buf_free(&shown);
	return rc;
}

/* What was asked, for reports to say. */
static int keep_asked(struct qa_profile_builder *builder)
{
	size_t count = builder->options.thread_count;
	const char **asked = qa_arena_take(&builder->store->arena, (count + 1) * sizeof(*asked));
	int rc = asked ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && !rc; i++)
		rc = qa_strings_text(
			&builder->strings, qa_str(builder->options.threads[i]), &asked[i]);
	builder->store->view.asked_threads = asked;
	builder->store->view.asked_thread_count = count;
	return rc;
}

/* Moves the chosen threads together. new_index[]: where each one is then, or QA_NONE. */
static void keep_threads(struct qa_profile_store *store, const bool *chosen, uint32_t *new_index)
{
	uint32_t kept = 0;

	for (size_t i = 0; i < store->view.thread_count; i++) {
		new_index[i] = chosen[i] ? kept : QA_NONE;
		if (chosen[i])
			store->threads[kept++] = store->threads[i];
	}
	store->view.thread_count = kept;
}

static bool is_selected(enum qa_selection selection, uint32_t state)
{
	switch (selection) {
	case QA_SELECT_ON_CPU:
		return qa_state_on_cpu(state);
	case QA_SELECT_GIL:
		return qa_state_gil(state);
	case QA_SELECT_NOT_IDLE:
		return !qa_state_idle(state);
	case QA_SELECT_ALL:
		break;
	}
	return true;
}

/* Moves the selected samples together, and counts the states of all that their threads have. */
static void keep_samples(struct qa_profile_store *store, const uint32_t *new_index)
{
	struct qa_profile *view = &store->view;
	size_t kept = 0;

	view->recorded = view->total;
	view->total = (struct qa_weight){0};
	for (size_t i = 0; i < view->sample_count; i++) {
		struct qa_sample sample = store->samples[i];

		sample.thread = new_index[sample.thread];
		if (sample.thread == QA_NONE)
			continue;
		qa_states_add(&view->states, sample.state);
		qa_states_add(&store->threads[sample.thread].states, sample.state);
		if (!is_selected(view->selection, sample.state))
			continue;
		view->total.samples++;
		view->total.ns += sample.weight_ns;
		store->samples[kept++] = sample;
	}
	view->sample_count = kept;
}

/* A report of samples whose state nobody knows would be empty, or not what it says. */
static int check_known(const struct qa_profile *view, struct qa_error *err)
{
	bool gil = view->selection == QA_SELECT_GIL;
	uint64_t known = gil ? view->states.knows_gil : view->states.knows_cpu;

	if (view->selection == QA_SELECT_ALL || view->states.samples == 0 || known > 0)
		return 0;
	return qa_error_set(err, ENODATA,
		"The recording does not tell which threads %s: this is unknown of all %llu "
		"samples.",
		gil ? "held the GIL" : "were on a CPU", (unsigned long long)view->states.samples);
}

int qa_profile_select(struct qa_profile_builder *builder, struct qa_error *err)
{
	size_t count = builder->store->view.thread_count;
	bool *chosen = calloc(count + 1, sizeof(*chosen));
	uint32_t *new_index = calloc(count + 1, sizeof(*new_index));
	int rc = chosen && new_index ? keep_asked(builder) : -ENOMEM;

	if (!rc)
		rc = choose_threads(builder, chosen, err);
	if (!rc) {
		keep_threads(builder->store, chosen, new_index);
		keep_samples(builder->store, new_index);
		rc = check_known(&builder->store->view, err);
	}
	free(chosen);
	free(new_index);
	return rc == -ENOMEM ? qa_error_set(err, ENOMEM, "Out of memory while building a profile.")
			     : rc;
}
