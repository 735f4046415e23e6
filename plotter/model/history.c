#include "plotter/model/history.h"

#include "analysis/total.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/minmax.h"
#include "plotter/model/counts.h"
#include "plotter/model/events.h"
#include "plotter/model/levels.h"
#include "plotter/model/wording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct history {
	struct session_info session;
	/* In order of number, which is that of appearance. */
	struct history_line **lines;
	size_t count;
	size_t capacity;
	struct events events;
	struct counts counts;
	struct limits limits; /* the machine's */
	struct limits asked;  /* of all lines together */
	struct total total;
	struct history_line *total_line; /* NULL: before its first point */
	size_t buckets;			 /* of each level of a line */
	enum metric shown;
	uint32_t metrics; /* a set: those that any line had */
	uint64_t begin_ns;
	uint64_t now_ns;
	uint64_t missed_ticks; /* as the newest tick says, and as the gaps tell: the larger holds */
	uint64_t missed_gaps;
	uint64_t dropped; /* of the session and all of its lines, forgotten ones too */
};

static struct history_line *history_line_own(const struct history *history, uint32_t line);

/* 0 or -ENOMEM. */
static int history_take_limit(struct history *history, uint64_t t_ns, const struct limit *limit)
{
	const struct limit_step step = { t_ns, limit->limit, limit->used };
	struct history_line *line = history_line_own(history, limit->line);

	if (limit->kind == LIMIT_MACHINE)
		return limits_add(&history->limits, &step);
	if (limit->kind == LIMIT_ASKED && limit->line == LINE_SESSION)
		return limits_add(&history->asked, &step);
	if (limit->kind == LIMIT_ASKED)
		return line ? limits_add(&line->asked, &step) : 0;
	return line ? limits_add(&line->limits, &step) : 0;
}

static uint64_t room_of(const struct limit_step *step)
{
	return step->limit > step->used ? step->limit - step->used : 0;
}

bool history_limit_at(const struct history *history, const struct history_line *line, uint64_t t_ns,
		      struct limit *ret_limit)
{
	struct limit_step own;
	struct limit_step machine;
	bool has_own = limits_at(&line->limits, t_ns, &own);
	bool has_machine = limits_at(&history->limits, t_ns, &machine);

	if (has_own && (!has_machine || room_of(&own) <= room_of(&machine)))
		*ret_limit = (struct limit){ line->line, LIMIT_CGROUP, own.limit, own.used };
	else if (has_machine)
		*ret_limit =
			(struct limit){ LINE_SESSION, LIMIT_MACHINE, machine.limit, machine.used };
	return has_own || has_machine;
}

uint64_t history_asked_at(const struct history *history, const struct history_line *line,
			  uint64_t t_ns)
{
	const struct limits *asked = line ? &line->asked : &history->asked;
	struct limit_step step;

	return limits_at(asked, t_ns, &step) ? step.limit : 0;
}

uint64_t history_asked_least(const struct history *history, uint64_t t_ns)
{
	uint64_t least = 0;

	for (size_t i = 0; i < history->count; i++) {
		const struct history_line *line = history->lines[i];
		uint64_t asked = history_asked_at(history, line, t_ns);

		if (asked && !(line->ended && line->last_ns <= t_ns) && (!least || asked < least))
			least = asked;
	}
	return least ? least : history_asked_at(history, NULL, t_ns);
}

/* They are told once a second at most. */
#define GRAIN_NS NS_PER_S

static void history_free_metrics(struct history_line *line)
{
	for (enum metric i = METRIC_RSS; line->of_metric && i < METRICS; i++)
		levels_free(line->of_metric[i]);
	free(line->of_metric);
}

static struct levels *open_levels(const struct history *history, struct history_line *line,
				  enum metric metric)
{
	const struct session_info *session = &history->session;

	if (!line->of_metric)
		line->of_metric = calloc(METRICS, sizeof(*line->of_metric));
	if (line->of_metric && !line->of_metric[metric])
		line->of_metric[metric] =
			levels_new(session->start_ns, max_u64(session->interval_ns, GRAIN_NS),
				   history->buckets);
	return line->of_metric ? line->of_metric[metric] : NULL;
}

