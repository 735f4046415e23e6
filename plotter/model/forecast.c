#include "plotter/model/forecast.h"

#include "base/clock.h"
#include "base/units.h"

#include <stdio.h>

/* From two minutes on a forecast is told in steps of this many seconds. */
#define STEP_S 10

static uint64_t room_of(uint64_t limit, uint64_t used)
{
	return limit > used ? limit - used : 0;
}

/* What is reached first is what leaves the least room: to each the line grows as fast. */
static uint64_t nearest_limit(struct outlook *outlook, const struct history *history,
			      const struct row *row, uint64_t now_ns, uint64_t asked_bytes)
{
	uint64_t room = UINT64_MAX;
	struct limit limit;

	if (asked_bytes) {
		outlook->limit = OUTLOOK_ASKED;
		outlook->limit_bytes = asked_bytes;
		room = room_of(asked_bytes, row->rss);
	}
	if (history_limit_at(history, row->line, now_ns, &limit) &&
	    room_of(limit.limit, limit.used) < room) {
		outlook->limit = limit.kind == LIMIT_CGROUP ? OUTLOOK_CGROUP : OUTLOOK_MACHINE;
		outlook->limit_bytes = limit.limit;
		room = room_of(limit.limit, limit.used);
	}
	return room;
}

void outlook_set(struct outlook *ret_outlook, const struct history *history, const struct row *row,
		 const struct axis *axis, const struct history_column *columns,
		 uint64_t limit_bytes)
{
	uint64_t room;

	*ret_outlook = (struct outlook){ .reached_ns = UINT64_MAX };
	trend_set(&ret_outlook->trend, columns, axis->width, axis->column_ns);
	if (row->ended)
		return;
	if (!limit_bytes)
		limit_bytes = history_asked_at(history, row->line, axis->now_ns);
	if (limit_bytes && row->rss > limit_bytes) {
		ret_outlook->limit = OUTLOOK_ASKED;
		ret_outlook->limit_bytes = limit_bytes;
		ret_outlook->over = true;
		return;
	}
	room = nearest_limit(ret_outlook, history, row, axis->now_ns, limit_bytes);
	if (ret_outlook->limit != OUTLOOK_NONE)
		ret_outlook->reached_ns =
			trend_reaches(&ret_outlook->trend, room, axis->column_ns * axis->width);
}

char *outlook_rate(char text[WORDING_TEXT], const struct outlook *outlook)
{
	double per_minute = outlook->trend.per_second * 60;
	char figure[UNITS_TEXT];

	text[0] = '\0';
	if (!outlook->trend.known || per_minute <= -9e18 || per_minute >= 9e18)
		return text;
	snprintf(text, WORDING_TEXT, "%s/min", units_format_delta(figure, (int64_t)per_minute));
	return text;
}

/* "20 s", "3 min 20 s", "2 h 05 min". */
static const char *format_ahead(char text[UNITS_TEXT], uint64_t ns)
{
	uint64_t seconds = ns / NS_PER_S + (ns % NS_PER_S >= NS_PER_S / 2);

	if (seconds < 60) {
		snprintf(text, UNITS_TEXT, "%u s", (unsigned)seconds);
		return text;
	}
	if (seconds >= 120)
		seconds = (seconds + STEP_S / 2) / STEP_S * STEP_S;
	return units_format_duration(text, seconds * NS_PER_S);
}

char *outlook_reach(char text[WORDING_TEXT], const struct outlook *outlook)
{
	char bytes[UNITS_TEXT];
	char ahead[UNITS_TEXT];

	text[0] = '\0';
	units_format_bytes(bytes, outlook->limit_bytes);
	if (outlook->over) {
		snprintf(text, WORDING_TEXT, "over the limit %s", bytes);
		return text;
	}
	if (outlook->reached_ns == UINT64_MAX)
		return text;
	format_ahead(ahead, outlook->reached_ns);
	if (outlook->limit == OUTLOOK_ASKED)
		snprintf(text, WORDING_TEXT, "limit %s in %s", bytes, ahead);
	else if (outlook->limit == OUTLOOK_CGROUP)
		snprintf(text, WORDING_TEXT, "cgroup limit %s in %s", bytes, ahead);
	else if (outlook->limit == OUTLOOK_MACHINE)
		snprintf(text, WORDING_TEXT, "the machine's memory full in %s", ahead);
	return text;
}
