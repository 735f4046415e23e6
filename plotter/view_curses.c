#include "plotter/view_curses.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define KEY_CTRL_L 12
#define KEY_ESCAPE 27
#define ESCAPE_WAIT_MS 25

static const unsigned windows_s[] = { 10,   30,	  60,	 120,	300,   600,    1800,
				      3600, 7200, 21600, 43200, 86400, 172800, 604800 };

#define WINDOWS (sizeof(windows_s) / sizeof(windows_s[0]))

static void set_colours(struct curses_view *view)
{
	const char *refused = getenv("NO_COLOR");
	short background = -1;

	if ((refused && refused[0]) || !has_colors() || start_color() == ERR)
		return;
	if (use_default_colors() == ERR)
		background = COLOR_BLACK;
	view->colours = true;
	init_pair(COLOUR_LINE, COLOR_CYAN, background);
	init_pair(COLOUR_MARK, COLOR_YELLOW, background);
	init_pair(COLOUR_ALERT, COLOR_RED, background);
}

static void set_terminal(void)
{
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_WAIT_MS);
	typeahead(-1);
	curs_set(0);
}

static void curses_close(void *state)
{
	struct curses_view *view = state;

	if (!view)
		return;
	if (view->screen) {
		endwin();
		delscreen(view->screen);
	}
	free(view->rows);
	free(view->columns);
	free(view->marks);
	free(view->spark);
	free(view);
}

static int curses_open(void **ret_state, const struct view_options *options)
{
	struct curses_view *view;
	bool utf8;
	const char *problem = curses_problem(options->out);

	if (problem) {
		log_error("cannot use the terminal: %s; try --view text", problem);
		return -ENOTTY;
	}
	view = calloc(1, sizeof(*view));
	if (!view) {
		log_error("cannot open the ncurses view: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	setlocale(LC_CTYPE, "");
	utf8 = cells_utf8();
	view->out = options->out;
	view->title = options->title;
	view->settings = options->settings;
	view->style = utf8 ? CELLS_UTF8 : CELLS_ASCII;
	view->glyphs = utf8 ? SPARK_BLOCKS : SPARK_ASCII;
	if (view->settings->window_ns == 0)
		view->settings->window_ns = options->window_ns;
	/* Not initscr, which exits the process where it fails. */
	view->screen = newterm(NULL, options->out, stdin);
	if (!view->screen) {
		log_error("cannot use the terminal: ncurses refuses it; try --view text");
		curses_close(view);
		return -ENOTTY;
	}
	set_terminal();
	set_colours(view);
	*ret_state = view;
	return 0;
}

/* Take the terminal's size; nobody else does, since SIGWINCH doesn't reach ncurses. */
static void fit_screen(struct curses_view *view)
{
	struct winsize size;

	if (ioctl(fileno(view->out), TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col)
		return;
	if (is_term_resized(size.ws_row, size.ws_col)) {
		resizeterm(size.ws_row, size.ws_col);
		clearok(stdscr, TRUE);
	}
}

/* The next longer or shorter of the windows. */
static void change_window(struct view_settings *settings, bool longer)
{
	if (longer) {
		for (size_t i = 0; i < WINDOWS; i++) {
			if (windows_s[i] * NS_PER_S > settings->window_ns) {
				settings->window_ns = windows_s[i] * NS_PER_S;
				return;
			}
		}
	} else {
		for (size_t i = WINDOWS; i > 0; i--) {
			if (windows_s[i - 1] * NS_PER_S < settings->window_ns) {
				settings->window_ns = windows_s[i - 1] * NS_PER_S;
				return;
			}
		}
	}
}

static void select_row(struct curses_view *view, const struct view_frame *frame, long by)
{
	long index;

	if (curses_prepare(view, frame) || view->count == 0)
		return;
	index = (long)view->selected + by;
	if (index < 0)
		index = 0;
	if (index >= (long)view->count)
		index = (long)view->count - 1;
	view->settings->selected = view->rows[index].line->line;
}

static enum view_wish take_key(struct curses_view *view, const struct view_frame *frame, int key)
{
	struct view_settings *settings = view->settings;
	long page = view->layout.rows > 1 ? (long)view->layout.rows - 1 : 1;

	switch (key) {
	case 'q':
	case 'Q':
		return VIEW_QUIT;
	case 'p':
	case ' ':
		settings->paused_at_ns = settings->paused_at_ns ? 0 : frame->now_ns;
		break;
	case '+':
	case '=':
	case '-':
		change_window(settings, key != '-');
		break;
	case KEY_UP:
	case 'k':
		select_row(view, frame, -1);
		break;
	case KEY_DOWN:
	case 'j':
		select_row(view, frame, 1);
		break;
	case KEY_PPAGE:
		select_row(view, frame, -page);
		break;
	case KEY_NPAGE:
		select_row(view, frame, page);
		break;
	case '?':
		settings->help = !settings->help;
		break;
	case KEY_ESCAPE:
		settings->help = false;
		break;
	case KEY_CTRL_L:
		settings->redraw = true;
		break;
	default:
		break;
	}
	return VIEW_STAY;
}

/* Whether the terminal is gone: getch would say so again and again. */
static bool input_ended(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int waiting = 0;

	if (poll(&input, 1, 0) <= 0)
		return false;
	if (input.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	return ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting == 0;
}

static int curses_key(void *state, const struct view_frame *frame)
{
	struct curses_view *view = state;
	int key;

	fit_screen(view);
	if (input_ended())
		return VIEW_QUIT;
	while ((key = getch()) != ERR) {
		if (take_key(view, frame, key) == VIEW_QUIT)
			return VIEW_QUIT;
	}
	return VIEW_STAY;
}

static int curses_draw(void *state, const struct view_frame *frame)
{
	struct curses_view *view = state;

	fit_screen(view);
	if (curses_prepare(view, frame)) {
		endwin();
		log_error("cannot draw: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	erase();
	curses_draw_table(view);
	curses_draw_list(view);
	if (view->settings->help)
		curses_draw_help(view);
	if (view->settings->redraw) {
		endwin(); /* refresh sets the terminal's modes again: a shell may have changed them
			   */
		clearok(stdscr, TRUE);
	}
	view->settings->redraw = false;
	refresh();
	return VIEW_STAY;
}

const struct view view_curses = {
	.name = "ncurses",
	.fps = 10,
	.keys = true,
	.open = curses_open,
	.draw = curses_draw,
	.key = curses_key,
	.close = curses_close,
};
