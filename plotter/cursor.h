/*
 * Going about in time: a display that stands still, and a cursor on it that goes to columns,
 * samples and events. What is shown follows the cursor as little as keeps it on the screen. Pure.
 */
#ifndef PLOTTER_CURSOR_H
#define PLOTTER_CURSOR_H

#include "plotter/model/rows.h"
#include "plotter/view.h"

/* Where to go about: what is on the screen, and how far there is anything. */
struct moment {
	struct view_settings *settings;
	const struct view_frame *frame;
	const struct axis *axis; /* of what is shown; its width 0: no chart */
};

/* To @t_ns, or as near as there is something; the display stands still from now on. */
void moment_go(const struct moment *moment, uint64_t t_ns);

/*
 * To the next column, or the one before: to its first tick; where columns are finer than ticks, to
 * the next tick.
 */
void moment_step(const struct moment *moment, bool forward);

/* To the next event after the cursor, or the last before it; nowhere where there is none. */
void moment_step_event(const struct moment *moment, bool forward);

/* To where it begins; to its end, which for a live session is to go on with it. */
void moment_go_begin(const struct moment *moment);
void moment_go_end(const struct moment *moment);

/* Stand still, or go on: a live session where it is by now, a replay from the cursor. */
void moment_pause(const struct moment *moment);

/* Point at nothing; a live session goes on. */
void moment_release(const struct moment *moment);

/* Another window, with the cursor where it is on the screen. */
void moment_set_window(const struct moment *moment, uint64_t window_ns);

/* Another window, with @around_ns where it is on the screen; the display stands still from now on
 * where that is not to be had otherwise. */
void moment_zoom(const struct moment *moment, uint64_t window_ns, uint64_t around_ns);

/* To a column of @axis, which is on the screen: to its first tick, or to its begin where it has
 * none. */
void moment_go_column(const struct moment *moment, const struct axis *axis, size_t column);

/* The event nearest to the cursor of those that are over; NULL: there is none. */
const struct history_event *moment_nearest(const struct history *history, uint64_t cursor_ns,
					   uint64_t now_ns);

#endif