/* Put the figures of @set into the levels, as of @t_ns. */
static int keep(const struct history *history, struct history_line *line, uint64_t t_ns,
		uint32_t set)
{
	int err = 0;

	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		struct levels *levels;

		if (!(set & METRIC_BIT(i)))
			continue;
		levels = open_levels(history, line, i);
		if (!levels || levels_add(levels, t_ns, line->metrics.values[i]))
			err = -ENOMEM;
	}
	return err;
}

/* Figures beside the samples. 0 or -ENOMEM. */
static int history_take_metrics(struct history *history, uint64_t t_ns,
				const struct metrics *metrics)
{
	struct history_line *line = history_line_own(history, metrics->line);

	if (!line)
		return 0;
	history->metrics |= metrics->set;
	line->metrics.set |= metrics->set;
	if (metrics->read_ns)
		line->metrics.read_ns = metrics->read_ns;
	for (enum metric i = METRIC_PSS; i < METRICS; i++) {
		if (!(metrics->set & METRIC_BIT(i)))
			continue;
		line->metrics.values[i] = metrics->values[i];
		line->max_metric[i] = max_u64(line->max_metric[i], metrics->values[i]);
	}
	return keep(history, line, t_ns, metrics->set);
}

/* A sample of the line was taken: what it had beside is what it has now. */
static int history_hold_metrics(struct history *history, struct history_line *line, uint64_t t_ns)
{
	if (!line->metrics.set || t_ns < line->metrics_ns + GRAIN_NS)
		return 0;
	line->metrics_ns = t_ns;
	return keep(history, line, t_ns, line->metrics.set);
}

/* What the total has. */
static int history_total_metrics(struct history *history, struct history_line *line,
				 const struct total_point *point)
{
	if (!point->has_pss)
		return 0;
	line->metrics.set |= METRIC_BIT(METRIC_PSS);
	line->metrics.values[METRIC_PSS] = point->pss;
	line->max_metric[METRIC_PSS] = max_u64(line->max_metric[METRIC_PSS], point->pss);
	return history_hold_metrics(history, line, point->t_ns);
}

void history_show(struct history *history, enum metric metric)
{
	history->shown = metric < METRICS ? metric : METRIC_RSS;
}

enum metric history_shown(const struct history *history)
{
	return history->shown;
}

uint32_t history_metrics(const struct history *history)
{
	return history->metrics | history->session.metrics | METRIC_BIT(METRIC_RSS);
}

enum metric history_next_metric(const struct history *history)
{
	enum metric next = history->shown;

	do
		next = (next + 1) % METRICS;
	while (!(history_metrics(history) & METRIC_BIT(next)));
	return next;
}

const char *history_figure(const struct history *history)
{
	if (history_metrics(history) == METRIC_BIT(METRIC_RSS))
		return "";
	return metric_title(history->shown);
}

/* What a line's values are taken from: of the figure that is shown. */
static const struct levels *history_levels(const struct history *history,
					   const struct history_line *line)
{
	if (history->shown == METRIC_RSS)
		return line->levels;
	return line->of_metric ? line->of_metric[history->shown] : NULL;
}

uint64_t history_last(const struct history *history, const struct history_line *line)
{
	return history->shown == METRIC_RSS ? line->rss : line->metrics.values[history->shown];
}

uint64_t history_highest(const struct history *history, const struct history_line *line)
{
	return history->shown == METRIC_RSS ? line->max_rss : line->max_metric[history->shown];
}

/* A total_counts: a line without a PID is something else's. */
static bool is_process(void *arg, uint32_t line)
{
	const struct history_line *known = history_line_own(arg, line);

	return known && known->pid != 0;
}

struct history *history_new(const struct session_info *session)
{
	return history_new_sized(session, &(struct history_room){ LEVEL_BUCKETS, HISTORY_EVENTS });
}

