#include "cmd/output_name.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ARGUMENTS_MAX = 4096, NAME_MAX_LENGTH = 64 };

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The program is what the interpreter runs: its first argument that is no option, or the module
 * after -m. */
static const char *program_of(const char *const *argv)
{
	const char *name = base_name(argv[0]);

	if (strncmp(name, "python", strlen("python")) != 0)
		return name;
	for (size_t i = 1; argv[i]; i++) {
		if (strcmp(argv[i], "-m") == 0 && argv[i + 1])
			return argv[i + 1];
		if (strcmp(argv[i], "-c") == 0)
			break;
		if (argv[i][0] != '-')
			return base_name(argv[i]);
	}
	return name;
}

static char *compose(const char *program, pid_t pid)
{
	char safe[NAME_MAX_LENGTH + 1], moment[32];
	time_t now = time(NULL);
	struct tm local;
	size_t n = 0;
	char *name;

	for (; program[n] && n < NAME_MAX_LENGTH; n++)
		safe[n] = isalnum((unsigned char)program[n]) || strchr("._-", program[n])
				  ? program[n]
				  : '_';
	if (n > 3 && memcmp(safe + n - 3, ".py", 3) == 0)
		n -= 3;
	safe[n] = '\0';
	localtime_r(&now, &local);
	strftime(moment, sizeof(moment), "%Y%m%dT%H%M%S", &local);
	return asprintf(&name, "%s-%ld-%s.qat", n ? safe : "python", (long)pid, moment) < 0 ? NULL
											    : name;
}

/* Splits a process's arguments, each ended by a NUL, into at most `room` - 1 pointers and a NULL.
 */
static void split(const char *text, size_t len, const char **argv, size_t room)
{
	size_t n = 0;

	for (const char *p = text; p < text + len && n + 1 < room; p += strlen(p) + 1)
		argv[n++] = p;
	argv[n] = NULL;
}

static char *name_of_running(pid_t pid)
{
	enum { ROOM = 64 };
	char path[64], text[ARGUMENTS_MAX + 1];
	const char *argv[ROOM];
	size_t len = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
	file = fopen(path, "re");
	if (file) {
		len = fread(text, 1, ARGUMENTS_MAX, file);
		fclose(file);
	}
	text[len] = '\0';
	split(text, len, argv, ROOM);
	return compose(argv[0] ? program_of(argv) : "python", pid);
}

char *default_output_name(char *const *argv, pid_t pid)
{
	return argv ? compose(program_of((const char *const *)argv), pid) : name_of_running(pid);
}
