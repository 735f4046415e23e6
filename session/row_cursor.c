#include "session/row_cursor.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Room for a query. */
#define QUERY_ROOM 768

enum kind {
	KIND_TIME,  /* ns since the session's start; before it negative, but not before its clock's
		       zero */
	KIND_COUNT, /* of anything, nanoseconds too */
	KIND_BYTES,
	KIND_WALL,   /* ns since 1970 */
	KIND_NUMBER, /* of 32 bits: a line, a PID, a place */
	KIND_LINE,   /* the same, of a process: 1 or more */
	KIND_CODE,   /* an exit status or a signal */
	KIND_ID,     /* any */
	KIND_TEXT
};

static const struct {
	int64_t least;
	int64_t most;
	const char *what;
} kinds[] = {
	[KIND_TIME] = { -TRACE_MOST, TRACE_MOST, "a time in the session" },
	[KIND_COUNT] = { 0, TRACE_MOST, "a count" },
	[KIND_BYTES] = { 0, INT64_MAX, "a number of bytes" },
	[KIND_WALL] = { 0, INT64_MAX, "a time" },
	[KIND_NUMBER] = { 0, UINT32_MAX - 1, "a number that it can have" },
	[KIND_LINE] = { 1, UINT32_MAX - 1, "the number of a process" },
	[KIND_CODE] = { INT32_MIN, INT32_MAX, "an exit status" },
	[KIND_ID] = { INT64_MIN, INT64_MAX, "a number" },
	[KIND_TEXT] = { 0, 0, "a text" },
};

enum flags {
	NEEDED = 0,
	MAY_BE_NULL = 1,
	IS_NEWER = 2, /* recordings of a memwatch before it don't have it */
};

struct column {
	const char *name;
	enum kind kind;
	unsigned flags;
};

struct table {
	const char *name;
	bool is_newer;
	size_t count;
	const struct column *columns;
};

#define TABLE(...)                                                                                 \
	.columns = (const struct column[]){ __VA_ARGS__ },                                         \
	.count = sizeof((const struct column[]){ __VA_ARGS__ }) / sizeof(struct column)

