/* Line tables of any bytes: the first seven choose the kind, the first line and the instruction. */
#include <stdlib.h>

#include "qa/line_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qa_position place;
	int first_line;

	if (size < 7)
		return 0;
	memcpy(&first_line, data + 1, sizeof(first_line));
	place = qa_line_table_lookup((enum qa_line_table)(data[0] & 3),
		(struct qa_str){(const char *)data + 7, size - 7}, first_line,
		data[5] << 8 | data[6]);
	if (place.line < 0 || place.end_line < 0 || place.column < -1 || place.end_column < -1)
		abort();
	return 0;
}