struct history *history_new_sized(const struct session_info *session,
				  const struct history_room *room)
{
	struct history *history = calloc(1, sizeof(*history));

	if (!history)
		return NULL;
	history->session = *session;
	history->events.most = room->events;
	history->buckets = room->buckets;
	history->begin_ns = UINT64_MAX;
	history->now_ns = session->start_ns;
	history->total.counts = is_process;
	history->total.arg = history;
	return history;
}

static void line_free(struct history_line *line)
{
	levels_free(line->levels);
	history_free_metrics(line);
	names_free(&line->names);
	limits_free(&line->limits);
	limits_free(&line->asked);
	free(line);
}

void history_free(struct history *history)
{
	if (!history)
		return;
	for (size_t i = 0; i < history->count; i++)
		line_free(history->lines[i]);
	free(history->lines);
	if (history->total_line)
		line_free(history->total_line);
	total_free(&history->total);
	events_free(&history->events);
	counts_free(&history->counts);
	limits_free(&history->limits);
	limits_free(&history->asked);
	free(history);
}

static uint64_t line_number(const void *history, size_t index)
{
	return ((const struct history *)history)->lines[index]->line;
}

/* The index of the first line numbered @line or more. */
static size_t line_index(const struct history *history, uint32_t line)
{
	size_t count = history->count;

	if (count > 0 && history->lines[count - 1]->line < line)
		return count;
	return array_lower_bound(history, count, line_number, line);
}

/* NULL: there is none. */
static struct history_line *history_line_own(const struct history *history, uint32_t line)
{
	size_t index = line_index(history, line);

	if (index == history->count || history->lines[index]->line != line)
		return NULL;
	return history->lines[index];
}

static struct history_line *new_line(uint32_t number)
{
	struct history_line *line = calloc(1, sizeof(*line));

	if (line)
		line->line = number;
	return line;
}

static int add_line(struct history *history, uint32_t number, struct history_line **ret_line)
{
	size_t index = line_index(history, number);
	struct history_line *line;

	if (array_reserve(&history->lines, &history->capacity, history->count + 1))
		return -ENOMEM;
	line = new_line(number);
	if (!line)
		return -ENOMEM;
	memmove(&history->lines[index + 1], &history->lines[index],
		(history->count - index) * sizeof(struct history_line *));
	history->lines[index] = line;
	history->count++;
	*ret_line = line;
	return 0;
}

/* Levels come with the first sample: who asks for names alone has none. */
static int add_level(const struct history *history, struct history_line *line, uint64_t t_ns,
		     uint64_t rss)
{
	if (!line->levels)
		line->levels = levels_new(history->session.start_ns, history->session.interval_ns,
					  history->buckets);
	return line->levels ? levels_add(line->levels, t_ns, rss) : -ENOMEM;
}

static int add_sample(const struct history *history, struct history_line *line, uint64_t t_ns,
		      uint64_t rss, uint64_t shared)
{
	if (line->first_ns == 0 || t_ns < line->first_ns)
		line->first_ns = t_ns;
	if (t_ns >= line->last_ns && !line->ended) {
		line->last_ns = t_ns;
		line->rss = rss;
		line->shared = shared;
	}
	line->max_rss = max_u64(line->max_rss, rss);
	line->peak_rss = max_u64(line->peak_rss, rss);
	return add_level(history, line, t_ns, rss);
}

static uint64_t missed(const struct history *history)
{
	return max_u64(history->missed_ticks, history->missed_gaps);
}

/* What is lost by @t_ns has grown. */
static int note_counts(struct history *history, uint64_t t_ns)
{
	return counts_add(&history->counts, t_ns, missed(history), history->dropped);
}

static int add_tick(struct history *history, uint64_t t_ns, const struct tick *tick)
{
	int err = 0;

	if (tick->missed > history->missed_ticks) {
		history->missed_ticks = tick->missed;
		err = note_counts(history, t_ns);
	}
	for (size_t i = 0; i < tick->count; i++) {
		const struct sample *sample = &tick->samples[i];
		struct history_line *line = history_line_own(history, sample->line);

		if (!line)
			continue;
		if (add_sample(history, line, t_ns, sample->rss, sample->shared) ||
		    history_hold_metrics(history, line, t_ns))
			err = -ENOMEM;
	}
	return err;
}

