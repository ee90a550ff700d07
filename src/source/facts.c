/* From a file to its facts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "qa/static_facts.h"
#include "source/analyse.h"
#include "source/rules.h"
#include "source/syntax.h"
#include "source/text.h"
#include "source/walk.h"
#include "support/regular_file.h"

#ifdef QA_HAVE_GRAMMARS
#include <tree_sitter/api.h>
#endif

/* The time is some ten times what ordinary files take; hostile ones take up to 300 bytes of memory
 * for each of theirs. */
enum { DEFAULT_MAX_BYTES = 16 << 20, DEFAULT_MAX_TREE_BYTES = 2 << 20 };
enum { BUDGET_MS = 1000, BUDGET_MS_PER_MIB = 250 };

/* The facts, and what they own. */
struct owner {
	struct qa_source_facts facts;
	const struct qa_language *language;
	struct qa_definitions definitions;
	struct qa_source_text text;
	char reason[sizeof(((struct qa_error *)0)->message)];
};

static struct owner *owner_of(struct qa_source_facts *facts)
{
	return (struct owner *)facts;
}

static int no_memory(struct qa_error *err)
{
	return qa_error_set(err, ENOMEM, "There is no memory to analyse a source file.");
}

static struct owner *new_owner(const struct qa_language *language, const char *path)
{
	struct owner *owner = calloc(1, sizeof(*owner));

	if (!owner)
		return NULL;
	owner->facts.path = qa_arena_copy(&owner->definitions.texts, qa_str(path));
	owner->language = language;
	owner->facts.language = language->name;
	if (owner->facts.path)
		return owner;
	free(owner);
	return NULL;
}

static void give_reason(struct owner *owner, const char *sentence)
{
	snprintf(owner->reason, sizeof(owner->reason), "%s", sentence);
	owner->facts.reason = owner->reason;
}

static int fail(struct owner *owner, const char *sentence)
{
	give_reason(owner, sentence);
	owner->facts.level = QA_SOURCE_FAILED;
	return 0;
}

/* --- what the text says ------------------------------------------------------------------------
 */

#ifdef QA_HAVE_GRAMMARS
static int walk_tree(struct owner *owner, const struct TSTree *tree)
{
	struct qa_rules rules;
	const char *unknown = NULL;
	int rc = qa_rules_open(&rules, owner->language, &unknown);

	if (rc)
		return rc;
	rc = qa_walk(
		tree, owner->language, &rules, &owner->text, &owner->facts, &owner->definitions);
	qa_rules_close(&rules);
	return rc;
}

static uint32_t default_budget(const struct owner *owner)
{
	return BUDGET_MS + (uint32_t)(owner->text.bytes.len * BUDGET_MS_PER_MIB >> 20);
}

static int read_tree(struct owner *owner, const struct qa_source_options *options)
{
	uint64_t max_bytes =
		options->max_tree_bytes ? options->max_tree_bytes : DEFAULT_MAX_TREE_BYTES;
	struct TSTree *tree;
	int rc;

	if (!owner->language->grammar)
		return -ENOSYS;
	if (owner->text.bytes.len > max_bytes)
		return -EFBIG;
	rc = qa_syntax_parse(owner->language, qa_buf_str(&owner->text.bytes),
		options->budget_ms ? options->budget_ms : default_budget(owner), &tree);
	if (rc)
		return rc;
	rc = walk_tree(owner, tree);
	ts_tree_delete(tree);
	return rc;
}
#else
static int read_tree(struct owner *owner, const struct qa_source_options *options)
{
	(void)owner;
	(void)options;
	return -ENOSYS;
}
#endif

static void note_basic(struct owner *owner, int rc)
{
	if (rc == -ETIMEDOUT)
		give_reason(owner, "It takes too long to parse, so it was only read by a lexer.");
	else if (rc == -EFBIG)
		give_reason(owner, "It is too large to parse, so it was only read by a lexer.");
	else if (rc == -ENOSYS)
		give_reason(owner, "The program was built without a grammar for it.");
	else if (rc == -ENOENT)
		give_reason(owner, "The program was built with another version of the grammar.");
	else
		give_reason(owner, "A basic analysis was asked for.");
}

