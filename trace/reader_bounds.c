#include "trace/reader_state.h"

#include <string.h>

static void step(struct reader *reader)
{
	reader->bound_ns = READER_NEVER;
	if (!reader_step(reader, &reader->bounds))
		return;
	reader->bound_ns = reader_time(reader, reader->bounds, 0);
	if (reader->bound_ns < reader->from_ns)
		reader->bound_ns = reader->from_ns;
}

void reader_bounds_open(struct reader *reader)
{
	uint64_t start_ns = reader->info.session.start_ns;
	uint64_t from_ns = reader->from_ns > start_ns ? reader->from_ns - start_ns : 0;

	reader->bound_ns = READER_NEVER;
	if (!reader->last_bound)
		return;
	reader->bounds = reader_prepare(
		reader,
		"SELECT t_ns, process, kind, limit_bytes, used_bytes FROM bound"
		" WHERE rowid <= ?1 AND (t_ns >= ?2 OR rowid IN (SELECT max(rowid) FROM bound"
		" WHERE t_ns < ?2 GROUP BY process)) ORDER BY rowid",
		reader->last_bound);
	if (reader->bounds)
		sqlite3_bind_int64(reader->bounds, 2,
				   reader->from_ns ? (sqlite3_int64)from_ns : INT64_MIN);
	step(reader);
}

static bool kind_of(sqlite3_stmt *statement, int column, enum limit_kind *ret_kind)
{
	static const enum limit_kind kinds[] = { LIMIT_CGROUP, LIMIT_MACHINE };
	const char *text = (const char *)sqlite3_column_text(statement, column);

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && text; i++) {
		if (strcmp(text, limit_kind_text(kinds[i])) == 0) {
			*ret_kind = kinds[i];
			return true;
		}
	}
	return false;
}

/* Bytes in a column that anybody may have written. */
static uint64_t bytes_of(sqlite3_stmt *statement, int column)
{
	sqlite3_int64 bytes = sqlite3_column_int64(statement, column);

	return bytes > 0 ? (uint64_t)bytes : 0;
}

void reader_bounds_tell(struct reader *reader)
{
	struct record record = { .t_ns = reader->bound_ns, .type = RECORD_LIMIT };
	struct limit *limit = &record.limit;

	limit->line = (uint32_t)reader_number(reader->bounds, 1);
	limit->limit = bytes_of(reader->bounds, 3);
	limit->used = bytes_of(reader->bounds, 4);
	/* Other kinds may be told one day. */
	if (kind_of(reader->bounds, 2, &limit->kind) &&
	    (limit->kind == LIMIT_MACHINE) == (limit->line == LINE_SESSION))
		reader_tell(reader, &record);
	step(reader);
}
