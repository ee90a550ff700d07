/* What an ELF file says about itself, as far as we need it. The file is hostile: libelf checks its
 * structure, we check its numbers. */
#ifndef QA_TARGET_ELF_FILE_H
#define QA_TARGET_ELF_FILE_H

#include "target/maps.h"

struct qa_elf_symbol {
	const char *name;
	uint64_t value; /* the address in the file's own view; 0: not defined there */
};

struct qa_elf_file {
	uint64_t bias;     /* add it to the file's addresses to get the process's */
	uint64_t section;  /* address of the sought section, 0: none */
	char build_id[41]; /* hexadecimal, cut after 20 bytes; empty if there is none */
};

/*
 * Opens the file behind a mapping as the process sees it, also when it was deleted or lies in
 * another mount namespace, and looks up the symbols (in .dynsym, then .symtab) and a section by
 * name. Returns 0, or a negative errno: -ENOEXEC when it is no ELF file of this machine.
 */
int qa_elf_file_inspect(const struct qa_process *process, const struct qa_mapping *mapping,
	struct qa_elf_symbol *symbols, size_t symbol_count, const char *section,
	struct qa_elf_file *out);

#endif
