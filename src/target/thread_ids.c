#include "target/thread_ids.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MAX = 1 << 16, NAME_ROOM = 64 };

size_t qa_thread_ids_parse(struct qa_str status, struct qa_thread_id_pair *pair)
{
	static const char key[] = "\nNSpid:";
	const char *end = status.data + status.len;
	const char *at = status.len ? memmem(status.data, status.len, key, sizeof(key) - 1) : NULL;
	size_t count = 0;

	*pair = (struct qa_thread_id_pair){0};
	if (!at)
		return 0;
	for (at += sizeof(key) - 1; at < end && *at != '\n';) {
		pid_t number = 0;

		if (*at < '0' || *at > '9') {
			at++;
			continue;
		}
		for (; at < end && *at >= '0' && *at <= '9'; at++)
			number = number < INT32_MAX / 10 ? number * 10 + (*at - '0') : INT32_MAX;
		if (count++ == 0)
			pair->outer = number;
		pair->inner = number;
	}
	return count;
}

/* Of a thread of the process, by our number, or with 0 of the process. Returns how many numbers it
 * has; 0: it is gone. */
static size_t read_pair(const struct qa_thread_ids *ids, pid_t tid, struct qa_thread_id_pair *pair)
{
	struct qa_buf status = {0};
	char name[NAME_ROOM] = "status";
	size_t count = 0;

	if (tid)
		snprintf(name, sizeof(name), "task/%ld/status", (long)tid);
	*pair = (struct qa_thread_id_pair){0};
	if (qa_process_read_file(ids->process, name, &status) == 0)
		count = qa_thread_ids_parse(qa_buf_str(&status), pair);
	qa_buf_free(&status);
	return count;
}

void qa_thread_ids_init(struct qa_thread_ids *ids, const struct qa_process *process)
{
	struct qa_thread_id_pair pair;

	*ids = (struct qa_thread_ids){.process = process};
	ids->same = read_pair(ids, 0, &pair) < 2; /* 0: an old kernel, or already gone */
	ids->inner_pid = ids->same ? process->pid : pair.inner;
}

void qa_thread_ids_free(struct qa_thread_ids *ids)
{
	free(ids->list);
	*ids = (struct qa_thread_ids){0};
}

static bool has_outer(const struct qa_thread_ids *ids, pid_t outer, size_t hint)
{
	if (hint < ids->count && ids->list[hint].outer == outer)
		return true;
	for (size_t i = 0; i < ids->count; i++)
		if (ids->list[i].outer == outer)
			return true;
	return false;
}

/* Adds the threads that are not on the list. */
static void look_for_new(struct qa_thread_ids *ids)
{
	char path[NAME_ROOM];
	struct dirent *entry;
	size_t position = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%ld/task", (long)ids->process->pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder)) && ids->count < THREADS_MAX) {
		long tid = strtol(entry->d_name, NULL, 10);
		struct qa_thread_id_pair pair;

		if (tid <= 0 || has_outer(ids, (pid_t)tid, position++) ||
			!read_pair(ids, (pid_t)tid, &pair))
			continue;
		if (QA_GROW(ids->list, ids->room, ids->count + 1))
			break;
		ids->list[ids->count++] =
			(struct qa_thread_id_pair){.outer = (pid_t)tid, .inner = pair.inner};
	}
	if (folder)
		closedir(folder);
}

/* Numbers are used again: what is on the list must still be so. */
static pid_t find_known(struct qa_thread_ids *ids, pid_t inner)
{
	struct qa_thread_id_pair pair;

	for (size_t i = 0; i < ids->count; i++) {
		pid_t outer = ids->list[i].outer;

		if (ids->list[i].inner != inner)
			continue;
		if (read_pair(ids, outer, &pair) && pair.inner == inner)
			return outer;
		ids->list[i] = ids->list[--ids->count];
		i--;
	}
	return 0;
}

pid_t qa_thread_ids_find(struct qa_thread_ids *ids, pid_t inner)
{
	pid_t outer;

	if (ids->same || inner <= 0)
		return inner > 0 ? inner : 0;
	outer = inner == ids->inner_pid ? ids->process->pid : find_known(ids, inner);
	if (outer)
		return outer;
	look_for_new(ids);
	outer = find_known(ids, inner);
	if (outer)
		return outer;
	ids->count = 0;
	look_for_new(ids);
	return find_known(ids, inner);
}

/* In glibc the number is followed by 4 bytes, by a pointer to the thread's list of robust mutexes,
 * and by that list, which points to itself as long as it is empty. */
static bool robust_list_follows(
	const unsigned char *block, size_t size, size_t at, uint64_t pthread)
{
	enum { POINTER_AFTER = 8, LIST_AFTER = 16 };
	uint64_t pointer, list;

	if (at + LIST_AFTER + sizeof(list) > size)
		return false;
	memcpy(&pointer, block + at + POINTER_AFTER, sizeof(pointer));
	memcpy(&list, block + at + LIST_AFTER, sizeof(list));
	return list == pthread + at + LIST_AFTER || pointer == pthread + at + LIST_AFTER;
}

int qa_thread_ids_locate(
	struct qa_memory *memory, uint64_t pthread, pid_t inner_pid, int32_t *offset)
{
	unsigned char block[1600];
	size_t found = 0;
	int rc = qa_memory_read(memory, pthread, block, sizeof(block));

	if (rc)
		return rc;
	for (size_t at = 0; at + sizeof(uint32_t) <= sizeof(block); at += sizeof(uint32_t)) {
		uint32_t value;

		memcpy(&value, block + at, sizeof(value));
		if (value != (uint32_t)inner_pid)
			continue;
		*offset = (int32_t)at;
		if (robust_list_follows(block, sizeof(block), at, pthread))
			return 0;
		found++;
	}
	return found == 1 ? 0 : -ENOENT;
}
