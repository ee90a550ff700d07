/* The bits of a sample's state. A bit counts only where the recorder says that it knows it. */
#ifndef QA_PROFILE_STATES_H
#define QA_PROFILE_STATES_H

#include <stdbool.h>

#include "qa/profile.h"

static inline bool qa_state_has(uint32_t state, uint32_t bits)
{
	return (state & bits) == bits;
}

static inline bool qa_state_on_cpu(uint32_t state)
{
	return qa_state_has(state, QA_STATE_KNOWS_CPU | QA_STATE_ON_CPU);
}

static inline bool qa_state_idle(uint32_t state)
{
	return qa_state_has(state, QA_STATE_KNOWS_CPU) && !qa_state_on_cpu(state);
}

static inline bool qa_state_gil(uint32_t state)
{
	return qa_state_has(state, QA_STATE_KNOWS_GIL | QA_STATE_GIL);
}

static inline bool qa_state_gc(uint32_t state)
{
	return qa_state_has(state, QA_STATE_KNOWS_GIL | QA_STATE_GC);
}

static inline void qa_states_add(struct qa_states *states, uint32_t state)
{
	states->samples++;
	states->knows_cpu += qa_state_has(state, QA_STATE_KNOWS_CPU);
	states->on_cpu += qa_state_on_cpu(state);
	states->knows_gil += qa_state_has(state, QA_STATE_KNOWS_GIL);
	states->gil += qa_state_gil(state);
	states->gc += qa_state_gc(state);
}

#endif
