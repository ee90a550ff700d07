#include "cpython/python.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpython/interpreter_scan.h"
#include "cpython/version_scan.h"
#include "target/elf_file.h"
#include "target/permission.h"
#include "target/thread_ids.h"

/* The symbols that we look for; the first one decides whether a file holds an interpreter. */
enum { RUNTIME, VERSION, CODE_TYPE, DEBUG_BUILD, SYMBOLS };

static const struct qa_elf_symbol sought_symbols[SYMBOLS] = {
	[RUNTIME] = {"_PyRuntime", 0},
	[VERSION] = {"Py_Version", 0},
	[CODE_TYPE] = {"PyCode_Type", 0},
	[DEBUG_BUILD] = {"_Py_NegativeRefcount", 0}, /* only with Py_DEBUG */
};

/* A file that holds an interpreter, with its addresses in the process. */
struct image {
	const struct qa_mapping *mapping;
	struct qa_elf_file file;
	uint64_t symbols[SYMBOLS];
};

/* False: the file behind the mapping holds no interpreter. PyCode_Type alone is a sign of one too
 * old to have a _PyRuntime. */
static bool inspect_image(
	const struct qa_process *process, const struct qa_mapping *mapping, struct image *image)
{
	struct qa_elf_symbol symbols[SYMBOLS];

	memcpy(symbols, sought_symbols, sizeof(symbols));
	*image = (struct image){.mapping = mapping};
	if (qa_elf_file_inspect(process, mapping, symbols, SYMBOLS, ".PyRuntime", &image->file))
		return false;
	if (symbols[RUNTIME].value == 0)
		symbols[RUNTIME].value = image->file.section;
	for (size_t i = 0; i < SYMBOLS; i++)
		image->symbols[i] = symbols[i].value ? symbols[i].value + image->file.bias : 0;
	return image->symbols[RUNTIME] || image->symbols[CODE_TYPE];
}

static bool is_likely(const struct qa_mapping *mapping)
{
	return strstr(mapping->path, "python") != NULL;
}

/* The executable and files with a telling name first: the interpreter is almost always there, and
 * each file costs time. */
static bool find_image(
	const struct qa_process *process, const struct qa_maps *maps, struct image *image)
{
	bool executable = true;

	for (int likely = 1; likely >= 0; likely--) {
		for (size_t i = 0; i < maps->count; i++) {
			const struct qa_mapping *mapping = &maps->list[i];

			if (!qa_maps_is_first_of_file(maps, i))
				continue;
			if ((executable || is_likely(mapping)) == likely &&
				inspect_image(process, mapping, image))
				return true;
			executable = false;
		}
		executable = true;
	}
	return false;
}

static int unsupported(struct qa_error *err, uint32_t version, const char *kind)
{
	char text[QA_VERSION_TEXT_ROOM];

	qa_version_text(version, text, sizeof(text));
	qa_error_set(
		err, ENOTSUP, "The process runs CPython %s%s, which is not supported.", text, kind);
	qa_error_hint(err, "Supported are the releases of CPython 3.6 to 3.15, with or "
			   "without a GIL, but no debug builds.");
	return -ENOTSUP;
}

/* The version, where the interpreter has no table of offsets: from its symbol, or its text in
 * memory. */
static uint32_t older_version(
	const struct qa_python *python, const struct qa_maps *maps, const struct image *image)
{
	uint64_t word = 0;

	if (image->symbols[VERSION] &&
		!qa_memory_read(python->memory, image->symbols[VERSION], &word, sizeof(uint32_t)))
		return (uint32_t)word;
	return qa_version_scan(python->memory, maps, image->mapping);
}

static bool is_release(uint32_t version)
{
	return (version & 0xf0) == 0xf0;
}

