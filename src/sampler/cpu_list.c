#include "sampler/cpu_list.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void add_range(struct qa_cpu_list *list, unsigned long first, unsigned long last)
{
	for (unsigned long cpu = first; cpu <= last && cpu < QA_CPUS_MOST; cpu++)
		list->bits[cpu / 64] |= (uint64_t)1 << cpu % 64;
}

void qa_cpu_list_parse(struct qa_cpu_list *list, const char *text)
{
	memset(list, 0, sizeof(*list));
	for (;;) {
		char *end;
		unsigned long first = strtoul(text, &end, 10);
		unsigned long last = first;

		if (end == text)
			return;
		if (*end == '-') {
			text = end + 1;
			last = strtoul(text, &end, 10);
		}
		add_range(list, first, last);
		if (*end != ',')
			return;
		text = end + 1;
	}
}

bool qa_cpu_list_has(const struct qa_cpu_list *list, int cpu)
{
	return cpu >= 0 && cpu < QA_CPUS_MOST && (list->bits[cpu / 64] >> cpu % 64 & 1);
}

void qa_cpu_list_read_kept_free(struct qa_cpu_list *list)
{
	char text[4096];
	int fd = open("/sys/devices/system/cpu/nohz_full", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	qa_cpu_list_parse(list, text);
}
