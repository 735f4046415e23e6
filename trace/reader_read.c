#include "trace/reader_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Records between two calls of the query's progress. */
#define PROGRESS_STEPS 4096

/* --- rows */

sqlite3_stmt *reader_prepare(struct reader *reader, const char *query, int64_t last_row)
{
	sqlite3_stmt *statement = NULL;

	if (!reader->error)
		reader_check(reader,
			     sqlite3_prepare_v2(reader->database, query, -1, &statement, NULL));
	if (statement)
		sqlite3_bind_int64(statement, 1, last_row);
	return statement;
}

bool reader_step(struct reader *reader, sqlite3_stmt **statement)
{
	int result = *statement ? sqlite3_step(*statement) : SQLITE_DONE;

	if (result == SQLITE_ROW)
		return true;
	if (result != SQLITE_DONE)
		reader_check(reader, result);
	sqlite3_finalize(*statement);
	*statement = NULL;
	return false;
}

uint64_t reader_number(sqlite3_stmt *statement, int column)
{
	return (uint64_t)sqlite3_column_int64(statement, column);
}

uint64_t reader_time(const struct reader *reader, sqlite3_stmt *statement, int column)
{
	return reader->info.session.start_ns + reader_number(statement, column);
}

const char *reader_text(sqlite3_stmt *statement, int column, char *to, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	text_copy(to, size, text ? text : "");
	return to;
}

struct reader_value *reader_value(struct reader *reader, uint64_t line)
{
	return line < reader->room ? &reader->values[line] : NULL;
}

static bool is_wanted(const struct reader *reader, uint32_t line)
{
	return line == LINE_SESSION || (line < reader->room && reader->values[line].wanted);
}

/* The line that a record is of; ticks have wanted ones only. */
static uint32_t line_of(const struct record *record)
{
	switch (record->type) {
	case RECORD_EVENT:
		return record->event.line;
	case RECORD_PROCESS:
		return record->process.line;
	case RECORD_END:
		return record->end.line;
	case RECORD_GAP:
		return record->gap.line;
	case RECORD_PEAK:
		return record->peak.line;
	case RECORD_LIMIT:
		return record->limit.line;
	case RECORD_INSPECTION:
		return record->inspection.line;
	case RECORD_METRICS:
		return record->metrics.line;
	case RECORD_TICK:
	case RECORD_CLOCK:
		break;
	}
	return LINE_SESSION;
}

void reader_tell(struct reader *reader, struct record *record)
{
	if (record->t_ns < reader->from_ns || record->t_ns > reader->to_ns ||
	    !is_wanted(reader, line_of(record)))
		return;
	record->seq = ++reader->seq;
	reader->each(reader->each_arg, record);
}

/* --- names, gaps, ends */

static void step_named(struct reader *reader)
{
	reader->named_ns = READER_NEVER;
	if (reader_step(reader, &reader->named))
		reader->named_ns = reader_time(reader, reader->named, 0);
}

static void tell_named(struct reader *reader)
{
	char name[TEXT_NAME + 1], command[TEXT_COMMAND + 1];
	struct record record = { .t_ns = reader->named_ns, .type = RECORD_PROCESS };
	const struct reader_process *process =
		reader_line(reader, (uint32_t)reader_number(reader->named, 1));

	if (process) {
		record.process = (struct process){
			.line = process->line,
			.pid = process->pid,
			.ppid = (uint32_t)reader_number(reader->named, 2),
			.start_ticks = process->start_ticks,
			.name = reader_text(reader->named, 3, name, sizeof name),
			.command = reader_text(reader->named, 4, command, sizeof command),
		};
		reader_tell(reader, &record);
	}
	step_named(reader);
}

static void step_gaps(struct reader *reader)
{
	reader->gap_ns = READER_NEVER;
	if (reader_step(reader, &reader->gaps))
		reader->gap_ns = reader_time(reader, reader->gaps, 1);
}

static enum gap_reason reason_of(sqlite3_stmt *statement, int column)
{
	static const enum gap_reason reasons[] = { GAP_MISSED,	  GAP_DROPPED, GAP_TORN,
						   GAP_BEHIND,	  GAP_SUSPEND, GAP_CLOCK_AHEAD,
						   GAP_CLOCK_BACK };
	const char *text = (const char *)sqlite3_column_text(statement, column);

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons && text; i++) {
		if (strcmp(text, gap_reason_text(reasons[i])) == 0)
			return reasons[i];
	}
	return 0;
}

