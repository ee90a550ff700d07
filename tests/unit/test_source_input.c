/* Texts as they come: encodings, line ends, damage, and what is no source at all. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "source.h"

#define TWO_FUNCTIONS "def f(): pass\ndef g(): pass\n"

static const struct qa_source_facts *analyse(const char *text, size_t len)
{
	return source_analyse_bytes(text, len, NULL);
}

static void assert_full(const struct qa_source_facts *facts, const char *encoding)
{
	assert_int_equal(facts->level, QA_SOURCE_FULL);
	assert_string_equal(facts->encoding, encoding);
	assert_int_equal(facts->parse_errors, 0);
}

static void assert_failed(const struct qa_source_facts *facts, const char *part_of_reason)
{
	assert_int_equal(facts->level, QA_SOURCE_FAILED);
	assert_non_null(facts->reason);
	if (!strstr(facts->reason, part_of_reason))
		fail_msg("%s", facts->reason);
	assert_int_equal(facts->definition_count, 0);
}

static void encodings_are_understood(void **state)
{
	(void)state;
	assert_full(source_analyse("def \xc3\xa9t\xc3\xa9(): pass\n"), "utf-8");
	assert_full(
		source_analyse("\xef\xbb\xbf# coding: latin-1\ndef \xc3\xa9(): pass\n"), "utf-8");
	assert_full(
		source_analyse("# -*- coding: Latin-1 -*-\ndef \xe9t\xe9(): pass\n"), "Latin-1");
	source_definition(
		source_analyse("#!/bin/x\n#vim: fileencoding=iso-8859-15\ndef \xe9t\xe9(): 0\n"),
		"\xc3\xa9t\xc3\xa9");
	source_definition(source_analyse("\n# coding=cp1252\ndef \x8a(): 0\n"), "\xc5\xa0");
	assert_full(source_analyse("# coding: utf-8-unix\ndef f(): 0\n"), "utf-8-unix");
	/* Behind code it is no declaration. */
	assert_full(source_analyse("x\n# coding: cp1252\n"), "utf-8");
	assert_full(source_analyse("\n\n# coding: cp1252\n"), "utf-8");
}

static void undeclared_bytes_are_read_as_latin_1_and_that_is_said(void **state)
{
	const struct qa_source_facts *facts = source_analyse("def \xe9t\xe9(): pass\n");

	(void)state;
	assert_full(facts, "latin-1");
	assert_non_null(strstr(facts->reason, "Latin-1"));
	source_definition(facts, "\xc3\xa9t\xc3\xa9");
}

static void what_cannot_be_read_says_why(void **state)
{
	(void)state;
	assert_failed(source_analyse("# coding: klingon\n"), "klingon");
	assert_failed(source_analyse("# coding: utf-8\n'\xe9'\n"), "utf-8");
	assert_failed(source_analyse("\xef\xbb\xbf'\xe9'\n"), "utf-8");
	assert_failed(analyse("a\0b", 3), "NUL");
	assert_failed(analyse("\xff\xfe"
			      "d\0e\0f\0",
			      8),
		"NUL");
	assert_failed(source_analyse("# coding: "
				     "x123456789x123456789x123456789x123456789x123456789\n"),
		"x123456789");
}

static void line_ends_do_not_matter(void **state)
{
	static const char *const texts[] = {"def f():\n\tif a:\n\t\tpass\n\ndef g(): pass",
		"def f():\r\n\tif a:\r\n\t\tpass\r\n\r\ndef g(): pass\r\n",
		"def f():\r\tif a:\r\t\tpass\r\rdef g(): pass\r",
		"def f():\n\f\tif a:\n\t\tpass\n\f\ndef g(): pass\n"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct qa_source_facts *facts = source_analyse(texts[i]);

		assert_full(facts, "utf-8");
		assert_int_equal(source_definition(facts, "f")->cyclomatic, 2);
		assert_int_equal(source_definition(facts, "f")->end_line, 3);
		assert_int_equal(source_definition(facts, "g")->def_line, 5);
	}
}

