/*
 * What the files of the reader share. Only they include it.
 */
#ifndef SESSION_READER_STATE_H
#define SESSION_READER_STATE_H

#include "session/reader.h"
#include "session/row_cursor.h"

/* A line while records are read, by number. */
struct reader_value {
	bool wanted;
	bool has;	/* it has a value now */
	bool seen;	/* it had one before: rss is the last */
	bool listed;	/* among the reader's listed */
	uint32_t place; /* of it among the samples of a tick, where it has one */
	uint64_t rss;
	uint64_t shared;
};

/* The span's end that is to come. */
struct reader_span {
	uint64_t end_ns;
	int64_t row; /* where several end at once, the last to begin is the first */
	struct event event;
	char *texts; /* category and label */
};

/* Places where ticks do not come at their deadlines: the next one. */
struct reader_hole {
	uint64_t from_ns; /* UINT64_MAX: there is none */
	uint64_t to_ns;
	enum { HOLE_MISSED, HOLE_LATE, HOLE_EMPTY, HOLE_LOST } kind;
};

/* Names, a block of them. */
struct reader_texts {
	struct reader_texts *before;
	size_t used;
	char bytes[(1 << 16) - 64];
};

#define READER_RECENT 1024

struct reader {
	sqlite3 *database;
	uint64_t size; /* of the file, and its log */
	struct cursor_schema schema;
	struct reader_info info;
	struct reader_process *processes; /* line 1 first */
	uint32_t *ids;			  /* what the file calls them, ascending */
	size_t count;
	size_t room;
	struct reader_texts *texts;	   /* of the processes */
	const char *recent[READER_RECENT]; /* of those, by their hash */
	sqlite3_stmt *command;		   /* of a process */
	int64_t last[TABLES];		   /* the newest rows when it was opened */
	uint64_t most_steps; /* of SQLite's machine, for one reading of a file so large */
	uint64_t steps;
	bool astray; /* it took more */
	int error;
	char why[TEXT_WHY];

	/* Of the reader_read that runs. */
	const struct reader_query *query;
	record_fn each;
	void *each_arg;
	uint64_t from_ns;
	uint64_t to_ns;
	uint64_t seq;
	bool begun; /* from_ns is behind */
	uint64_t now_ns;
	uint64_t work;		     /* since progress was told */
	struct reader_value *values; /* by line */

	struct cursor samples; /* at the next row */
	uint64_t sample_ns;
	struct sample *tick; /* what the lines have, in order of line; or what changed */
	size_t tick_count;
	size_t tick_room;
	bool tick_stale;  /* lines came or went */
	uint32_t *listed; /* lines that have a value, and some that had one */
	size_t listed_count;
	size_t listed_room;
	size_t has_count;     /* lines that have a value */
	uint64_t deadline_ns; /* of the next tick that is to be told */
	uint64_t missed;

	struct cursor holes;
	struct reader_hole hole;
	struct reader_hole ahead; /* the one after it */

	struct cursor events;
	uint64_t event_ns;
	struct reader_span *spans; /* a heap, the first to end first */
	size_t span_count;
	size_t span_room;

	struct cursor named;
	uint64_t named_ns;
	struct cursor gaps;
	uint64_t gap_ns;
	struct cursor bounds;
	uint64_t bound_ns;
	struct cursor inspections;
	uint64_t inspection_ns;
	struct cursor metrics;
	uint64_t metric_ns;

	uint32_t *ends; /* lines that ended, in order of time */
	size_t end_count;
	size_t end_next;
};

#define READER_NEVER UINT64_MAX

int reader_fail(struct reader *reader, int error, const char *why);

/* Begin with a table; @where as cursor_open has it, and its ?2 is reader->from_ns in the file's
 * time. Then it is at no row yet. */
void reader_cursor(struct reader *reader, struct cursor *cursor, enum cursor_table table,
		   const char *where);

/* Go to the next row: whether there is one; else the cursor is closed. */
bool reader_step(struct reader *reader, struct cursor *cursor);

/* A column in ns since the session's start, as CLOCK_MONOTONIC. */
uint64_t reader_time(const struct reader *reader, const struct cursor *cursor, int column);

/* Which line a column with a process's number is of: LINE_SESSION for NULL, READER_NOBODY for one
 * that the file doesn't tell of. */
#define READER_NOBODY (UINT32_MAX - 1)
uint32_t reader_line_at(const struct reader *reader, const struct cursor *cursor, int column);

/* @count records of the merge are done, or as much work: whether to go on. */
bool reader_worked(struct reader *reader, uint64_t count);

/* The value of a line, NULL where there is no such line. */
struct reader_value *reader_value(struct reader *reader, uint32_t line);

/* Give a record to the caller, where it is in the range and wanted. */
void reader_tell(struct reader *reader, struct record *record);

/* reader_file.c: the database of a file that is a session, as reader_open. */
int reader_open_file(struct reader *reader, const char *path, char *why);

/* reader_samples.c: ticks. */
int reader_samples_open(struct reader *reader);
/* When the next one is. */
uint64_t reader_samples_next(struct reader *reader);
int reader_samples_tell(struct reader *reader);
void reader_samples_end(struct reader *reader, uint32_t line);
/* What each line has at from_ns. */
void reader_samples_begin(struct reader *reader);

/* reader_events.c: events, and spans' ends. */
int reader_events_open(struct reader *reader);
uint64_t reader_events_next(const struct reader *reader);
uint64_t reader_spans_next(const struct reader *reader);
int reader_events_tell(struct reader *reader);
void reader_spans_tell(struct reader *reader);
void reader_events_close(struct reader *reader);

#endif
