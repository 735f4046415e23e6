#include "session/reader_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Work between two calls of the query's progress: rows, or samples told. */
#define WORK_STEPS 4096

/* Samples that are put back unasked, in two seconds at most: a day of five idle processes at 10 Hz;
 * or as many as this for each row of a larger file. */
#define PUT_BACK_FREE 5e6
#define PUT_BACK_A_ROW 1000

struct reader_value *reader_value(struct reader *reader, uint32_t line)
{
	return line <= reader->count ? &reader->values[line] : NULL;
}

static bool is_wanted(const struct reader *reader, uint32_t line)
{
	return line == LINE_SESSION || (line <= reader->count && reader->values[line].wanted);
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

/* When the row that a cursor is now at was written of; READER_NEVER past the last. */
static uint64_t step(struct reader *reader, struct cursor *cursor, int time)
{
	return reader_step(reader, cursor) ? reader_time(reader, cursor, time) : READER_NEVER;
}

/* --- names */

static void tell_named(struct reader *reader)
{
	const struct cursor *row = &reader->named;
	char name[TEXT_NAME + 1], command[TEXT_COMMAND + 1];
	struct record record = { .t_ns = reader->named_ns, .type = RECORD_PROCESS };
	const struct reader_process *process =
		reader_line(reader, reader_line_at(reader, row, NAMED_PROCESS));

	if (process) {
		record.process = (struct process){
			.line = process->line,
			.pid = process->pid,
			.ppid = (uint32_t)cursor_number(row, NAMED_PPID),
			.start_ticks = process->start_ticks,
			.name = cursor_text(row, NAMED_NAME, name, sizeof name),
			.command = cursor_text(row, NAMED_COMMAND, command, sizeof command),
		};
		reader_tell(reader, &record);
	}
	reader->named_ns = step(reader, &reader->named, NAMED_T);
}

/* --- gaps */

static enum gap_reason reason_at(const struct cursor *row)
{
	static const enum gap_reason reasons[] = {
		GAP_MISSED,  GAP_DROPPED,     GAP_TORN,	      GAP_BEHIND,
		GAP_SUSPEND, GAP_CLOCK_AHEAD, GAP_CLOCK_BACK, GAP_UNFOLLOWED,
	};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		if (cursor_says(row, GAP_REASON, gap_reason_text(reasons[i])))
			return reasons[i];
	}
	return 0;
}

static void tell_gap(struct reader *reader)
{
	const struct cursor *row = &reader->gaps;
	struct record record = { .t_ns = reader->gap_ns, .type = RECORD_GAP };

	record.gap = (struct gap){
		.line = reader_line_at(reader, row, GAP_PROCESS),
		.reason = reason_at(row),
		.from_ns = reader_time(reader, row, GAP_FROM),
		.to_ns = reader->gap_ns,
		.count = cursor_number(row, GAP_COUNT),
	};
	if (record.gap.from_ns > record.gap.to_ns)
		record.gap.from_ns = record.gap.to_ns;
	if (record.gap.reason == GAP_MISSED)
		reader->missed += record.gap.count;
	/* other reasons may be told one day */
	if (record.gap.reason)
		reader_tell(reader, &record);
	reader->gap_ns = step(reader, &reader->gaps, GAP_TO);
}

/* --- limits */

/* What held before the part that is read is told as of its begin. */
static uint64_t step_from(struct reader *reader, struct cursor *cursor, int time)
{
	uint64_t t_ns = step(reader, cursor, time);

	return t_ns < reader->from_ns ? reader->from_ns : t_ns;
}

static bool kind_at(const struct cursor *row, enum limit_kind *ret_kind)
{
	static const enum limit_kind kinds[] = { LIMIT_CGROUP, LIMIT_MACHINE, LIMIT_ASKED };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (cursor_says(row, BOUND_KIND, limit_kind_text(kinds[i]))) {
			*ret_kind = kinds[i];
			return true;
		}
	}
	return false;
}

static void tell_bound(struct reader *reader)
{
	const struct cursor *row = &reader->bounds;
	struct record record = { .t_ns = reader->bound_ns, .type = RECORD_LIMIT };
	struct limit *limit = &record.limit;

	limit->line = reader_line_at(reader, row, BOUND_PROCESS);
	limit->limit = cursor_number(row, BOUND_LIMIT);
	limit->used = cursor_number(row, BOUND_USED);
	/* other kinds may be told one day */
	if (kind_at(row, &limit->kind) &&
	    (limit->kind == LIMIT_ASKED ||
	     (limit->kind == LIMIT_MACHINE) == (limit->line == LINE_SESSION)))
		reader_tell(reader, &record);
	reader->bound_ns = step_from(reader, &reader->bounds, BOUND_T);
}