static void nothing_is_something(void **state)
{
	(void)state;
	assert_full(source_analyse(""), "utf-8");
	assert_int_equal(source_analyse("")->complexity, 1);
	assert_int_equal(source_analyse("")->line_count, 0);
	assert_full(source_analyse("# only\n"), "utf-8");
	assert_full(source_analyse("\n\n"), "utf-8");
	assert_full(source_analyse("\xef\xbb\xbf"), "utf-8");
}

/* The parser takes a line in brackets that is indented less than its block for the block's end. */
static void lines_in_brackets_may_begin_anywhere(void **state)
{
	const struct qa_source_facts *facts =
		source_analyse("class C:\n"
			       "    def f(self):\n"
			       "        if a:\n"
			       "            g(1 +\n"
			       "1, # c\n"
			       "    2)\n"
			       "    def h(self): pass\n" TWO_FUNCTIONS);

	(void)state;
	assert_full(facts, "utf-8");
	assert_int_equal(facts->functions, 4);
	assert_int_equal(facts->methods, 2);
	assert_int_equal(source_definition(facts, "C.f")->end_line, 6);
	assert_int_equal(source_definition(facts, "C.h")->def_line, 7);
	assert_int_equal(facts->comments, 1);
}

static void errors_are_told_with_their_lines(void **state)
{
	const struct qa_source_facts *facts = source_analyse(
		"def f(): pass\nx = = 1\ndef g(): pass\nif:\n  pass\ndef h(): pass\n");

	(void)state;
	assert_int_equal(facts->level, QA_SOURCE_FULL);
	assert_in_range(facts->parse_errors, 2, 4);
	assert_int_equal(facts->error_lines[0], 2);
	assert_int_equal(facts->functions, 3);
}

static void python_2_is_python(void **state)
{
	const struct qa_source_facts *facts =
		source_analyse("print 'a', `b`\n"
			       "exec 'c' in d\n"
			       "def f((a, b), c): return 0777L <> ur'x'\n"
			       "try: pass\n"
			       "except E, e: raise E, 'f'\n");

	(void)state;
	assert_int_equal(facts->level, QA_SOURCE_FULL);
	assert_int_equal(source_definition(facts, "f")->arguments, 2);
	assert_int_equal(facts->module_cyclomatic, 2);
}

static char *repeat(const char *start, const char *piece, size_t count, const char *end)
{
	size_t len = strlen(piece);
	char *text = calloc(1, strlen(start) + len * count + strlen(end) + 1);
	char *to = stpcpy(text, start);

	for (size_t i = 0; i < count; i++)
		to = stpcpy(to, piece);
	stpcpy(to, end);
	return text;
}

static void depth_is_no_danger(void **state)
{
	static const char *const pieces[] = {"[", "a+", "not ", "lambda: ", "f(", "a if b else ",
		"-", "{1:", "a and ", "x=", "(yield ", "*", "await ", "f'{", "if a:", "a.b[", "((",
		"x,"};

	const struct qa_source_options options = {.budget_ms = 500};

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		char *text = repeat(TWO_FUNCTIONS, pieces[i], 50000, "");
		const struct qa_source_facts *facts =
			source_analyse_bytes(text, strlen(text), &options);

		assert_in_range(facts->level, QA_SOURCE_BASIC, QA_SOURCE_FULL);
		assert_int_equal(source_definition(facts, "f")->def_line, 1);
		free(text);
	}
}

static void deep_code_counts(void **state)
{
	char *text = repeat("x = ", "a and (", 20000, "b");
	char *closed = repeat(text, ")", 20000, "\n");
	const struct qa_source_options patient = {.budget_ms = 600000}; /* under valgrind, too */
	const struct qa_source_facts *facts =
		source_analyse_bytes(closed, strlen(closed), &patient);

	(void)state;
	assert_full(facts, "utf-8");
	assert_int_equal(facts->module_cyclomatic, 20001);
	assert_int_equal(facts->cognitive, 20000);
	free(text);
	free(closed);
}

static void what_takes_too_long_is_only_lexed(void **state)
{
	const struct qa_source_options options = {.budget_ms = 50};
	char *text = repeat(TWO_FUNCTIONS, "if x: (\n", 130000, "");
	const struct qa_source_facts *facts = source_analyse_bytes(text, strlen(text), &options);

	(void)state;
	assert_int_equal(facts->level, QA_SOURCE_BASIC);
	assert_non_null(strstr(facts->reason, "too long"));
	assert_int_equal(facts->functions, 2);
	assert_int_equal(facts->loc, 130002);
	free(text);
}

