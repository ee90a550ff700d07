#include "profile/frames.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "qa/line_table.h"

struct qa_place {
	uint32_t code;
	int instruction;
	uint32_t frame;
};

/* What each kind of frame is called, where that does not come from the code object. */
static const char *const fixed_names[] = {
	[QA_FRAME_NATIVE] = "<native>",
	[QA_FRAME_GC] = "<GC>",
	[QA_FRAME_UNREADABLE] = "<unreadable>",
	[QA_FRAME_NO_PYTHON] = "<no python frame>",
};

static enum qa_frame_kind frame_kind(uint32_t code_kind)
{
	static const enum qa_frame_kind kinds[] = {
		[QA_CODE_PYTHON] = QA_FRAME_PYTHON,
		[QA_CODE_UNREADABLE] = QA_FRAME_UNREADABLE,
		[QA_CODE_ELIDED] = QA_FRAME_ELIDED,
		[QA_CODE_GC] = QA_FRAME_GC,
		[QA_CODE_NATIVE] = QA_FRAME_NATIVE,
	};

	return code_kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[code_kind]
							    : QA_FRAME_UNREADABLE;
}

/* The qualified name of a code object, else its plain one, else what is said instead. */
static int add_names(
	struct qa_strings *strings, const struct qa_raw_code *raw, struct qa_code *code)
{
	struct qa_str plain = raw->name.len ? raw->name : qa_str("<unknown>");
	struct qa_str full = raw->qualname.len ? raw->qualname : plain;
	int rc;

	if (code->kind != QA_FRAME_PYTHON)
		return 0;
	rc = qa_strings_add(strings, full, &code->name);
	if (!rc)
		rc = qa_strings_add(strings, plain, &code->short_name);
	if (!rc)
		rc = qa_strings_add(strings, raw->file, &code->file);
	return rc;
}

static int keep_lines(struct qa_frames *frames, struct qa_str lines, struct qa_code *code)
{
	if (!frames->by_line || code->kind != QA_FRAME_PYTHON)
		return 0;
	code->lines.data = qa_arena_copy(frames->strings->arena, lines);
	code->lines.len = lines.len;
	return code->lines.data ? 0 : -ENOMEM;
}

int qa_frames_add_code(struct qa_frames *frames, const struct qa_raw_code *raw, uint32_t process)
{
	struct qa_code code = {
		.process = process,
		.kind = frame_kind(raw->kind),
		.line_table = (enum qa_line_table)raw->line_table,
		.first_line = raw->first_line > 0 ? raw->first_line : 0,
	};
	int rc = add_names(frames->strings, raw, &code);

	if (!rc)
		rc = keep_lines(frames, raw->lines, &code);
	if (!rc)
		rc = QA_GROW(frames->codes, frames->code_room, frames->code_count + 1);
	if (!rc)
		frames->codes[frames->code_count++] = code;
	return rc;
}

static bool is_entry(const void *ctx, uint32_t number, const void *key)
{
	const struct qa_frame_entry *entry = &((const struct qa_frames *)ctx)->entries[number];
	const struct qa_frame_entry *sought = key;

	return entry->name == sought->name && entry->file == sought->file &&
	       entry->line == sought->line && entry->first_line == sought->first_line &&
	       entry->kind == sought->kind;
}

static int add_entry(struct qa_frames *frames, const struct qa_frame_entry *entry, uint32_t *frame)
{
	uint64_t hash = qa_hash_pair((uint64_t)entry->name << 32 | entry->file,
		(uint64_t)(uint32_t)entry->first_line << 32 | (uint32_t)entry->line);

	*frame = qa_hashmap_find(&frames->map, hash, is_entry, frames, entry);
	if (*frame != QA_HASHMAP_NONE)
		return 0;
	if (frames->count == QA_NONE)
		return -EOVERFLOW;
	if (QA_GROW(frames->entries, frames->room, frames->count + 1) ||
		qa_hashmap_add(&frames->map, hash, (uint32_t)frames->count))
		return -ENOMEM;
	*frame = (uint32_t)frames->count;
	frames->entries[frames->count++] = *entry;
	return 0;
}

static int add_fixed(
	struct qa_frames *frames, enum qa_frame_kind kind, const char *name, uint32_t *frame)
{
	struct qa_frame_entry entry = {.kind = kind};
	int rc = qa_strings_add(frames->strings, qa_str(name), &entry.name);

	entry.short_name = entry.name;
	return rc ? rc : add_entry(frames, &entry, frame);
}

int qa_frames_elided(struct qa_frames *frames, uint32_t count, uint32_t *frame)
{
	char name[64];

	snprintf(name, sizeof(name), "... %u frames elided ...", (unsigned)count);
	return add_fixed(frames, QA_FRAME_ELIDED, name, frame);
}

int qa_frames_no_python(struct qa_frames *frames, uint32_t *frame)
{
	return add_fixed(frames, QA_FRAME_NO_PYTHON, fixed_names[QA_FRAME_NO_PYTHON], frame);
}

int qa_frames_gc(struct qa_frames *frames, uint32_t *frame)
{
	return add_fixed(frames, QA_FRAME_GC, fixed_names[QA_FRAME_GC], frame);
}

static int make_frame(
	struct qa_frames *frames, const struct qa_code *code, int instruction, uint32_t *frame)
{
	struct qa_frame_entry entry = {
		.name = code->name,
		.short_name = code->short_name,
		.file = code->file,
		.line = code->first_line,
		.first_line = code->first_line,
		.kind = code->kind,
	};

	if (code->kind == QA_FRAME_ELIDED)
		return qa_frames_elided(frames, instruction > 0 ? (uint32_t)instruction : 0, frame);
	if (code->kind != QA_FRAME_PYTHON)
		return add_fixed(frames, code->kind, fixed_names[code->kind], frame);
	if (frames->by_line)
		entry.line = qa_line_table_lookup(
			code->line_table, code->lines, code->first_line, instruction)
				     .line;
	if (entry.line < 0)
		entry.line = 0;
	return add_entry(frames, &entry, frame);
}

static bool is_place(const void *ctx, uint32_t number, const void *key)
{
	const struct qa_place *place = &((const struct qa_frames *)ctx)->places[number];
	const struct qa_place *sought = key;

	return place->code == sought->code && place->instruction == sought->instruction;
}

int qa_frames_at(struct qa_frames *frames, uint32_t code, int instruction, uint32_t *frame)
{
	bool exact = frames->by_line || frames->codes[code].kind == QA_FRAME_ELIDED;
	struct qa_place place = {.code = code, .instruction = exact ? instruction : 0};
	uint64_t hash = qa_hash_pair(place.code, (uint32_t)place.instruction);
	uint32_t known = qa_hashmap_find(&frames->by_place, hash, is_place, frames, &place);
	int rc;

	if (known != QA_HASHMAP_NONE) {
		*frame = frames->places[known].frame;
		return 0;
	}
	rc = make_frame(frames, &frames->codes[code], instruction, &place.frame);
	if (rc)
		return rc;
	if (QA_GROW(frames->places, frames->place_room, frames->place_count + 1) ||
		qa_hashmap_add(&frames->by_place, hash, (uint32_t)frames->place_count))
		return -ENOMEM;
	frames->places[frames->place_count++] = place;
	*frame = place.frame;
	return 0;
}

void qa_frames_free(struct qa_frames *frames)
{
	free(frames->codes);
	free(frames->entries);
	free(frames->places);
	qa_hashmap_free(&frames->map);
	qa_hashmap_free(&frames->by_place);
	*frames = (struct qa_frames){0};
}
