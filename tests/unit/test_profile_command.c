#include "cmocka_all.h"

#include <stdio.h>

#include "profile/command.h"

enum { MOST = 8 };

static void what_a_user_would_call_it(void **state)
{
	static const struct {
		const char *arguments[MOST];
		enum qa_command_kind kind;
		const char *what;
	} cases[] = {
		{{"python3", "a.py"}, QA_COMMAND_SCRIPT, "a.py"},
		{{"/usr/bin/python3.11", "-u", "dir/a.py", "-m", "x"}, QA_COMMAND_SCRIPT,
			"dir/a.py"},
		{{"python", "-X", "dev", "-W", "ignore", "-OO", "a.py"}, QA_COMMAND_SCRIPT, "a.py"},
		{{"python", "-Xdev", "-Wignore", "-Bs", "a.py"}, QA_COMMAND_SCRIPT, "a.py"},
		{{"python", "-uX", "dev", "a.py"}, QA_COMMAND_SCRIPT, "a.py"},
		{{"python", "--check-hash-based-pycs", "always", "a.py"}, QA_COMMAND_SCRIPT,
			"a.py"},
		{{"python", "-m", "http.server", "8000"}, QA_COMMAND_MODULE, "http.server"},
		{{"python", "-mhttp.server"}, QA_COMMAND_MODULE, "http.server"},
		{{"python", "-Im", "http.server"}, QA_COMMAND_MODULE, "http.server"},
		{{"python", "-c", "import x", "a.py"}, QA_COMMAND_TEXT, "-c"},
		{{"python", "-Icimport x"}, QA_COMMAND_TEXT, "-c"},
		{{"python", "-m"}, QA_COMMAND_UNKNOWN, "/bin/python3"},
		{{"python", "-W"}, QA_COMMAND_UNKNOWN, "/bin/python3"},
		{{"python", "-", "a.py"}, QA_COMMAND_UNKNOWN, "/bin/python3"},
		{{"python", "-i"}, QA_COMMAND_UNKNOWN, "/bin/python3"},
		{{"python", ""}, QA_COMMAND_UNKNOWN, "/bin/python3"},
		{{NULL}, QA_COMMAND_UNKNOWN, "/bin/python3"},
		{{"gunicorn: worker [app]"}, QA_COMMAND_UNKNOWN, "gunicorn: worker [app]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct qa_command command = qa_command_parse(cases[i].arguments, "/bin/python3");

		assert_int_equal(command.kind, cases[i].kind);
		assert_string_equal(command.what, cases[i].what);
	}
}

static void a_program_that_embeds_python_is_itself(void **state)
{
	static const char *const arguments[] = {"/usr/bin/uwsgi", "--ini", "app.ini", NULL};
	struct qa_command command = qa_command_parse(arguments, "/usr/bin/uwsgi-core");

	(void)state;
	assert_int_equal(command.kind, QA_COMMAND_UNKNOWN);
	assert_string_equal(command.what, "/usr/bin/uwsgi");
}

static void which_file_it_is(void **state)
{
	static const struct {
		enum qa_command_kind kind;
		const char *what;
		const char *file;
		bool is;
	} cases[] = {
		{QA_COMMAND_SCRIPT, "a.py", "a.py", true},
		{QA_COMMAND_SCRIPT, "a.py", "/srv/a.py", true},
		{QA_COMMAND_SCRIPT, "a.py", "/srv/data.py", false},
		{QA_COMMAND_SCRIPT, "./a.py", "/srv/a.py", true},
		{QA_COMMAND_SCRIPT, "../x/./a.py", "/srv/x/./a.py", true},
		{QA_COMMAND_SCRIPT, "x/a.py", "/srv/y/a.py", false},
		{QA_COMMAND_SCRIPT, "/srv/a.py", "/srv/a.py", true},
		{QA_COMMAND_SCRIPT, "app/", "/srv/app/__main__.py", true},
		{QA_COMMAND_SCRIPT, "a", "/srv/a.py", false},
		{QA_COMMAND_SCRIPT, "", "/srv/a.py", false},
		{QA_COMMAND_SCRIPT, "/srv/long/a.py", "a.py", false},
		{QA_COMMAND_MODULE, "pkg.tool", "/x/pkg/tool.py", true},
		{QA_COMMAND_MODULE, "pkg", "/x/pkg/__main__.py", true},
		{QA_COMMAND_MODULE, "pkg.tool", "/x/pkg_tool.py", false},
		{QA_COMMAND_MODULE, "pkg.tool", "/x/notpkg/tool.py", false},
		{QA_COMMAND_TEXT, "-c", "-c", false},
		{QA_COMMAND_UNKNOWN, "a.py", "a.py", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct qa_command command = {cases[i].kind, cases[i].what};

		if (qa_command_is_file(&command, cases[i].file) != cases[i].is)
			fail_msg("%s and %s", cases[i].what, cases[i].file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_user_would_call_it),
		cmocka_unit_test(a_program_that_embeds_python_is_itself),
		cmocka_unit_test(which_file_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