static void tell_gap(struct reader *reader)
{
	struct record record = { .t_ns = reader->gap_ns, .type = RECORD_GAP };

	record.gap = (struct gap){
		.line = (uint32_t)reader_number(reader->gaps, 2),
		.reason = reason_of(reader->gaps, 3),
		.from_ns = reader_time(reader, reader->gaps, 0),
		.to_ns = reader->gap_ns,
		.count = reader_number(reader->gaps, 4),
	};
	if (record.gap.reason == GAP_MISSED)
		reader->missed += record.gap.count;
	if (record.gap.reason)
		reader_tell(reader, &record);
	step_gaps(reader);
}

static void tell_peak(struct reader *reader, const struct reader_process *process)
{
	struct record record = { .t_ns = process->last_ns, .type = RECORD_PEAK };

	record.peak = (struct peak){ process->line, process->peak_rss };
	if (process->peak_rss)
		reader_tell(reader, &record);
}

static void tell_end(struct reader *reader)
{
	const struct reader_process *process = &reader->processes[reader->ends[reader->end_next++]];
	const struct reader_value *value = &reader->values[process->line];
	struct record record = { .t_ns = process->last_ns, .type = RECORD_END };

	tell_peak(reader, process);
	reader_samples_end(reader, process->line);
	if (!process->ended)
		return;
	record.end = (struct end){
		.line = process->line,
		.pid = process->pid,
		.reason = process->reason,
		.code = process->code,
		.last_rss = value->seen ? value->rss : 0,
		.max_rss = process->max_rss,
		.peak_rss = process->peak_rss,
	};
	reader_tell(reader, &record);
}

static uint64_t next_end(const struct reader *reader)
{
	if (reader->end_next == reader->end_count)
		return READER_NEVER;
	return reader->processes[reader->ends[reader->end_next]].last_ns;
}

/* --- the merge of all that */

enum cursor {
	CURSOR_NAMED,
	CURSOR_GAP,
	CURSOR_BOUND,
	CURSOR_INSPECTION,
	CURSOR_METRIC,
	CURSOR_SAMPLE,
	CURSOR_EVENT,
	CURSOR_SPAN,
	CURSOR_END
};

/* What comes next, and when; what comes at the same time comes in the order of the cursors. */
static enum cursor find_next(struct reader *reader, uint64_t *ret_ns)
{
	const uint64_t times[] = {
		[CURSOR_NAMED] = reader->named_ns,
		[CURSOR_GAP] = reader->gap_ns,
		[CURSOR_BOUND] = reader->bound_ns,
		[CURSOR_INSPECTION] = reader->inspection_ns,
		[CURSOR_METRIC] = reader->metric_ns,
		[CURSOR_SAMPLE] = reader_samples_next(reader),
		[CURSOR_EVENT] = reader_events_next(reader),
		[CURSOR_SPAN] = reader_spans_next(reader),
		[CURSOR_END] = next_end(reader),
	};
	enum cursor next = CURSOR_NAMED;

	for (enum cursor i = CURSOR_GAP; i <= CURSOR_END; i++) {
		if (times[i] < times[next])
			next = i;
	}
	*ret_ns = times[next];
	return next;
}

static void tell_next(struct reader *reader, enum cursor cursor)
{
	switch (cursor) {
	case CURSOR_NAMED:
		tell_named(reader);
		break;
	case CURSOR_GAP:
		tell_gap(reader);
		break;
	case CURSOR_BOUND:
		reader_bounds_tell(reader);
		break;
	case CURSOR_INSPECTION:
		reader_inspections_tell(reader);
		break;
	case CURSOR_METRIC:
		reader_metrics_tell(reader);
		break;
	case CURSOR_SAMPLE:
		reader_samples_tell(reader);
		break;
	case CURSOR_EVENT:
		reader_events_tell(reader);
		break;
	case CURSOR_SPAN:
		reader_spans_tell(reader);
		break;
	case CURSOR_END:
		tell_end(reader);
		break;
	}
}

