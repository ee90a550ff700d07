#include "target/maps.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_line(char *line, struct qa_mapping *mapping)
{
	char flags[5];
	uint64_t major, minor;
	int path = 0;

	if (sscanf(line,
		    "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %" SCNx64 ":%" SCNx64 " %" SCNu64
		    " %n",
		    &mapping->start, &mapping->end, flags, &mapping->offset, &major, &minor,
		    &mapping->inode, &path) < 7)
		return false;
	mapping->device = major << 32 | minor;
	mapping->readable = flags[0] == 'r';
	mapping->writable = flags[1] == 'w';
	mapping->executable = flags[2] == 'x';
	mapping->path = path ? line + path : "";
	return true;
}

int qa_maps_read(const struct qa_process *process, struct qa_maps *maps)
{
	size_t room = 0;
	char *next;
	int rc;

	*maps = (struct qa_maps){0};
	rc = qa_process_read_file(process, "maps", &maps->text);
	qa_buf_append_char(&maps->text, '\0');
	if (!rc && maps->text.failed)
		rc = -ENOMEM;
	for (char *line = rc ? NULL : maps->text.data; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		rc = QA_GROW(maps->list, room, maps->count + 1);
		if (rc)
			break;
		if (parse_line(line, &maps->list[maps->count]))
			maps->count++;
	}
	if (rc)
		qa_maps_free(maps);
	return rc;
}

bool qa_maps_is_first_of_file(const struct qa_maps *maps, size_t index)
{
	const struct qa_mapping *mapping = &maps->list[index];

	if (mapping->inode == 0)
		return false;
	for (size_t i = 0; i < index; i++)
		if (maps->list[i].inode == mapping->inode &&
			maps->list[i].device == mapping->device)
			return false;
	return true;
}

void qa_maps_free(struct qa_maps *maps)
{
	free(maps->list);
	qa_buf_free(&maps->text);
	*maps = (struct qa_maps){0};
}