/* clang-format off */
static const struct table tables[TABLES] = {
	[TABLE_PROCESS] = { "process", TABLE(
		[PROCESS_ID] = { "id", KIND_LINE, NEEDED },
		[PROCESS_PID] = { "pid", KIND_NUMBER, NEEDED },
		[PROCESS_START] = { "start_ns", KIND_COUNT, MAY_BE_NULL },
		[PROCESS_PPID] = { "ppid", KIND_NUMBER, MAY_BE_NULL },
		[PROCESS_NAME] = { "name", KIND_TEXT, NEEDED },
		[PROCESS_COMMAND] = { "command", KIND_TEXT, NEEDED },
		[PROCESS_FIRST] = { "first_ns", KIND_TIME, NEEDED },
		[PROCESS_LAST] = { "last_ns", KIND_TIME, MAY_BE_NULL },
		[PROCESS_ENDED] = { "ended", KIND_TEXT, MAY_BE_NULL },
		[PROCESS_CODE] = { "exit_code", KIND_CODE, MAY_BE_NULL },
		[PROCESS_SIGNAL] = { "signal", KIND_CODE, MAY_BE_NULL },
		[PROCESS_PEAK] = { "peak_rss", KIND_BYTES, MAY_BE_NULL },
		[PROCESS_MAX] = { "max_rss", KIND_BYTES, MAY_BE_NULL },
		[PROCESS_PEAK_KIND] = { "peak_kind", KIND_TEXT, MAY_BE_NULL | IS_NEWER },
		[PROCESS_FAMILY_PEAK] = { "family_peak", KIND_BYTES, MAY_BE_NULL | IS_NEWER }) },
	[TABLE_NAMED] = { "named", TABLE(
		[NAMED_T] = { "t_ns", KIND_TIME, NEEDED },
		[NAMED_PROCESS] = { "process", KIND_LINE, NEEDED },
		[NAMED_PPID] = { "ppid", KIND_NUMBER, MAY_BE_NULL },
		[NAMED_NAME] = { "name", KIND_TEXT, NEEDED },
		[NAMED_COMMAND] = { "command", KIND_TEXT, NEEDED }) },
	[TABLE_SAMPLE] = { "sample", TABLE(
		[SAMPLE_T] = { "t_ns", KIND_TIME, NEEDED },
		[SAMPLE_PROCESS] = { "process", KIND_LINE, NEEDED },
		[SAMPLE_RSS] = { "rss", KIND_BYTES, MAY_BE_NULL },
		[SAMPLE_SHARED] = { "shared", KIND_BYTES, IS_NEWER }) },
	[TABLE_EVENT] = { "event", TABLE(
		[EVENT_T] = { "t_ns", KIND_TIME, NEEDED },
		[EVENT_PROCESS] = { "process", KIND_LINE, MAY_BE_NULL },
		[EVENT_CATEGORY] = { "category", KIND_TEXT, NEEDED },
		[EVENT_LABEL] = { "label", KIND_TEXT, NEEDED },
		[EVENT_DURATION] = { "duration_ns", KIND_COUNT, MAY_BE_NULL },
		[EVENT_RSS] = { "rss", KIND_BYTES, MAY_BE_NULL },
		[EVENT_RSS_END] = { "rss_end", KIND_BYTES, MAY_BE_NULL },
		[EVENT_SPAN] = { "span", KIND_ID, MAY_BE_NULL },
		[EVENT_SHARED] = { "shared", KIND_BYTES, IS_NEWER },
		[EVENT_PEAK] = { "peak_rss", KIND_BYTES, IS_NEWER },
		[EVENT_PEAK_EXACT] = { "peak_exact", KIND_COUNT, IS_NEWER },
		[EVENT_AGE] = { "rss_age_ns", KIND_COUNT, IS_NEWER },
		[EVENT_END_SHARED] = { "shared_end", KIND_BYTES, IS_NEWER },
		[EVENT_END_AGE] = { "rss_end_age_ns", KIND_COUNT, IS_NEWER }) },
	[TABLE_GAP] = { "gap", TABLE(
		[GAP_FROM] = { "from_ns", KIND_TIME, NEEDED },
		[GAP_TO] = { "to_ns", KIND_TIME, NEEDED },
		[GAP_PROCESS] = { "process", KIND_LINE, MAY_BE_NULL },
		[GAP_REASON] = { "reason", KIND_TEXT, NEEDED },
		[GAP_COUNT] = { "count", KIND_COUNT, NEEDED }) },
	[TABLE_BOUND] = { "bound", .is_newer = true, TABLE(
		[BOUND_T] = { "t_ns", KIND_TIME, NEEDED },
		[BOUND_PROCESS] = { "process", KIND_LINE, MAY_BE_NULL },
		[BOUND_KIND] = { "kind", KIND_TEXT, NEEDED },
		[BOUND_LIMIT] = { "limit_bytes", KIND_BYTES, MAY_BE_NULL },
		[BOUND_USED] = { "used_bytes", KIND_BYTES, NEEDED }) },
	[TABLE_INSPECTION] = { "inspection", .is_newer = true, TABLE(
		[INSPECTION_T] = { "t_ns", KIND_TIME, NEEDED },
		[INSPECTION_PROCESS] = { "process", KIND_LINE, NEEDED },
		[INSPECTION_NUMBER] = { "number", KIND_NUMBER, NEEDED },
		[INSPECTION_PLACE] = { "place", KIND_NUMBER, NEEDED },
		[INSPECTION_KIND_COUNT] = { "kinds", KIND_NUMBER, NEEDED },
		[INSPECTION_KIND] = { "kind", KIND_TEXT, MAY_BE_NULL },
		[INSPECTION_NAME] = { "name", KIND_TEXT, NEEDED },
		[INSPECTION_USE] = { "mappings", KIND_BYTES, NEEDED },
		{ "size_bytes", KIND_BYTES, NEEDED },
		{ "rss_bytes", KIND_BYTES, NEEDED },
		{ "pss_bytes", KIND_BYTES, NEEDED },
		{ "private_dirty_bytes", KIND_BYTES, NEEDED },
		{ "swap_bytes", KIND_BYTES, NEEDED },
		{ "hugetlb_bytes", KIND_BYTES, NEEDED },
		{ "lazyfree_bytes", KIND_BYTES, IS_NEWER }) },
	[TABLE_METRIC] = { "metric", .is_newer = true, TABLE(
		[METRIC_T] = { "t_ns", KIND_TIME, NEEDED },
		[METRIC_PROCESS] = { "process", KIND_LINE, NEEDED },
		[METRIC_FIGURES] = { "pss", KIND_BYTES, MAY_BE_NULL },
		{ "uss", KIND_BYTES, MAY_BE_NULL },
		{ "swap", KIND_BYTES, MAY_BE_NULL },
		{ "anon", KIND_BYTES, MAY_BE_NULL },
		{ "file", KIND_BYTES, MAY_BE_NULL },
		{ "shmem", KIND_BYTES, MAY_BE_NULL },
		{ "hugetlb", KIND_BYTES, IS_NEWER },
		{ "lazyfree", KIND_BYTES, IS_NEWER },
		[METRIC_READ] = { "read_ns", KIND_COUNT, MAY_BE_NULL },
		[METRIC_PSS_ANON] = { "pss_anon", KIND_BYTES, IS_NEWER }) },
	[TABLE_CLOCK] = { "clock", .is_newer = true, TABLE(
		[CLOCK_T] = { "t_ns", KIND_TIME, NEEDED },
		[CLOCK_UNIX] = { "unix_ns", KIND_WALL, NEEDED }) },
	[TABLE_SESSION] = { "session", TABLE(
		{ "key", KIND_TEXT, NEEDED },
		{ "value", KIND_ID, NEEDED }) },
};
/* clang-format on */