static bool go_on(struct reader *reader, uint64_t t_ns)
{
	const struct reader_query *query = reader->query;
	uint64_t begin_ns = reader->info.begin_ns;
	double span = (double)(reader->to_ns - begin_ns);
	double done = span > 0 && t_ns > begin_ns ? (double)(t_ns - begin_ns) / span : 0;

	return !query->progress || query->progress(query->arg, done < 1 ? done : 1);
}

static void tell_all(struct reader *reader)
{
	uint64_t steps = 0;
	uint64_t t_ns;

	while (!reader->error) {
		enum cursor cursor = find_next(reader, &t_ns);

		if (t_ns > reader->to_ns)
			break;
		if (!reader->begun && t_ns >= reader->from_ns) {
			reader->begun = true;
			reader_samples_begin(reader);
		}
		tell_next(reader, cursor);
		if (++steps % PROGRESS_STEPS == 0 && !go_on(reader, t_ns))
			reader_fail(reader, -ECANCELED, "interrupted");
	}
	if (!reader->error && !reader->begun)
		reader_samples_begin(reader);
	if (!reader->error)
		go_on(reader, reader->to_ns);
}

/* --- a reading */

static int compare_ends(const void *a, const void *b, void *arg)
{
	const struct reader *reader = arg;
	uint64_t a_ns = reader->processes[*(const uint32_t *)a].last_ns;
	uint64_t b_ns = reader->processes[*(const uint32_t *)b].last_ns;

	return a_ns < b_ns ? -1 : a_ns > b_ns;
}

/* Who is wanted, and in which order they end. */
static void prepare_lines(struct reader *reader)
{
	const struct reader_query *query = reader->query;

	memset(reader->values, 0, reader->room * sizeof *reader->values);
	for (size_t i = 0; i < reader->count; i++) {
		const struct reader_process *process = &reader->processes[i];

		reader->values[process->line].wanted =
			!query->wants || query->wants(query->arg, process);
		reader->ends[i] = (uint32_t)i;
	}
	reader->end_count = reader->count;
	reader->end_next = 0;
	qsort_r(reader->ends, reader->count, sizeof *reader->ends, compare_ends, reader);
}

static void open_cursors(struct reader *reader)
{
	reader->named = reader_prepare(reader,
				       "SELECT t_ns, process, ppid, name, command FROM named"
				       " WHERE rowid <= ?1 ORDER BY rowid",
				       reader->last_named);
	reader->gaps = reader_prepare(reader,
				      "SELECT from_ns, to_ns, process, reason, count FROM gap"
				      " WHERE rowid <= ?1 AND reason NOT IN ('" TRACE_LATE "',"
				      " '" TRACE_EMPTY "') ORDER BY rowid",
				      reader->last_gap);
	step_named(reader);
	step_gaps(reader);
	reader_bounds_open(reader);
	reader_inspections_open(reader);
	reader_metrics_open(reader);
	reader_samples_open(reader);
	reader_events_open(reader);
}

static void close_cursors(struct reader *reader)
{
	sqlite3_finalize(reader->named);
	sqlite3_finalize(reader->gaps);
	sqlite3_finalize(reader->bounds);
	sqlite3_finalize(reader->inspections);
	sqlite3_finalize(reader->metrics);
	sqlite3_finalize(reader->samples);
	sqlite3_finalize(reader->holes);
	reader->named = NULL;
	reader->gaps = NULL;
	reader->bounds = NULL;
	reader->inspections = NULL;
	reader->metrics = NULL;
	reader->samples = NULL;
	reader->holes = NULL;
	reader_events_close(reader);
}

int reader_read(struct reader *reader, const struct reader_query *query, record_fn each, void *arg)
{
	reader->error = 0;
	reader->query = query;
	reader->each = each;
	reader->each_arg = arg;
	reader->from_ns = query->from_ns;
	reader->to_ns = reader->info.end_ns;
	if (query->to_ns && query->to_ns < reader->to_ns)
		reader->to_ns = query->to_ns;
	reader->seq = 0;
	reader->begun = query->from_ns == 0;
	reader->event_ns = READER_NEVER;
	reader->sample_ns = READER_NEVER;
	prepare_lines(reader);
	open_cursors(reader);
	tell_all(reader);
	close_cursors(reader);
	return reader->error;
}
