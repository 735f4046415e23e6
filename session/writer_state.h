/*
 * What the files of the writer share. Only they include it.
 */
#ifndef SESSION_WRITER_STATE_H
#define SESSION_WRITER_STATE_H

#include "session/rows.h"
#include "session/spanmap.h"
#include "session/ticks.h"
#include "session/writer.h"

#include <sys/types.h>

/* What is known of a line, by number. */
struct writer_line {
	bool known;
	bool ended;
	bool peak_new; /* not in the file yet */
	uint64_t peak_rss;
	struct rows_beside beside;
};

/* How far the file is, whatever happens. */
struct writer_mark {
	uint64_t seq;
	uint64_t newest_ns;
	struct writer_counts counts;
};

struct writer {
	sqlite3 *database;
	struct rows rows;
	struct ticks ticks;
	struct spanmap spans;
	struct session_info session;
	struct writer_counts counts;
	struct writer_line *lines;
	size_t room;
	uint64_t seq; /* of the last record; 0 before */
	uint64_t newest_ns;
	bool dirty; /* a transaction is open */
	struct writer_mark kept;
	int log_pages; /* that the log has */
	bool peaks_new;
	int error;
	bool passes; /* what failed may be over a while later */
	char why[TEXT_WHY];
	dev_t device; /* of the file */
	ino_t inode;
	off_t size; /* it had this once */
	char path[];
};

/* The writer's error after an SQLite result: the first one stays. */
int writer_check(struct writer *writer, int result);

/* Nanoseconds since the session's start, as rows have them. */
int64_t writer_time(const struct writer *writer, uint64_t t_ns);

/* The ticks' own row functions. */
int writer_put_sample(void *writer, uint64_t t_ns, const struct sample *sample);
int writer_put_late(void *writer, uint64_t deadline_ns, uint64_t t_ns);
int writer_put_empty(void *writer, uint64_t from_ns, uint64_t to_ns);

#endif
