#include "support/json.h"

#include "support/utf8.h"

static void before_value(struct qa_json *json)
{
	if (json->comma)
		qa_sink_write(json->sink, ",", 1);
	json->comma = true;
}

static void open_with(struct qa_json *json, char bracket)
{
	before_value(json);
	qa_sink_write(json->sink, &bracket, 1);
	json->comma = false;
}

static void close_with(struct qa_json *json, char bracket)
{
	qa_sink_write(json->sink, &bracket, 1);
	json->comma = true;
}

void qa_json_open_object(struct qa_json *json)
{
	open_with(json, '{');
}

void qa_json_close_object(struct qa_json *json)
{
	close_with(json, '}');
}

void qa_json_open_array(struct qa_json *json)
{
	open_with(json, '[');
}

void qa_json_close_array(struct qa_json *json)
{
	close_with(json, ']');
}

void qa_json_key(struct qa_json *json, const char *key)
{
	qa_json_string(json, key);
	qa_sink_write(json->sink, ":", 1);
	json->comma = false;
}

static bool is_plain(uint32_t c)
{
	return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

void qa_json_string(struct qa_json *json, const char *text)
{
	struct qa_str rest = qa_str(text);
	size_t plain = 0; /* bytes at the beginning of rest that can be written as they are */

	before_value(json);
	qa_sink_write(json->sink, "\"", 1);
	while (plain < rest.len) {
		struct qa_str next = {rest.data + plain, rest.len - plain};
		size_t len;
		bool valid;
		uint32_t c = qa_utf8_decode(next, &len, &valid);

		if (valid && is_plain(c)) {
			plain += len;
			continue;
		}
		qa_sink_write(json->sink, rest.data, plain);
		qa_sink_printf(json->sink, "\\u%04x", c);
		rest.data = next.data + len;
		rest.len = next.len - len;
		plain = 0;
	}
	qa_sink_write(json->sink, rest.data, plain);
	qa_sink_write(json->sink, "\"", 1);
}

/* By hand: a profile is mostly numbers. */
void qa_json_uint(struct qa_json *json, uint64_t number)
{
	char text[1 + 20]; /* a comma, and the digits of UINT64_MAX */
	char *first = text + sizeof(text);

	do {
		*--first = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	if (json->comma)
		*--first = ',';
	json->comma = true;
	qa_sink_write(json->sink, first, (size_t)(text + sizeof(text) - first));
}

void qa_json_break(struct qa_json *json)
{
	if (json->comma)
		qa_sink_write(json->sink, ",", 1);
	qa_sink_write(json->sink, "\n", 1);
	json->comma = false;
}

static void put_word(struct qa_json *json, const char *word)
{
	before_value(json);
	qa_sink_puts(json->sink, word);
}

void qa_json_bool(struct qa_json *json, bool value)
{
	put_word(json, value ? "true" : "false");
}

void qa_json_null(struct qa_json *json)
{
	put_word(json, "null");
}