static int add_event(struct history *history, const struct record *record)
{
	const struct event *event = &record->event;
	struct history_line *line = history_line_own(history, event->line);
	struct history_event kept = {
		.t_ns = record->t_ns,
		.seq = record->seq,
		.line = event->line,
		.kind = event->kind,
		.span = event->span,
		.duration_ns = event->duration_ns,
		.rss = event->rss,
		.rss_end = event->rss_end,
		.stale = event_is_stale(event),
		.peak_rss = event->peak_rss,
		.peak_exact = event->peak_exact,
		.category = event->category,
		.label = event->label,
	};

	if (line)
		line->events++;
	if (event->kind == EVENT_SPAN_END)
		events_close(&history->events, event->line, event->span, record->t_ns);
	return events_add(&history->events, &kept);
}

static int add_process(struct history *history, uint64_t t_ns, const struct process *process)
{
	struct history_line *line = history_line_own(history, process->line);

	if (!line) {
		if (add_line(history, process->line, &line))
			return -ENOMEM;
		line->joined_ns = t_ns;
	} else if (!line->expected &&
		   (strcmp(line->name, process->name) != 0 ||
		    strcmp(line->command, process->command) != 0) &&
		   names_add(&line->names, t_ns, line->name, line->command)) {
		return -ENOMEM;
	}
	line->expected = false;
	line->pid = process->pid;
	text_copy(line->name, sizeof(line->name), process->name);
	text_copy(line->command, sizeof(line->command), process->command);
	return 0;
}

static int add_end(struct history *history, const struct record *record)
{
	const struct end *end = &record->end;
	struct history_line *line = history_line_own(history, end->line);
	struct end told = *end;
	struct history_event kept = {
		.t_ns = record->t_ns,
		.seq = record->seq,
		.line = end->line,
		.rss = end->last_rss,
		.end = true,
		.category = "",
	};
	char label[WORDING_TEXT];

	if (!line || line->ended)
		return 0;
	line->ended = true;
	line->end = *end;
	line->last_ns = record->t_ns;
	line->rss = end->last_rss;
	line->max_rss = max_u64(line->max_rss, end->max_rss);
	line->peak_rss = max_u64(max_u64(line->peak_rss, end->max_rss), end->peak_rss);
	told.max_rss = line->max_rss;
	kept.label = wording_end(label, &told, line->peak_rss);
	return events_add(&history->events, &kept);
}

static int add_gap(struct history *history, uint64_t t_ns, const struct gap *gap)
{
	struct history_line *line = history_line_own(history, gap->line);

	if (gap->reason != GAP_MISSED && gap->reason != GAP_DROPPED && gap->reason != GAP_TORN)
		return 0; /* what a file or a view lacks, nobody dropped */
	if (gap->reason == GAP_MISSED) {
		history->missed_gaps += gap->count;
	} else {
		history->dropped += gap->count;
		if (line)
			line->dropped += gap->count;
	}
	return note_counts(history, t_ns);
}

static void add_peak(struct history *history, uint64_t t_ns, const struct peak *peak)
{
	struct history_line *line = history_line_own(history, peak->line);

	if (!line || peak->family || peak->peak_rss <= line->peak_rss)
		return;
	line->peak_rss = peak->peak_rss;
	line->peak_told_ns = t_ns;
}

static int add_total(struct history *history, const struct record *record)
{
	struct total_point points[TOTAL_POINTS];
	size_t count = total_add(&history->total, record, points);
	int err = 0;

	if (history->total_line)
		history->total_line->peak_rss =
			max_u64(history->total_line->peak_rss, history->total.peak);
	if (count && !history->total_line) {
		history->total_line = new_line(TOTAL_LINE);
		if (!history->total_line)
			return -ENOMEM;
		text_copy(history->total_line->name, sizeof(history->total_line->name), TOTAL_NAME);
		history->total_line->joined_ns = points[0].t_ns;
	}
	for (size_t i = 0; i < count && !err; i++) {
		err = add_sample(history, history->total_line, points[i].t_ns, points[i].rss, 0);
		if (!err)
			err = history_total_metrics(history, history->total_line, &points[i]);
	}
	return err;
}

