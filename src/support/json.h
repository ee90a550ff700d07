/* JSON, written piece by piece to a sink. The writer puts the commas; its caller opens and closes
 * in pairs. */
#ifndef QA_SUPPORT_JSON_H
#define QA_SUPPORT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "qa/sink.h"

struct qa_json {
	struct qa_sink *sink;
	bool comma; /* something stands before the next value */
};

void qa_json_open_object(struct qa_json *json);
void qa_json_close_object(struct qa_json *json);
void qa_json_open_array(struct qa_json *json);
void qa_json_close_array(struct qa_json *json);

/* The key of the next value in an object. */
void qa_json_key(struct qa_json *json, const char *key);

/* Text that is not valid UTF-8 is written with U+FFFD in its place. */
void qa_json_string(struct qa_json *json, const char *text);
void qa_json_uint(struct qa_json *json, uint64_t number);
void qa_json_bool(struct qa_json *json, bool value);
void qa_json_null(struct qa_json *json);

/* A line break, where the next reader may like one. */
void qa_json_break(struct qa_json *json);

#endif
