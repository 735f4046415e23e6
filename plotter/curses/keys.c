/*
 * What the keys and the mouse do.
 */
#include "base/clock.h"
#include "plotter/curses/curses.h"

#include <stdio.h>

#define KEY_CTRL_L 12
#define KEY_ESCAPE 27
#define COLUMNS_LEAPT 10

/* A shorter window than this many samples shows nothing more. */
#define WINDOW_SAMPLES 10

static const uint64_t windows_ms[] = {
	10,	 20,	  50,	    100,      200,	500,	   1000,      2000,
	5000,	 10000,	  30000,    60000,    120000,	300000,	   600000,    1800000,
	3600000, 7200000, 21600000, 43200000, 86400000, 172800000, 604800000,
};

#define WINDOWS (sizeof(windows_ms) / sizeof(windows_ms[0]))

static const double speeds[] = { 0.001, 0.002, 0.005, 0.01,  0.02, 0.05, 0.1, 0.2, 0.5,	 1,
				 2,	5,     10,    20,    50,   100,	 200, 500, 1000, 2000,
				 5000,	10000, 20000, 50000, 1e5,  2e5,	 5e5, 1e6 };

#define SPEEDS (sizeof(speeds) / sizeof(speeds[0]))

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

/* The next longer or shorter of the windows that the keys give. */
static uint64_t next_window(const struct curses_view *view, bool longer)
{
	uint64_t window_ns = view->settings->window_ns;
	uint64_t least_ns = WINDOW_SAMPLES * history_session(view->frame->history)->interval_ns;

	for (size_t i = 0; i < WINDOWS; i++) {
		uint64_t next_ns = windows_ms[longer ? i : WINDOWS - 1 - i] * NS_PER_MS;

		if (longer ? next_ns > window_ns : next_ns < window_ns && next_ns >= least_ns)
			return next_ns;
	}
	return window_ns;
}

/* Over a chart what is pointed at stays where it is, but the newest column stays the newest. */
static void zoom(struct curses_view *view, unsigned x, unsigned y, bool longer)
{
	struct moment moment = curses_moment(view);
	struct spot spot = spot_at(view, x, y);
	uint64_t window_ns = next_window(view, longer);

	if (spot.axis && spot.column + 1 < spot.axis->width)
		moment_zoom(&moment, window_ns, axis_begin(spot.axis, spot.column));
	else
		moment_set_window(&moment, window_ns);
}

/* With the cursor to the event that is @by newer or older in the list, or as far as there are any.
 */
static void step_listed(const struct curses_view *view, size_t by, bool newer)
{
	const struct history *history = view->frame->history;
	struct moment moment = curses_moment(view);
	uint64_t last_ns = view->frame->end_ns ? view->frame->end_ns : view->frame->now_ns;
	uint64_t at_ns = view->settings->cursor_ns ? view->settings->cursor_ns : view->now_ns + 1;
	size_t end = history_event_after(history, last_ns + 1);
	size_t index = history_event_after(history, newer ? at_ns + 1 : at_ns);
	size_t others = newer ? end - (index < end ? index : end) : index;

	if (others == 0)
		return;
	by = by < others ? by : others;
	index = newer ? index + by - 1 : index - by;
	moment_go(&moment, history_event_at(history, index)->t_ns);
}

static void turn(struct curses_view *view, unsigned x, unsigned y, bool up)
{
	if (view->settings->list)
		step_listed(view, EVENTS_SCROLLED, up);
	else
		zoom(view, x, y, !up);
}

/* What was clicked, or where the wheel was turned, of the frame that was prepared last. */
static void curses_take_mouse(struct curses_view *view)
{
	MEVENT event;

	if (getmouse(&event) != OK || view->settings->prompt.kind || event.x < 0 || event.y < 0)
		return;
	if (event.bstate & BUTTON1_PRESSED)
		click(view, (unsigned)event.x, (unsigned)event.y);
	else if (event.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED))
		turn(view, (unsigned)event.x, (unsigned)event.y, event.bstate & BUTTON4_PRESSED);
}

