#include "target/permission.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CAPABILITY_SYS_PTRACE = 19, SECCOMP_FILTER = 2 };

/* The number after a key in the text of a status file. */
static bool find_number(const char *text, const char *key, int base, unsigned long long *number)
{
	const char *at = strstr(text, key);

	if (!at)
		return false;
	*number = strtoull(at + strlen(key), NULL, base);
	return true;
}

static bool capability_in(const char *status, const char *key)
{
	unsigned long long set;

	return !find_number(status, key, 16, &set) || (set >> CAPABILITY_SYS_PTRACE & 1);
}

static int read_yama_scope(void)
{
	FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
	int scope = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%d", &scope) != 1)
		scope = -1;
	fclose(file);
	return scope;
}

static bool is_descendant(const struct qa_process *process)
{
	enum { GENERATIONS_MAX = 1000 };
	struct qa_process ancestor = *process;

	for (int i = 0; i < GENERATIONS_MAX && ancestor.pid > 1; i++) {
		if (ancestor.pid == getpid())
			return true;
		ancestor.pid = qa_process_parent(&ancestor);
	}
	return false;
}

/* The kernel gives the files of a process that is not dumpable to root. */
static bool looks_dumpable(const struct qa_process *process, long uid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%ld/environ", (long)process->pid);
	return stat(path, &st) || uid < 0 || (long)st.st_uid == uid;
}

static char *read_status(const struct qa_process *process, struct qa_buf *status)
{
	if (qa_process_read_file(process, "status", status))
		qa_buf_clear(status);
	qa_buf_append_char(status, '\0');
	return status->failed ? NULL : status->data;
}

void qa_permission_gather(const struct qa_process *process, struct qa_permission_facts *facts)
{
	const struct qa_process self = {.pid = getpid(), .pidfd = -1};
	struct qa_buf own = {0}, target = {0};
	unsigned long long number;
	const char *text;

	*facts = (struct qa_permission_facts){
		.pid = process->pid, .target_uid = -1, .own_uid = (long)geteuid()};
	facts->yama_scope = read_yama_scope();
	facts->is_descendant = is_descendant(process);
	text = read_status(process, &target);
	if (text && find_number(text, "\nUid:", 10, &number))
		facts->target_uid = (long)number;
	text = read_status(&self, &own);
	facts->has_ptrace_capability = !text || capability_in(text, "\nCapEff:");
	facts->in_container = text && !capability_in(text, "\nCapBnd:");
	facts->filtered =
		text && find_number(text, "\nSeccomp:", 10, &number) && number == SECCOMP_FILTER;
	facts->is_dumpable = looks_dumpable(process, facts->target_uid);
	qa_buf_free(&own);
	qa_buf_free(&target);
}

static const char sudo_or_capability[] =
	"Run it as root (sudo qa-record …), or give the program the right once: "
	"sudo setcap cap_sys_ptrace+ep \"$(command -v qa-record)\".";
static const char container[] =
	"This container lacks the capability: start it with --cap-add=SYS_PTRACE "
	"(Kubernetes: securityContext.capabilities.add: [\"SYS_PTRACE\"]).";

static const char *remedy(const struct qa_permission_facts *facts)
{
	return facts->in_container ? container : sudo_or_capability;
}

int qa_permission_explain(const struct qa_permission_facts *facts, struct qa_error *err)
{
	if (facts->has_ptrace_capability && facts->yama_scope == 3) {
		qa_error_set(err, EPERM,
			"Permission denied: kernel.yama.ptrace_scope is 3, nobody may read process "
			"%ld.",
			facts->pid);
		qa_error_hint(err, "The setting can only be changed by a reboot: look in "
				   "/etc/sysctl.d for ptrace_scope.");
	} else if (facts->has_ptrace_capability && facts->filtered) {
		qa_error_set(err, EPERM,
			"Permission denied: a seccomp filter forbids process_vm_readv, which reads "
			"process %ld.",
			facts->pid);
		qa_error_hint(err, "In a container, use a seccomp profile that allows "
				   "process_vm_readv (Docker: --cap-add=SYS_PTRACE does).");
	} else if (facts->has_ptrace_capability) {
		qa_error_set(err, EPERM,
			"Permission denied to read process %ld, although CAP_SYS_PTRACE is held.",
			facts->pid);
		qa_error_hint(err, "The process may belong to another user namespace, or a "
				   "security module (AppArmor, SELinux) forbids it: see dmesg.");
	} else if (facts->target_uid >= 0 && facts->target_uid != facts->own_uid) {
		qa_error_set(err, EPERM,
			"Permission denied: process %ld belongs to another user (uid %ld, yours is "
			"%ld).",
			facts->pid, facts->target_uid, facts->own_uid);
		qa_error_hint(err, "%s", remedy(facts));
	} else if (!facts->is_dumpable) {
		qa_error_set(err, EPERM,
			"Permission denied: process %ld is not dumpable (it changed its user, or "
			"protects itself).",
			facts->pid);
		qa_error_hint(err, "Only CAP_SYS_PTRACE helps. %s", remedy(facts));
	} else if (facts->yama_scope >= 2) {
		qa_error_set(err, EPERM,
			"Permission denied: kernel.yama.ptrace_scope is %d, only CAP_SYS_PTRACE "
			"may read process %ld.",
			facts->yama_scope, facts->pid);
		qa_error_hint(err, "%s", remedy(facts));
	} else if (facts->yama_scope == 1 && !facts->is_descendant) {
		qa_error_set(err, EPERM,
			"Permission denied: kernel.yama.ptrace_scope is 1, and process %ld was not "
			"started by qa-record.",
			facts->pid);
		qa_error_hint(err,
			"Start the program with qa-record -- PROGRAM, which needs no privilege. %s",
			remedy(facts));
	} else {
		qa_error_set(err, EPERM,
			"Permission denied to read process %ld: CAP_SYS_PTRACE is missing.",
			facts->pid);
		qa_error_hint(err, "%s", remedy(facts));
	}
	return -EPERM;
}
