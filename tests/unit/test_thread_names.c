#include "cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpython/thread_names.h"
#include "fake_threading.h"

struct fixture {
	struct fake_target *target;
	struct qa_python python;
	struct fake_threading threading;
	struct qa_thread_names names;
	struct qa_str name; /* as last read */
	uint64_t new_name;
	unsigned moment; /* the number of a read */
};

static void open_fixture(struct fixture *f, uint32_t version, enum fake_shape shape)
{
	*f = (struct fixture){.target = fake_target_new()};
	fake_python(f->target, version, &f->python);
	fake_threading_init(&f->threading, f->target, &f->python.layout, shape);
	qa_thread_names_init(&f->names, &f->python);
	f->target->hook = f;
}

static void close_fixture(struct fixture *f)
{
	qa_thread_names_free(&f->names);
	free(f->target);
}

static int read_name(struct fixture *f, size_t index)
{
	return qa_thread_names_read(&f->names, &f->threading.states[index], &f->name);
}

static void expect_name(struct fixture *f, size_t index, const char *name)
{
	assert_int_equal(read_name(f, index), 0);
	assert_int_equal(f->name.len, strlen(name));
	assert_memory_equal(f->name.data, name, f->name.len);
}

static void reads_names_in_every_version_and_shape(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		for (enum fake_shape shape = FAKE_HASHED; shape < FAKE_SHAPES; shape++) {
			struct fixture f;

			if (!fake_has_shape(qa_layout_row(fake_versions[v], false), shape))
				continue;
			open_fixture(&f, fake_versions[v], shape);
			expect_name(&f, 2, "worker 2");
			expect_name(&f, 0, "worker 0");
			expect_name(&f, 1, "worker 1");
			close_fixture(&f);
		}
	}
}

static void reads_names_of_all_scripts(void **state)
{
	static const uint32_t emoji[] = {0x1f40d, ' ', 's'};
	static const uint16_t chinese[] = {0x7dda, 0x7a0b};

	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		struct fake_heap *heap = &f.threading.heap;

		open_fixture(&f, fake_versions[v], FAKE_HASHED);
		fake_rename(&f.threading, 0, fake_wide_text(heap, "caf\xe9", 4, 1));
		fake_rename(&f.threading, 1, fake_wide_text(heap, chinese, 2, 2));
		fake_rename(&f.threading, 2, fake_wide_text(heap, emoji, 3, 4));
		expect_name(&f, 0, "caf\xc3\xa9");
		expect_name(&f, 1, "\xe7\xb7\x9a\xe7\xa8\x8b");
		expect_name(&f, 2, "\xf0\x9f\x90\x8d s");
		close_fixture(&f);
	}
}

static void a_thread_that_threading_does_not_know_has_no_name(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;

		open_fixture(&f, fake_versions[v], FAKE_HASHED);
		f.threading.states[0].ident++;
		assert_int_equal(read_name(&f, 0), -ENOENT);
		fake_rename(&f.threading, 1, fake_number(&f.threading.heap, 5));
		assert_int_equal(read_name(&f, 1), -ENOENT);
		fake_rename(&f.threading, 1, 0);
		assert_int_equal(read_name(&f, 1), -ENOENT);
		fake_rename(&f.threading, 1, 0xdead0000);
		assert_int_equal(read_name(&f, 1), -ENOENT);
		expect_name(&f, 2, "worker 2");
		close_fixture(&f);
	}
}

static void without_the_module_there_are_no_names(void **state)
{
	static const struct fake_item modules[] = {{"sys", 0, 1}, {"thread", 0, 2}};

	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		uint64_t interpreter;

		open_fixture(&f, fake_versions[v], FAKE_HASHED);
		interpreter = fake_interpreter(&f.threading.heap, modules, 2);
		fake_put_u64(f.target,
			f.threading.states[0].address +
				(uint64_t)f.python.layout.thread.interpreter,
			interpreter);
		assert_int_equal(read_name(&f, 0), -ENOENT);
		expect_name(&f, 1, "worker 1");
		assert_int_equal(read_name(&f, 0), -ENOENT);
		close_fixture(&f);
	}
}

/* At one moment of the reading the thread becomes another object with another name. */
static void rename_at_moment(struct fake_target *target)
{
	struct fixture *f = target->hook;

	if (target->calls == f->moment)
		fake_rename(&f->threading, 0, f->new_name);
}

static void a_name_that_changes_meanwhile_is_none(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		unsigned torn = 0, calls = 0;

		for (unsigned moment = 1; moment == 1 || moment <= calls; moment++) {
			struct fixture f;

			open_fixture(&f, fake_versions[v], FAKE_HASHED);
			f.new_name = fake_text(&f.threading.heap, "renamed");
			f.moment = moment;
			f.target->before_read = rename_at_moment;
			if (read_name(&f, 0))
				torn++;
			else
				assert_true(qa_str_equal(f.name, qa_str("worker 0")) ||
					    qa_str_equal(f.name, qa_str("renamed")));
			calls = calls ? calls : f.target->calls;
			expect_name(&f, 0, "renamed");
			close_fixture(&f);
		}
		assert_true(torn > 0);
	}
}

static void knows_its_way_the_second_time(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;
		unsigned first;

		open_fixture(&f, fake_versions[v], FAKE_HASHED);
		expect_name(&f, 0, "worker 0");
		first = f.target->calls;
		f.target->calls = 0;
		expect_name(&f, 1, "worker 1");
		assert_true(f.target->calls < first);
		assert_in_range(f.target->calls, 1, 60);
		close_fixture(&f);
	}
}

/* Whatever was known about an interpreter may become wrong. */
static void finds_its_way_anew(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;

		open_fixture(&f, fake_versions[v], FAKE_HASHED);
		expect_name(&f, 0, "worker 0");
		f.names.active = 0xdead0000;
		assert_int_equal(read_name(&f, 0), -ENOENT);
		expect_name(&f, 0, "worker 0");
		close_fixture(&f);
	}
}

static void tells_the_end_of_the_process(void **state)
{
	(void)state;
	FOR_EACH_VERSION(v)
	{
		struct fixture f;

		open_fixture(&f, fake_versions[v], FAKE_HASHED);
		expect_name(&f, 0, "worker 0");
		f.target->gone = true;
		assert_int_equal(read_name(&f, 0), -ESRCH);
		close_fixture(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_names_in_every_version_and_shape),
		cmocka_unit_test(reads_names_of_all_scripts),
		cmocka_unit_test(a_thread_that_threading_does_not_know_has_no_name),
		cmocka_unit_test(without_the_module_there_are_no_names),
		cmocka_unit_test(a_name_that_changes_meanwhile_is_none),
		cmocka_unit_test(knows_its_way_the_second_time),
		cmocka_unit_test(finds_its_way_anew),
		cmocka_unit_test(tells_the_end_of_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