static double next_speed(double speed, bool faster)
{
	for (size_t i = 0; i < SPEEDS; i++) {
		double next = speeds[faster ? i : SPEEDS - 1 - i];

		if (faster ? next > speed * 1.0001 : next < speed * 0.9999)
			return next;
	}
	return speed;
}

/* --- time */

static void step(const struct curses_view *view, unsigned columns, bool forward)
{
	struct moment moment = curses_moment(view);

	while (columns-- > 0)
		moment_step(&moment, forward);
}

/* The cursor and the pause: whether it is one of their keys. */
static bool take_cursor_key(struct curses_view *view, int key)
{
	struct moment moment = curses_moment(view);

	switch (key) {
	case 'p':
	case ' ':
		moment_pause(&moment);
		return true;
	case KEY_LEFT:
	case KEY_RIGHT:
		step(view, 1, key == KEY_RIGHT);
		return true;
	case KEY_SLEFT:
	case ',':
	case KEY_SRIGHT:
	case '.':
		step(view, COLUMNS_LEAPT, key == KEY_SRIGHT || key == '.');
		return true;
	case 'n':
	case 'N':
		moment_step_event(&moment, key == 'n');
		return true;
	case 'g':
	case KEY_HOME:
		moment_go_begin(&moment);
		return true;
	case 'G':
	case KEY_END:
		moment_go_end(&moment);
		return true;
	default:
		return false;
	}
}

/* The window and the axes. */
static bool take_axis_key(struct curses_view *view, int key)
{
	struct view_settings *settings = view->settings;
	struct moment moment = curses_moment(view);

	switch (key) {
	case '+':
	case '=':
	case '-':
		moment_set_window(&moment, next_window(view, key != '-'));
		return true;
	case '0':
		if (settings->window_ns == view->first_window_ns)
			settings->fitted = !settings->fitted;
		/* fall through */
	case 'w':
		moment_set_window(&moment, view->first_window_ns);
		return true;
	case 'z':
		settings->fitted = !settings->fitted;
		return true;
	case 'y':
		settings->metric = history_next_metric(view->frame->history);
		return true;
	case 't':
		settings->times = (settings->times + 1) % TIMES_STYLES;
		return true;
	case '<':
	case '[':
	case '>':
	case ']':
		if (view->frame->end_ns)
			settings->speed = next_speed(settings->speed, key == '>' || key == ']');
		return true;
	default:
		return false;
	}
}

/* --- processes */

static void select_row(struct curses_view *view, long by)
{
	long index = (long)view->selected + by;

	if (view->count == 0)
		return;
	if (index < 0)
		index = 0;
	if (index >= (long)view->count)
		index = (long)view->count - 1;
	view->settings->selected = view->rows[index].line->line;
}

static void select_next(struct curses_view *view, bool forward)
{
	size_t by = forward ? 1 : view->count - 1;

	if (view->count > 0)
		view->settings->selected =
			view->rows[(view->selected + by) % view->count].line->line;
}

static bool take_row_key(struct curses_view *view, int key)
{
	long page = view->layout.body.size > 1 ? (long)view->layout.body.size - 1 : 1;

	switch (key) {
	case KEY_UP:
	case 'k':
		select_row(view, -1);
		return true;
	case KEY_DOWN:
	case 'j':
		select_row(view, 1);
		return true;
	case KEY_PPAGE:
		select_row(view, -page);
		return true;
	case KEY_NPAGE:
		select_row(view, page);
		return true;
	case '\t':
	case KEY_BTAB:
		select_next(view, key == '\t');
		return true;
	default:
		return false;
	}
}

/* --- the list of events, the newest of which is at its top */

static bool take_list_key(struct curses_view *view, int key)
{
	size_t page = view->layout.list.size > 3 ? view->layout.list.size - 2 : 1;

	switch (key) {
	case KEY_UP:
	case 'k':
	case KEY_DOWN:
	case 'j':
		step_listed(view, 1, key == KEY_UP || key == 'k');
		return true;
	case KEY_PPAGE:
	case KEY_NPAGE:
		step_listed(view, page, key == KEY_PPAGE);
		return true;
	case KEY_HOME:
	case KEY_END:
		step_listed(view, SIZE_MAX, key == KEY_HOME);
		return true;
	default:
		return false;
	}
}

