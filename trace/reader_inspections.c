#include "trace/reader_state.h"

#include <string.h>

static void step(struct reader *reader)
{
	reader->inspection_ns = READER_NEVER;
	if (reader_step(reader, &reader->inspections))
		reader->inspection_ns = reader_time(reader, reader->inspections, 0);
}

void reader_inspections_open(struct reader *reader)
{
	reader->inspection_ns = READER_NEVER;
	if (!reader->last_inspection)
		return;
	reader->inspections = reader_prepare(
		reader,
		"SELECT t_ns, process, number, place, kinds, kind, name, mappings, size_bytes,"
		" rss_bytes, pss_bytes, private_dirty_bytes, swap_bytes, hugetlb_bytes"
		" FROM inspection WHERE rowid <= ?1 ORDER BY rowid",
		reader->last_inspection);
	step(reader);
}

/* A count or bytes in a column that anybody may have written. */
static uint64_t count_of(sqlite3_stmt *statement, int column)
{
	sqlite3_int64 count = sqlite3_column_int64(statement, column);

	return count > 0 ? (uint64_t)count : 0;
}

static struct memory_use use_of(sqlite3_stmt *statement, int column)
{
	return (struct memory_use){
		.mappings = count_of(statement, column),
		.size = count_of(statement, column + 1),
		.rss = count_of(statement, column + 2),
		.pss = count_of(statement, column + 3),
		.private_dirty = count_of(statement, column + 4),
		.swap = count_of(statement, column + 5),
		.hugetlb = count_of(statement, column + 6),
	};
}

static bool is_sound(const struct inspection *inspection)
{
	if (inspection->line == LINE_SESSION || inspection->kinds > INSPECTION_KINDS)
		return false;
	if (inspection->kinds == 0)
		return inspection->place == 0;
	return inspection->place < inspection->kinds;
}

void reader_inspections_tell(struct reader *reader)
{
	struct record record = { .t_ns = reader->inspection_ns, .type = RECORD_INSPECTION };
	struct inspection *inspection = &record.inspection;
	sqlite3_stmt *row = reader->inspections;
	char kind[TEXT_NAME + 1], name[TEXT_LABEL + 1];

	inspection->line = (uint32_t)reader_number(row, 1);
	inspection->number = (uint32_t)reader_number(row, 2);
	inspection->place = (uint32_t)reader_number(row, 3);
	inspection->kinds = (uint32_t)reader_number(row, 4);
	if (inspection->kinds > 0) {
		inspection->kind = memory_kind_find(reader_text(row, 5, kind, sizeof kind));
		/* Other kinds may be told one day. */
		if (!inspection->kind)
			inspection->kind = MEMORY_OTHERS;
	}
	inspection->name = reader_text(row, 6, name, sizeof name);
	inspection->use = use_of(row, 7);
	if (is_sound(inspection))
		reader_tell(reader, &record);
	step(reader);
}