/* Is there a row for it? Of each version only the releases, and no debug builds. */
static int check_build(const struct qa_python *python, const struct image *image,
	bool free_threaded, struct qa_error *err)
{
	if (image->symbols[DEBUG_BUILD])
		return unsupported(err, python->version, " (debug build)");
	if (!is_release(python->version) || !qa_layout_row(python->version, free_threaded))
		return unsupported(err, python->version, free_threaded ? " (free-threaded)" : "");
	return 0;
}

static int choose_layout(struct qa_python *python, const struct qa_maps *maps,
	const struct image *image, struct qa_error *err)
{
	unsigned char head[QA_DEBUG_OFFSETS_MAX];
	bool free_threaded = false;
	int rc = 0;

	if (image->symbols[RUNTIME])
		rc = qa_memory_read(python->memory, image->symbols[RUNTIME], head, sizeof(head));
	if (rc)
		return rc;
	if (image->symbols[RUNTIME] &&
		qa_debug_offsets_version(head, sizeof(head), &python->version, &free_threaded)) {
		rc = check_build(python, image, free_threaded, err);
		return rc ? rc
			  : qa_layout_from_debug_offsets(head, sizeof(head), &python->layout, err);
	}
	python->version = older_version(python, maps, image);
	if (python->version == 0)
		return -EAGAIN; /* nothing was initialised yet */
	rc = check_build(python, image, false, err);
	if (!rc)
		python->layout = *qa_layout_row(python->version, false);
	return rc;
}

/* Before there was a _PyRuntime its fields were variables; the one of the interpreters is static,
 * and so without a symbol in a stripped file. */
static int find_variables(struct qa_python *python, const struct qa_maps *maps,
	const struct image *image, struct qa_error *err)
{
	enum { INTERPRETERS, GIL_HOLDER, VARIABLES };
	struct qa_elf_symbol symbols[VARIABLES] = {
		[INTERPRETERS] = {"interp_head", 0}, [GIL_HOLDER] = {"_PyThreadState_Current", 0}};
	struct qa_elf_file file;

	if (qa_elf_file_inspect(python->process, image->mapping, symbols, VARIABLES, "", &file) ||
		!symbols[GIL_HOLDER].value)
		return unsupported(err, python->version, " without its symbols");
	python->gil_holder = symbols[GIL_HOLDER].value + file.bias;
	python->runtime = symbols[INTERPRETERS].value ? symbols[INTERPRETERS].value + file.bias
						      : qa_interpreter_scan(python->memory, maps,
								image->mapping, &python->layout);
	return python->runtime ? 0 : -EAGAIN;
}

static int find_runtime(struct qa_python *python, const struct qa_maps *maps,
	const struct image *image, struct qa_error *err)
{
	if (!image->symbols[RUNTIME])
		return find_variables(python, maps, image, err);
	python->runtime = image->symbols[RUNTIME];
	if (python->layout.runtime.tstate_current != QA_ABSENT)
		python->gil_holder =
			python->runtime + (uint64_t)python->layout.runtime.tstate_current;
	return 0;
}

/* Before 3.11 Python keeps no kernel thread ids; glibc does, in each thread's struct: found by the
 * main thread's, which is the pid. */
static void find_native_tid(struct qa_python *python, uint64_t main_ident)
{
	if (python->layout.thread.native_thread_id != QA_ABSENT ||
		qa_thread_ids_locate(python->memory, main_ident,
			qa_process_inner_pid(python->process), &python->native_tid))
		python->native_tid = QA_ABSENT;
}