/* --- inspections */

static struct memory_use use_at(const struct cursor *row)
{
	return (struct memory_use){
		.mappings = cursor_number(row, INSPECTION_USE),
		.size = cursor_number(row, INSPECTION_USE + 1),
		.rss = cursor_number(row, INSPECTION_USE + 2),
		.pss = cursor_number(row, INSPECTION_USE + 3),
		.private_dirty = cursor_number(row, INSPECTION_USE + 4),
		.swap = cursor_number(row, INSPECTION_USE + 5),
		.hugetlb = cursor_number(row, INSPECTION_USE + 6),
		.lazyfree = cursor_number(row, INSPECTION_USE + 7),
	};
}

static bool is_sound(const struct inspection *inspection)
{
	if (inspection->kinds > INSPECTION_KINDS)
		return false;
	if (inspection->kinds == 0)
		return inspection->place == 0;
	return inspection->place < inspection->kinds;
}

static void tell_inspection(struct reader *reader)
{
	const struct cursor *row = &reader->inspections;
	struct record record = { .t_ns = reader->inspection_ns, .type = RECORD_INSPECTION };
	struct inspection *inspection = &record.inspection;
	char kind[TEXT_NAME + 1], name[TEXT_LABEL + 1];

	inspection->line = reader_line_at(reader, row, INSPECTION_PROCESS);
	inspection->number = (uint32_t)cursor_number(row, INSPECTION_NUMBER);
	inspection->place = (uint32_t)cursor_number(row, INSPECTION_PLACE);
	inspection->kinds = (uint32_t)cursor_number(row, INSPECTION_KIND_COUNT);
	if (inspection->kinds > 0) {
		inspection->kind =
			memory_kind_find(cursor_text(row, INSPECTION_KIND, kind, sizeof kind));
		/* other kinds may be told one day */
		if (!inspection->kind)
			inspection->kind = MEMORY_OTHERS;
	}
	inspection->name = cursor_text(row, INSPECTION_NAME, name, sizeof name);
	inspection->use = use_at(row);
	if (is_sound(inspection))
		reader_tell(reader, &record);
	reader->inspection_ns = step(reader, &reader->inspections, INSPECTION_T);
}

/* --- figures beside the samples */

/* Whether a process that is told of still lives where the reading begins. */
static bool lives(const struct reader *reader, uint32_t line)
{
	const struct reader_process *process = reader_line(reader, line);

	return process && process->last_ns >= reader->from_ns;
}

static void tell_metrics(struct reader *reader)
{
	const struct cursor *row = &reader->metrics;
	struct record record = { .t_ns = reader->metric_ns, .type = RECORD_METRICS };
	struct metrics *metrics = &record.metrics;

	metrics->line = reader_line_at(reader, row, METRIC_PROCESS);
	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		int column = METRIC_FIGURES + (int)i - METRIC_PSS;

		if (cursor_is_null(row, column))
			continue;
		metrics->set |= METRIC_BIT(i);
		metrics->values[i] = cursor_number(row, column);
	}
	metrics->read_ns = cursor_number(row, METRIC_READ);
	metrics->pss_anon = cursor_number(row, METRIC_PSS_ANON);
	if (metrics->pss_anon > metrics->values[METRIC_PSS]) /* anybody may have written it */
		metrics->pss_anon = 0;
	if (metrics->set && lives(reader, metrics->line))
		reader_tell(reader, &record);
	reader->metric_ns = step_from(reader, &reader->metrics, METRIC_T);
}

/* --- ends */