static int read_structure(struct owner *owner, const struct qa_source_options *options)
{
	int rc = options->basic ? -ECANCELED : read_tree(owner, options);

	if (rc == -ENOMEM)
		return rc;
	owner->facts.level = rc ? QA_SOURCE_BASIC : QA_SOURCE_FULL;
	if (!rc)
		return 0;
	note_basic(owner, rc);
	if (owner->language->outline)
		return owner->language->outline(&owner->text, &owner->facts, &owner->definitions);
	owner->facts.level = QA_SOURCE_FAILED;
	return 0;
}

static void count_definitions(struct owner *owner)
{
	struct qa_source_facts *facts = &owner->facts;

	for (size_t i = 0; i < owner->definitions.count; i++) {
		const struct qa_definition *definition = &owner->definitions.list[i];

		facts->functions += definition->kind == QA_DEFINITION_FUNCTION;
		facts->methods += definition->is_method;
		facts->classes += definition->kind == QA_DEFINITION_CLASS;
		facts->lambdas += definition->kind == QA_DEFINITION_LAMBDA;
		facts->comprehensions += definition->kind == QA_DEFINITION_COMPREHENSION &&
					 facts->level == QA_SOURCE_FULL;
	}
}

static void count_lines(struct owner *owner)
{
	struct qa_source_facts *facts = &owner->facts;
	struct qa_line_counts counts = {owner->text.line_count, QA_FACT_UNKNOWN, QA_FACT_UNKNOWN,
		QA_FACT_UNKNOWN, QA_FACT_UNKNOWN, QA_FACT_UNKNOWN, QA_FACT_UNKNOWN};

	if (owner->language->count_lines)
		owner->language->count_lines(qa_buf_str(&owner->text.bytes), &counts);
	facts->loc = counts.loc;
	facts->sloc = counts.sloc;
	facts->lloc = counts.lloc;
	facts->comments = counts.comments;
	facts->comment_lines = counts.comment_lines;
	facts->multi = counts.multi;
	facts->blank = counts.blank;
}

static void publish(struct owner *owner)
{
	struct qa_source_facts *facts = &owner->facts;

	facts->definitions = owner->definitions.list;
	facts->definition_count = owner->definitions.count;
	facts->text = qa_buf_str(&owner->text.bytes);
	facts->line_starts = owner->text.line_starts;
	facts->line_count = owner->text.line_count;
	facts->encoding = owner->text.encoding;
}

static int analyse_text(struct owner *owner, const struct qa_source_options *options)
{
	int rc = read_structure(owner, options);

	if (!rc)
		rc = qa_definitions_sort(&owner->definitions);
	if (rc)
		return rc;
	count_definitions(owner);
	count_lines(owner);
	if (owner->text.assumed)
		give_reason(
			owner, "It is not UTF-8 and declares no encoding; it was read as Latin-1.");
	publish(owner);
	return 0;
}

/* --- where the text comes from -----------------------------------------------------------------
 */

static uint64_t max_bytes(const struct qa_source_options *options)
{
	return options->max_bytes ? options->max_bytes : DEFAULT_MAX_BYTES;
}

static int refuse_size(struct owner *owner, const struct qa_source_options *options)
{
	snprintf(owner->reason, sizeof(owner->reason),
		"It has %llu bytes; files of more than %llu are not analysed.",
		(unsigned long long)owner->facts.bytes, (unsigned long long)max_bytes(options));
	owner->facts.reason = owner->reason;
	return 0;
}

static int analyse(
	struct owner *owner, struct qa_str bytes, const struct qa_source_options *options)
{
	struct qa_error error = {0};
	int rc;

	owner->facts.bytes = bytes.len;
	if (bytes.len > max_bytes(options) || bytes.len > INT32_MAX)
		return refuse_size(owner, options);
	owner->facts.crc32 = (uint32_t)crc32_z(0, (const Bytef *)bytes.data, bytes.len);
	rc = qa_source_text_decode(&owner->text, bytes, &error);
	if (rc == -ENOMEM)
		return rc;
	if (rc)
		return fail(owner, error.message);
	return analyse_text(owner, options);
}

