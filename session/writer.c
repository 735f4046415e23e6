#include "session/writer_state.h"

#include "base/array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *writer_error(const struct writer *writer)
{
	return writer->why;
}

const struct writer_counts *writer_counts(const struct writer *writer)
{
	return &writer->counts;
}

static bool may_pass(int result, int error)
{
	switch (result & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_FULL:
	case SQLITE_PROTOCOL:
		return true;
	case SQLITE_IOERR:
		return error != EFBIG && error != EROFS && error != ENOENT;
	default:
		return false;
	}
}

int writer_check(struct writer *writer, int result)
{
	if (result == SQLITE_OK || writer->error)
		return writer->error;
	writer->error = schema_explain(writer->database, writer->why);
	writer->passes = may_pass(result, sqlite3_system_errno(writer->database));
	return writer->error;
}

bool writer_may_pass(const struct writer *writer)
{
	return writer->error && writer->passes;
}

static int writer_fail(struct writer *writer, int error, const char *why)
{
	if (!writer->error) {
		writer->error = error;
		writer->passes = false;
		snprintf(writer->why, sizeof writer->why, "%s", why);
	}
	return writer->error;
}

int64_t writer_time(const struct writer *writer, uint64_t t_ns)
{
	return (int64_t)(t_ns - writer->session.start_ns);
}

/* --- samples */

int writer_put_sample(void *arg, uint64_t t_ns, const struct sample *sample)
{
	struct writer *writer = arg;
	static const struct rows_beside nothing = { UINT64_MAX, UINT64_MAX };
	const struct rows_beside *beside =
		sample->line < writer->room ? &writer->lines[sample->line].beside : &nothing;

	writer->counts.samples++;
	return writer_check(writer,
			    rows_sample(&writer->rows, writer_time(writer, t_ns), sample, beside));
}

int writer_put_late(void *arg, uint64_t deadline_ns, uint64_t t_ns)
{
	struct writer *writer = arg;

	return writer_check(writer,
			    rows_gap(&writer->rows, writer_time(writer, deadline_ns),
				     writer_time(writer, t_ns), LINE_SESSION, TRACE_LATE, 1));
}

int writer_put_empty(void *arg, uint64_t from_ns, uint64_t to_ns)
{
	struct writer *writer = arg;
	uint64_t count = (to_ns - from_ns) / writer->session.interval_ns + 1;

	return writer_check(writer,
			    rows_gap(&writer->rows, writer_time(writer, from_ns),
				     writer_time(writer, to_ns), LINE_SESSION, TRACE_EMPTY, count));
}

/* --- processes */

static struct writer_line *find_line(struct writer *writer, uint32_t number)
{
	size_t before = writer->room;

	if (array_reserve(&writer->lines, &writer->room, (size_t)number + 1)) {
		writer_fail(writer, -ENOMEM, strerror(ENOMEM));
		return NULL;
	}
	for (size_t i = before; i < writer->room; i++)
		writer->lines[i] = (struct writer_line){ .beside = { UINT64_MAX, UINT64_MAX } };
	return &writer->lines[number];
}

static int add_process(struct writer *writer, uint64_t t_ns, const struct process *process)
{
	struct writer_line *line = find_line(writer, process->line);
	int64_t t = writer_time(writer, t_ns);

	if (!line)
		return writer->error;
	if (line->known)
		writer_check(writer, rows_rename(&writer->rows, process));
	else
		writer_check(writer, rows_process(&writer->rows, t, process));
	writer->counts.processes += !line->known;
	line->known = true;
	return writer_check(writer, rows_named(&writer->rows, t, process));
}

/* A row for each line that a tick or an event names. */
static int know_line(struct writer *writer, uint64_t t_ns, uint32_t number)
{
	struct process process = { .line = number, .name = "(unknown)", .command = "" };
	struct writer_line *line = number == LINE_SESSION ? NULL : find_line(writer, number);

	if (!line || line->known)
		return writer->error;
	return add_process(writer, t_ns, &process);
}

static const char *ended_text(enum end_reason reason)
{
	switch (reason) {
	case END_EXITED:
		return TRACE_EXITED;
	case END_KILLED:
		return TRACE_KILLED;
	case END_DROPPED:
		return TRACE_DROPPED;
	case END_LIMITED:
		return TRACE_LIMITED;
	case END_UNKNOWN:
		break;
	}
	return TRACE_UNKNOWN;
}

static int add_end(struct writer *writer, uint64_t t_ns, const struct end *end)
{
	struct writer_line *line;

	if (know_line(writer, t_ns, end->line))
		return writer->error;
	line = find_line(writer, end->line);
	if (!line || line->ended)
		return writer->error;
	line->ended = true;
	line->peak_new = false;
	ticks_end(&writer->ticks, end->line);
	return writer_check(writer, rows_end(&writer->rows, writer_time(writer, t_ns),
					     ended_text(end->reason), end));
}

