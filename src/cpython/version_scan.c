#include "cpython/version_scan.h"

#include <stdlib.h>
#include <string.h>

enum { SCAN_MAX = 16 << 20, VERSION_TEXT_MAX = 250 };

/* Reads a number of at most three digits; *at moves behind it. */
static bool number(const char *text, size_t len, size_t *at, uint32_t *value)
{
	size_t begin = *at;

	*value = 0;
	while (*at < len && *at - begin < 3 && text[*at] >= '0' && text[*at] <= '9')
		*value = *value * 10 + (uint32_t)(text[(*at)++] - '0');
	return *at > begin && *value <= 255;
}

static bool literal(const char *text, size_t len, size_t *at, const char *expected)
{
	size_t n = strlen(expected);

	if (len - *at < n || memcmp(text + *at, expected, n) != 0)
		return false;
	*at += n;
	return true;
}

/* "a1", "b2", "rc3", or nothing for a release; as the low byte of PY_VERSION_HEX. */
static uint32_t level(const char *text, size_t len, size_t *at)
{
	static const struct {
		const char *text;
		uint32_t bits;
	} levels[] = {{"rc", 0xc0}, {"a", 0xa0}, {"b", 0xb0}};
	uint32_t serial;

	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
		if (literal(text, len, at, levels[i].text) && number(text, len, at, &serial))
			return levels[i].bits | (serial & 0xf);
	return 0xf0;
}

/* Up to 3.9 on a line of its own. */
static bool has_compiler(const char *text, size_t len)
{
	const char *end = memchr(text, '\0', len < VERSION_TEXT_MAX ? len : VERSION_TEXT_MAX);

	return end && (memmem(text, (size_t)(end - text), ") \n[", 4) ||
			      memmem(text, (size_t)(end - text), ") [", 3));
}

/* A version text that begins exactly here: "3.8.18 (main, May  9 2026, 07:34:36) \n[GCC 12.2.0]".
 */
static uint32_t version_at(const char *text, size_t len)
{
	uint32_t major, minor, micro, version;
	size_t at = 0;

	if (!number(text, len, &at, &major) || !literal(text, len, &at, ".") ||
		!number(text, len, &at, &minor) || !literal(text, len, &at, ".") ||
		!number(text, len, &at, &micro))
		return 0;
	version = major << 24 | minor << 16 | micro << 8 | level(text, len, &at);
	literal(text, len, &at, "+");
	return literal(text, len, &at, " (") && has_compiler(text + at, len - at) ? version : 0;
}

uint32_t qa_version_in_text(const char *text, size_t len)
{
	const char *end = text + len;

	for (const char *p = text; p < end && (p = memchr(p, '.', (size_t)(end - p))) != NULL;
		p++) {
		uint32_t version = p > text ? version_at(p - 1, (size_t)(end - p) + 1) : 0;

		if (version)
			return version;
	}
	return 0;
}

bool qa_is_data_of(const struct qa_maps *maps, size_t index, const struct qa_mapping *image)
{
	const struct qa_mapping *mapping = &maps->list[index];

	if (!mapping->readable || !mapping->writable)
		return false;
	if (mapping->inode == image->inode && mapping->device == image->device)
		return true;
	return mapping->inode == 0 && index > 0 && maps->list[index - 1].end == mapping->start &&
	       maps->list[index - 1].inode == image->inode;
}

uint32_t qa_version_scan(
	struct qa_memory *memory, const struct qa_maps *maps, const struct qa_mapping *image)
{
	uint32_t version = 0;

	for (size_t i = 0; i < maps->count && version == 0; i++) {
		size_t len = (size_t)(maps->list[i].end - maps->list[i].start);
		char *copy;

		if (!qa_is_data_of(maps, i, image) || len > SCAN_MAX)
			continue;
		copy = malloc(len);
		if (copy && qa_memory_read(memory, maps->list[i].start, copy, len) == 0)
			version = qa_version_in_text(copy, len);
		free(copy);
	}
	return version;
}
