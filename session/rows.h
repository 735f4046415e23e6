/*
 * The rows of a session file, written with prepared statements in one open transaction. Times are
 * nanoseconds since the session's start. Each function returns an SQLite result.
 */
#ifndef SESSION_ROWS_H
#define SESSION_ROWS_H

#include "session/schema.h"
#include "wire/record.h"

enum rows_statement {
	ROWS_SAMPLE,
	ROWS_EVENT,
	ROWS_SPAN_END,
	ROWS_SPAN_LEFT,
	ROWS_PROCESS,
	ROWS_NAMED,
	ROWS_RENAME,
	ROWS_CALLED,
	ROWS_END,
	ROWS_PEAK,
	ROWS_FAMILY_PEAK,
	ROWS_GAP,
	ROWS_BOUND,
	ROWS_INSPECTION,
	ROWS_METRIC,
	ROWS_CLOCK,
	ROWS_SESSION_TEXT,
	ROWS_SESSION_NUMBER,
	ROWS_BEGIN,
	ROWS_COMMIT,
	ROWS_STATEMENTS,
};

struct rows {
	sqlite3 *database;
	sqlite3_stmt *statements[ROWS_STATEMENTS];
};

/* All zeros is a closed one. rows_close leaves the database open. */
int rows_open(struct rows *rows, sqlite3 *database);
void rows_close(struct rows *rows);

int rows_begin(struct rows *rows);
int rows_commit(struct rows *rows);

/* What a process had when its PSS and its swap were told last; UINT64_MAX: they were not. */
struct rows_beside {
	uint64_t pss;
	uint64_t swap;
};

/* Of rss UINT64_MAX: NULL, and so is what is beside it. */
int rows_sample(struct rows *rows, int64_t t_ns, const struct sample *sample,
		const struct rows_beside *beside);

/* A milestone or a span, which is still open where it begins; *ret_row is its row. */
int rows_event(struct rows *rows, int64_t t_ns, const struct event *event, int64_t *ret_row);
/* The end of the span in row @row. */
int rows_span_end(struct rows *rows, int64_t row, const struct event *event);
/* The end that its process did not live to: its memory alone, and the span stays open. */
int rows_span_left(struct rows *rows, int64_t row, const struct event *event);

int rows_process(struct rows *rows, int64_t t_ns, const struct process *process);
/* What it is called from now on. */
int rows_named(struct rows *rows, int64_t t_ns, const struct process *process);
/* The same in its own row, with all that is said of it. */
int rows_rename(struct rows *rows, const struct process *process);
/* Whether that says so. */
bool rows_is_called(struct rows *rows, const struct process *process);

/* @ended: the table's word for it, NULL where it lives. */
int rows_end(struct rows *rows, int64_t t_ns, const char *ended, const struct end *end);
int rows_peak(struct rows *rows, uint32_t process, uint64_t peak_rss, bool family);

/* @process 0: NULL. */
int rows_gap(struct rows *rows, int64_t from_ns, int64_t to_ns, uint32_t process,
	     const char *reason, uint64_t count);

int rows_metrics(struct rows *rows, int64_t t_ns, const struct metrics *metrics);
int rows_bound(struct rows *rows, int64_t t_ns, const struct limit *limit);

int rows_inspection(struct rows *rows, int64_t t_ns, const struct inspection *inspection);

/* From @t_ns on the wall clock is @unix_ns + (t - @t_ns). */
int rows_clock(struct rows *rows, int64_t t_ns, uint64_t unix_ns);

int rows_session_text(struct rows *rows, const char *key, const char *value);
int rows_session_number(struct rows *rows, const char *key, int64_t value);

#endif
