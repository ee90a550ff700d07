#include "capture_fixture.h"

#include <errno.h>
#include <stdlib.h>

#include "cmocka_all.h"

static const struct qa_raw_consumer consumer = {0};

void capture_put_frame(struct capture_fixture *f, uint64_t index, uint64_t code, bool is_last)
{
	const struct qa_layout *layout = &f->python.layout;
	uint64_t frame = FRAMES + index * 256;

	fake_put_u64(
		f->target, frame + (uint64_t)layout->frame.previous, is_last ? 0 : frame + 256);
	fake_put_u64(f->target, frame + (uint64_t)layout->frame.code, code);
	fake_put_u64(f->target, frame + (uint64_t)layout->frame.position,
		code + (uint64_t)layout->code.bytecode + 4);
	fake_put(f->target, frame + (uint64_t)layout->frame.owner, "\0", 1);
}

void capture_open(struct capture_fixture *f)
{
	const struct qa_layout *layout = &f->python.layout;

	*f = (struct capture_fixture){.target = fake_target_new()};
	fake_python(f->target, VERSION, &f->python);
	f->target->hook = f;
	for (int i = 0; i < 3; i++) {
		fake_put_code(f->target, layout, CODE + (uint64_t)i * 0x10000, "/app/main.py",
			"work", i + 1);
		capture_put_frame(f, (uint64_t)i, CODE + (uint64_t)i * 0x10000, i == 2);
	}
	fake_put_u64(f->target, THREAD + (uint64_t)layout->thread.frame, CFRAME);
	fake_put_u64(f->target, CFRAME + (uint64_t)layout->thread.cframe_frame, FRAMES);
	qa_code_cache_init(&f->codes, &f->python, 1, &f->last_id, &consumer, NULL);
	qa_capture_init(&f->capture, &f->python, &f->codes, &qa_engine_beside);
	qa_thread_activity_open(&f->thread.activity, NULL, 0);
	f->thread.state = (struct qa_thread_state){.address = THREAD, .ident = IDENT};
	qa_watch_init(&f->thread.cpu, &f->target->base, 0);
	qa_snapshot_init(&f->thread.snapshot, &f->thread.cpu.base);
	f->thread.runner = IDENT;
	f->thread.run_by = &f->thread;
	f->thread.stack_to = UINT64_MAX;
}

void capture_close(struct capture_fixture *f)
{
	qa_capture_free(&f->capture);
	qa_code_cache_free(&f->codes);
	qa_snapshot_free(&f->thread.snapshot);
	qa_stack_free(&f->thread.last.stack);
	free(f->thread.last.ids);
	free(f->target);
}

void capture_keep(struct capture_fixture *f)
{
	struct qa_known_stack old = f->thread.last;

	f->thread.last = f->capture.fresh;
	f->capture.fresh = old;
}

void capture_expect_whole_stack(const struct capture_fixture *f)
{
	assert_int_equal(f->capture.fresh.stack.count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(f->capture.fresh.stack.frames[i].code, CODE + i * 0x10000);
		assert_int_equal(f->capture.fresh.ids[i].code, i + 1);
	}
}

int capture_in_peace(struct capture_fixture *f)
{
	int rc = -EAGAIN;

	for (int i = 0; i < 1000 && rc == -EAGAIN; i++)
		rc = qa_capture_thread(&f->capture, &f->thread);
	return rc;
}

void capture_run_on(struct capture_fixture *f, int cpu)
{
	f->thread.cpu.address = IDENT + RSEQ_CPU;
	f->thread.state.runs = true;
	fake_put_u32(f->target, IDENT + RSEQ_CPU, (uint32_t)cpu);
}
