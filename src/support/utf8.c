#include "support/utf8.h"

/* What the first byte of a character says: its length, and the bits that belong to the character.
 */
struct lead {
	unsigned char first, last;
	unsigned char len;
	unsigned char mask;
};

static const struct lead leads[] = {
	{0x00, 0x7f, 1, 0x7f},
	{0xc2, 0xdf, 2, 0x1f},
	{0xe0, 0xef, 3, 0x0f},
	{0xf0, 0xf4, 4, 0x07},
};

static const struct lead *find_lead(unsigned char byte)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	return NULL;
}

static bool is_scalar(uint32_t c, size_t len)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

	return c >= least[len] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

uint32_t qa_utf8_decode(struct qa_str text, size_t *len, bool *valid)
{
	const unsigned char *p = (const unsigned char *)text.data;
	const struct lead *lead = find_lead(p[0]);
	uint32_t c;

	*valid = false;
	*len = 1;
	if (!lead)
		return QA_UTF8_REPLACEMENT;
	c = p[0] & lead->mask;
	for (; *len < lead->len; (*len)++) {
		if (*len == text.len || (p[*len] & 0xc0) != 0x80)
			return QA_UTF8_REPLACEMENT;
		c = c << 6 | (p[*len] & 0x3f);
	}
	*valid = is_scalar(c, lead->len);
	return *valid ? c : QA_UTF8_REPLACEMENT;
}

void qa_utf8_clean(struct qa_str text, struct qa_buf *out)
{
	while (text.len > 0) {
		size_t len;
		bool valid;

		if (qa_utf8_decode(text, &len, &valid) != 0 && valid)
			qa_buf_append(out, text.data, len);
		else
			qa_buf_append(out, "\xef\xbf\xbd", 3);
		text.data += len;
		text.len -= len;
	}
}

struct range {
	uint32_t first, last;
};

static bool in_ranges(const struct range *ranges, size_t count, uint32_t c)
{
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && c >= ranges[low].first;
}

#define IN(ranges, c) in_ranges(ranges, sizeof(ranges) / sizeof((ranges)[0]), c)

/* Marks that join the character before them; the large blocks only. */
static const struct range narrow[] = {
	{0x0300, 0x036f},
	{0x0483, 0x0489},
	{0x0591, 0x05bd},
	{0x0610, 0x061a},
	{0x064b, 0x065f},
	{0x093a, 0x093c},
	{0x0941, 0x0948},
	{0x0e34, 0x0e3a},
	{0x0e47, 0x0e4e},
	{0x1ab0, 0x1aff},
	{0x1dc0, 0x1dff},
	{0x200b, 0x200f},
	{0x20d0, 0x20f0},
	{0x302a, 0x302d},
	{0xfe00, 0xfe0f},
	{0xfe20, 0xfe2f},
	{0xe0100, 0xe01ef},
};

/* East Asian wide and fullwidth characters, and pictures. */
static const struct range wide[] = {
	{0x1100, 0x115f},
	{0x231a, 0x231b},
	{0x2329, 0x232a},
	{0x23e9, 0x23ec},
	{0x2e80, 0x303e},
	{0x3041, 0x33ff},
	{0x3400, 0x4dbf},
	{0x4e00, 0x9fff},
	{0xa000, 0xa4cf},
	{0xa960, 0xa97f},
	{0xac00, 0xd7a3},
	{0xf900, 0xfaff},
	{0xfe30, 0xfe6f},
	{0xff00, 0xff60},
	{0xffe0, 0xffe6},
	{0x16fe0, 0x18aff},
	{0x1b000, 0x1b2ff},
	{0x1f300, 0x1f64f},
	{0x1f680, 0x1f6ff},
	{0x1f900, 0x1f9ff},
	{0x1fa70, 0x1faff},
	{0x20000, 0x3fffd},
};

int qa_utf8_columns(uint32_t character)
{
	if (IN(narrow, character))
		return 0;
	return IN(wide, character) ? 2 : 1;
}

/* The C0 and C1 sets, the marks and embeddings of bidirectional text, line and paragraph
 * separators, the byte order mark. */
static const struct range controls[] = {
	{0x0000, 0x001f},
	{0x007f, 0x009f},
	{0x061c, 0x061c},
	{0x200e, 0x200f},
	{0x2028, 0x202e},
	{0x2060, 0x206f},
	{0xfeff, 0xfeff},
	{0xfff9, 0xfffb},
};

bool qa_utf8_is_control(uint32_t character)
{
	return IN(controls, character);
}

void qa_utf8_escape(struct qa_str text, struct qa_buf *out)
{
	while (text.len > 0) {
		size_t len;
		bool valid;
		uint32_t c = qa_utf8_decode(text, &len, &valid);

		if (!valid)
			qa_buf_append(out, "\xef\xbf\xbd", 3);
		else if (qa_utf8_is_control(c))
			qa_buf_printf(out, c < 0x100 ? "\\x%02x" : "\\u%04x", c);
		else
			qa_buf_append(out, text.data, len);
		text.data += len;
		text.len -= len;
	}
}
