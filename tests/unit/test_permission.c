#include "cmocka_all.h"

#include <errno.h>
#include <string.h>

#include "target/permission.h"

/* An ordinary user who looks at a process of his own that he did not start through us. */
static const struct qa_permission_facts ordinary = {
	.pid = 4242, .target_uid = 1000, .own_uid = 1000, .yama_scope = 0, .is_dumpable = true};

static void explain(const struct qa_permission_facts *facts, const char *message, const char *hint)
{
	struct qa_error err = {0};

	assert_int_equal(qa_permission_explain(facts, &err), -EPERM);
	assert_int_equal(err.code, EPERM);
	assert_non_null(strstr(err.message, "4242"));
	assert_non_null(strstr(err.message, message));
	assert_non_null(strstr(err.hint, hint));
	assert_true(strlen(err.hint) + 1 < sizeof(err.hint));
}

static void each_cause_has_its_remedy(void **state)
{
	struct qa_permission_facts facts = ordinary;

	(void)state;
	explain(&facts, "CAP_SYS_PTRACE is missing", "sudo");
	facts.yama_scope = 1;
	explain(&facts, "ptrace_scope is 1", "qa-record -- PROGRAM");
	facts.is_descendant = true;
	explain(&facts, "CAP_SYS_PTRACE is missing", "setcap");
	facts.yama_scope = 2;
	explain(&facts, "ptrace_scope is 2", "setcap");
	facts.is_dumpable = false;
	explain(&facts, "not dumpable", "sudo");
	facts.target_uid = 0;
	explain(&facts, "another user (uid 0, yours is 1000)", "sudo");
	facts.in_container = true;
	explain(&facts, "another user", "--cap-add=SYS_PTRACE");
	facts = ordinary;
	facts.has_ptrace_capability = true;
	explain(&facts, "although CAP_SYS_PTRACE is held", "user namespace");
	facts.filtered = true;
	explain(&facts, "seccomp", "--cap-add=SYS_PTRACE");
	facts.yama_scope = 3;
	explain(&facts, "ptrace_scope is 3", "reboot");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cause_has_its_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
