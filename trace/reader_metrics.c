#include "trace/reader_state.h"

static void step(struct reader *reader)
{
	reader->metric_ns = READER_NEVER;
	if (!reader_step(reader, &reader->metrics))
		return;
	reader->metric_ns = reader_time(reader, reader->metrics, 0);
	if (reader->metric_ns < reader->from_ns)
		reader->metric_ns = reader->from_ns;
}

/* Of what comes before the part that is read, the last of each process: of those of status (no
 * read_ns), and of those of smaps_rollup. */
void reader_metrics_open(struct reader *reader)
{
	uint64_t start_ns = reader->info.session.start_ns;
	uint64_t from_ns = reader->from_ns > start_ns ? reader->from_ns - start_ns : 0;

	reader->metric_ns = READER_NEVER;
	if (!reader->last_metric)
		return;
	reader->metrics = reader_prepare(
		reader,
		"SELECT t_ns, process, pss, uss, swap, anon, file, shmem, read_ns FROM metric"
		" WHERE rowid <= ?1 AND (t_ns >= ?2 OR rowid IN (SELECT max(rowid) FROM metric"
		" WHERE t_ns < ?2 GROUP BY process, read_ns IS NULL)) ORDER BY rowid",
		reader->last_metric);
	if (reader->metrics)
		sqlite3_bind_int64(reader->metrics, 2,
				   reader->from_ns ? (sqlite3_int64)from_ns : INT64_MIN);
	step(reader);
}

/* Whether a process that is told of still lives where the reading begins. */
static bool lives(const struct reader *reader, uint32_t line)
{
	const struct reader_process *process = reader_line(reader, line);

	return process && process->last_ns >= reader->from_ns;
}

void reader_metrics_tell(struct reader *reader)
{
	struct record record = { .t_ns = reader->metric_ns, .type = RECORD_METRICS };
	struct metrics *metrics = &record.metrics;
	sqlite3_stmt *row = reader->metrics;
	uint64_t line = reader_number(row, 1);

	metrics->line = line < reader->room ? (uint32_t)line : LINE_SESSION;
	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		sqlite3_int64 bytes = sqlite3_column_int64(row, 1 + (int)i);

		/* Anybody may have written it. */
		if (sqlite3_column_type(row, 1 + (int)i) == SQLITE_NULL || bytes < 0)
			continue;
		metrics->set |= METRIC_BIT(i);
		metrics->values[i] = (uint64_t)bytes;
	}
	if (sqlite3_column_int64(row, 8) > 0)
		metrics->read_ns = reader_number(row, 8);
	if (metrics->set && lives(reader, metrics->line))
		reader_tell(reader, &record);
	step(reader);
}