/* --- what is shown, and what is typed */

static void mark(struct view_settings *settings, const char *label)
{
	if (label[0])
		text_copy(settings->mark, sizeof(settings->mark), label);
	else
		snprintf(settings->mark, sizeof(settings->mark), "mark %zu", ++settings->marks);
}

static void begin_prompt(struct view_settings *settings, enum prompt_kind kind)
{
	settings->help = false;
	text_copy(settings->filter_before, sizeof(settings->filter_before), settings->filter);
	prompt_begin(&settings->prompt, kind, kind == PROMPT_FILTER ? settings->filter : "");
}

static int prompt_byte(int key)
{
	switch (key) {
	case KEY_BACKSPACE:
		return '\b';
	case KEY_ENTER:
		return '\r';
	default:
		return key;
	}
}

static void take_prompt_key(struct view_settings *settings, int key)
{
	struct prompt *prompt = &settings->prompt;
	enum prompt_kind kind = prompt->kind;
	enum prompt_result result = prompt_take(prompt, prompt_byte(key));

	if (kind == PROMPT_FILTER)
		text_copy(settings->filter, sizeof(settings->filter),
			  key == KEY_ESCAPE ? settings->filter_before : prompt->text);
	if (kind == PROMPT_MARK && result == PROMPT_ENTERED)
		mark(settings, prompt->text);
	if (result != PROMPT_GOES_ON)
		*prompt = (struct prompt){ .kind = PROMPT_NONE };
}

/* Of what is open, what was opened last. */
static void leave(struct curses_view *view)
{
	struct view_settings *settings = view->settings;
	struct moment moment = curses_moment(view);

	if (settings->help)
		settings->help = false;
	else if (settings->list)
		settings->list = false;
	else if (settings->filter[0])
		settings->filter[0] = '\0';
	else
		moment_release(&moment);
}

/* A recording takes no mark: who plays it says so, and nothing need be typed before. */
static void ask_mark(const struct curses_view *view, int key)
{
	if (key == 'M' && !view->frame->end_ns)
		begin_prompt(view->settings, PROMPT_MARK);
	else
		mark(view->settings, "");
}

static void take_other_key(struct curses_view *view, int key)
{
	struct view_settings *settings = view->settings;

	switch (key) {
	case 'a':
		settings->one = !settings->one;
		break;
	case 's':
		settings->order = (settings->order + 1) % ORDER_KEYS;
		break;
	case 'S':
		settings->order = (settings->order + ORDER_KEYS - 1) % ORDER_KEYS;
		break;
	case 'l':
		settings->list = !settings->list;
		break;
	case '/':
		begin_prompt(settings, PROMPT_FILTER);
		break;
	case 'm':
	case 'M':
		ask_mark(view, key);
		break;
	case '?':
	case 'h':
		settings->help = !settings->help;
		break;
	case KEY_ESCAPE:
		leave(view);
		break;
	case KEY_CTRL_L:
		settings->redraw = true;
		break;
	default:
		break;
	}
}

enum view_wish curses_take_key(struct curses_view *view, const struct view_frame *frame, int key)
{
	if (curses_prepare(view, frame))
		return VIEW_STAY;
	if (key == KEY_MOUSE) {
		curses_take_mouse(view);
		return VIEW_STAY;
	}
	if (view->settings->prompt.kind) {
		take_prompt_key(view->settings, key);
		return VIEW_STAY;
	}
	if (key == 'q' || key == 'Q')
		return VIEW_QUIT;
	if (view->settings->list && take_list_key(view, key))
		return VIEW_STAY;
	if (!take_cursor_key(view, key) && !take_axis_key(view, key) && !take_row_key(view, key))
		take_other_key(view, key);
	return VIEW_STAY;
}
