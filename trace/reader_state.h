/*
 * What the files of the reader share. Only they include it.
 */
#ifndef TRACE_READER_STATE_H
#define TRACE_READER_STATE_H

#include "trace/reader.h"

#include <sqlite3.h>

/* A line while records are read, by number. */
struct reader_value {
	bool wanted;
	bool has;	/* it has a value now */
	bool seen;	/* it had one before: rss is the last */
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

struct reader {
	sqlite3 *database;
	struct reader_info info;
	struct reader_process *processes;
	size_t count;
	struct reader_value *values; /* by line */
	size_t room;
	int64_t last_sample; /* the newest rows when it was opened */
	int64_t last_event;
	int64_t last_named;
	int64_t last_gap;
	int64_t last_bound;	 /* 0 also where there is no such table */
	int64_t last_inspection; /* the same */
	int64_t last_metric;	 /* the same */
	bool has_shared;	 /* samples have the column */
	int error;
	char why[TRACE_WHY];

	/* Of the reader_read that runs. */
	const struct reader_query *query;
	record_fn each;
	void *each_arg;
	uint64_t from_ns;
	uint64_t to_ns;
	uint64_t seq;
	bool begun; /* from_ns is behind */
	int64_t rows_done;

	sqlite3_stmt *samples; /* the next row; NULL: no more */
	uint64_t sample_ns;
	struct sample *tick; /* what the lines have, in order of line; or what changed */
	size_t tick_count;
	size_t tick_room;
	bool tick_stale;      /* lines came or went */
	uint64_t deadline_ns; /* of the next tick that is to be told */
	uint64_t missed;

	sqlite3_stmt *holes;
	struct reader_hole hole;
	struct reader_hole ahead; /* the one after it */

	sqlite3_stmt *events;
	uint64_t event_ns;
	struct reader_span *spans; /* a heap, the first to end first */
	size_t span_count;
	size_t span_room;

	sqlite3_stmt *named;
	uint64_t named_ns;
	sqlite3_stmt *gaps;
	uint64_t gap_ns;
	sqlite3_stmt *bounds;
	uint64_t bound_ns;
	sqlite3_stmt *inspections;
	uint64_t inspection_ns;
	sqlite3_stmt *metrics;
	uint64_t metric_ns;

	uint32_t *ends; /* lines that ended, in order of time */
	size_t end_count;
	size_t end_next;
};

#define READER_NEVER UINT64_MAX

/* The reader's error after an SQLite result: the first one stays. */
int reader_check(struct reader *reader, int result);
int reader_fail(struct reader *reader, int error, const char *why);

sqlite3_stmt *reader_prepare(struct reader *reader, const char *query, int64_t last_row);

/* Whether a table has a column: older recordings lack some. */
bool reader_has_column(struct reader *reader, const char *table, const char *column);

/* Step: whether there is a row; else the statement is freed and NULL. */
bool reader_step(struct reader *reader, sqlite3_stmt **statement);

/* A column in ns since the session's start, as CLOCK_MONOTONIC. */
uint64_t reader_time(const struct reader *reader, sqlite3_stmt *statement, int column);
uint64_t reader_number(sqlite3_stmt *statement, int column);
/* A column's text, "" for NULL, to @to, of @size bytes, cut at a character; returns @to. */
const char *reader_text(sqlite3_stmt *statement, int column, char *to, size_t size);

/* The value of a line, NULL where there is no such line. */
struct reader_value *reader_value(struct reader *reader, uint64_t line);

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

/* reader_bounds.c: limits. Those from before from_ns that hold then are told as of from_ns. */
void reader_bounds_open(struct reader *reader);
void reader_bounds_tell(struct reader *reader);

/* reader_inspections.c */
void reader_inspections_open(struct reader *reader);
void reader_inspections_tell(struct reader *reader);

/* reader_metrics.c: figures beside the samples, in the same manner. */
void reader_metrics_open(struct reader *reader);
void reader_metrics_tell(struct reader *reader);

#endif