const char *cursor_table_name(enum cursor_table table)
{
	return tables[table].name;
}

/* --- the schema */

/* @what is the file's own: it may be long, or anything. */
static const char *shown(char text[TEXT_NAME + 1], const char *what)
{
	text_clean(text, TEXT_NAME + 1, what, strlen(what));
	return text;
}

static int find_table(const char *name)
{
	for (int i = 0; i < TABLES; i++) {
		if (strcasecmp(tables[i].name, name) == 0)
			return i;
	}
	return TABLES;
}

static const char *text_at(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return text ? text : "";
}

/* One entry of a database's schema: what is a table of ours, and what may not be there. */
static int look_at_entry(struct cursor_schema *schema, sqlite3_stmt *row, char *why)
{
	const char *type = text_at(row, 0);
	const char *name = text_at(row, 1);
	char text[TEXT_NAME + 1];
	int table = find_table(name);

	if (strcmp(type, "trigger") == 0) {
		snprintf(why, TEXT_WHY,
			 "is not as memwatch makes recordings: it has a trigger, %s",
			 shown(text, name));
		return -EBADMSG;
	}
	if (table == TABLES)
		return 0;
	/* a table of another kind, which a program keeps elsewhere, has no page */
	if (strcmp(type, "table") != 0 || sqlite3_column_int64(row, 2) <= 0) {
		snprintf(why, TEXT_WHY,
			 "is not as memwatch makes recordings: its %s is not a table",
			 tables[table].name);
		return -EBADMSG;
	}
	schema->columns[table] = 1;
	return 0;
}

static int look_at_entries(struct cursor_schema *schema, sqlite3 *database, char *why)
{
	sqlite3_stmt *row = NULL;
	int error = 0;
	int result = sqlite3_prepare_v2(database, "SELECT type, name, rootpage FROM sqlite_master",
					-1, &row, NULL);

	while (result == SQLITE_OK && !error && sqlite3_step(row) == SQLITE_ROW)
		error = look_at_entry(schema, row, why);
	result = sqlite3_finalize(row);
	if (!error && result != SQLITE_OK)
		error = schema_explain(database, why);
	return error;
}

static uint32_t find_column(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++) {
		if (strcasecmp(table->columns[i].name, name) == 0)
			return 1U << i;
	}
	return 0;
}

/* Which of our columns a table has: bits. One that is computed is none of ours. */
static int look_at_columns(uint32_t *ret_columns, sqlite3 *database, const struct table *table,
			   char *why)
{
	sqlite3_stmt *row = NULL;
	char query[64];
	int error = 0;
	int result;

	*ret_columns = 0;
	snprintf(query, sizeof query, "PRAGMA table_xinfo(%s)", table->name);
	result = sqlite3_prepare_v2(database, query, -1, &row, NULL);
	while (result == SQLITE_OK && !error && sqlite3_step(row) == SQLITE_ROW) {
		uint32_t column = find_column(table, text_at(row, 1));

		if (column && sqlite3_column_int64(row, 6) != 0) {
			snprintf(why, TEXT_WHY,
				 "is not as memwatch makes recordings: its table %s computes a "
				 "column",
				 table->name);
			error = -EBADMSG;
		}
		*ret_columns |= column;
	}
	result = sqlite3_finalize(row);
	if (!error && result != SQLITE_OK)
		error = schema_explain(database, why);
	return error;
}

static int check_columns(const struct table *table, uint32_t columns, char *why)
{
	for (size_t i = 0; i < table->count; i++) {
		if ((columns & 1U << i) || (table->columns[i].flags & IS_NEWER))
			continue;
		snprintf(why, TEXT_WHY, "is damaged: its table %s has no column %s", table->name,
			 table->columns[i].name);
		return -EBADMSG;
	}
	return 0;
}

