#include "sampler/posts.h"

#include <string.h>

#include "sampler/clock.h"
#include "sampler/cpu.h"

enum {
	HOPS_OF_64 =
		8, /* recent samples of which the leader hopped for so many: posts are worth it */
	PATIENCE_NS = 250000, /* for a post that should take the sample */
	IDLE_MOST = 2048,     /* slots in a row of which a post took none: it ends */
};

void qa_posts_init(struct qa_posts *posts, struct qa_ticker *ticker)
{
	memset(posts, 0, sizeof(*posts));
	posts->ticker = ticker;
	atomic_store(&posts->home, QA_NO_CPU);
}

/* Where is the thread that holds the GIL? */
static int holder_cpu(const struct qa_posts *posts)
{
	const struct qa_ticker *ticker = posts->ticker;
	const struct qa_gil gil = {
		atomic_load(&ticker->gil_holder), atomic_load(&ticker->gil_locked)};

	return qa_gil_holder_cpu(&gil, &ticker->sampler->python);
}

/* Sleeps in turns, so that the word to stop is heard. */
static bool sleep_until(const struct qa_post *post, uint64_t at_ns)
{
	enum { AT_MOST_NS = 50000000 };
	uint64_t now = qa_clock_ns();

	while (now < at_ns && !atomic_load(&post->posts->stop)) {
		qa_clock_sleep_until(at_ns - now > AT_MOST_NS ? now + AT_MOST_NS : at_ns);
		now = qa_clock_ns();
	}
	return !atomic_load(&post->posts->stop);
}

/* Returns to its CPU if the sample led it elsewhere. */
static int take(struct qa_post *post, uint64_t slot)
{
	int cpu = post->cpu;
	int rc = qa_ticker_take(post->posts->ticker, slot, &cpu);

	if (cpu != post->cpu && !rc)
		rc = qa_cpu_pin(post->cpu);
	return rc;
}

static void *stand(void *ctx)
{
	struct qa_post *post = ctx;
	struct qa_ticker *ticker = post->posts->ticker;
	uint64_t slot = post->slot;
	int rc = qa_cpu_pin(post->cpu);

	qa_cpu_be_prompt();
	for (int idle = 0; !rc && idle < IDLE_MOST && atomic_load(&post->posts->home) != post->cpu;
		slot++, idle++) {
		uint64_t now_slot = qa_schedule_slot(&ticker->schedule, qa_clock_ns());

		slot = slot > now_slot ? slot : now_slot;
		if (!sleep_until(post, qa_schedule_moment(&ticker->schedule, slot)))
			break;
		if (qa_ticker_is_taken(ticker, slot) || holder_cpu(post->posts) != post->cpu)
			continue;
		rc = take(post, slot);
		idle = 0;
	}
	atomic_store(&post->over, true);
	return NULL;
}

static void dismiss(struct qa_post *post)
{
	if (post->made)
		pthread_join(post->thread, NULL);
	post->made = false;
}

void qa_posts_free(struct qa_posts *posts)
{
	atomic_store(&posts->stop, true);
	for (size_t i = 0; i < QA_POSTS_MOST; i++)
		dismiss(&posts->list[i]);
}

static bool stands(const struct qa_post *post)
{
	return post->made && !atomic_load(&post->over);
}

static bool has_posts(const struct qa_posts *posts)
{
	for (size_t i = 0; i < QA_POSTS_MOST; i++)
		if (stands(&posts->list[i]))
			return true;
	return false;
}

static bool has_post_at(const struct qa_posts *posts, int cpu)
{
	for (size_t i = 0; i < QA_POSTS_MOST; i++)
		if (stands(&posts->list[i]) && posts->list[i].cpu == cpu)
			return true;
	return false;
}

/* From the next slot on. That no more can be had does no harm: the leader hops, as before. */
static void make_post(struct qa_posts *posts, int cpu, uint64_t slot)
{
	struct qa_post *post = posts->list;

	while (post < posts->list + QA_POSTS_MOST && stands(post))
		post++;
	if (post == posts->list + QA_POSTS_MOST)
		return;
	dismiss(post);
	*post = (struct qa_post){.posts = posts, .cpu = cpu, .slot = slot + 1};
	post->made = pthread_create(&post->thread, NULL, stand, post) == 0;
}

static int count_bits(uint64_t bits)
{
	int n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

/* Leaves a post behind if hops are frequent, and goes back to where the leader was. */
static void settle(struct qa_posts *posts, uint64_t slot, int before, int *cpu)
{
	if (!atomic_load(&posts->ticker->gil_holder) || count_bits(posts->recent) < HOPS_OF_64)
		return;
	if (!has_post_at(posts, *cpu))
		make_post(posts, *cpu, slot);
	if (qa_cpu_pin(before) == 0)
		*cpu = before;
}

int qa_posts_take(struct qa_posts *posts, uint64_t slot, int *cpu)
{
	const int before = *cpu;
	int rc, there = has_posts(posts) ? holder_cpu(posts) : QA_NO_CPU;
	bool hopped;

	if (there >= 0 && there != before && has_post_at(posts, there))
		qa_ticker_await(posts->ticker, slot, PATIENCE_NS);
	rc = qa_ticker_take(posts->ticker, slot, cpu);
	hopped = before != QA_NO_CPU && *cpu != before;
	posts->recent = posts->recent << 1 | hopped;
	if (hopped && !rc)
		settle(posts, slot, before, cpu);
	atomic_store(&posts->home, *cpu);
	return rc;
}
