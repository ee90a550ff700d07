#include "fake_target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/hashmap.h"

static unsigned char *page_at(struct fake_target *target, uint64_t address, bool make)
{
	uint64_t base = address - address % FAKE_PAGE;

	for (size_t i = 0; i < target->count; i++)
		if (target->pages[i].address == base)
			return target->pages[i].bytes + address % FAKE_PAGE;
	if (!make || target->count == FAKE_PAGES)
		return NULL;
	target->pages[target->count].address = base;
	return target->pages[target->count++].bytes + address % FAKE_PAGE;
}

static ssize_t read_pieces(struct qa_memory *memory, const struct qa_piece *pieces, size_t count)
{
	struct fake_target *target = (struct fake_target *)memory;
	ssize_t total = 0;

	target->calls++;
	if (target->before_read)
		target->before_read(target);
	if (target->gone)
		return -ESRCH;
	for (size_t i = 0; i < count; i++) {
		for (size_t done = 0; done < pieces[i].length; done++) {
			const unsigned char *byte =
				page_at(target, pieces[i].address + done, false);

			if (!byte)
				return total ? total : -EFAULT;
			((unsigned char *)pieces[i].copy)[done] = *byte;
			total++;
		}
	}
	return total;
}

struct fake_target *fake_target_new(void)
{
	struct fake_target *target = calloc(1, sizeof(*target));

	if (target)
		target->base.read_pieces = read_pieces;
	return target;
}

void fake_put(struct fake_target *target, uint64_t address, const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char *byte = page_at(target, address + i, true);

		if (!byte)
			abort(); /* the test needs more pages than FAKE_PAGES */
		*byte = ((const unsigned char *)data)[i];
	}
}

void fake_put_u64(struct fake_target *target, uint64_t address, uint64_t value)
{
	fake_put(target, address, &value, sizeof(value));
}

void fake_put_u32(struct fake_target *target, uint64_t address, uint32_t value)
{
	fake_put(target, address, &value, sizeof(value));
}

void fake_unmap(struct fake_target *target, uint64_t address)
{
	uint64_t base = address - address % FAKE_PAGE;

	for (size_t i = 0; i < target->count; i++)
		if (target->pages[i].address == base)
			target->pages[i].address = UINT64_MAX;
}

void fake_put_ascii(struct fake_target *target, const struct qa_layout *layout, uint64_t address,
	const char *text)
{
	uint32_t state = 1u << layout->unicode.kind_shift | 1u << layout->unicode.compact_shift |
			 1u << layout->unicode.ascii_shift;

	fake_put_u64(target, address + (uint64_t)layout->unicode.length, strlen(text));
	fake_put_u64(target, address + (uint64_t)layout->unicode.hash,
		qa_hash_bytes(text, strlen(text)));
	fake_put_u32(target, address + (uint64_t)layout->unicode.state, state);
	fake_put(target, address + (uint64_t)layout->unicode.ascii_data, text, strlen(text));
}

void fake_put_bytes(struct fake_target *target, const struct qa_layout *layout, uint64_t address,
	const void *data, size_t len)
{
	fake_put_u64(target, address + (uint64_t)layout->object.bytes_size, len);
	fake_put(target, address + (uint64_t)layout->object.bytes_data, data, len);
}

void fake_put_code(struct fake_target *target, const struct qa_layout *layout, uint64_t address,
	const char *file, const char *name, int first_line)
{
	enum { FILE_AT = FAKE_PAGE, NAME_AT = FAKE_PAGE + 512, LINES_AT = FAKE_PAGE + 1024 };

	fake_put_u64(target, address + (uint64_t)layout->object.type, FAKE_CODE_TYPE);
	fake_put_u64(target, address + (uint64_t)layout->code.filename, address + FILE_AT);
	fake_put_u64(target, address + (uint64_t)layout->code.name, address + NAME_AT);
	if (layout->code.qualname != QA_ABSENT)
		fake_put_u64(target, address + (uint64_t)layout->code.qualname, address + NAME_AT);
	fake_put_u64(target, address + (uint64_t)layout->code.line_table, address + LINES_AT);
	fake_put_u32(target, address + (uint64_t)layout->code.first_line, (uint32_t)first_line);
	fake_put_ascii(target, layout, address + FILE_AT, file);
	fake_put_ascii(target, layout, address + NAME_AT, name);
	fake_put_bytes(target, layout, address + LINES_AT, "\x80\x00", 2);
}

void fake_python(struct fake_target *target, uint32_t version, struct qa_python *python)
{
	const bool free_threaded = version & FAKE_FREE_THREADED;

	version &= ~FAKE_FREE_THREADED;
	*python = (struct qa_python){.memory = &target->base,
		.layout = *qa_layout_row(version, free_threaded),
		.version = version,
		.runtime = FAKE_RUNTIME,
		.code_type = FAKE_CODE_TYPE,
		.native_tid = QA_ABSENT};
	if (python->layout.runtime.tstate_current != QA_ABSENT)
		python->gil_holder = FAKE_RUNTIME + (uint64_t)python->layout.runtime.tstate_current;
	else if (python->layout.interpreter.gil == QA_ABSENT)
		python->gil_holder = FAKE_GIL_HOLDER;
}
