/*
 * What a click and the wheel do.
 */
#include "plotter/curses/curses.h"

#define EVENTS_SCROLLED 3

static bool has(struct extent extent, unsigned at)
{
	return at >= extent.at && at - extent.at < extent.size;
}

/* A chart of time that is at a place of the screen: its axis and the column there. */
struct spot {
	const struct axis *axis; /* NULL: none */
	size_t column;
};

static struct spot spot_at(const struct curses_view *view, unsigned x, unsigned y)
{
	const struct layout *layout = &view->layout;
	bool chart = has(layout->chart, y) || has(layout->axis, y) || has(layout->bars, y);
	bool table = has(layout->titles, y) || has(layout->body, y);
	const struct extent *columns = chart ? &layout->plot : &layout->spark;
	struct spot spot = { chart ? &view->plot.axis : &view->axis, x - columns->at };

	if ((!chart && !table) || !has(*columns, x) || spot.column >= spot.axis->width)
		spot.axis = NULL;
	return spot;
}

static void select_at(const struct curses_view *view, unsigned y)
{
	size_t row = view->settings->top + (y - view->layout.body.at);

	if (has(view->layout.body, y) && row < view->count)
		view->settings->selected = view->rows[row].line->line;
}

/* Whether a cell of the chart is the flag's: its point, its number or its label. */
static bool is_on_flag(const struct flag *flag, unsigned x, unsigned y)
{
	struct extent number = { flag->flag_x, flag->width };
	struct extent label = { flag->label_x, flag->label_size };

	if (x == flag->x && y == flag->y)
		return true;
	return flag->placed && y == flag->flag_y && (has(number, x) || has(label, x));
}

/* The event at a place of the screen: in the list, or on the chart; NULL: none. */
static const struct history_event *event_at(const struct curses_view *view, unsigned x, unsigned y)
{
	const struct curses_plot *plot = &view->plot;
	const struct layout *layout = &view->layout;

	if (!has(layout->chart, y) || !has(layout->plot, x))
		return curses_event_at(view, y);
	for (size_t i = 0; i < plot->flag_count; i++) {
		if (is_on_flag(&plot->flags[i], x - layout->plot.at, y - layout->chart.at))
			return plot->events[i];
	}
	return NULL;
}

static void click(struct curses_view *view, unsigned x, unsigned y)
{
	struct moment moment = curses_moment(view);
	const struct history_event *event = event_at(view, x, y);
	struct spot spot = spot_at(view, x, y);

	if (view->settings->help) {
		view->settings->help = false;
		return;
	}
	select_at(view, y);
	if (event)
		moment_go(&moment, event->t_ns);
	else if (spot.axis)
		moment_go_column(&moment, spot.axis, spot.column);
}

/* Over a chart what is pointed at stays where it is, but the newest column stays the newest. */
static void zoom(struct curses_view *view, unsigned x, unsigned y, bool longer)
{
	struct moment moment = curses_moment(view);
	struct spot spot = spot_at(view, x, y);
	uint64_t window_ns = curses_next_window(view, longer);

	if (spot.axis && spot.column + 1 < spot.axis->width)
		moment_zoom(&moment, window_ns, axis_begin(spot.axis, spot.column));
	else
		moment_set_window(&moment, window_ns);
}

static void turn(struct curses_view *view, unsigned x, unsigned y, bool up)
{
	if (view->settings->list)
		curses_step_listed(view, EVENTS_SCROLLED, up);
	else
		zoom(view, x, y, !up);
}

void curses_take_mouse(struct curses_view *view)
{
	MEVENT event;

	if (getmouse(&event) != OK || view->settings->prompt.kind || event.x < 0 || event.y < 0)
		return;
	if (event.bstate & BUTTON1_PRESSED)
		click(view, (unsigned)event.x, (unsigned)event.y);
	else if (event.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED))
		turn(view, (unsigned)event.x, (unsigned)event.y, event.bstate & BUTTON4_PRESSED);
}
