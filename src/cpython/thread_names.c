#include "cpython/thread_names.h"

#include <errno.h>

#include "cpython/dict.h"
#include "cpython/object.h"
#include "cpython/text.h"

void qa_thread_names_init(struct qa_thread_names *names, const struct qa_python *python)
{
	*names = (struct qa_thread_names){.python = python};
}

void qa_thread_names_free(struct qa_thread_names *names)
{
	qa_buf_free(&names->name);
	qa_buf_free(&names->again);
	*names = (struct qa_thread_names){0};
}

/* threading._active: a dict from threads' idents to Thread objects. It is the same as long as the
 * interpreter lives. */
static int find_active(struct qa_thread_names *names, uint64_t interpreter)
{
	const struct qa_layout *layout = &names->python->layout;
	struct qa_memory *memory = names->python->memory;
	uint64_t modules = 0, threading = 0, active = 0;
	struct qa_dict dict;
	int rc =
		qa_memory_read_u64(memory, interpreter + (uint64_t)layout->names.modules, &modules);

	if (!rc)
		rc = qa_dict_open(&dict, memory, layout, modules);
	if (!rc)
		rc = qa_dict_find_text(&dict, "threading", &threading);
	if (!rc)
		rc = qa_object_attribute(memory, layout, threading, "_active", &active);
	if (rc)
		return rc;
	names->interpreter = interpreter;
	names->active = active;
	return 0;
}

static int read_name(struct qa_thread_names *names, uint64_t ident, struct qa_buf *name)
{
	const struct qa_layout *layout = &names->python->layout;
	struct qa_memory *memory = names->python->memory;
	uint64_t thread = 0, text = 0;
	struct qa_dict dict;
	int rc = qa_dict_open(&dict, memory, layout, names->active);

	qa_buf_clear(name);
	if (!rc)
		rc = qa_dict_find_number(&dict, ident, &thread);
	if (!rc)
		rc = qa_object_attribute(memory, layout, thread, "_name", &text);
	if (!rc)
		rc = qa_object_check(memory, layout, text, QA_OBJECT_TEXT);
	return rc ? rc : qa_text_read(memory, layout, text, name);
}

/* All the way twice: what is alike was not changed in between. */
static int read_twice(struct qa_thread_names *names, uint64_t ident)
{
	int rc = read_name(names, ident, &names->name);

	if (!rc)
		rc = read_name(names, ident, &names->again);
	if (!rc && !qa_str_equal(qa_buf_str(&names->name), qa_buf_str(&names->again)))
		rc = -EAGAIN;
	return rc;
}

int qa_thread_names_read(
	struct qa_thread_names *names, const struct qa_thread_state *thread, struct qa_str *name)
{
	const struct qa_python *python = names->python;
	uint64_t interpreter;
	int rc = qa_memory_read_u64(python->memory,
		thread->address + (uint64_t)python->layout.thread.interpreter, &interpreter);

	if (!rc && interpreter != names->interpreter)
		rc = find_active(names, interpreter);
	if (!rc)
		rc = read_twice(names, thread->ident);
	/* A thread that has none is one that threading has never heard of, most often. But what
	 * was known may have become wrong. */
	if (rc)
		names->interpreter = 0;
	*name = qa_buf_str(&names->name);
	return rc == 0 || rc == -ESRCH || rc == -ENOMEM ? rc : -ENOENT;
}