static int add_peak(struct writer *writer, uint64_t t_ns, const struct peak *peak)
{
	struct writer_line *line;

	if (know_line(writer, t_ns, peak->line))
		return writer->error;
	line = find_line(writer, peak->line);
	if (!line)
		return writer->error;
	if (peak->family)
		return writer_check(writer,
				    rows_peak(&writer->rows, peak->line, peak->peak_rss, true));
	line->peak_rss = peak->peak_rss;
	line->peak_new = true;
	writer->peaks_new = true;
	return 0;
}

/* --- the other records */

static int add_tick(struct writer *writer, uint64_t t_ns, const struct tick *tick)
{
	int error;

	for (size_t i = 0; i < tick->count; i++) {
		if (know_line(writer, t_ns, tick->samples[i].line))
			return writer->error;
	}
	if (tick->reading && tick->count)
		error = ticks_reading(&writer->ticks, t_ns, tick->samples);
	else
		error = ticks_take(&writer->ticks, t_ns, tick);
	if (error == -ENOMEM)
		writer_fail(writer, -ENOMEM, strerror(ENOMEM));
	return writer->error;
}

/* The end that a process did not live to, of a span whose begin is not in the file: it stays open
 * as well, and a reader ends it with its process. */
static int add_unfinished(struct writer *writer, int64_t t, const struct event *event)
{
	struct event begin = *event;
	size_t length = strlen(event->label);
	size_t tail = strlen(SPAN_UNFINISHED);
	char label[TEXT_LABEL + 1];
	int64_t row;

	text_copy(label, sizeof label, event->label);
	if (length >= tail && length <= TEXT_LABEL &&
	    strcmp(label + length - tail, SPAN_UNFINISHED) == 0)
		label[length - tail] = '\0';
	begin.label = label;
	begin.kind = EVENT_SPAN_BEGIN;
	writer->counts.events++;
	if (writer_check(writer, rows_event(&writer->rows, t, &begin, &row)))
		return writer->error;
	return writer_check(writer, rows_span_left(&writer->rows, row, event));
}

static int add_event(struct writer *writer, uint64_t t_ns, const struct event *event)
{
	int64_t t = writer_time(writer, t_ns);
	int64_t row = 0;

	if (know_line(writer, t_ns, event->line))
		return writer->error;
	if (event->kind == EVENT_SPAN_END) {
		row = spanmap_take(&writer->spans, event->line, event->span);
		/* a program says how long it took */
		t -= (int64_t)(event->duration_ns < t_ns ? event->duration_ns : t_ns);
		if (event->unfinished && row)
			return writer_check(writer, rows_span_left(&writer->rows, row, event));
		if (event->unfinished)
			return add_unfinished(writer, t, event);
		if (row)
			return writer_check(writer, rows_span_end(&writer->rows, row, event));
	}
	writer->counts.events++;
	writer_check(writer, rows_event(&writer->rows, t, event, &row));
	if (event->kind == EVENT_SPAN_BEGIN)
		spanmap_put(&writer->spans, event->line, event->span, row);
	return writer->error;
}

static int add_gap(struct writer *writer, uint64_t t_ns, const struct gap *gap)
{
	uint64_t from_ns = gap->from_ns;

	if (know_line(writer, t_ns, gap->line))
		return writer->error;
	if (from_ns < writer->session.start_ns)
		from_ns = writer->session.start_ns;
	if (gap->reason == GAP_MISSED && ticks_missed(&writer->ticks, gap))
		return writer->error;
	return writer_check(writer, rows_gap(&writer->rows, writer_time(writer, from_ns),
					     writer_time(writer, gap->to_ns), gap->line,
					     gap_reason_text(gap->reason), gap->count));
}

static int add_limit(struct writer *writer, uint64_t t_ns, const struct limit *limit)
{
	if (know_line(writer, t_ns, limit->line))
		return writer->error;
	return writer_check(writer, rows_bound(&writer->rows, writer_time(writer, t_ns), limit));
}

static int add_inspection(struct writer *writer, uint64_t t_ns, const struct inspection *inspection)
{
	if (know_line(writer, t_ns, inspection->line))
		return writer->error;
	return writer_check(writer,
			    rows_inspection(&writer->rows, writer_time(writer, t_ns), inspection));
}

static int add_metrics(struct writer *writer, uint64_t t_ns, const struct metrics *metrics)
{
	struct writer_line *line;

	if (know_line(writer, t_ns, metrics->line))
		return writer->error;
	line = find_line(writer, metrics->line);
	if (!line)
		return writer->error;
	if (metrics->set & METRIC_BIT(METRIC_PSS))
		line->beside.pss = metrics->values[METRIC_PSS];
	if (metrics->set & METRIC_BIT(METRIC_SWAP))
		line->beside.swap = metrics->values[METRIC_SWAP];
	return writer_check(writer,
			    rows_metrics(&writer->rows, writer_time(writer, t_ns), metrics));
}