/* The first interpreter and its oldest thread: do they refer to each other as the layout says? */
static int check_structures(struct qa_python *python, struct qa_error *err)
{
	enum { THREADS_MAX = 100000 };
	const struct qa_layout *layout = &python->layout;
	uint64_t interpreter, thread, owner = 0, ident = 0;
	int rc = qa_memory_read_u64(python->memory,
		python->runtime + (uint64_t)layout->runtime.interpreters_head, &interpreter);

	if (rc || interpreter == 0)
		return rc ? rc : -EAGAIN;
	rc = qa_memory_read_u64(
		python->memory, interpreter + (uint64_t)layout->interpreter.threads_head, &thread);
	if (rc || thread == 0)
		return rc == -ESRCH ? rc : -EAGAIN;
	for (int i = 0; i < THREADS_MAX && thread && !rc; i++) {
		rc = qa_memory_read_u64(
			python->memory, thread + (uint64_t)layout->thread.interpreter, &owner);
		if (!rc && owner != interpreter)
			return unsupported(
				err, python->version, " in an unusual build (debug, or modified)");
		if (!rc)
			rc = qa_memory_read_u64(python->memory,
				thread + (uint64_t)layout->thread.thread_id, &ident);
		if (!rc)
			rc = qa_memory_read_u64(
				python->memory, thread + (uint64_t)layout->thread.next, &thread);
	}
	if (rc)
		return rc == -ESRCH ? rc : -EAGAIN; /* a list in change */
	find_native_tid(python, ident);
	return 0;
}

static int no_python(const struct qa_process *process, struct qa_error *err)
{
	struct qa_buf name = {0};

	if (qa_process_read_link(process, "exe", &name))
		qa_buf_append_str(&name, qa_str("unknown"));
	qa_error_set(err, ENOEXEC,
		"Process %ld (%.*s) is not a Python process: there is no CPython in it.",
		(long)process->pid, (int)name.len, name.data ? name.data : "");
	qa_error_hint(err, "Give the process id of the Python interpreter itself, not of a shell "
			   "or a launcher that started it.");
	qa_buf_free(&name);
	return -ENOEXEC;
}

/* It has neither memory nor a program of its own. */
static bool is_kernel_thread(const struct qa_process *process)
{
	struct qa_buf command = {0};
	bool none = qa_process_read_link(process, "exe", &command) == -ENOENT &&
		    qa_process_read_file(process, "cmdline", &command) == 0 && command.len == 0;

	qa_buf_free(&command);
	return none && qa_process_alive(process);
}

static int find_in_maps(struct qa_python *python, const struct qa_maps *maps, struct qa_error *err)
{
	struct image image;
	int rc;

	if (maps->count == 0 && is_kernel_thread(python->process))
		return no_python(python->process, err);
	if (maps->count == 0)
		return -EAGAIN; /* ending, or in the middle of an exec */
	if (!find_image(python->process, maps, &image))
		return no_python(python->process, err);
	rc = choose_layout(python, maps, &image, err);
	if (!rc)
		rc = find_runtime(python, maps, &image, err);
	if (rc)
		return rc;
	python->code_type = image.symbols[CODE_TYPE];
	memcpy(python->build_id, image.file.build_id, sizeof(python->build_id));
	rc = check_structures(python, err);
	if (!rc)
		qa_rseq_find(python->process, python->memory, maps, &python->rseq);
	return rc;
}

static int explain_refusal(const struct qa_process *process, struct qa_error *err)
{
	struct qa_permission_facts facts;

	qa_permission_gather(process, &facts);
	return qa_permission_explain(&facts, err);
}

int qa_python_find(struct qa_process *process, struct qa_python *python, struct qa_error *err)
{
	struct qa_maps maps;
	int rc;

	*python = (struct qa_python){
		.process = process, .memory = &process->memory.base, .native_tid = QA_ABSENT};
	rc = qa_maps_read(process, &maps);
	if (!rc) {
		rc = find_in_maps(python, &maps, err);
		qa_maps_free(&maps);
	}
	if (rc == -EACCES || rc == -EPERM)
		return explain_refusal(process, err);
	if (rc == -ENOENT || rc == -ESRCH || !qa_process_alive(process))
		return qa_error_set(err, ESRCH, "Process %ld has ended.", (long)process->pid);
	if (rc == -EFAULT)
		return -EAGAIN;
	if (rc && rc != -EAGAIN && err && err->code == 0)
		qa_error_set(err, -rc, "Cannot look at process %ld: %s.", (long)process->pid,
			strerror(-rc));
	return rc;
}
