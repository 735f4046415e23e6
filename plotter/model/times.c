#include "plotter/model/times.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS_PER_MIN (60 * NS_PER_S)
#define NS_PER_HOUR (60 * NS_PER_MIN)
#define NS_PER_DAY (24 * NS_PER_HOUR)
#define NS_PER_YEAR (365 * NS_PER_DAY)

/* What is left of @value after whole steps; also of one below 0. */
static uint64_t rest_of(int64_t value, uint64_t step)
{
	uint64_t below;

	if (value >= 0)
		return (uint64_t)value % step;
	below = (0 - (uint64_t)value) % step;
	return below ? step - below : 0;
}

/* --- by the clock on the wall */

/* The local time at @t_ns: its parts, and ns since 1970 as that clock shows it. */
static int64_t local_time(const struct times *times, uint64_t t_ns, struct tm *ret_parts)
{
	int64_t wall_ns = (int64_t)wall_at(times->session, t_ns);
	uint64_t part_ns = rest_of(wall_ns, NS_PER_S);
	time_t seconds = (time_t)((wall_ns - (int64_t)part_ns) / (int64_t)NS_PER_S);

	if (!localtime_r(&seconds, ret_parts))
		*ret_parts = (struct tm){ .tm_mday = 1, .tm_year = 70 };
	return wall_ns + ret_parts->tm_gmtoff * (int64_t)NS_PER_S;
}

/* How long after a round time of that clock. */
static uint64_t past_round(const struct times *times, uint64_t t_ns)
{
	struct tm parts;

	return rest_of(local_time(times, t_ns, &parts), times->step_ns);
}

/*
 * The round time nearest to @t_ns, which is one but for a change of the clock (summer time) before
 * it; not before @least_ns. A midnight that the clock leaps over is where it leaps to.
 */
static uint64_t settle(const struct times *times, uint64_t t_ns, uint64_t least_ns)
{
	uint64_t past_ns = past_round(times, t_ns);
	uint64_t next_ns = t_ns + (times->step_ns - past_ns);

	if (past_ns == 0)
		return t_ns;
	if (t_ns - least_ns >= past_ns && past_round(times, t_ns - past_ns) == 0)
		return t_ns - past_ns;
	if (times->step_ns < NS_PER_DAY || past_ns > times->step_ns / 2)
		return next_ns;
	return t_ns;
}

static uint64_t first_of_clock(const struct times *times)
{
	uint64_t past_ns = past_round(times, times->from_ns);
	uint64_t wait_ns = past_ns ? times->step_ns - past_ns : 0;

	if (wait_ns > times->to_ns - times->from_ns + 2 * NS_PER_HOUR)
		return UINT64_MAX;
	return settle(times, times->from_ns + wait_ns, times->from_ns);
}

/* --- ticks */

static uint64_t first_tick(const struct times *times)
{
	uint64_t length_ns = times->to_ns - times->from_ns;
	uint64_t past_ns;

	if (times->style == TIMES_AGO)
		return times->to_ns - length_ns / times->step_ns * times->step_ns;
	if (times->style == TIMES_CLOCK)
		return first_of_clock(times);
	past_ns = rest_of((int64_t)(times->from_ns - times->start_ns), times->step_ns);
	return times->from_ns + (past_ns ? times->step_ns - past_ns : 0);
}

void times_set(struct times *ret_times, const struct session_info *session, enum times_style style,
	       uint64_t from_ns, uint64_t to_ns, unsigned most)
{
	*ret_times = (struct times){
		.style = style,
		.from_ns = from_ns,
		.to_ns = to_ns > from_ns ? to_ns : from_ns,
		.start_ns = session->start_ns,
		.session = session,
	};
	ret_times->step_ns = scale_time_step(ret_times->to_ns - from_ns, most);
	ret_times->first_ns = first_tick(ret_times);
	if (ret_times->first_ns > ret_times->to_ns)
		ret_times->first_ns = UINT64_MAX;
}

uint64_t times_next(const struct times *times, uint64_t t_ns)
{
	uint64_t next_ns = t_ns + times->step_ns;

	if (next_ns < t_ns)
		return UINT64_MAX;
	/* Half a step on: where an hour comes twice ticks don't crowd. */
	if (times->style == TIMES_CLOCK)
		next_ns = settle(times, next_ns, t_ns + times->step_ns / 2 + 1);
	return next_ns <= times->to_ns ? next_ns : UINT64_MAX;
}

/* --- labels */

#define DECIMALS 11 /* bytes of ".123456789" */