static void large_files_are_refused(void **state)
{
	const struct qa_source_options options = {.max_bytes = 27};

	(void)state;
	assert_failed(source_analyse_bytes(TWO_FUNCTIONS, 28, &options), "28 bytes");
	assert_int_equal(source_analyse_bytes(TWO_FUNCTIONS, 27, &options)->level, QA_SOURCE_FULL);
}

static void quite_large_files_are_only_lexed(void **state)
{
	const struct qa_source_options options = {.max_tree_bytes = 27};
	const struct qa_source_facts *facts = source_analyse_bytes(TWO_FUNCTIONS, 28, &options);

	(void)state;
	assert_int_equal(facts->level, QA_SOURCE_BASIC);
	assert_non_null(strstr(facts->reason, "too large"));
	assert_int_equal(facts->functions, 2);
	assert_int_equal(source_analyse_bytes(TWO_FUNCTIONS, 27, &options)->level, QA_SOURCE_FULL);
}

/* --- files -------------------------------------------------------------------------------------
 */

static void assert_file(const char *path, enum qa_source_level level, const char *part_of_reason)
{
	struct qa_source_facts *facts;

	assert_int_equal(qa_source_analyse_file(path, NULL, &facts, NULL), 0);
	assert_string_equal(facts->path, path);
	assert_int_equal(facts->level, level);
	if (part_of_reason && !strstr(facts->reason, part_of_reason))
		fail_msg("%s: %s", path, facts->reason);
	qa_source_free(facts);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) >= 0, 1);
	assert_int_equal(fclose(file), 0);
}

static void only_regular_files_are_read(void **state)
{
	char folder[] = "/tmp/qa-source-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	write_file("good.py", TWO_FUNCTIONS);
	assert_int_equal(symlink("good.py", "link.py"), 0);
	assert_int_equal(symlink("loop.py", "loop.py"), 0);
	assert_int_equal(mkfifo("fifo.py", 0600), 0);
	write_file("large.py", "");
	assert_int_equal(truncate("large.py", 100 << 20), 0);
	assert_file("good.py", QA_SOURCE_FULL, NULL);
	assert_file("link.py", QA_SOURCE_FULL, NULL);
	assert_file("loop.py", QA_SOURCE_FAILED, "cannot be read");
	assert_file("fifo.py", QA_SOURCE_FAILED, "no regular file");
	assert_file(".", QA_SOURCE_FAILED, "no regular file");
	assert_file("/dev/zero", QA_SOURCE_FAILED, "no regular file");
	assert_file("none.py", QA_SOURCE_FAILED, "No such file");
	assert_file("large.py", QA_SOURCE_FAILED, "104857600 bytes");
	assert_int_equal(system("rm -r /tmp/qa-source-??????"), 0);
}

static void fingerprints_are_those_of_recordings(void **state)
{
	const struct qa_source_facts *facts = source_analyse("123456789");

	(void)state;
	assert_int_equal(facts->crc32, 0xcbf43926);
	assert_int_equal(facts->bytes, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodings_are_understood),
		cmocka_unit_test(undeclared_bytes_are_read_as_latin_1_and_that_is_said),
		cmocka_unit_test(what_cannot_be_read_says_why),
		cmocka_unit_test(line_ends_do_not_matter),
		cmocka_unit_test(nothing_is_something),
		cmocka_unit_test(lines_in_brackets_may_begin_anywhere),
		cmocka_unit_test(errors_are_told_with_their_lines),
		cmocka_unit_test(python_2_is_python),
		cmocka_unit_test(depth_is_no_danger),
		cmocka_unit_test(deep_code_counts),
		cmocka_unit_test(what_takes_too_long_is_only_lexed),
		cmocka_unit_test(large_files_are_refused),
		cmocka_unit_test(quite_large_files_are_only_lexed),
		cmocka_unit_test(only_regular_files_are_read),
		cmocka_unit_test(fingerprints_are_those_of_recordings),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	source_end();
	return failed;
}