static int cannot_open(struct owner *owner, int code)
{
	char sentence[128];

	if (code == EINVAL)
		return fail(owner, "It is no regular file.");
	snprintf(sentence, sizeof(sentence), "It cannot be read: %s.", strerror(code));
	return fail(owner, sentence);
}

/* The file may grow or shrink meanwhile: what is read is at most one byte more than allowed. */
static int read_all(int fd, uint64_t limit, struct qa_buf *bytes)
{
	enum { PIECE = 1 << 16 };

	while (bytes->len <= limit) {
		ssize_t got;

		if (!qa_buf_reserve(bytes, PIECE))
			return -ENOMEM;
		got = read(fd, bytes->data + bytes->len, PIECE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : 0;
		bytes->len += (size_t)got;
	}
	return 0;
}

static int analyse_open(struct owner *owner, int fd, const struct qa_source_options *options)
{
	struct qa_buf bytes = {0};
	struct stat st;
	int rc;

	if (fstat(fd, &st) == 0 && (uint64_t)st.st_size > max_bytes(options)) {
		owner->facts.bytes = (uint64_t)st.st_size;
		return refuse_size(owner, options);
	}
	rc = read_all(fd, max_bytes(options), &bytes);
	if (rc && rc != -ENOMEM)
		rc = cannot_open(owner, -rc);
	else if (!rc)
		rc = analyse(owner, qa_buf_str(&bytes), options);
	qa_buf_free(&bytes);
	return rc;
}

/* --- the interface -----------------------------------------------------------------------------
 */

static const struct qa_source_options defaults;

static int finish(struct owner *owner, int rc, struct qa_source_facts **out, struct qa_error *err)
{
	if (!rc) {
		*out = &owner->facts;
		return 0;
	}
	qa_source_free(&owner->facts);
	return no_memory(err);
}

/* A program may have any name. */
static const struct qa_language *language_of(const char *path)
{
	const struct qa_language *language = qa_language_of(path);

	return language ? language : &qa_language_python;
}

int qa_source_analyse_in(const struct qa_language *language, const char *path, struct qa_str bytes,
	const struct qa_source_options *options, struct qa_source_facts **out, struct qa_error *err)
{
	struct owner *owner = new_owner(language, path);

	if (!owner)
		return no_memory(err);
	return finish(owner, analyse(owner, bytes, options ? options : &defaults), out, err);
}

int qa_source_analyse_bytes(const char *path, struct qa_str bytes,
	const struct qa_source_options *options, struct qa_source_facts **out, struct qa_error *err)
{
	return qa_source_analyse_in(language_of(path), path, bytes, options, out, err);
}

int qa_source_analyse_file(const char *path, const struct qa_source_options *options,
	struct qa_source_facts **out, struct qa_error *err)
{
	struct owner *owner = new_owner(language_of(path), path);
	int fd = qa_open_regular(path);
	int rc;

	if (owner && fd >= 0)
		rc = analyse_open(owner, fd, options ? options : &defaults);
	else
		rc = owner ? cannot_open(owner, -fd) : -ENOMEM;
	if (fd >= 0)
		close(fd);
	return owner ? finish(owner, rc, out, err) : no_memory(err);
}

void qa_source_free(struct qa_source_facts *facts)
{
	struct owner *owner = owner_of(facts);

	if (!owner)
		return;
	qa_definitions_free(&owner->definitions);
	qa_source_text_free(&owner->text);
	free(owner);
}

bool qa_source_has_grammars(void)
{
	return qa_language_python.grammar != NULL;
}

bool qa_source_is_known(const char *path)
{
	return qa_language_of(path) != NULL;
}

struct qa_str qa_source_line(const struct qa_source_facts *facts, uint32_t line)
{
	struct qa_str text;
	uint32_t end;

	if (line == 0 || line > facts->line_count)
		return qa_str("");
	end = line < facts->line_count ? facts->line_starts[line] : (uint32_t)facts->text.len;
	text.data = facts->text.data + facts->line_starts[line - 1];
	text.len = end - facts->line_starts[line - 1];
	while (text.len && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r'))
		text.len--;
	return text;
}
