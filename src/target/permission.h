/* Why the kernel refuses to let us read a process, and what the user can do about it. */
#ifndef QA_TARGET_PERMISSION_H
#define QA_TARGET_PERMISSION_H

#include "target/process.h"

/* Everything that the kernel's decision depends on, as far as it can be seen from outside. */
struct qa_permission_facts {
	long pid;
	long target_uid;            /* real user id; -1: unknown */
	long own_uid;               /* effective */
	int yama_scope;             /* kernel.yama.ptrace_scope; -1: no Yama */
	bool is_descendant;         /* the target was started by us, directly or not */
	bool has_ptrace_capability; /* our CAP_SYS_PTRACE is effective */
	bool in_container;          /* our capability bounding set lacks CAP_SYS_PTRACE */
	bool is_dumpable;
	bool filtered; /* a seccomp filter is on us */
};

void qa_permission_gather(const struct qa_process *process, struct qa_permission_facts *facts);

/* Sets message and hint for these facts. Returns -EPERM. */
int qa_permission_explain(const struct qa_permission_facts *facts, struct qa_error *err);

#endif
