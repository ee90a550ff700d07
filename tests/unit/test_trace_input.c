#include <stdio.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "trace/input.h"

enum { SIZE = 6 << 20 };

static unsigned char expected(uint64_t offset)
{
	return (unsigned char)(offset * 2654435761u >> 13);
}

static FILE *make_file(void)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	for (uint64_t i = 0; i < SIZE; i++)
		fputc(expected(i), file);
	assert_int_equal(fflush(file), 0);
	assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
	return file;
}

static void assert_window(const struct qa_input *input, uint64_t offset, size_t len)
{
	assert_int_equal(input->offset, offset);
	assert_true(input->len >= len && offset + input->len <= SIZE);
	if (len) {
		assert_int_equal(input->data[0], expected(offset));
		assert_int_equal(input->data[len - 1], expected(offset + len - 1));
		assert_int_equal(input->data[input->len - 1], expected(offset + input->len - 1));
	}
}

/* Windows of all sizes, small steps and large ones. */
static void walk(struct qa_input *input)
{
	uint64_t offset = 0;
	uint64_t random = 1;

	for (;;) {
		size_t len, step;

		random = random * 6364136223846793005u + 1442695040888963407u;
		len = (random >> 33) % (random >> 63 ? 1 << 20 : 100);
		assert_int_equal(qa_input_want(input, len, NULL), 0);
		assert_window(input, offset, len <= SIZE - offset ? len : SIZE - offset);
		step = (random >> 20) % 8 ? len : len / 2;
		if (step > input->len)
			break;
		qa_input_skip(input, step);
		offset += step;
	}
	assert_int_equal(input->offset + input->len, SIZE);
}

static void a_window_moves_over_a_file(void **state)
{
	FILE *file = make_file();
	struct qa_input input;

	(void)state;
	qa_input_from_fd(&input, fileno(file), "file");
	walk(&input);
	assert_true(input.buf.room <= 4 << 20);
	qa_input_close(&input);
	fclose(file);
}

static void a_window_moves_over_memory(void **state)
{
	FILE *file = make_file();
	struct qa_buf bytes = {0};
	struct qa_input input;

	(void)state;
	assert_true(qa_buf_reserve(&bytes, SIZE));
	bytes.len = fread(bytes.data, 1, SIZE, file);
	qa_input_from_memory(&input, qa_buf_str(&bytes), "memory");
	walk(&input);
	qa_input_close(&input);
	qa_buf_free(&bytes);
	fclose(file);
}

static void what_arrives_piece_by_piece_is_waited_for(void **state)
{
	struct qa_input input;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	qa_input_from_fd(&input, ends[0], "pipe");
	assert_int_equal(write(ends[1], "ab", 2), 2);
	assert_int_equal(qa_input_want(&input, 1, NULL), 0);
	assert_int_equal(input.len, 2);
	assert_int_equal(write(ends[1], "cd", 2), 2);
	assert_int_equal(qa_input_want(&input, 4, NULL), 0);
	assert_memory_equal(input.data, "abcd", 4);
	close(ends[1]);
	assert_int_equal(qa_input_want(&input, 5, NULL), 0);
	assert_int_equal(input.len, 4);
	qa_input_close(&input);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_window_moves_over_a_file),
		cmocka_unit_test(a_window_moves_over_memory),
		cmocka_unit_test(what_arrives_piece_by_piece_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
