#include "plotter/curses/curses.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ERRORS_KEPT 8

static void set_terminal(void)
{
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(0); /* the input has waited */
	typeahead(-1);
	curs_set(0);
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	mouseinterval(0); /* a press is told at once, and not held back to become a click */
}

/* The console's own font has no braille. */
static void set_glyphs(struct curses_view *view, bool utf8, int wished)
{
	if (!utf8)
		view->chart_glyphs = CHART_ASCII;
	else if (wished >= 0)
		view->chart_glyphs = (enum chart_glyphs)wished;
	else
		view->chart_glyphs =
			strcmp(getenv("TERM"), "linux") == 0 ? CHART_BLOCKS : CHART_BRAILLE;
	view->ascii = view->chart_glyphs == CHART_ASCII;
	view->glyphs = view->ascii ? SPARK_ASCII : SPARK_BLOCKS;
}

static void curses_close(void *state)
{
	struct curses_view *view = state;

	if (!view)
		return;
	if (view->screen) {
		endwin();
		guard_release(&view->settings->guard);
		delscreen(view->screen);
	}
	curses_input_close(&view->input);
	free(view->rows);
	free(view->columns);
	free(view->marks);
	free(view->spark);
	chart_free(&view->plot.chart);
	free(view->plot.columns);
	free(view->plot.field);
	free(view);
}

/* What is drawn with, and what of. */
static void set_options(struct curses_view *view, const struct view_options *options)
{
	bool utf8;

	setlocale(LC_CTYPE, "");
	utf8 = cells_utf8();
	view->out = options->out;
	view->title = options->title;
	view->settings = options->settings;
	view->style = utf8 ? CELLS_UTF8 : CELLS_ASCII;
	set_glyphs(view, utf8, options->glyphs);
	view->limit_bytes = options->limit_bytes;
	view->first_window_ns = options->window_ns;
	if (view->settings->window_ns == 0)
		view->settings->window_ns = options->window_ns;
}

static int open_screen(struct curses_view *view)
{
	struct termios before;
	bool known = tcgetattr(fileno(view->out), &before) == 0;
	char reset[GUARD_RESET];
	size_t length;

	/* Not initscr, which exits the process where it fails. */
	if (curses_input_open(&view->input))
		return -ENOMEM;
	view->screen = newterm(NULL, view->out, view->input.file);
	if (!view->screen)
		return -ENOTTY;
	set_terminal();
	curses_set_colours(view);
	length = curses_reset(reset, sizeof(reset));
	if (known)
		guard_take(&view->settings->guard, fileno(view->out), &before, reset, length);
	return 0;
}

static int curses_open(void **ret_state, const struct view_options *options)
{
	const char *problem = curses_problem(options->out);
	struct curses_view *view;

	if (problem) {
		log_error("cannot use the terminal: %s; try --view text", problem);
		return -ENOTTY;
	}
	view = calloc(1, sizeof(*view));
	if (!view) {
		log_error("cannot open the ncurses view: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	set_options(view, options);
	if (open_screen(view)) {
		log_error("cannot use the terminal: ncurses refuses it; try --view text");
		curses_close(view);
		return -ENOTTY;
	}
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

/* ncurses keeps an ERR among what it has read where there was no more, and returns it once more. */
static int next_key(const struct curses_view *view)
{
	int key = getch();

	for (int i = 0; i < ERRORS_KEPT && key == ERR && curses_input_waits(&view->input); i++)
		key = getch();
	return key;
}

static int curses_key(void *state, const struct view_frame *frame)
{
	struct curses_view *view = state;
	int key;

	fit_screen(view);
	if (!curses_input_take(&view->input))
		return VIEW_QUIT;
	while ((key = next_key(view)) != ERR) {
		if (curses_take_key(view, frame, key) == VIEW_QUIT)
			return VIEW_QUIT;
		if (view->settings->mark[0]) /* it has room for one */
			break;
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
	curses_draw_header(view);
	curses_draw_numbers(view);
	curses_draw_chart(view);
	curses_draw_axis(view);
	curses_draw_bars(view);
	if (!view->settings->list)
		curses_draw_table(view);
	curses_draw_list(view);
	curses_draw_bottom(view);
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
	.stays = true,
	.open = curses_open,
	.draw = curses_draw,
	.key = curses_key,
	.close = curses_close,
};
