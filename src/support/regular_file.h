/* Files that others name: they may be anything, and opening some things has effects. */
#ifndef QA_SUPPORT_REGULAR_FILE_H
#define QA_SUPPORT_REGULAR_FILE_H

/* Opens for reading what is a regular file, and touches nothing else. Returns a descriptor or a
 * negative errno. */
int qa_open_regular(const char *path);

#endif
