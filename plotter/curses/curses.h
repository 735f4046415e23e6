/*
 * What the files of the ncurses view share. Only they include ncurses.
 */
#ifndef PLOTTER_CURSES_CURSES_H
#define PLOTTER_CURSES_CURSES_H

#include "base/scale.h"
#include "base/cells.h"
#include "plotter/model/chart.h"
#include "plotter/model/flags.h"
#include "plotter/model/layout.h"
#include "plotter/cursor.h"
#include "plotter/model/forecast.h"
#include "plotter/model/rows.h"
#include "plotter/model/spans.h"
#include "plotter/model/spark.h"
#include "plotter/model/times.h"
#include "plotter/view.h"
#include "plotter/curses/input.h"

#include <ncurses.h>

enum curses_colour {
	COLOUR_MARK = 1,
	COLOUR_ALERT,
	COLOUR_LINES, /* and those after it: of the lines */
};

/* Lines on the chart; of more the largest. */
#define CURSES_LINES 16

#define CURSES_BARS 256
#define CURSES_FLAGS 64

/* A line on the chart; its number there is its index + 1. */
struct curses_line {
	const struct row *row;
	const struct history_column *columns; /* of dots */
	bool any;			      /* there is something in them */
	uint64_t low;			      /* the least and the most in them */
	uint64_t high;
};

/* What the chart shows. */
struct curses_plot {
	struct axis axis; /* columns of cells; width 0: there is no chart */
	struct axis dots;
	struct chart chart;
	struct scale scale;
	struct curses_line lines[CURSES_LINES]; /* the selected one last: it lies over the others */
	size_t count;
	struct outlook outlook; /* of the selected */
	uint64_t limit_bytes;	/* named by the person, or asked of the selected; 0: none */
	uint64_t total_bytes;	/* asked of all lines together; 0: nothing */
	struct flag flags[CURSES_FLAGS];
	const struct history_event *events[CURSES_FLAGS]; /* that they are of */
	size_t flag_count;
	struct history_column *columns; /* of all lines */
	size_t columns_room;
	unsigned char *field; /* of flags */
	size_t field_room;
};

struct curses_view {
	SCREEN *screen;
	struct curses_input input;
	FILE *out;
	const char *title;
	struct view_settings *settings;
	uint64_t first_window_ns; /* that of the options */
	uint64_t limit_bytes;
	int colours; /* that lines can have; 0: none */
	int style;   /* of cells_fit */
	bool ascii;  /* lines and signs are to be ASCII, whatever texts may be */
	enum spark_glyphs glyphs;
	enum chart_glyphs chart_glyphs;

	/* What the screen shows, found anew for each frame. */
	const struct view_frame *frame;
	uint64_t now_ns;
	struct row *rows;
	size_t count;
	size_t selected; /* an index of rows */
	struct layout layout;
	struct axis axis; /* of the sparklines */
	struct span_bar bars[CURSES_BARS];
	size_t bar_count;
	struct curses_plot plot;

	/* Room for a frame, kept for the next. */
	size_t rows_room;
	struct history_column *columns;
	size_t columns_room;
	bool *marks; /* of the session, then of each row on the screen: a cell a column */
	size_t marks_room;
	char *spark;
	size_t spark_room;
};

/* Why @out and standard input can't be used as a screen: "TERM is not set"; NULL where they can. */
const char *curses_problem(FILE *out);

/* What gives the terminal back as it was before ncurses, to @to of @size bytes: its length. */
size_t curses_reset(char *to, size_t size);

/* Find what is to be shown: 0 or -ENOMEM. */
int curses_prepare(struct curses_view *view, const struct view_frame *frame);

/* The chart's part of it, once the layout is there. */

/* Take what was typed. */
enum view_wish curses_take_key(struct curses_view *view, const struct view_frame *frame, int key);

/* What is shown and where one can go from it. */
struct moment curses_moment(const struct curses_view *view);

/* Whether a replay has come to its end. */
bool curses_at_end(const struct curses_view *view);

/* The cursor's column of an axis; -1: there is none. */
int curses_cursor_column(const struct curses_view *view, const struct axis *axis);

/* Whether a line is on the screen's chart. */
bool curses_is_plotted(const struct curses_view *view, uint32_t line);

/* The event that line @y of the screen lists; NULL: none. */
const struct history_event *curses_event_at(const struct curses_view *view, unsigned y);

void curses_draw_header(const struct curses_view *view);
void curses_draw_numbers(const struct curses_view *view);
void curses_draw_chart(struct curses_view *view);
void curses_draw_axis(const struct curses_view *view);
void curses_draw_bars(const struct curses_view *view);
void curses_draw_table(struct curses_view *view);
void curses_draw_list(struct curses_view *view);
void curses_draw_bottom(const struct curses_view *view);
void curses_draw_help(struct curses_view *view);

/* Text of any origin at line @y, in exactly the columns of @place; @right aligns it there. */
void curses_put(const struct curses_view *view, unsigned y, struct extent place, const char *text,
		bool right, attr_t attributes);

/* Glyphs of one column each, ASCII or of three bytes, that are ours, from (@x, @y) on. */
void curses_put_glyphs(unsigned y, unsigned x, const char *text, attr_t attributes);

/* One of them in all columns of @place. */
void curses_put_rule(unsigned y, struct extent place, const char *glyph, attr_t attributes);

/* The next piece of a line, from *@at on, where there is room for all of it up to @end: then *@at
 * is two columns behind it. */
bool curses_put_piece(const struct curses_view *view, unsigned y, unsigned *at, unsigned end,
		      const char *text, attr_t attributes);

/* One of two glyphs, as the screen can show. */
const char *curses_glyph(const struct curses_view *view, const char *utf8, const char *ascii);

void curses_set_colours(struct curses_view *view);

/* The attributes of a colour, where there are colours; else none. */
attr_t curses_colour(const struct curses_view *view, enum curses_colour colour);
attr_t curses_line_colour(const struct curses_view *view, uint32_t line);

#endif
