#include "fake_threading.h"

#include <stdio.h>

uint64_t fake_interpreter(struct fake_heap *heap, const struct fake_item *modules, size_t count)
{
	/* Its fields lie far apart. */
	uint64_t interpreter = fake_allocate(heap, 0x8000);

	fake_put_u64(heap->target, interpreter + (uint64_t)heap->layout->names.modules,
		fake_dict(heap, FAKE_HASHED, modules, count, 4));
	return interpreter;
}

static uint64_t make_thread(struct fake_heap *heap, enum fake_shape shape, uint64_t name)
{
	const struct fake_item attributes[] = {{"_target", 0, fake_text(heap, "target")},
		{"_name", 0, name}, {"_daemonic", 0, 0}, {"_ident", 0, fake_number(heap, 7)}};

	return fake_instance(heap, shape, attributes, 4);
}

static uint64_t make_state(struct fake_threading *threading, uint64_t ident, uint64_t native_id)
{
	const struct qa_layout *layout = threading->heap.layout;
	uint64_t state = fake_allocate(&threading->heap, 512);

	fake_put_u64(threading->heap.target, state + (uint64_t)layout->thread.interpreter,
		threading->interpreter);
	fake_put_u64(threading->heap.target, state + (uint64_t)layout->thread.thread_id, ident);
	if (layout->thread.native_thread_id != QA_ABSENT)
		fake_put_u64(threading->heap.target,
			state + (uint64_t)layout->thread.native_thread_id, native_id);
	return state;
}

void fake_threading_init(struct fake_threading *threading, struct fake_target *target,
	const struct qa_layout *layout, enum fake_shape shape)
{
	enum { SLOTS_LOG2 = 3 };
	struct fake_heap *heap = &threading->heap;
	struct fake_item active[FAKE_THREADS];
	uint64_t module, dict;

	fake_heap_init(heap, target, layout);
	for (uint64_t i = 0; i < FAKE_THREADS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "worker %u", (unsigned)i);
		threading->threads[i] = make_thread(heap, shape, fake_text(heap, name));
		active[i] = (struct fake_item){
			NULL, 0x7f0012300000 + i * 0x10000, threading->threads[i]};
	}
	dict = fake_dict(heap, FAKE_HASHED, NULL, 0, SLOTS_LOG2);
	threading->active_table = fake_table(heap, FAKE_HASHED, active, FAKE_THREADS, SLOTS_LOG2);
	fake_put_u64(target, dict + (uint64_t)layout->dict.keys, threading->active_table);
	module = fake_module(heap,
		(const struct fake_item[]){{"Thread", 0, heap->dict_type}, {"_active", 0, dict}},
		2);
	threading->interpreter = fake_interpreter(heap,
		(const struct fake_item[]){
			{"sys", 0, module + 1}, {"threading", 0, module}, {"json", 0, module + 2}},
		3);
	for (size_t i = 0; i < FAKE_THREADS; i++)
		threading->states[i] = (struct qa_thread_state){.ident = active[i].number,
			.native_id = layout->thread.native_thread_id == QA_ABSENT ? 0 : 100 + i,
			.address = make_state(threading, active[i].number, 100 + i)};
}

void fake_rename(struct fake_threading *threading, size_t index, uint64_t text)
{
	enum { SLOTS = 8, VALUE_IN_ENTRY = 16, ENTRY = 24 };
	struct fake_heap *heap = &threading->heap;

	threading->threads[index] = make_thread(heap, FAKE_HASHED, text);
	fake_put_u64(heap->target,
		threading->active_table + (uint64_t)heap->layout->dict.index + SLOTS +
			index * ENTRY + VALUE_IN_ENTRY,
		threading->threads[index]);
}