/* One that was told before the recording began has its row already. */
static int add_clock(struct writer *writer, uint64_t t_ns, uint64_t unix_ns)
{
	uint32_t told = writer->session.wall.count;

	if (told && t_ns <= writer->session.wall.jumps[told - 1].t_ns)
		return writer->error;
	return writer_check(writer, rows_clock(&writer->rows, writer_time(writer, t_ns), unix_ns));
}

/* Records that never came, up to one at @t_ns, which may itself have come late. */
static int add_lost(struct writer *writer, uint64_t t_ns, uint64_t count)
{
	if (t_ns < writer->newest_ns)
		t_ns = writer->newest_ns;
	writer->counts.lost += count;
	ticks_forget(&writer->ticks, t_ns);
	return writer_check(writer, rows_gap(&writer->rows, writer_time(writer, writer->newest_ns),
					     writer_time(writer, t_ns), LINE_SESSION,
					     gap_reason_text(GAP_BEHIND), count));
}

static int take(struct writer *writer, const struct record *record)
{
	switch (record->type) {
	case RECORD_TICK:
		return add_tick(writer, record->t_ns, &record->tick);
	case RECORD_EVENT:
		return add_event(writer, record->t_ns, &record->event);
	case RECORD_PROCESS:
		return add_process(writer, record->t_ns, &record->process);
	case RECORD_END:
		return add_end(writer, record->t_ns, &record->end);
	case RECORD_GAP:
		return add_gap(writer, record->t_ns, &record->gap);
	case RECORD_PEAK:
		return add_peak(writer, record->t_ns, &record->peak);
	case RECORD_LIMIT:
		return add_limit(writer, record->t_ns, &record->limit);
	case RECORD_INSPECTION:
		return add_inspection(writer, record->t_ns, &record->inspection);
	case RECORD_METRICS:
		return add_metrics(writer, record->t_ns, &record->metrics);
	case RECORD_CLOCK:
		return add_clock(writer, record->t_ns, record->clock.unix_ns);
	}
	return 0;
}

static int begin(struct writer *writer)
{
	if (!writer->error && !writer->dirty)
		writer_check(writer, rows_begin(&writer->rows));
	writer->dirty |= !writer->error;
	return writer->error;
}

/* Its place among the records, and whether some are lost before it. */
static int follow_seq(struct writer *writer, const struct record *record)
{
	uint64_t last = writer->seq;

	if (!last)
		ticks_forget(&writer->ticks, record->t_ns);
	else if (record->seq != last + 1 &&
		 (begin(writer) || add_lost(writer, record->t_ns, record->seq - last - 1)))
		return writer->error;
	writer->seq = record->seq;
	return writer->error;
}

int writer_skip(struct writer *writer, const struct record *record)
{
	if (writer->error || follow_seq(writer, record))
		return writer->error;
	if (record->t_ns > writer->newest_ns)
		writer->newest_ns = record->t_ns;
	writer->counts.until_ns = writer->newest_ns;
	return 0;
}

int writer_add(struct writer *writer, const struct record *record)
{
	if (begin(writer) || follow_seq(writer, record))
		return writer->error;
	if (record->type != RECORD_TICK && ticks_close(&writer->ticks))
		return writer->error;
	if (record->t_ns > writer->newest_ns)
		writer->newest_ns = record->t_ns;
	writer->counts.until_ns = writer->newest_ns;
	return take(writer, record);
}

static bool is_told(const struct writer_process *processes, size_t count, uint32_t line)
{
	for (size_t i = 0; i < count; i++) {
		if (processes[i].process.line == line)
			return true;
	}
	return false;
}

int writer_resync(struct writer *writer, const struct writer_process *processes, size_t count)
{
	uint64_t now_ns = writer->newest_ns;

	if (!writer->error && !writer->dirty)
		writer_check(writer, rows_begin(&writer->rows));
	if (writer->error)
		return writer->error;
	writer->dirty = true;
	ticks_close(&writer->ticks);
	for (uint32_t i = 1; i < writer->room && !writer->error; i++) {
		struct end end = { .line = i, .peak_rss = writer->lines[i].peak_rss };

		if (i < writer->ticks.room)
			end.max_rss = writer->ticks.lines[i].max_rss;
		if (writer->lines[i].known && !writer->lines[i].ended &&
		    !is_told(processes, count, i))
			add_end(writer, now_ns, &end);
	}
	for (size_t i = 0; i < count && !writer->error; i++) {
		const struct process *process = &processes[i].process;
		const struct writer_line *line = find_line(writer, process->line);

		if (line && !line->known)
			add_process(writer, processes[i].since_ns, process);
		else if (line && !rows_is_called(&writer->rows, process))
			add_process(writer, now_ns, process);
	}
	return writer->error;
}