int cursor_schema_read(struct cursor_schema *ret_schema, sqlite3 *database, char *why)
{
	int error;

	*ret_schema = (struct cursor_schema){ 0 };
	error = look_at_entries(ret_schema, database, why);
	for (int i = 0; i < TABLES && !error; i++) {
		uint32_t *columns = &ret_schema->columns[i];

		if (!*columns && !tables[i].is_newer) {
			snprintf(why, TEXT_WHY, "is damaged: it has no table %s", tables[i].name);
			return -EBADMSG;
		}
		if (!*columns)
			continue;
		error = look_at_columns(columns, database, &tables[i], why);
		if (!error)
			error = check_columns(&tables[i], *columns, why);
	}
	return error;
}

/* --- rows */

int cursor_open(struct cursor *cursor, sqlite3 *database, const struct cursor_schema *schema,
		enum cursor_table table, const char *where, const struct cursor_range *range)
{
	const struct table *of = &tables[table];
	char query[QUERY_ROOM] = "SELECT ";
	size_t used = strlen(query);
	int result;

	*cursor = (struct cursor){ .table = table,
				   .rowid = INT64_MIN,
				   .earliest = -(int64_t)range->start_ns };
	if (!schema->columns[table])
		return SQLITE_OK;
	for (size_t i = 0; i < of->count; i++)
		used += (size_t)snprintf(query + used, sizeof query - used, "%s, ",
					 schema->columns[table] & 1U << i ? of->columns[i].name
									  : "NULL");
	snprintf(query + used, sizeof query - used,
		 "rowid FROM %s WHERE rowid <= ?1%s ORDER BY rowid", of->name, where);
	result = sqlite3_prepare_v2(database, query, -1, &cursor->row, NULL);
	sqlite3_bind_int64(cursor->row, 1, range->last);
	if (where[0])
		sqlite3_bind_int64(cursor->row, 2, range->from);
	return result;
}

void cursor_close(struct cursor *cursor)
{
	sqlite3_finalize(cursor->row);
	cursor->row = NULL;
}

static bool is_sound(const struct cursor *cursor, const struct column *column, int i)
{
	int type = sqlite3_column_type(cursor->row, i);
	int64_t number;

	if (type == SQLITE_NULL)
		return column->flags & (MAY_BE_NULL | IS_NEWER);
	if (column->kind == KIND_TEXT)
		return type == SQLITE_TEXT;
	number = sqlite3_column_int64(cursor->row, i);
	return type == SQLITE_INTEGER && number >= kinds[column->kind].least &&
	       number <= kinds[column->kind].most &&
	       (column->kind != KIND_TIME || number >= cursor->earliest);
}

/* What is wrong with a row: a column, or its place in the table. */
static int refuse(const struct cursor *cursor, const struct column *column, char *why)
{
	const char *table = tables[cursor->table].name;

	if (column)
		snprintf(why, TEXT_WHY, "is damaged: row %lld of its table %s: %s is not %s",
			 (long long)cursor->rowid, table, column->name, kinds[column->kind].what);
	else
		snprintf(why, TEXT_WHY,
			 "is damaged: the rows of its table %s are not in order after row %lld",
			 table, (long long)cursor->rowid);
	return -EBADMSG;
}

int cursor_step(struct cursor *cursor, char *why)
{
	const struct table *table = &tables[cursor->table];
	int result = cursor->row ? sqlite3_step(cursor->row) : SQLITE_DONE;
	int64_t rowid;

	if (result != SQLITE_ROW) {
		cursor_close(cursor);
		return result == SQLITE_DONE ? 0 : -EIO;
	}
	rowid = sqlite3_column_int64(cursor->row, (int)table->count);
	/* pages that lead to each other would have no end */
	if (rowid <= cursor->rowid && cursor->rowid != INT64_MIN)
		return refuse(cursor, NULL, why);
	cursor->rowid = rowid;
	for (size_t i = 0; i < table->count; i++) {
		if (!is_sound(cursor, &table->columns[i], (int)i))
			return refuse(cursor, &table->columns[i], why);
	}
	return 1;
}

bool cursor_is_null(const struct cursor *cursor, int column)
{
	return sqlite3_column_type(cursor->row, column) == SQLITE_NULL;
}

int64_t cursor_signed(const struct cursor *cursor, int column)
{
	return sqlite3_column_int64(cursor->row, column);
}

uint64_t cursor_number(const struct cursor *cursor, int column)
{
	return (uint64_t)sqlite3_column_int64(cursor->row, column);
}

const char *cursor_text(const struct cursor *cursor, int column, char *to, size_t size)
{
	text_copy(to, size, text_at(cursor->row, column));
	return to;
}

bool cursor_says(const struct cursor *cursor, int column, const char *word)
{
	return strcmp(text_at(cursor->row, column), word) == 0;
}
