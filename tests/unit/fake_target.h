/* A process made of pages that a test fills by hand, read through the same interface as a live one.
 */
#ifndef FAKE_TARGET_H
#define FAKE_TARGET_H

#include "cpython/python.h"
#include "target/memory.h"

enum { FAKE_PAGES = 512, FAKE_PAGE = 4096 };

struct fake_target {
	struct qa_memory base;
	struct {
		uint64_t address;
		unsigned char bytes[FAKE_PAGE];
	} pages[FAKE_PAGES];
	size_t count;
	unsigned calls; /* reads so far */
	bool gone;      /* every read fails with -ESRCH */
	/* Called before each read, so that a test can change things "meanwhile". */
	void (*before_read)(struct fake_target *target);
	void *hook;
};

struct fake_target *fake_target_new(void);
void fake_put(struct fake_target *target, uint64_t address, const void *data, size_t len);
void fake_put_u64(struct fake_target *target, uint64_t address, uint64_t value);
void fake_put_u32(struct fake_target *target, uint64_t address, uint32_t value);
void fake_unmap(struct fake_target *target, uint64_t address);

/* A str of one byte per character (ASCII), and a bytes object, as in that layout. */
void fake_put_ascii(struct fake_target *target, const struct qa_layout *layout, uint64_t address,
	const char *text);
void fake_put_bytes(struct fake_target *target, const struct qa_layout *layout, uint64_t address,
	const void *data, size_t len);

/* A code object whose texts lie in the page behind it. */
void fake_put_code(struct fake_target *target, const struct qa_layout *layout, uint64_t address,
	const char *file, const char *name, int first_line);

enum {
	FAKE_CODE_TYPE = 0x700000,
	FAKE_RUNTIME = 0x800000,
	FAKE_GIL_HOLDER = 0x808000, /* of a version that has a variable for it */
};

/* With this bit a version means its free-threaded build. */
#define FAKE_FREE_THREADED UINT32_C(0x80000000)

/* An interpreter of that version in the target, with nothing in it yet. */
void fake_python(struct fake_target *target, uint32_t version, struct qa_python *python);

#endif
