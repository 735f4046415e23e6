#include "plotter/history.h"

#include "plotter/events.h"
#include "plotter/levels.h"
#include "plotter/wording.h"

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
	uint64_t now_ns;
	uint64_t missed_ticks; /* as the newest tick says, and as the gaps tell: the larger holds */
	uint64_t missed_gaps;
	uint64_t dropped; /* of the session itself, and of lines forgotten */
};

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

struct history *history_new(const struct session_info *session)
{
	struct history *history = calloc(1, sizeof(*history));

	if (!history)
		return NULL;
	history->session = *session;
	history->now_ns = session->start_ns;
	return history;
}

static void line_free(struct history_line *line)
{
	levels_free(line->levels);
	free(line);
}

void history_free(struct history *history)
{
	if (!history)
		return;
	for (size_t i = 0; i < history->count; i++)
		line_free(history->lines[i]);
	free(history->lines);
	events_free(&history->events);
	free(history);
}

const struct session_info *history_session(const struct history *history)
{
	return &history->session;
}

/* The index of the first line numbered @line or more. */
static size_t line_index(const struct history *history, uint32_t line)
{
	size_t low = 0;
	size_t high = history->count;

	if (high > 0 && history->lines[high - 1]->line < line)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (history->lines[middle]->line < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct history_line *find_line(const struct history *history, uint32_t line)
{
	size_t index = line_index(history, line);

	if (index == history->count || history->lines[index]->line != line)
		return NULL;
	return history->lines[index];
}

static int reserve_line(struct history *history)
{
	size_t capacity = history->capacity ? history->capacity * 2 : 16;
	struct history_line **lines;

	if (history->count < history->capacity)
		return 0;
	lines = realloc(history->lines, capacity * sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	history->lines = lines;
	history->capacity = capacity;
	return 0;
}

static int add_line(struct history *history, uint32_t number, struct history_line **ret_line)
{
	size_t index = line_index(history, number);
	struct history_line *line;

	if (reserve_line(history))
		return -ENOMEM;
	line = calloc(1, sizeof(*line));
	if (!line)
		return -ENOMEM;
	line->line = number;
	line->levels = levels_new(history->session.start_ns, history->session.interval_ns);
	if (!line->levels) {
		free(line);
		return -ENOMEM;
	}
	memmove(&history->lines[index + 1], &history->lines[index],
		(history->count - index) * sizeof(struct history_line *));
	history->lines[index] = line;
	history->count++;
	*ret_line = line;
	return 0;
}

static int add_sample(struct history_line *line, uint64_t t_ns, uint64_t rss)
{
	if (line->first_ns == 0 || t_ns < line->first_ns)
		line->first_ns = t_ns;
	if (t_ns >= line->last_ns && !line->ended) {
		line->last_ns = t_ns;
		line->rss = rss;
	}
	line->max_rss = max_u64(line->max_rss, rss);
	line->peak_rss = max_u64(line->peak_rss, rss);
	return levels_add(line->levels, t_ns, rss);
}

static int add_tick(struct history *history, uint64_t t_ns, const struct tick *tick)
{
	int err = 0;

	history->missed_ticks = max_u64(history->missed_ticks, tick->missed);
	for (size_t i = 0; i < tick->count; i++) {
		struct history_line *line = find_line(history, tick->samples[i].line);

		if (line && add_sample(line, t_ns, tick->samples[i].rss))
			err = -ENOMEM;
	}
	return err;
}

static int add_event(struct history *history, const struct record *record)
{
	const struct event *event = &record->event;
	struct history_line *line = find_line(history, event->line);
	struct history_event kept = {
		.t_ns = record->t_ns,
		.seq = record->seq,
		.line = event->line,
		.kind = event->kind,
		.open = event->kind == EVENT_SPAN_BEGIN,
		.span = event->span,
		.duration_ns = event->duration_ns,
		.rss = event->rss,
		.rss_end = event->rss_end,
	};

	text_copy(kept.category, sizeof(kept.category), event->category);
	text_copy(kept.label, sizeof(kept.label), event->label);
	if (line)
		line->events++;
	if (event->kind == EVENT_SPAN_END)
		events_close(&history->events, event->line, event->span);
	return events_add(&history->events, &kept);
}

static int add_process(struct history *history, uint64_t t_ns, const struct process *process)
{
	struct history_line *line = find_line(history, process->line);

	if (!line) {
		if (add_line(history, process->line, &line))
			return -ENOMEM;
		line->joined_ns = t_ns;
	}
	line->pid = process->pid;
	text_copy(line->name, sizeof(line->name), process->name);
	text_copy(line->command, sizeof(line->command), process->command);
	return 0;
}

static int add_end(struct history *history, const struct record *record)
{
	const struct end *end = &record->end;
	struct history_line *line = find_line(history, end->line);
	struct history_event kept = {
		.t_ns = record->t_ns,
		.seq = record->seq,
		.line = end->line,
		.rss = end->last_rss,
		.end = true,
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
	text_copy(kept.label, sizeof(kept.label), wording_end(label, end, line->peak_rss));
	return events_add(&history->events, &kept);
}

static void add_gap(struct history *history, const struct gap *gap)
{
	struct history_line *line = find_line(history, gap->line);

	if (gap->reason == GAP_BEHIND)
		return; /* what a file lacks, nobody dropped */
	if (gap->reason == GAP_MISSED)
		history->missed_gaps += gap->count;
	else if (line)
		line->dropped += gap->count;
	else
		history->dropped += gap->count;
}

static void add_peak(struct history *history, const struct peak *peak)
{
	struct history_line *line = find_line(history, peak->line);

	if (line)
		line->peak_rss = max_u64(line->peak_rss, peak->peak_rss);
}

int history_add(struct history *history, const struct record *record)
{
	history->now_ns = max_u64(history->now_ns, record->t_ns);
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
		add_gap(history, &record->gap);
		return 0;
	case RECORD_PEAK:
		add_peak(history, &record->peak);
		return 0;
	}
	return 0;
}

int history_add_process(struct history *history, const struct process_info *info)
{
	struct history_line *line = find_line(history, info->line);

	if (!line) {
		if (add_line(history, info->line, &line))
			return -ENOMEM;
		line->pid = info->pid;
		line->joined_ns = info->since_ns;
		line->rss = info->rss;
		line->ended = info->ended;
		text_copy(line->name, sizeof(line->name), info->name);
		text_copy(line->command, sizeof(line->command), info->command);
	}
	line->max_rss = max_u64(line->max_rss, info->max_rss);
	line->peak_rss = max_u64(max_u64(line->peak_rss, info->peak_rss), line->max_rss);
	line->events = max_u64(line->events, info->events);
	line->dropped = max_u64(line->dropped, info->dropped);
	return 0;
}

const struct history_line *history_line_at(const struct history *history, size_t index)
{
	return index < history->count ? history->lines[index] : NULL;
}

const struct history_line *history_line_find(const struct history *history, uint32_t line)
{
	return find_line(history, line);
}

size_t history_lines(const struct history *history)
{
	return history->count;
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
		history->dropped += line->dropped;
		events_forget(&history->events, line->line);
		line_free(line);
	}
	history->count = kept;
}

void history_columns(const struct history *history, const struct history_line *line,
		     uint64_t from_ns, uint64_t to_ns, struct history_column *columns, size_t count)
{
	(void)history;
	levels_columns(line->levels, from_ns, to_ns, columns, count);
}

uint64_t history_grain(const struct history *history, uint64_t window_ns)
{
	return levels_grain(history->session.interval_ns, window_ns);
}

uint64_t history_value_at(const struct history *history, const struct history_line *line,
			  uint64_t t_ns)
{
	(void)history;
	return levels_value_at(line->levels, t_ns);
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

uint64_t history_now(const struct history *history)
{
	return history->now_ns;
}

uint64_t history_missed(const struct history *history)
{
	return max_u64(history->missed_ticks, history->missed_gaps);
}

uint64_t history_dropped(const struct history *history)
{
	uint64_t dropped = history->dropped;

	for (size_t i = 0; i < history->count; i++)
		dropped += history->lines[i]->dropped;
	return dropped;
}