static void tell_peak(struct reader *reader, const struct reader_process *process)
{
	struct record record = { .t_ns = process->last_ns, .type = RECORD_PEAK };

	record.peak = (struct peak){ process->line, process->peak_rss, false };
	if (process->peak_rss)
		reader_tell(reader, &record);
	record.peak = (struct peak){ process->line, process->family_peak, true };
	if (process->family_peak)
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
		.peak_kind = process->peak_kind,
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

enum source {
	SOURCE_NAMED,
	SOURCE_GAP,
	SOURCE_BOUND,
	SOURCE_INSPECTION,
	SOURCE_METRIC,
	SOURCE_SAMPLE,
	SOURCE_EVENT,
	SOURCE_SPAN,
	SOURCE_END
};

/* What comes next, and when; what comes at the same time comes in the order of the sources. */
static enum source find_next(struct reader *reader, uint64_t *ret_ns)
{
	const uint64_t times[] = {
		[SOURCE_NAMED] = reader->named_ns,
		[SOURCE_GAP] = reader->gap_ns,
		[SOURCE_BOUND] = reader->bound_ns,
		[SOURCE_INSPECTION] = reader->inspection_ns,
		[SOURCE_METRIC] = reader->metric_ns,
		[SOURCE_SAMPLE] = reader_samples_next(reader),
		[SOURCE_EVENT] = reader_events_next(reader),
		[SOURCE_SPAN] = reader_spans_next(reader),
		[SOURCE_END] = next_end(reader),
	};
	enum source next = SOURCE_NAMED;

	for (enum source i = SOURCE_GAP; i <= SOURCE_END; i++) {
		if (times[i] < times[next])
			next = i;
	}
	*ret_ns = times[next];
	return next;
}

static void tell_next(struct reader *reader, enum source source)
{
	switch (source) {
	case SOURCE_NAMED:
		tell_named(reader);
		break;
	case SOURCE_GAP:
		tell_gap(reader);
		break;
	case SOURCE_BOUND:
		tell_bound(reader);
		break;
	case SOURCE_INSPECTION:
		tell_inspection(reader);
		break;
	case SOURCE_METRIC:
		tell_metrics(reader);
		break;
	case SOURCE_SAMPLE:
		reader_samples_tell(reader);
		break;
	case SOURCE_EVENT:
		reader_events_tell(reader);
		break;
	case SOURCE_SPAN:
		reader_spans_tell(reader);
		break;
	case SOURCE_END:
		tell_end(reader);
		break;
	}
}

static bool go_on(struct reader *reader)
{
	const struct reader_query *query = reader->query;
	uint64_t begin_ns = reader->info.begin_ns;
	uint64_t t_ns = reader->now_ns;
	double span = (double)(reader->to_ns - begin_ns);
	double done = span > 0 && t_ns > begin_ns ? (double)(t_ns - begin_ns) / span : 0;

	return !query->progress || query->progress(query->arg, done < 1 ? done : 1);
}

bool reader_worked(struct reader *reader, uint64_t count)
{
	reader->work += count < WORK_STEPS ? count : WORK_STEPS;
	if (reader->work < WORK_STEPS)
		return true;
	reader->work = 0;
	return go_on(reader);
}

static void tell_all(struct reader *reader)
{
	uint64_t t_ns;

	while (!reader->error) {
		enum source next = find_next(reader, &t_ns);

		if (t_ns > reader->to_ns)
			break;
		reader->now_ns = t_ns;
		if (!reader->begun && t_ns >= reader->from_ns) {
			reader->begun = true;
			reader_samples_begin(reader);
		}
		tell_next(reader, next);
		if (!reader_worked(reader, 1))
			reader_fail(reader, -ECANCELED, "");
	}
	if (!reader->error && !reader->begun)
		reader_samples_begin(reader);
	reader->now_ns = reader->to_ns;
	if (!reader->error && !go_on(reader))
		reader_fail(reader, -ECANCELED, "");
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
static int prepare_lines(struct reader *reader)
{
	const struct reader_query *query = reader->query;

	reader->values = calloc(reader->count + 1, sizeof *reader->values);
	reader->ends = calloc(reader->count + 1, sizeof *reader->ends);
	if (!reader->values || !reader->ends)
		return reader_fail(reader, -ENOMEM, strerror(ENOMEM));
	for (size_t i = 0; i < reader->count; i++) {
		const struct reader_process *process = &reader->processes[i];

		reader->values[process->line].wanted =
			!query->wants || query->wants(query->arg, process);
		reader->ends[i] = (uint32_t)i;
	}
	reader->end_count = reader->count;
	reader->end_next = 0;
	qsort_r(reader->ends, reader->count, sizeof *reader->ends, compare_ends, reader);
	return 0;
}

/* What only a reading needs. */
static void forget_lines(struct reader *reader)
{
	free(reader->values);
	free(reader->ends);
	free(reader->listed);
	free(reader->tick);
	free(reader->spans);
	reader->values = NULL;
	reader->ends = NULL;
	reader->listed = NULL;
	reader->tick = NULL;
	reader->spans = NULL;
	reader->listed_room = reader->tick_room = reader->span_room = 0;
}

/* Samples that putting ticks back would give, of lines that have a value all their lives. */
static double count_put_back(const struct reader *reader)
{
	double count = 0;

	for (size_t i = 0; i < reader->count; i++) {
		const struct reader_process *process = &reader->processes[i];
		uint64_t from_ns = process->first_ns;
		uint64_t to_ns = process->last_ns;

		if (from_ns < reader->from_ns)
			from_ns = reader->from_ns;
		if (to_ns > reader->to_ns)
			to_ns = reader->to_ns;
		if (from_ns < to_ns && reader->values[process->line].wanted)
			count += (double)(to_ns - from_ns) /
				 (double)reader->info.session.interval_ns;
	}
	return count;
}

/* A small file may say that it is a week of microseconds: what is made of that is asked for. */
static int check_size(struct reader *reader)
{
	double rows = (double)reader->info.samples;
	double count = count_put_back(reader);
	char why[TEXT_WHY];

	if (count <= PUT_BACK_FREE || count <= PUT_BACK_A_ROW * rows)
		return 0;
	snprintf(why, sizeof why,
		 "says that its %.0f rows stand for %.3g samples, one each %.9g s; with --force "
		 "they are all read",
		 rows, count, (double)reader->info.session.interval_ns / 1e9);
	return reader_fail(reader, -E2BIG, why);
}

/* Of what comes before the part that is read, the last of each process and kind: what holds when
 * it begins. */
#define CURRENT(table, keys)                                                                       \
	" AND (t_ns >= ?2 OR rowid IN (SELECT max(rowid) FROM " table " WHERE t_ns < ?2 GROUP BY " \
	"process, " keys "))"

static void open_cursors(struct reader *reader)
{
	reader_cursor(reader, &reader->named, TABLE_NAMED, "");
	reader_cursor(reader, &reader->gaps, TABLE_GAP,
		      " AND reason NOT IN ('" TRACE_LATE "', '" TRACE_EMPTY "')");
	reader_cursor(reader, &reader->inspections, TABLE_INSPECTION, "");
	reader_cursor(reader, &reader->bounds, TABLE_BOUND,
		      reader->from_ns ? CURRENT("bound", "kind") : "");
	/* those of status, which have no read_ns, and those of smaps_rollup */
	reader_cursor(reader, &reader->metrics, TABLE_METRIC,
		      reader->from_ns ? CURRENT("metric", "read_ns IS NULL") : "");
	reader->named_ns = step(reader, &reader->named, NAMED_T);
	reader->gap_ns = step(reader, &reader->gaps, GAP_TO);
	reader->inspection_ns = step(reader, &reader->inspections, INSPECTION_T);
	reader->bound_ns = step_from(reader, &reader->bounds, BOUND_T);
	reader->metric_ns = step_from(reader, &reader->metrics, METRIC_T);
	reader_samples_open(reader);
	reader_events_open(reader);
}

static void close_cursors(struct reader *reader)
{
	cursor_close(&reader->named);
	cursor_close(&reader->gaps);
	cursor_close(&reader->bounds);
	cursor_close(&reader->inspections);
	cursor_close(&reader->metrics);
	cursor_close(&reader->samples);
	cursor_close(&reader->holes);
	reader_events_close(reader);
}

int reader_read(struct reader *reader, const struct reader_query *query, record_fn each, void *arg)
{
	reader->error = 0;
	reader->why[0] = '\0';
	reader->query = query;
	reader->each = each;
	reader->each_arg = arg;
	reader->from_ns = query->from_ns;
	reader->to_ns = reader->info.end_ns;
	if (query->to_ns && query->to_ns < reader->to_ns)
		reader->to_ns = query->to_ns;
	reader->seq = 0;
	reader->steps = 0;
	reader->astray = false;
	reader->now_ns = reader->from_ns;
	reader->begun = query->from_ns == 0;
	reader->event_ns = READER_NEVER;
	reader->sample_ns = READER_NEVER;
	if (!prepare_lines(reader) && (!query->every || query->force || !check_size(reader))) {
		open_cursors(reader);
		tell_all(reader);
		close_cursors(reader);
	}
	forget_lines(reader);
	reader->query = NULL;
	return reader->error;
}
