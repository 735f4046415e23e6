#include "plotter/model/history_state.h"

#include <string.h>

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
