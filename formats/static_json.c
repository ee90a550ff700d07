/* Static facts as JSON. */
#include "qa/static_report.h"
#include "qa/version.h"
#include "support/json.h"

static void put_text(struct qa_json *json, const char *key, const char *text)
{
	qa_json_key(json, key);
	if (text)
		qa_json_string(json, text);
	else
		qa_json_null(json);
}

static void put_fact(struct qa_json *json, const char *key, uint32_t fact)
{
	qa_json_key(json, key);
	if (fact == QA_FACT_UNKNOWN)
		qa_json_null(json);
	else
		qa_json_uint(json, fact);
}

static void put_counts(struct qa_json *json, const struct qa_source_facts *facts)
{
	put_fact(json, "loc", facts->loc);
	put_fact(json, "sloc", facts->sloc);
	put_fact(json, "lloc", facts->lloc);
	put_fact(json, "comments", facts->comments);
	put_fact(json, "comment_lines", facts->comment_lines);
	put_fact(json, "multi", facts->multi);
	put_fact(json, "blank", facts->blank);
	put_fact(json, "functions", facts->functions);
	put_fact(json, "methods", facts->methods);
	put_fact(json, "classes", facts->classes);
	put_fact(json, "lambdas", facts->lambdas);
	put_fact(json, "comprehensions", facts->comprehensions);
	put_fact(json, "imports", facts->imports);
	put_fact(json, "imported_names", facts->imported_names);
	put_fact(json, "module_cyclomatic", facts->module_cyclomatic);
	put_fact(json, "complexity", facts->complexity);
	put_fact(json, "cognitive", facts->cognitive);
	put_fact(json, "parse_errors", facts->parse_errors);
}

static void put_error_lines(struct qa_json *json, const struct qa_source_facts *facts)
{
	qa_json_key(json, "error_lines");
	qa_json_open_array(json);
	for (size_t i = 0; facts->parse_errors != QA_FACT_UNKNOWN && i < facts->parse_errors &&
			   i < QA_SOURCE_ERROR_LINES;
		i++)
		qa_json_uint(json, facts->error_lines[i]);
	qa_json_close_array(json);
}

static const char *const kinds[] = {"function", "class", "lambda", "comprehension"};

static void put_definition(struct qa_json *json, const struct qa_definition *definition)
{
	qa_json_break(json);
	qa_json_open_object(json);
	put_text(json, "kind", kinds[definition->kind]);
	put_text(json, "name", definition->name.data);
	put_text(json, "qualified_name", definition->qualified.data);
	put_fact(json, "parent", definition->parent);
	put_fact(json, "first_line", definition->first_line);
	put_fact(json, "def_line", definition->def_line);
	put_fact(json, "end_line", definition->end_line);
	put_fact(json, "column", definition->column);
	put_fact(json, "lines", qa_definition_lines(definition));
	put_fact(json, "cyclomatic", definition->cyclomatic);
	put_fact(json, "cognitive", definition->cognitive);
	put_fact(json, "cognitive_total", definition->cognitive_total);
	put_fact(json, "nesting", definition->nesting);
	put_fact(json, "arguments", definition->arguments);
	put_fact(json, "except_star", definition->except_star);
	qa_json_key(json, "method");
	qa_json_bool(json, definition->is_method);
	qa_json_key(json, "async");
	qa_json_bool(json, definition->is_async);
	qa_json_close_object(json);
}

void qa_static_json_begin(struct qa_sink *sink)
{
	qa_sink_puts(sink, "{\"generator\":\"qa-report " QA_VERSION "\",\"files\":[");
}

void qa_static_json_file(const struct qa_source_facts *facts, bool is_first, struct qa_sink *sink)
{
	static const char *const levels[] = {"failed", "basic", "full"};
	struct qa_json json = {.sink = sink, .comma = !is_first};

	qa_json_break(&json);
	qa_json_open_object(&json);
	put_text(&json, "path", facts->path);
	put_text(&json, "language", facts->language);
	put_text(&json, "analysis", levels[facts->level]);
	put_text(&json, "reason", facts->reason);
	qa_json_key(&json, "bytes");
	qa_json_uint(&json, facts->bytes);
	if (facts->level != QA_SOURCE_FAILED) {
		put_text(&json, "encoding", facts->encoding);
		put_counts(&json, facts);
		put_error_lines(&json, facts);
		qa_json_key(&json, "definitions");
		qa_json_open_array(&json);
		for (size_t i = 0; i < facts->definition_count; i++)
			put_definition(&json, &facts->definitions[i]);
		qa_json_close_array(&json);
	}
	qa_json_close_object(&json);
}

void qa_static_json_end(struct qa_sink *sink)
{
	qa_sink_puts(sink, "\n]}\n");
}
