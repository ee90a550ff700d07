#include "cmd/selection.h"

#include <errno.h>

int selection_add_thread(struct selection *selection, const char *thread, struct qa_error *err)
{
	if (!*thread)
		return qa_error_set(err, EINVAL, "--thread needs a name or the id of a thread.");
	if (selection->thread_count == SELECTION_MAX_THREADS)
		return qa_error_set(err, EINVAL, "--thread can be given %d times, not more.",
			SELECTION_MAX_THREADS);
	selection->threads[selection->thread_count++] = thread;
	return 0;
}

int selection_check(const struct selection *selection, struct qa_error *err)
{
	const struct {
		bool given;
		const char *name;
	} modes[] = {
		{selection->wall, "--wall"}, {selection->cpu, "--cpu"}, {selection->gil, "--gil"}};
	const char *mode = NULL;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!modes[i].given)
			continue;
		if (mode)
			return qa_error_set(err, EINVAL,
				"%s and %s exclude each other: each says which samples count.",
				mode, modes[i].name);
		mode = modes[i].name;
	}
	if (selection->no_idle && (selection->cpu || selection->gil))
		return qa_error_set(err, EINVAL, "--no-idle goes with --wall, not with %s.", mode);
	return 0;
}

void selection_apply(const struct selection *selection, struct qa_profile_options *options)
{
	options->selection = selection->cpu       ? QA_SELECT_ON_CPU
			     : selection->gil     ? QA_SELECT_GIL
			     : selection->no_idle ? QA_SELECT_NOT_IDLE
						  : QA_SELECT_ALL;
	options->threads = selection->threads;
	options->thread_count = selection->thread_count;
}

void print_unknown(const char *program, const struct qa_profile *profile, FILE *out)
{
	static const struct {
		const char *what;
		const char *fate;
	} words[] = {
		[QA_SELECT_ON_CPU] = {"was on a CPU", "left out"},
		[QA_SELECT_GIL] = {"held the GIL", "left out"},
		[QA_SELECT_NOT_IDLE] = {"was idle", "counted as not idle"},
	};
	const struct qa_states *states = &profile->states;
	uint64_t known =
		profile->selection == QA_SELECT_GIL ? states->knows_gil : states->knows_cpu;

	if (profile->selection == QA_SELECT_ALL || known == states->samples)
		return;
	fprintf(out,
		"%s: note: of %llu of %llu samples it is unknown whether the thread %s; they are "
		"%s.\n",
		program, (unsigned long long)(states->samples - known),
		(unsigned long long)states->samples, words[profile->selection].what,
		words[profile->selection].fate);
}
