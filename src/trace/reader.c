#include "qa/trace_reader.h"

#include <errno.h>

#include "trace/input.h"
#include "trace/records.h"
#include "trace/scan.h"

bool qa_trace_is_whole(const struct qa_trace_health *health)
{
	return !health->cut && !health->damaged_header && !health->damaged_blocks &&
	       !health->missing_blocks && !health->skipped_bytes && !health->orphan_samples;
}

static int stopped(int code, const char *name, struct qa_error *err)
{
	if (code == ENOMEM)
		return qa_error_set(err, ENOMEM, "Out of memory while reading %s.", name);
	return qa_error_set(err, code, "Cannot use what %s holds: %s.", name, strerror(code));
}

static int read_blocks(struct qa_scan *scan, struct qa_records *records, struct qa_error *err)
{
	const struct qa_input *input = scan->input;
	struct qa_str block;
	int rc;

	for (;;) {
		rc = qa_scan_next(scan, &block, err);
		if (rc <= 0)
			return rc;
		rc = qa_records_read(records, block, input->offset + scan->current);
		if (rc == QA_MALFORMED)
			qa_scan_reject(scan);
		else if (rc)
			return stopped(-rc, input->name, err);
	}
}

static int read_trace(struct qa_input *input, const struct qa_raw_consumer *consumer, void *ctx,
	struct qa_trace_health *health, struct qa_error *err)
{
	struct qa_records records = {.consumer = consumer, .ctx = ctx, .health = health};
	struct qa_scan scan;
	int rc;

	*health = (struct qa_trace_health){0};
	rc = qa_scan_open(&scan, input, health, err);
	if (!rc)
		rc = qa_scan_header(&scan, err);
	if (!rc)
		rc = read_blocks(&scan, &records, err);
	health->cut = !records.ended;
	health->bytes = input->offset + input->len;
	qa_scan_close(&scan);
	qa_records_free(&records);
	qa_input_close(input);
	return rc;
}

int qa_trace_read_fd(int fd, const char *name, const struct qa_raw_consumer *consumer, void *ctx,
	struct qa_trace_health *health, struct qa_error *err)
{
	struct qa_input input;

	qa_input_from_fd(&input, fd, name);
	return read_trace(&input, consumer, ctx, health, err);
}

int qa_trace_read_memory(struct qa_str bytes, const char *name,
	const struct qa_raw_consumer *consumer, void *ctx, struct qa_trace_health *health,
	struct qa_error *err)
{
	struct qa_input input;

	qa_input_from_memory(&input, bytes, name);
	return read_trace(&input, consumer, ctx, health, err);
}
