#include "subject.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sampler/clock.h"

enum { FAILED = 2, SECOND_NS = 1000000000, PATIENCE_S = 20 };

static uint64_t read_clock(clockid_t clock)
{
	struct timespec t = {0};

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

static void become_program(
	const char *python, const char *program, const char *shape, int counter, pid_t parent)
{
	char number[16];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(FAILED);
	snprintf(number, sizeof(number), "%d", counter);
	execlp(python, python, program, shape, number, (char *)NULL);
	warn("cannot run %s", python);
	_exit(FAILED);
}

static void wait_until_it_works(struct subject *subject)
{
	uint64_t end = qa_clock_ns() + (uint64_t)PATIENCE_S * SECOND_NS;

	while (atomic_load(subject->rounds) == 0) {
		if (waitpid(subject->pid, NULL, WNOHANG) != 0)
			errx(FAILED, "The program ended before it began to work.");
		if (qa_clock_ns() > end)
			errx(FAILED, "The program did not begin to work.");
		qa_clock_sleep_until(qa_clock_ns() + SECOND_NS / 100);
	}
}

void subject_start(
	struct subject *subject, const char *python, const char *program, const char *shape)
{
	int counter = memfd_create("rounds", 0); /* the program inherits it */
	pid_t parent = getpid();
	void *shared;

	if (counter < 0 || ftruncate(counter, sizeof(uint64_t)))
		err(FAILED, "cannot make a counter");
	shared = mmap(NULL, sizeof(uint64_t), PROT_READ, MAP_SHARED, counter, 0);
	if (shared == MAP_FAILED)
		err(FAILED, "cannot map the counter");
	subject->shared = shared;
	subject->rounds = shared;
	subject->pid = fork();
	if (subject->pid < 0)
		err(FAILED, "cannot fork");
	if (subject->pid == 0)
		become_program(python, program, shape, counter, parent);
	close(counter);
	wait_until_it_works(subject);
	if (clock_getcpuclockid(subject->pid, &subject->clock))
		errx(FAILED, "The program's CPU time cannot be told.");
}

void subject_end(struct subject *subject)
{
	kill(subject->pid, SIGKILL);
	waitpid(subject->pid, NULL, 0);
	munmap(subject->shared, sizeof(*subject->rounds));
}

int subject_cpu(const struct subject *subject)
{
	enum { AFTER_NAME = 37 }; /* field 39; the name ends field 2 and may hold anything */
	char path[64], text[1024];
	const char *at;
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)subject->pid);
	file = fopen(path, "r");
	if (!file)
		errx(FAILED, "The program has ended.");
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	at = strrchr(text, ')');
	for (int i = 0; at && i < AFTER_NAME; i++)
		at = strchr(at + 1, ' ');
	if (!at)
		errx(FAILED, "The program's CPU cannot be told.");
	return (int)strtol(at, NULL, 10);
}

/* Of all CPUs, idle and waiting for disks; a clock tick, 10 ms, is the finest that there is. */
static uint64_t idle_time(void)
{
	FILE *file = fopen("/proc/stat", "r");
	unsigned long long idle = 0, waiting = 0;

	if (!file || fscanf(file, "cpu %*u %*u %*u %llu %llu", &idle, &waiting) != 2)
		errx(FAILED, "/proc/stat cannot be read.");
	fclose(file);
	return (idle + waiting) * (SECOND_NS / (uint64_t)sysconf(_SC_CLK_TCK));
}

struct moment subject_look(const struct subject *subject)
{
	enum { NEAR_NS = 20000, TRIES = 100 };
	struct moment moment = {.idle_ns = idle_time()};
	uint64_t before = 0;

	/* The time and the count belong together: once more if we were held up between the two. */
	for (int i = 0; i < TRIES; i++) {
		before = qa_clock_ns();
		moment.rounds = atomic_load(subject->rounds);
		moment.subject_cpu_ns = read_clock(subject->clock);
		moment.time_ns = qa_clock_ns();
		if (moment.time_ns - before < NEAR_NS)
			break;
	}
	moment.asker_cpu_ns = read_clock(CLOCK_THREAD_CPUTIME_ID);
	moment.ours_cpu_ns = read_clock(CLOCK_PROCESS_CPUTIME_ID) - moment.asker_cpu_ns;
	moment.time_ns = before;
	return moment;
}
