/* What a trace is called when nobody says: PROGRAM-PID-TIME.qat */
#ifndef QA_CMD_OUTPUT_NAME_H
#define QA_CMD_OUTPUT_NAME_H

#include <sys/types.h>

/* From the arguments that launch the program, or, if argv is NULL, those of the running process.
 * NULL: no memory. The caller frees it. */
char *default_output_name(char *const *argv, pid_t pid);

#endif
