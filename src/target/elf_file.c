#include "target/elf_file.h"

#include <errno.h>
#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/regular_file.h"

static int open_path(const char *path, const struct qa_mapping *mapping)
{
	int fd = qa_open_regular(path);
	struct stat st;

	if (fd >= 0 && mapping && (fstat(fd, &st) || st.st_ino != mapping->inode)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/*
 * The mapped file itself where the kernel hands it out; the executable's link works even if it was
 * deleted; else the path inside the target's root, if that is still the same file.
 */
static int open_mapped(const struct qa_process *process, const struct qa_mapping *mapping)
{
	char path[4096 + 64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/map_files/%" PRIx64 "-%" PRIx64, (long)process->pid,
		mapping->start, mapping->end);
	fd = open_path(path, NULL);
	if (fd < 0) {
		snprintf(path, sizeof(path), "/proc/%ld/exe", (long)process->pid);
		fd = open_path(path, mapping);
	}
	if (fd < 0) {
		snprintf(path, sizeof(path), "/proc/%ld/root%s", (long)process->pid, mapping->path);
		fd = open_path(path, mapping);
	}
	return fd;
}

/*
 * From the segment that the mapping shows. The kernel maps whole pages of its own size, which on
 * aarch64 may be 64 KiB. False: no segment begins at the mapping's place in the file.
 */
static bool find_bias(Elf *elf, const struct qa_mapping *mapping, uint64_t *bias)
{
	const uint64_t page = ~((uint64_t)sysconf(_SC_PAGESIZE) - 1);
	size_t count;

	if (elf_getphdrnum(elf, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr segment;

		if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_LOAD)
			continue;
		if ((segment.p_offset & page) == mapping->offset) {
			*bias = mapping->start - (segment.p_vaddr & page);
			return true;
		}
	}
	return false;
}

static void match_symbol(Elf *elf, size_t strings, const GElf_Sym *symbol,
	struct qa_elf_symbol *sought, size_t sought_count)
{
	const char *name;

	if (symbol->st_shndx == SHN_UNDEF || symbol->st_value == 0)
		return;
	name = elf_strptr(elf, strings, symbol->st_name);
	for (size_t i = 0; name && i < sought_count; i++)
		if (sought[i].value == 0 && strcmp(name, sought[i].name) == 0)
			sought[i].value = symbol->st_value;
}

/* A symbol table and its names; no interpreter's are near that size, and a hostile file's may be
 * made of nothing. */
static bool is_readable_size(Elf *elf, const GElf_Shdr *header)
{
	enum { TABLE_MAX = 128 << 20 };
	Elf_Scn *strings = elf_getscn(elf, header->sh_link);
	GElf_Shdr names;

	return header->sh_size <= TABLE_MAX && strings && gelf_getshdr(strings, &names) &&
	       names.sh_size <= TABLE_MAX;
}

static void search_table(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
	struct qa_elf_symbol *sought, size_t count)
{
	Elf_Data *data = is_readable_size(elf, header) ? elf_getdata(section, NULL) : NULL;
	size_t entries = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;

	for (size_t i = 0; data && i < entries && i <= INT32_MAX; i++) {
		GElf_Sym symbol;

		if (!gelf_getsym(data, (int)i, &symbol))
			break;
		match_symbol(elf, header->sh_link, &symbol, sought, count);
	}
}

static void read_build_id(Elf_Scn *section, char *text, size_t room)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t offset = 0, name, description;
	GElf_Nhdr note;

	while (data && (offset = gelf_getnote(data, offset, &note, &name, &description)) > 0) {
		const unsigned char *bytes = (const unsigned char *)data->d_buf + description;

		if (note.n_type != NT_GNU_BUILD_ID || note.n_descsz > data->d_size - description)
			continue;
		for (size_t i = 0; i < note.n_descsz && 2 * i + 2 < room; i++)
			snprintf(text + 2 * i, 3, "%02x", bytes[i]);
		return;
	}
}

static bool all_found(const struct qa_elf_symbol *symbols, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (symbols[i].value == 0)
			return false;
	return true;
}

static void search_sections(Elf *elf, struct qa_elf_symbol *symbols, size_t count,
	const char *wanted, struct qa_elf_file *out)
{
	static const GElf_Word tables[] = {SHT_DYNSYM, SHT_SYMTAB};
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return;
	for (Elf_Scn *s = elf_nextscn(elf, NULL); s; s = elf_nextscn(elf, s)) {
		const char *name =
			gelf_getshdr(s, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;

		if (name && strcmp(name, wanted) == 0)
			out->section = header.sh_addr;
		if (name && header.sh_type == SHT_NOTE)
			read_build_id(s, out->build_id, sizeof(out->build_id));
	}
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables) && !all_found(symbols, count); i++)
		for (Elf_Scn *s = elf_nextscn(elf, NULL); s; s = elf_nextscn(elf, s))
			if (gelf_getshdr(s, &header) && header.sh_type == tables[i])
				search_table(elf, s, &header, symbols, count);
}

#if defined(__x86_64__)
enum { OUR_MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { OUR_MACHINE = EM_AARCH64 };
#endif

static bool is_for_this_machine(Elf *elf)
{
	GElf_Ehdr header;

	return elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header) &&
	       header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_machine == OUR_MACHINE;
}

int qa_elf_file_inspect(const struct qa_process *process, const struct qa_mapping *mapping,
	struct qa_elf_symbol *symbols, size_t symbol_count, const char *section,
	struct qa_elf_file *out)
{
	int rc = -ENOEXEC;
	Elf *elf;
	int fd;

	*out = (struct qa_elf_file){0};
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOSYS;
	fd = open_mapped(process, mapping);
	if (fd < 0)
		return -ENOENT;
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && is_for_this_machine(elf) && find_bias(elf, mapping, &out->bias)) {
		search_sections(elf, symbols, symbol_count, section, out);
		rc = 0;
	}
	if (elf)
		elf_end(elf);
	close(fd);
	return rc;
}
