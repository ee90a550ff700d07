/* qa-record: the command line. What it does is in session.c. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options.h"
#include "cmd/session.h"
#include "qa/version.h"

enum { DEFAULT_HZ = 100, MOST_HZ = 1000000, SECOND_NS = 1000000000 };

struct choices {
	struct session_options session;
	bool on_cpu_given;
	bool help;
	bool version;
};

static int take_output(void *into, const char *value, struct qa_error *err)
{
	struct choices *choices = into;

	if (!*value)
		return qa_error_set(err, EINVAL, "--output needs a file name, or - for stdout.");
	choices->session.output = value;
	return 0;
}

static int take_rate(void *into, const char *value, struct qa_error *err)
{
	return parse_rate(
		"--rate", value, MOST_HZ, &((struct choices *)into)->session.period_ns, err);
}

static int take_duration(void *into, const char *value, struct qa_error *err)
{
	return parse_duration(
		"--duration", value, &((struct choices *)into)->session.duration_ns, err);
}

static int take_pid(void *into, const char *value, struct qa_error *err)
{
	uint64_t pid;
	int rc = parse_count("--pid", value, 1, INT_MAX, &pid, err);

	if (!rc)
		((struct choices *)into)->session.pid = (pid_t)pid;
	return rc;
}

static int take_on_cpu(void *into, const char *value, struct qa_error *err)
{
	static const char *const names[] = {[QA_ON_CPU_AUTO] = "auto",
		[QA_ON_CPU_ALWAYS] = "always",
		[QA_ON_CPU_NEVER] = "never"};
	struct choices *choices = into;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(value, names[i]) == 0) {
			choices->session.on_cpu = (enum qa_on_cpu)i;
			choices->on_cpu_given = true;
			return 0;
		}
	}
	qa_error_set(err, EINVAL, "--on-cpu is auto, always or never, not '%s'.", value);
	return -EINVAL;
}

static int take_pause(void *into, const char *value, struct qa_error *err)
{
	(void)value;
	(void)err;
	((struct choices *)into)->session.pause = true;
	return 0;
}

static int take_embed(void *into, const char *value, struct qa_error *err)
{
	static const char *const names[] = {
		[QA_EMBED_NONE] = "none", [QA_EMBED_CWD] = "cwd", [QA_EMBED_ALL] = "all"};
	struct choices *choices = into;

	choices->session.embed = QA_EMBED_CWD;
	for (size_t i = 0; value && i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(value, names[i]) == 0) {
			choices->session.embed = (enum qa_embed_sources)i;
			return 0;
		}
	}
	return value ? qa_error_set(
			       err, EINVAL, "--embed-sources is cwd, all or none, not '%s'.", value)
		     : 0;
}

static int take_no_sources(void *into, const char *value, struct qa_error *err)
{
	(void)value;
	(void)err;
	((struct choices *)into)->session.embed = QA_EMBED_NONE;
	return 0;
}

static int take_quiet(void *into, const char *value, struct qa_error *err)
{
	(void)value;
	(void)err;
	((struct choices *)into)->session.quiet = true;
	return 0;
}

static int take_help(void *into, const char *value, struct qa_error *err)
{
	(void)value;
	(void)err;
	((struct choices *)into)->help = true;
	return 0;
}

static int take_version(void *into, const char *value, struct qa_error *err)
{
	(void)value;
	(void)err;
	((struct choices *)into)->version = true;
	return 0;
}

static const struct option_row rows[] = {
	{NULL, 0, NULL, "What to record", NULL},
	{"pid", 'p', "PID", "attach to this running process", take_pid},
	{NULL, 0, NULL, "How", NULL},
	{"rate", 'r', "HZ", "samples a second (default 100); also 1k, 10kHz", take_rate},
	{"duration", 'd', "SECONDS", "how long; also 500ms, 2m (default: until the program ends)",
		take_duration},
	{"runtime", 0, "SECONDS", "the same as --duration", take_duration},
	{"on-cpu", 0, "WHEN",
		"read running threads from their own CPU: auto, always, never (default auto)",
		take_on_cpu},
	{"pause", 0, NULL,
		"stop running threads while they are read; nothing is lost, but it costs",
		take_pause},
	{NULL, 0, NULL, "Source text", NULL},
	{"embed-sources", 0, "[=WHICH]",
		"put the text of source files into the trace: cwd (below the working directory), "
		"all, none (default cwd)",
		take_embed},
	{"no-sources", 0, NULL, "the same as --embed-sources=none", take_no_sources},
	{NULL, 0, NULL, "Where to", NULL},
	{"output", 'o', "FILE", "the trace; - is stdout (default: PROGRAM-PID-TIME.qat)",
		take_output},
	{"quiet", 'q', NULL, "say only what went wrong", take_quiet},
	{NULL, 0, NULL, "Other", NULL},
	{"help", 'h', NULL, "print this and exit", take_help},
	{"version", 'V', NULL, "print the version and exit", take_version},
	{NULL, 0, NULL, NULL, NULL},
};

static const char *const usages[] = {"[options] -- PROGRAM [ARG...]", "[options] --pid PID", NULL};

static const struct command command = {
	.program = "qa-record",
	.usages = usages,
	.summary = "Records where a Python program spends its time, without stopping it.",
	.rows = rows,
	.notes = "Exit status: the program's own (128+n for signal n) if it was launched, 0 if it "
		 "was\n"
		 "attached to; 125 if qa-record itself failed, 126 if PROGRAM cannot be executed,\n"
		 "127 if there is none.\n"
		 "\n"
		 "Read the trace with qa-report. More in qa-record(1).",
	.operand_ends_options = true,
};

static int choose_target(struct choices *choices, char **operands, struct qa_error *err)
{
	if (choices->session.pid && operands[0]) {
		qa_error_set(err, EINVAL, "--pid and a program to launch cannot be had together.");
		qa_error_hint(err, "Give either --pid %d or -- %s.", (int)choices->session.pid,
			operands[0]);
		return -EINVAL;
	}
	if (!choices->session.pid && !operands[0]) {
		qa_error_set(err, EINVAL,
			"There is neither a program to launch nor a process to attach to.");
		qa_error_hint(err, "Say qa-record -- python3 SCRIPT, or qa-record --pid PID. See "
				   "qa-record --help.");
		return -EINVAL;
	}
	if (choices->session.pause && choices->on_cpu_given) {
		qa_error_set(err, EINVAL, "--pause and --on-cpu cannot be had together.");
		qa_error_hint(err, "A thread that is stopped can be read from anywhere: leave out "
				   "--on-cpu.");
		return -EINVAL;
	}
	choices->session.argv = choices->session.pid ? NULL : operands;
	return 0;
}

static int tell(const struct choices *choices)
{
	if (choices->help)
		options_print_help(&command, stdout);
	else
		puts("qa-record " QA_VERSION);
	return fflush(stdout) ? STATUS_FAILED : 0;
}

int main(int argc, char **argv)
{
	struct choices choices = {
		.session = {.period_ns = SECOND_NS / DEFAULT_HZ, .embed = QA_EMBED_CWD}};
	struct qa_error error = {0};
	char **operands;
	int rc;

	(void)argc;
	rc = options_parse(&command, argv, &choices, &operands, &error);
	if (!rc && (choices.help || choices.version))
		return tell(&choices);
	if (!rc)
		rc = choose_target(&choices, operands, &error);
	if (rc) {
		print_error("qa-record", &error);
		return STATUS_FAILED;
	}
	return session_run(&choices.session);
}