static int add_record(struct history *history, const struct record *record)
{
	history->now_ns = max_u64(history->now_ns, record->t_ns);
	/* The machine has its memory from the start; there is nothing to be seen before others. */
	if (record->t_ns < history->begin_ns && record->type != RECORD_LIMIT)
		history->begin_ns = record->t_ns;
	switch (record->type) {
	case RECORD_TICK:
		return add_tick(history, record->t_ns, &record->tick);
	case RECORD_EVENT:
		return add_event(history, record);
	case RECORD_PROCESS:
		return add_process(history, record->t_ns, &record->process);
	case RECORD_END:
		return add_end(history, record);
	case RECORD_GAP:
		return add_gap(history, record->t_ns, &record->gap);
	case RECORD_PEAK:
		add_peak(history, record->t_ns, &record->peak);
		return 0;
	case RECORD_LIMIT:
		return history_take_limit(history, record->t_ns, &record->limit);
	case RECORD_INSPECTION:
		return 0;
	case RECORD_CLOCK:
		wall_add_jump(&history->session, record->t_ns, record->clock.unix_ns);
		return 0;
	case RECORD_METRICS:
		return history_take_metrics(history, record->t_ns, &record->metrics);
	}
	return 0;
}

int history_add(struct history *history, const struct record *record)
{
	int err = add_record(history, record);

	return add_total(history, record) ? -ENOMEM : err;
}

int history_expect(struct history *history, const struct process_info *info)
{
	struct history_line *line = history_line_own(history, info->line);

	if (line)
		return 0;
	if (add_line(history, info->line, &line))
		return -ENOMEM;
	line->expected = true;
	line->pid = info->pid;
	line->joined_ns = info->since_ns;
	text_copy(line->name, sizeof(line->name), info->name);
	text_copy(line->command, sizeof(line->command), info->command);
	return 0;
}

void history_expect_end(struct history *history)
{
	for (size_t i = 0; i < history->count; i++) {
		if (history->lines[i]->expected)
			history->lines[i]->ended = true;
	}
}

int history_add_process(struct history *history, const struct process_info *info)
{
	struct history_line *line;

	if (history_expect(history, info))
		return -ENOMEM;
	line = history_line_own(history, info->line);
	if (line->expected) {
		line->rss = info->rss;
		line->ended = info->ended;
		line->expected = false;
	}
	line->max_rss = max_u64(line->max_rss, info->max_rss);
	if (info->peak_rss > line->peak_rss)
		line->peak_told_ns = history->now_ns;
	line->peak_rss = max_u64(max_u64(line->peak_rss, info->peak_rss), line->max_rss);
	line->events = max_u64(line->events, info->events);
	if (info->dropped > line->dropped) {
		history->dropped += info->dropped - line->dropped;
		line->dropped = info->dropped;
	}
	return note_counts(history, history->now_ns);
}

void history_forget(struct history *history, uint64_t t_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < history->count; i++) {
		struct history_line *line = history->lines[i];

		if (!line->ended || line->last_ns >= t_ns) {
			history->lines[kept++] = line;
			continue;
		}
		events_forget(&history->events, line->line);
		line_free(line);
	}
	history->count = kept;
}

const struct session_info *history_session(const struct history *history)
{
	return &history->session;
}

const struct history_line *history_line_at(const struct history *history, size_t index)
{
	return index < history->count ? history->lines[index] : NULL;
}

const struct history_line *history_line_find(const struct history *history, uint32_t line)
{
	return line == TOTAL_LINE ? history_total(history) : history_line_own(history, line);
}

const struct history_line *history_total(const struct history *history)
{
	return total_tells(&history->total) ? history->total_line : NULL;
}

size_t history_lines(const struct history *history)
{
	return history->count;
}

