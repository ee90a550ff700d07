#include "source/declaration.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static struct qa_str first_line(struct qa_str bytes)
{
	size_t len = 0;

	while (len < bytes.len && bytes.data[len] != '\n' && bytes.data[len] != '\r')
		len++;
	return (struct qa_str){bytes.data, len};
}

static struct qa_str after_line(struct qa_str bytes, struct qa_str line)
{
	size_t len = line.len;

	if (len < bytes.len)
		len += bytes.data[len] == '\r' && len + 1 < bytes.len && bytes.data[len + 1] == '\n'
			       ? 2
			       : 1;
	return (struct qa_str){bytes.data + len, bytes.len - len};
}

static size_t indentation(struct qa_str line)
{
	size_t len = 0;

	while (len < line.len && strchr(" \t\f", line.data[len]))
		len++;
	return len;
}

static bool is_letter(char c)
{
	return c && (isalnum((unsigned char)c) || strchr("-_.", c)) && !(c & 0x80);
}

/* The name after "coding:" or "coding=" at this place; empty if it does not stand there. */
static struct qa_str name_at(struct qa_str line, size_t at)
{
	static const char word[] = "coding";
	size_t start = at + strlen(word), end;

	if (start >= line.len || memcmp(line.data + at, word, strlen(word)) != 0 ||
		(line.data[start] != ':' && line.data[start] != '='))
		return qa_str("");
	start++;
	while (start < line.len && (line.data[start] == ' ' || line.data[start] == '\t'))
		start++;
	for (end = start; end < line.len && is_letter(line.data[end]);)
		end++;
	return (struct qa_str){line.data + start, end - start};
}

static struct qa_str declared_in(struct qa_str line)
{
	size_t at = indentation(line);

	if (at == line.len || line.data[at] != '#')
		return qa_str("");
	for (; at < line.len; at++) {
		struct qa_str name = name_at(line, at);

		if (name.len)
			return name;
	}
	return qa_str("");
}

struct qa_str qa_source_declaration(struct qa_str bytes)
{
	struct qa_str line = first_line(bytes);
	struct qa_str name = declared_in(line);
	size_t indented = indentation(line);

	if (name.len || (indented < line.len && line.data[indented] != '#'))
		return name;
	return declared_in(first_line(after_line(bytes, line)));
}

/* Python's names of encodings that iconv calls otherwise. */
static const struct {
	const char *python, *iconv;
} codecs[] = {
	{"utf-8", "UTF-8"},
	{"utf8", "UTF-8"},
	{"u8", "UTF-8"},
	{"latin1", "ISO-8859-1"},
	{"latin-1", "ISO-8859-1"},
	{"l1", "ISO-8859-1"},
	{"iso-latin-1", "ISO-8859-1"},
	{"iso8859", "ISO-8859-1"},
	{"latin-9", "ISO-8859-15"},
	{"latin-15", "ISO-8859-15"},
	{"euc-jp", "EUC-JP"},
	{"shift-jis", "SHIFT_JIS"},
	{"sjis", "SHIFT_JIS"},
};

/* As Python compares them: Latin_1-unix is latin-1. */
static bool is_codec(struct qa_str declared, const char *name)
{
	size_t len = strlen(name);

	if (declared.len < len || (declared.len > len && declared.data[len] != '-'))
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = declared.data[i] == '_' ? '-' : declared.data[i];

		if (tolower((unsigned char)c) != name[i])
			return false;
	}
	return true; /* -unix and the like may follow */
}

bool qa_source_codec(struct qa_str declared, char *out, size_t room)
{
	if (declared.len == 0 || declared.len >= room)
		return false;
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (is_codec(declared, codecs[i].python)) {
			snprintf(out, room, "%s", codecs[i].iconv);
			return true;
		}
	}
	memcpy(out, declared.data, declared.len);
	out[declared.len] = '\0';
	if (strncasecmp(out, "utf_", 4) == 0 || strncasecmp(out, "iso_", 4) == 0)
		out[3] = '-';
	return true;
}
