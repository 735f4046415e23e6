#include "plotter/cursor.h"

static uint64_t now_of(const struct moment *moment)
{
	return view_time(moment->settings, moment->frame);
}

/* How far one can go. */
static uint64_t end_of(const struct moment *moment)
{
	return moment->frame->end_ns ? moment->frame->end_ns : moment->frame->now_ns;
}

/* Where one is. */
static uint64_t place_of(const struct moment *moment)
{
	return moment->settings->cursor_ns ? moment->settings->cursor_ns : now_of(moment);
}

static uint64_t clamp(const struct moment *moment, uint64_t t_ns)
{
	uint64_t begin_ns = history_begin(moment->frame->history);

	if (t_ns > end_of(moment))
		t_ns = end_of(moment);
	return t_ns < begin_ns ? begin_ns : t_ns;
}

/* The oldest time on the screen that shows @now_ns last. */
static uint64_t oldest_shown(const struct moment *moment, uint64_t now_ns)
{
	struct axis axis;

	if (moment->axis->width == 0)
		return now_ns;
	axis_set(&axis, moment->frame->history, now_ns, moment->settings->window_ns,
		 moment->axis->width);
	return axis.from_ns;
}

void moment_go(const struct moment *moment, uint64_t t_ns)
{
	struct view_settings *settings = moment->settings;
	uint64_t now_ns = now_of(moment);
	uint64_t from_ns = oldest_shown(moment, now_ns);

	t_ns = clamp(moment, t_ns);
	if (t_ns > now_ns)
		now_ns = t_ns;
	else if (t_ns < from_ns)
		/* whole columns, so that the ones that stay don't change */
		now_ns = moment->axis->width ? clamp(moment, t_ns + (now_ns - from_ns)) : t_ns;
	while (now_ns > t_ns && oldest_shown(moment, now_ns) > t_ns)
		now_ns -= now_ns - t_ns < moment->axis->column_ns ? now_ns - t_ns
								  : moment->axis->column_ns;
	settings->paused_at_ns = now_ns;
	settings->cursor_ns = t_ns;
}

/* The first tick of the column that begins @offset_ns after the session's start. */
static uint64_t first_tick(const struct moment *moment, uint64_t offset_ns)
{
	const struct session_info *session = history_session(moment->frame->history);
	uint64_t step_ns = session->interval_ns ? session->interval_ns : 1;

	return session->start_ns + (offset_ns + step_ns - 1) / step_ns * step_ns;
}

void moment_go_column(const struct moment *moment, const struct axis *axis, size_t column)
{
	uint64_t begin_ns = axis_begin(axis, column);
	uint64_t start_ns = history_session(moment->frame->history)->start_ns;
	uint64_t tick_ns = begin_ns > start_ns ? first_tick(moment, begin_ns - start_ns) : start_ns;

	if (tick_ns < begin_ns || tick_ns - begin_ns >= axis->column_ns)
		tick_ns = begin_ns;
	moment_go(moment, tick_ns < axis->now_ns ? tick_ns : axis->now_ns);
}

void moment_step(const struct moment *moment, bool forward)
{
	const struct session_info *session = history_session(moment->frame->history);
	uint64_t step_ns = session->interval_ns ? session->interval_ns : 1;
	uint64_t t_ns = place_of(moment);
	uint64_t column;
	uint64_t tick_ns;

	if (moment->axis->width && moment->axis->column_ns > step_ns)
		step_ns = moment->axis->column_ns;
	column = t_ns > session->start_ns ? (t_ns - session->start_ns) / step_ns : 0;
	tick_ns = first_tick(moment, column * step_ns);
	if (forward && tick_ns <= t_ns)
		tick_ns = first_tick(moment, (column + 1) * step_ns);
	else if (!forward && tick_ns >= t_ns)
		tick_ns = column ? first_tick(moment, (column - 1) * step_ns) : 0;
	moment_go(moment, tick_ns);
}

void moment_step_event(const struct moment *moment, bool forward)
{
	const struct history *history = moment->frame->history;
	uint64_t t_ns = place_of(moment);
	size_t index = history_event_after(history, forward ? t_ns + 1 : t_ns);
	const struct history_event *event;

	if (!forward && index == 0)
		return;
	event = history_event_at(history, forward ? index : index - 1);
	if (event && event->t_ns <= end_of(moment))
		moment_go(moment, event->t_ns);
}

void moment_go_begin(const struct moment *moment)
{
	moment_go(moment, history_begin(moment->frame->history));
}

void moment_go_end(const struct moment *moment)
{
	struct view_settings *settings = moment->settings;

	settings->cursor_ns = 0;
	settings->paused_at_ns = moment->frame->end_ns;
}

void moment_pause(const struct moment *moment)
{
	struct view_settings *settings = moment->settings;

	if (settings->paused_at_ns) {
		settings->play_ns = place_of(moment);
		settings->paused_at_ns = 0;
	} else {
		settings->paused_at_ns = moment->frame->now_ns;
	}
	settings->cursor_ns = 0;
}

void moment_release(const struct moment *moment)
{
	struct view_settings *settings = moment->settings;

	settings->cursor_ns = 0;
	if (!moment->frame->end_ns)
		settings->paused_at_ns = 0;
}

/* The end of a window of @window_ns in which @around_ns is where it is in the one that ends at
 * @now_ns; but not so that time before the session is shown in place of what is shown now. */
static uint64_t end_of_window(const struct moment *moment, uint64_t now_ns, uint64_t window_ns,
			      uint64_t around_ns)
{
	uint64_t full_ns = history_begin(moment->frame->history) + window_ns;
	double factor = (double)window_ns / (double)moment->settings->window_ns;
	uint64_t end_ns = around_ns + (uint64_t)((double)(now_ns - around_ns) * factor);

	if (full_ns > now_ns)
		full_ns = now_ns;
	return clamp(moment, end_ns > full_ns ? end_ns : full_ns);
}

void moment_set_window(const struct moment *moment, uint64_t window_ns)
{
	struct view_settings *settings = moment->settings;
	uint64_t now_ns = now_of(moment);
	uint64_t cursor_ns = settings->cursor_ns;

	if (cursor_ns && cursor_ns <= now_ns)
		settings->paused_at_ns = end_of_window(moment, now_ns, window_ns, cursor_ns);
	settings->window_ns = window_ns;
	if (cursor_ns)
		moment_go(moment, cursor_ns);
}

void moment_zoom(const struct moment *moment, uint64_t window_ns, uint64_t around_ns)
{
	struct view_settings *settings = moment->settings;
	uint64_t now_ns = now_of(moment);
	uint64_t end_ns = now_ns;

	if (around_ns < now_ns)
		end_ns = end_of_window(moment, now_ns, window_ns, around_ns);
	if (settings->paused_at_ns || end_ns < now_ns)
		settings->paused_at_ns = end_ns;
	settings->window_ns = window_ns;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

const struct history_event *moment_nearest(const struct history *history, uint64_t cursor_ns,
					   uint64_t now_ns)
{
	size_t index = history_event_after(history, cursor_ns);
	const struct history_event *after = history_event_at(history, index);
	const struct history_event *before = index ? history_event_at(history, index - 1) : NULL;

	if (after && after->t_ns > now_ns)
		after = NULL;
	if (!after || !before)
		return after ? after : before;
	return distance(after->t_ns, cursor_ns) < distance(before->t_ns, cursor_ns) ? after
										    : before;
}
