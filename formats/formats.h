/* The formats, for the registry. */
#ifndef QA_FORMATS_FORMATS_H
#define QA_FORMATS_FORMATS_H

#include "qa/emitter.h"

extern const struct qa_emitter qa_emitter_text;
extern const struct qa_emitter qa_emitter_collapsed;
extern const struct qa_emitter qa_emitter_speedscope;
extern const struct qa_emitter qa_emitter_flamegraph;
extern const struct qa_emitter qa_emitter_pprof;
extern const struct qa_emitter qa_emitter_source;

#endif
