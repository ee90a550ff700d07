#include "profile/command.h"

#include <string.h>

#include "qa/str.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_python(const char *path)
{
	return strncmp(base_name(path), "python", strlen("python")) == 0;
}

/* An option that ends the options, and the command that it stands for. */
static bool ends_options(char letter, const char *value, struct qa_command *command)
{
	if (letter != 'c' && letter != 'm')
		return false;
	if (letter == 'c')
		*command = (struct qa_command){QA_COMMAND_TEXT, "-c"};
	else if (value)
		*command = (struct qa_command){QA_COMMAND_MODULE, value};
	return true;
}

/*
 * One argument of the interpreter's, such as -u, -Wignore, -X dev, -Im module. Says whether it is
 * the last one, and steps over a value that is an argument of its own.
 */
static bool read_options(const char *const **argument, struct qa_command *command)
{
	const char *letters = **argument + 1;

	if (strcmp(letters, "-check-hash-based-pycs") == 0)
		*argument += (*argument)[1] != NULL;
	if (*letters == '-')
		return false;
	for (; *letters; letters++) {
		const char *value = letters[1] ? letters + 1 : (*argument)[1];

		if (ends_options(*letters, value, command))
			return true;
		if (strchr("WXQ", *letters)) {
			*argument += !letters[1] && value;
			return false;
		}
	}
	return false;
}

struct qa_command qa_command_parse(const char *const *arguments, const char *executable)
{
	const char *called = arguments[0] && arguments[0][0] ? arguments[0] : executable;
	struct qa_command command = {QA_COMMAND_UNKNOWN, is_python(called) ? executable : called};

	if (!command.what[0])
		command.what = called;
	if (!arguments[0] || !(is_python(called) || is_python(executable)))
		return command;
	for (arguments++; *arguments; arguments++) {
		if ((*arguments)[0] != '-') {
			if ((*arguments)[0])
				command = (struct qa_command){QA_COMMAND_SCRIPT, *arguments};
			break;
		}
		if (!(*arguments)[1] || read_options(&arguments, &command))
			break;
	}
	return command;
}

/* Removes ./ and ../ from the beginning. */
static const char *without_dots(const char *path)
{
	for (;;) {
		if (strncmp(path, "./", 2) == 0)
			path += 2;
		else if (strncmp(path, "../", 3) == 0)
			path += 3;
		else
			return path;
	}
}

static bool same_in_path(char a, char b, bool dotted)
{
	return a == b || (dotted && a == '/' && b == '.');
}

/* Does the first part of `path`, `len` bytes, end with the whole of `name`, at the beginning of a
 * component? */
static bool ends_with(const char *path, size_t len, struct qa_str name, bool dotted)
{
	if (name.len == 0 || name.len > len)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!same_in_path(path[len - name.len + i], name.data[i], dotted))
			return false;
	return len == name.len || path[len - name.len - 1] == '/' || name.data[0] == '/';
}

/* What follows the name in the file's path: a folder, an archive or a package has a main module. */
static const struct {
	enum qa_command_kind kind;
	const char *ending;
} endings[] = {
	{QA_COMMAND_SCRIPT, ""},
	{QA_COMMAND_SCRIPT, "/__main__.py"},
	{QA_COMMAND_MODULE, ".py"},
	{QA_COMMAND_MODULE, "/__main__.py"},
};

bool qa_command_is_file(const struct qa_command *command, const char *file)
{
	struct qa_str name = qa_str(without_dots(command->what));
	size_t len = strlen(file);

	if (name.len > 0 && name.data[name.len - 1] == '/')
		name.len--;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t ending = strlen(endings[i].ending);

		if (command->kind == endings[i].kind && len >= ending &&
			strcmp(file + len - ending, endings[i].ending) == 0 &&
			ends_with(file, len - ending, name, command->kind == QA_COMMAND_MODULE))
			return true;
	}
	return false;
}
