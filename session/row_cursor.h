/*
 * The rows of a session file, which anybody may have made: each value is checked for its type and
 * its range as it is read, here and nowhere else, so that whoever takes it may count with it. A
 * file that fails is damaged, and says where. Rows come in the order of their rowid, none twice.
 *
 * A new column is a number here, and a line in cursor.c with its kind; one that older recordings
 * don't have reads as NULL there.
 */
#ifndef SESSION_ROW_CURSOR_H
#define SESSION_ROW_CURSOR_H

#include "session/schema.h"

#include <stdbool.h>

enum cursor_table {
	TABLE_PROCESS,
	TABLE_NAMED,
	TABLE_SAMPLE,
	TABLE_EVENT,
	TABLE_GAP,
	TABLE_BOUND,
	TABLE_INSPECTION,
	TABLE_METRIC,
	TABLE_CLOCK,
	TABLE_SESSION, /* by key: it has no cursor */
	TABLES
};

enum {
	PROCESS_ID,
	PROCESS_PID,
	PROCESS_START,
	PROCESS_PPID,
	PROCESS_NAME,
	PROCESS_COMMAND,
	PROCESS_FIRST,
	PROCESS_LAST,
	PROCESS_ENDED,
	PROCESS_CODE,
	PROCESS_SIGNAL,
	PROCESS_PEAK,
	PROCESS_MAX,
	PROCESS_PEAK_KIND,
	PROCESS_FAMILY_PEAK
};

enum { NAMED_T, NAMED_PROCESS, NAMED_PPID, NAMED_NAME, NAMED_COMMAND };

enum { SAMPLE_T, SAMPLE_PROCESS, SAMPLE_RSS, SAMPLE_SHARED };

enum {
	EVENT_T,
	EVENT_PROCESS,
	EVENT_CATEGORY,
	EVENT_LABEL,
	EVENT_DURATION,
	EVENT_RSS,
	EVENT_RSS_END,
	EVENT_SPAN,
	EVENT_SHARED,
	EVENT_PEAK,
	EVENT_PEAK_EXACT,
	EVENT_AGE,
	EVENT_END_SHARED,
	EVENT_END_AGE
};

enum { GAP_FROM, GAP_TO, GAP_PROCESS, GAP_REASON, GAP_COUNT };

enum { BOUND_T, BOUND_PROCESS, BOUND_KIND, BOUND_LIMIT, BOUND_USED };

enum {
	INSPECTION_T,
	INSPECTION_PROCESS,
	INSPECTION_NUMBER,
	INSPECTION_PLACE,
	INSPECTION_KIND_COUNT,
	INSPECTION_KIND,
	INSPECTION_NAME,
	INSPECTION_USE /* eight figures, from here on */
};

enum {
	METRIC_T,
	METRIC_PROCESS,
	METRIC_FIGURES, /* from METRIC_PSS on */
	METRIC_READ = METRIC_FIGURES + 8,
	METRIC_PSS_ANON
};

enum { CLOCK_T, CLOCK_UNIX };

/* What of the tables a file has. */
struct cursor_schema {
	uint32_t columns[TABLES]; /* bits, by number; 0: it hasn't the table */
};

struct cursor {
	sqlite3_stmt *row; /* NULL: none is left */
	enum cursor_table table;
	int64_t rowid;
	int64_t earliest; /* ns from the session's start to where the clock's zero lies, negative */
};

const char *cursor_table_name(enum cursor_table table);

/*
 * Whether a database has our tables, as tables, with our columns, and nothing that runs by itself:
 * 0, or -EBADMSG with why, of TEXT_WHY bytes.
 */
int cursor_schema_read(struct cursor_schema *ret_schema, sqlite3 *database, char *why);

struct cursor_range {
	uint64_t start_ns; /* where the session's start lies on its clock */
	int64_t last;	   /* the newest row */
	int64_t from;	   /* ?2 of the condition */
};

/*
 * Read the rows of a table, in order, up to one; of those, for which @where is so: "", or " AND
 * ...". An SQLite result; where the file hasn't the table there are no rows.
 */
int cursor_open(struct cursor *cursor, sqlite3 *database, const struct cursor_schema *schema,
		enum cursor_table table, const char *where, const struct cursor_range *range);
void cursor_close(struct cursor *cursor);

/*
 * Go to the next row: 1; 0 past the last, and closed; -EBADMSG with why where it isn't sound; or
 * -EIO, which SQLite explains.
 */
int cursor_step(struct cursor *cursor, char *why);

/* Of the row it is at. */
bool cursor_is_null(const struct cursor *cursor, int column);
int64_t cursor_signed(const struct cursor *cursor, int column);
uint64_t cursor_number(const struct cursor *cursor, int column); /* 0 for NULL */
/* "" for NULL; cut at a character where @to, of @size bytes, is too short. Returns @to. */
const char *cursor_text(const struct cursor *cursor, int column, char *to, size_t size);

bool cursor_says(const struct cursor *cursor, int column, const char *word);

#endif
