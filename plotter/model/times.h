/*
 * The ticks of an axis of time, and what they are called. Ticks stand at round times, which don't
 * move against the data as the window rolls (but for those that count back from now). Pure but for
 * the time zone, which localtime_r(3) asks.
 */
#ifndef PLOTTER_MODEL_TIMES_H
#define PLOTTER_MODEL_TIMES_H

#include "base/scale.h"
#include "wire/message.h"

enum times_style {
	TIMES_SINCE, /* since the session's start: "0:45", "1:02:00", "0:00.25", "3 d" */
	TIMES_CLOCK, /* by the clock on the wall: "14:30", "14:30:15", "14:30:15.25", "Nov 21" */
	TIMES_AGO,   /* before the end of the axis: "-45 s", "-5 min", "now" */
	TIMES_STYLES,
};

/* Ticks in [from, to], CLOCK_MONOTONIC. */
struct times {
	enum times_style style;
	uint64_t from_ns;
	uint64_t to_ns;
	uint64_t step_ns;
	uint64_t first_ns;		    /* the first tick; UINT64_MAX: there is none */
	uint64_t start_ns;		    /* the session's start */
	const struct session_info *session; /* for the clock on the wall */
};

/*
 * At most @most steps over [from, to] (1 at least). @session is kept. With TIMES_CLOCK the ticks
 * are round in local time, those of days at midnight, also where that clock is changed in between:
 * steps of more than an hour are longer or shorter by that.
 */
void times_set(struct times *ret_times, const struct session_info *session, enum times_style style,
	       uint64_t from_ns, uint64_t to_ns, unsigned most);

/* The tick after @t_ns, or UINT64_MAX past the axis's end; the first is times->first_ns. */
uint64_t times_next(const struct times *times, uint64_t t_ns);

/* What the tick at @t_ns is called; returns @text. */
char *times_label(char text[SCALE_TEXT], const struct times *times, uint64_t t_ns);

/* Columns that the widest label of these takes. */
unsigned times_label_width(const struct times *times);

#endif
