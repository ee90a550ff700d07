#include "cmocka_all.h"

#include "support/json.h"

static void assert_written(struct qa_sink *sink, const char *expected)
{
	struct qa_str text = qa_sink_memory(sink);

	assert_int_equal(text.len, strlen(expected));
	assert_memory_equal(text.data, expected, text.len);
	qa_sink_abort(sink);
}

static void commas_are_where_they_belong(void **state)
{
	struct qa_json json = {0};

	(void)state;
	assert_int_equal(qa_sink_open_memory(&json.sink, NULL), 0);
	qa_json_open_object(&json);
	qa_json_key(&json, "a");
	qa_json_open_array(&json);
	qa_json_uint(&json, 0);
	qa_json_uint(&json, UINT64_MAX);
	qa_json_break(&json);
	qa_json_open_array(&json);
	qa_json_close_array(&json);
	qa_json_close_array(&json);
	qa_json_key(&json, "b");
	qa_json_string(&json, "c");
	qa_json_close_object(&json);
	assert_written(json.sink, "{\"a\":[0,18446744073709551615,\n[]],\"b\":\"c\"}");
}

static void strings_are_escaped(void **state)
{
	struct qa_json json = {0};

	(void)state;
	assert_int_equal(qa_sink_open_memory(&json.sink, NULL), 0);
	qa_json_string(&json, "\"\\/\n\x1f\x7f \xc3\xa9\xf0\x9f\x90\x8d\xed\xa0\x80\xff!");
	assert_written(json.sink,
		"\"\\u0022\\u005c/\\u000a\\u001f\\u007f \xc3\xa9\xf0\x9f\x90\x8d\\ufffd\\ufffd!\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_are_where_they_belong),
		cmocka_unit_test(strings_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
