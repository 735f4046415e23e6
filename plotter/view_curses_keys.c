/*
 * What the keys do.
 */
#include "base/clock.h"
#include "plotter/view_curses.h"

#define KEY_CTRL_L 12
#define KEY_ESCAPE 27

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

/* The next longer or shorter of the windows. */
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

static double next_speed(double speed, bool faster)
{
	for (size_t i = 0; i < SPEEDS; i++) {
		double next = speeds[faster ? i : SPEEDS - 1 - i];

		if (faster ? next > speed * 1.0001 : next < speed * 0.9999)
			return next;
	}
	return speed;
}

static void select_row(struct curses_view *view, long by)
{
	long index;

	if (view->count == 0)
		return;
	index = (long)view->selected + by;
	if (index < 0)
		index = 0;
	if (index >= (long)view->count)
		index = (long)view->count - 1;
	view->settings->selected = view->rows[index].line->line;
}

/* Those that go about in time: whether it is one. */
static bool take_time_key(struct curses_view *view, int key)
{
	struct moment moment = curses_moment(view);

	switch (key) {
	case 'p':
	case ' ':
		moment_pause(&moment);
		return true;
	case '+':
	case '=':
	case '-':
		moment_set_window(&moment, next_window(view, key != '-'));
		return true;
	case KEY_LEFT:
	case 'h':
	case KEY_RIGHT:
	case 'l':
		moment_step(&moment, key == KEY_RIGHT || key == 'l');
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

static void change_speed(struct curses_view *view, bool faster)
{
	if (view->frame->end_ns)
		view->settings->speed = next_speed(view->settings->speed, faster);
}

static void leave(struct curses_view *view)
{
	struct moment moment = curses_moment(view);

	if (!view->settings->help)
		moment_release(&moment);
	view->settings->help = false;
}

enum view_wish curses_take_key(struct curses_view *view, const struct view_frame *frame, int key)
{
	struct view_settings *settings = view->settings;
	long page = view->layout.body.size > 1 ? (long)view->layout.body.size - 1 : 1;

	if (curses_prepare(view, frame) || take_time_key(view, key))
		return VIEW_STAY;
	switch (key) {
	case 'q':
	case 'Q':
		return VIEW_QUIT;
	case KEY_UP:
	case 'k':
		select_row(view, -1);
		break;
	case KEY_DOWN:
	case 'j':
		select_row(view, 1);
		break;
	case KEY_PPAGE:
		select_row(view, -page);
		break;
	case KEY_NPAGE:
		select_row(view, page);
		break;
	case '<':
	case '[':
	case '>':
	case ']':
		change_speed(view, key == '>' || key == ']');
		break;
	case '?':
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
	return VIEW_STAY;
}
