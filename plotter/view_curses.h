/*
 * What the files of the ncurses view share. Only they include ncurses.
 */
#ifndef PLOTTER_VIEW_CURSES_H
#define PLOTTER_VIEW_CURSES_H

#include "plotter/cells.h"
#include "plotter/layout.h"
#include "plotter/moment.h"
#include "plotter/rows.h"
#include "plotter/spark.h"
#include "plotter/view.h"

#include <ncurses.h>

enum curses_colour {
	COLOUR_LINE = 1,
	COLOUR_MARK,
	COLOUR_ALERT,
};

struct curses_view {
	SCREEN *screen;
	FILE *out;
	const char *title;
	struct view_settings *settings;
	uint64_t first_window_ns; /* that of the options */
	bool colours;
	int style; /* of cells_fit */
	enum spark_glyphs glyphs;

	/* What the screen shows, found anew for each frame. */
	const struct view_frame *frame;
	uint64_t now_ns;
	struct row *rows;
	size_t count;
	size_t selected; /* an index of rows */
	struct layout layout;
	struct axis axis;

	/* Room for a frame, kept for the next. */
	size_t rows_room;
	struct history_column *columns;
	size_t columns_room;
	const struct history_event *
		*marks; /* of the session, then of each row on the screen: a cell a column */
	size_t marks_room;
	char *spark;
	size_t spark_room;
};

/* Why @out and standard input can't be used as a screen: "TERM is not set"; NULL where they can. */
const char *curses_problem(FILE *out);

/* Find what is to be shown: 0 or -ENOMEM. */
int curses_prepare(struct curses_view *view, const struct view_frame *frame);

/* Take what was typed. */
enum view_wish curses_take_key(struct curses_view *view, const struct view_frame *frame, int key);

/* What was clicked, or where the wheel was turned, of the frame that was prepared last. */
void curses_take_mouse(struct curses_view *view);

/* The next longer or shorter of the windows that the keys give. */
uint64_t curses_next_window(const struct curses_view *view, bool longer);

/* With the cursor to the event that is @by newer or older in the list, or as far as there are any.
 */
void curses_step_listed(const struct curses_view *view, size_t by, bool newer);

/* What is shown and where one can go from it. */
struct moment curses_moment(const struct curses_view *view);

/* Whether a replay has come to its end. */
bool curses_at_end(const struct curses_view *view);

/* The cursor's column of the chart; -1: there is none. */
int curses_cursor_column(const struct curses_view *view);

void curses_draw_header(const struct curses_view *view);
void curses_draw_table(struct curses_view *view);
void curses_draw_list(struct curses_view *view);
void curses_draw_bottom(const struct curses_view *view);
void curses_draw_help(struct curses_view *view);

/* The event that the list shows at line @y; NULL: none. */
const struct history_event *curses_event_at(const struct curses_view *view, unsigned y);

/* Text of any origin at line @y, in exactly the columns of @place; @right aligns it there. */
void curses_put(const struct curses_view *view, unsigned y, struct extent place, const char *text,
		bool right, attr_t attributes);

/* The attributes of a colour, where there are colours; else none. */
attr_t curses_colour(const struct curses_view *view, enum curses_colour colour);

/* The letter by which a mark on a line and its entry in the list are known. */
char curses_letter(const struct history_event *event);

#endif
