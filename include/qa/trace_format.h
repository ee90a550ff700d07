/* The numbers of the trace format. What they mean: docs/trace-format.md. */
#ifndef QA_TRACE_FORMAT_H
#define QA_TRACE_FORMAT_H

#define QA_TRACE_MAGIC "\x89QAT\r\n\x1a\n"
#define QA_TRACE_MAGIC_SIZE 8
#define QA_TRACE_MAJOR 1
#define QA_TRACE_MINOR 1
#define QA_TRACE_HEADER_SIZE 16

#define QA_BLOCK_MARKER "\xb5qb\x01"
#define QA_BLOCK_MARKER_SIZE 4
#define QA_BLOCK_HEADER_SIZE 28

enum qa_block_codec {
	QA_BLOCK_STORED = 0,
	QA_BLOCK_ZLIB = 1,
};

enum qa_record_tag {
	QA_RECORD_SESSION = 1,
	QA_RECORD_PROCESS = 2,
	QA_RECORD_THREAD = 3,
	QA_RECORD_STRING = 4,
	QA_RECORD_FILE = 5,
	QA_RECORD_CODE = 6,
	QA_RECORD_NODES = 7,
	QA_RECORD_TICKS = 8,
	QA_RECORD_LOSS = 9,
	QA_RECORD_END = 10,
	QA_RECORD_SOURCE = 11,
};

/* Hard limits: a block or a record beyond them is damaged. */
#define QA_TRACE_MAX_BLOCK (4u << 20)    /* bytes of a block, compressed or not */
#define QA_TRACE_MAX_STRING (256u << 10) /* bytes of a text */
#define QA_TRACE_MAX_BYTES                                                                         \
	(2u << 20)                   /* bytes of a line table, a command line, a part of a source */
#define QA_TRACE_MAX_TICK (1u << 16) /* samples of a tick */

/* Ids are dense, so that honest ones stay below these bounds; they grow with the file's bytes. */
#define QA_TRACE_ID_SLACK (1u << 18)
#define QA_TRACE_BYTES_PER_ID 8
#define QA_TRACE_NODE_SLACK (1u << 20)
#define QA_TRACE_NODES_PER_BYTE 8

/* So do the bytes of all strings together. */
#define QA_TRACE_STRINGS_SLACK (32u << 20)
#define QA_TRACE_STRINGS_PER_BYTE 1

/* And those of all source text. */
#define QA_TRACE_SOURCES_SLACK (32u << 20)
#define QA_TRACE_SOURCES_PER_BYTE 1

/* What the writer aims at; a reader does not rely on it. */
#define QA_TRACE_BLOCK_TARGET (256u << 10) /* bytes of records that make a block full */
#define QA_TRACE_STORE_BELOW 256           /* bytes that are not worth compressing */
/* Source text is put in small pieces, for the sampling waits while a block is compressed. */
#define QA_TRACE_SOURCE_PART (32u << 10)  /* bytes of a record of source text */
#define QA_TRACE_SOURCE_BLOCK (32u << 10) /* bytes of records that end a block after such a one */

#endif
