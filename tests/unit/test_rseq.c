/* The place of the restartable sequence area: of this very process, whose own words say where it
 * is. */
#include "cmocka_all.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "cpython/rseq.h"

static ssize_t read_own(struct qa_memory *memory, const struct qa_piece *pieces, size_t count)
{
	ssize_t n = 0;

	(void)memory;
	for (size_t i = 0; i < count; i++) {
		memcpy(pieces[i].copy, (const void *)(uintptr_t)pieces[i].address,
			pieces[i].length);
		n += (ssize_t)pieces[i].length;
	}
	return n;
}

static uint64_t thread_pointer(void)
{
	uint64_t pointer;

#if defined(__x86_64__)
	__asm__("movq %%fs:0, %0" : "=r"(pointer));
#elif defined(__aarch64__)
	__asm__("mrs %0, tpidr_el0" : "=r"(pointer));
#endif
	return pointer;
}

static void find_own(struct qa_rseq *rseq)
{
	struct qa_memory memory = {.read_pieces = read_own};
	struct qa_process process;
	struct qa_error err = {0};
	struct qa_maps maps;

	assert_int_equal(qa_process_open(getpid(), &process, &err), 0);
	assert_int_equal(qa_maps_read(&process, &maps), 0);
	qa_rseq_find(&process, &memory, &maps, rseq);
	qa_maps_free(&maps);
	qa_process_close(&process);
}

struct seen {
	struct qa_rseq rseq;
	uint64_t self;
	uint64_t pointer;
	int32_t cpu;
};

static void *look(void *out)
{
	struct seen *seen = out;

	seen->self = (uint64_t)pthread_self();
	seen->pointer = thread_pointer();
	if (seen->rseq.registered)
		memcpy(&seen->cpu, (const void *)(uintptr_t)(seen->self + (uint64_t)seen->rseq.cpu),
			sizeof(seen->cpu));
	return NULL;
}

static void check_place(const struct seen *seen)
{
	const ptrdiff_t *offset = dlsym(RTLD_DEFAULT, "__rseq_offset");
	const unsigned *size = dlsym(RTLD_DEFAULT, "__rseq_size");

	if (!offset || !size) {
		assert_false(seen->rseq.registered); /* an older C library, or another one */
		return;
	}
	assert_int_equal(seen->rseq.registered, *size > 0);
	assert_int_equal(
		seen->self + (uint64_t)seen->rseq.cpu, seen->pointer + (uint64_t)*offset + 4);
	assert_in_range(seen->cpu, 0, sysconf(_SC_NPROCESSORS_CONF) - 1);
}

static void finds_the_main_threads_area(void **state)
{
	struct seen seen = {0};

	(void)state;
	find_own(&seen.rseq);
	look(&seen);
	check_place(&seen);
}

static void finds_another_threads_area(void **state)
{
	struct seen seen = {0};
	pthread_t thread;

	(void)state;
	find_own(&seen.rseq);
	assert_int_equal(pthread_create(&thread, NULL, look, &seen), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	check_place(&seen);
}

static void finds_none_without_a_c_library(void **state)
{
	struct qa_memory memory = {.read_pieces = read_own};
	struct qa_process process = {.pid = getpid(), .pidfd = -1};
	struct qa_maps maps = {0};
	struct qa_rseq rseq = {.registered = true, .cpu = 1};

	(void)state;
	qa_rseq_find(&process, &memory, &maps, &rseq);
	assert_false(rseq.registered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_main_threads_area),
		cmocka_unit_test(finds_another_threads_area),
		cmocka_unit_test(finds_none_without_a_c_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
