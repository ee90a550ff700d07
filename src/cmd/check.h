/* --check: is a trace whole? */
#ifndef QA_CMD_CHECK_H
#define QA_CMD_CHECK_H

#include "cmd/trace_file.h"

/* Tells on stdout. */
int check_trace(const struct trace_file *trace, bool *whole, struct qa_error *err);

#endif
