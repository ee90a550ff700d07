#include "profile/texts.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

static int make_room(struct qa_texts *texts, uint32_t file)
{
	if (QA_GROW(texts->list, texts->room, (size_t)file + 1))
		return -ENOMEM;
	while (texts->count <= file)
		texts->list[texts->count++] = (struct qa_text){0};
	return 0;
}

int qa_texts_add(struct qa_texts *texts, uint32_t file, uint64_t offset, struct qa_str part)
{
	struct qa_text *text;

	if (make_room(texts, file))
		return -ENOMEM;
	text = &texts->list[file];
	if (offset != text->bytes.len)
		return 0; /* a part before it is lost, or it comes again */
	text->begun = true;
	qa_buf_append_str(&text->bytes, part);
	return text->bytes.failed ? -ENOMEM : 0;
}

static bool is_whole(const struct qa_text *text, const struct qa_file *file)
{
	struct qa_str bytes = qa_buf_str(&text->bytes);

	return text->begun && file->recorded && bytes.len == file->size &&
	       crc32_z(crc32(0, NULL, 0), (const unsigned char *)bytes.data, bytes.len) ==
		       file->crc32;
}

int qa_texts_show(struct qa_texts *texts, struct qa_file *files)
{
	for (size_t i = 0; i < texts->count; i++) {
		struct qa_buf *bytes = &texts->list[i].bytes;

		if (!is_whole(&texts->list[i], &files[i])) {
			qa_buf_free(bytes);
			continue;
		}
		qa_buf_append_char(bytes, '\0');
		if (bytes->failed)
			return -ENOMEM;
		files[i].source = bytes->data;
	}
	return 0;
}

void qa_texts_free(struct qa_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		qa_buf_free(&texts->list[i].bytes);
	free(texts->list);
	*texts = (struct qa_texts){0};
}