/* What the step needs of ".25". */
static const char *decimals_of(char text[DECIMALS], uint64_t step_ns, uint64_t ns)
{
	unsigned part = (unsigned)(ns % NS_PER_S);
	int decimals = 9;

	if (step_ns % NS_PER_S == 0)
		return "";
	for (; step_ns % 10 == 0; step_ns /= 10) {
		part /= 10;
		decimals--;
	}
	snprintf(text, DECIMALS, ".%0*u", decimals, part);
	return text;
}

static void label_ago(char *text, uint64_t step_ns, uint64_t ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = { { "d", NS_PER_DAY }, { "h", NS_PER_HOUR }, { "min", NS_PER_MIN } };
	uint64_t seconds = ns / NS_PER_S;
	char part[DECIMALS];

	if (ns == 0) {
		snprintf(text, SCALE_TEXT, "now");
		return;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		uint64_t count = ns / units[i].ns;

		if (step_ns % units[i].ns == 0) {
			snprintf(text, SCALE_TEXT, "-%" PRIu64 " %s", count, units[i].name);
			return;
		}
	}
	snprintf(text, SCALE_TEXT, "-%" PRIu64 "%s s", seconds, decimals_of(part, step_ns, ns));
}

static void label_since(char *text, uint64_t step_ns, bool before, uint64_t ns)
{
	const char *sign = before ? "-" : "";
	unsigned hours = (unsigned)(ns / NS_PER_HOUR);
	unsigned minutes = (unsigned)(ns / NS_PER_MIN % 60);
	unsigned seconds = (unsigned)(ns / NS_PER_S % 60);
	char part[DECIMALS];

	if (step_ns % NS_PER_DAY == 0)
		snprintf(text, SCALE_TEXT, "%s%u d", sign, hours / 24);
	else if (hours == 0)
		snprintf(text, SCALE_TEXT, "%s%u:%02u%s", sign, minutes, seconds,
			 decimals_of(part, step_ns, ns));
	else
		snprintf(text, SCALE_TEXT, "%s%u:%02u:%02u%s", sign, hours, minutes, seconds,
			 decimals_of(part, step_ns, ns));
}

static void label_date(char *text, const struct times *times, const struct tm *parts)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

	if (times->to_ns - times->from_ns >= NS_PER_YEAR)
		snprintf(text, SCALE_TEXT, "%d-%02d-%02d", parts->tm_year + 1900, parts->tm_mon + 1,
			 parts->tm_mday);
	else
		snprintf(text, SCALE_TEXT, "%s %d", months[parts->tm_mon], parts->tm_mday);
}

static void label_clock(char *text, const struct times *times, uint64_t t_ns)
{
	struct tm parts;
	uint64_t ns = rest_of(local_time(times, t_ns, &parts), NS_PER_DAY);
	unsigned hours = (unsigned)(ns / NS_PER_HOUR);
	unsigned minutes = (unsigned)(ns / NS_PER_MIN % 60);
	unsigned seconds = (unsigned)(ns / NS_PER_S % 60);
	char part[DECIMALS];

	/* Of several days each has its date, at midnight. */
	if (times->step_ns >= NS_PER_DAY ||
	    (times->to_ns - times->from_ns >= NS_PER_DAY && ns == 0))
		label_date(text, times, &parts);
	else if (times->step_ns % NS_PER_MIN == 0)
		snprintf(text, SCALE_TEXT, "%02u:%02u", hours, minutes);
	else
		snprintf(text, SCALE_TEXT, "%02u:%02u:%02u%s", hours, minutes, seconds,
			 decimals_of(part, times->step_ns, ns));
}

char *times_label(char text[SCALE_TEXT], const struct times *times, uint64_t t_ns)
{
	bool before = t_ns < times->start_ns;

	if (times->style == TIMES_AGO)
		label_ago(text, times->step_ns, times->to_ns > t_ns ? times->to_ns - t_ns : 0);
	else if (times->style == TIMES_CLOCK)
		label_clock(text, times, t_ns);
	else
		label_since(text, times->step_ns, before,
			    before ? times->start_ns - t_ns : t_ns - times->start_ns);
	return text;
}

unsigned times_label_width(const struct times *times)
{
	char text[SCALE_TEXT];
	unsigned most = 0;

	for (uint64_t t = times->first_ns; t != UINT64_MAX; t = times_next(times, t)) {
		unsigned width = (unsigned)strlen(times_label(text, times, t));

		if (width > most)
			most = width;
	}
	return most;
}
