#ifndef QA_VERSION_H
#define QA_VERSION_H

#define QA_VERSION "0.1.0"

#endif