struct history_name history_name_at(const struct history_line *line, uint64_t t_ns)
{
	const struct past_name *past = names_at(&line->names, t_ns);

	return past ? (struct history_name){ past->name, past->command }
		    : (struct history_name){ line->name, line->command };
}

void history_columns(const struct history *history, const struct history_line *line,
		     uint64_t from_ns, uint64_t to_ns, struct history_column *columns, size_t count)
{
	history_columns_until(history, line, &(struct history_window){ from_ns, to_ns, to_ns },
			      columns, count);
}

void history_columns_until(const struct history *history, const struct history_line *line,
			   const struct history_window *window, struct history_column *columns,
			   size_t count)
{
	const struct levels *levels = history_levels(history, line);

	if (levels)
		levels_columns(levels, window, columns, count);
	else
		memset(columns, 0, count * sizeof(*columns));
}

uint64_t history_width(const struct history *history, const struct history_line *line,
		       uint64_t from_ns, uint64_t to_ns)
{
	const struct levels *levels = history_levels(history, line);

	if (!levels)
		levels = line->levels;
	return levels ? levels_width(levels, from_ns, to_ns) : history->session.interval_ns;
}

bool history_value_before(const struct history *history, const struct history_line *line,
			  uint64_t t_ns, uint64_t *ret_bytes)
{
	const struct levels *levels = history_levels(history, line);

	return levels && levels_value_before(levels, t_ns, ret_bytes);
}

bool history_first_within(const struct history *history, const struct history_line *line,
			  uint64_t from_ns, uint64_t until_ns, uint64_t *ret_bytes)
{
	const struct levels *levels = history_levels(history, line);

	return levels && levels_first_within(levels, from_ns, until_ns, ret_bytes);
}

uint64_t history_grain(const struct history *history, uint64_t window_ns)
{
	return levels_grain(history->session.interval_ns, window_ns);
}

uint64_t history_value_at(const struct history *history, const struct history_line *line,
			  uint64_t t_ns)
{
	const struct levels *levels = history_levels(history, line);

	return levels ? levels_value_at(levels, t_ns) : 0;
}

size_t history_events(const struct history *history)
{
	return history->events.count;
}

const struct history_event *history_event_at(const struct history *history, size_t index)
{
	return events_at(&history->events, index);
}

size_t history_event_after(const struct history *history, uint64_t t_ns)
{
	return events_after(&history->events, t_ns);
}

uint64_t history_begin(const struct history *history)
{
	return history->begin_ns == UINT64_MAX ? history->session.start_ns : history->begin_ns;
}

uint64_t history_now(const struct history *history)
{
	return history->now_ns;
}

uint64_t history_missed(const struct history *history, uint64_t t_ns)
{
	return counts_at(&history->counts, t_ns).missed;
}

uint64_t history_dropped(const struct history *history, uint64_t t_ns)
{
	return counts_at(&history->counts, t_ns).dropped;
}

/* --- room */

#define ROOM_BYTES (256ULL << 20)
#define ROOM_BUCKETS_LEAST 64
#define ROOM_BUCKETS_MOST (1ULL << 26)
#define ROOM_EVENTS_MOST 1000000

static uint64_t lines_bytes(uint64_t interval_ns, const uint64_t *lives_ns, size_t count,
			    uint64_t buckets)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += levels_estimate(interval_ns, lives_ns[i], buckets);
	return bytes;
}

struct history_room history_room_for(uint64_t interval_ns, const uint64_t *lives_ns, size_t count,
				     uint64_t events)
{
	struct history_room room = { .buckets = ROOM_BUCKETS_MOST, .events = HISTORY_EVENTS };

	while (room.buckets > ROOM_BUCKETS_LEAST &&
	       lines_bytes(interval_ns, lives_ns, count, room.buckets) > ROOM_BYTES)
		room.buckets /= 2;
	if (events > room.events)
		room.events = events < ROOM_EVENTS_MOST ? (size_t)events : ROOM_EVENTS_MOST;
	return room;
}
