/*
 * A view is a table of functions. A new one is one file and one line in view_find's table.
 */
#ifndef PLOTTER_VIEW_H
#define PLOTTER_VIEW_H

#include "plotter/tty_guard.h"
#include "plotter/model/order.h"
#include "plotter/prompt.h"
#include "plotter/model/line_table.h"
#include "plotter/model/times.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * What a person has set with the keys. It belongs to who opens the view, and lives on when that is
 * closed and opened again (around a stop by ^Z). All zeros at first.
 */
struct view_settings {
	uint64_t window_ns;    /* 0: that of the options */
	uint64_t paused_at_ns; /* the display stands still at this time; 0: it goes on */
	uint64_t cursor_ns;    /* while paused: the time that is pointed at; 0: none */
	uint32_t selected;     /* a line; 0: the first one shown */
	size_t top;	       /* the first process on the screen */
	bool one;	       /* the chart has the selected process alone, not all */
	bool fitted;	       /* the axis of memory begins at the least shown, not at 0 */
	bool list;	       /* the list of events has the screen */
	enum metric metric;    /* which figure is shown */
	enum times_style times;
	enum order_key order;
	char filter[TEXT_NAME + 1];	   /* order_matches; "" for none */
	char filter_before[TEXT_NAME + 1]; /* what holds again where the prompt for one is left */
	struct prompt prompt;		   /* what is being typed */
	char mark[TEXT_LABEL + 1]; /* an event to be pushed now; "" for none; who does it resets
				      this */
	size_t marks;		   /* how many without a label were asked for */
	bool help;
	struct guard guard; /* of the terminal */
	bool redraw; /* the terminal was spoilt (a SIGCONT): draw all again; the view resets this */

	/* Of a replay. */
	double speed;	  /* how much faster it plays than it was */
	uint64_t play_ns; /* play on from here; who plays resets this. 0: from where it stands */
};

/* What it points to must outlive the view. */
struct view_options {
	uint64_t window_ns;   /* on the screen; also what text and json print of the past first */
	const char *title;    /* "" for none */
	FILE *out;	      /* where the view writes, or the terminal that shows it; never NULL */
	uint64_t limit_bytes; /* marked on charts; 0: none */
	int glyphs;	      /* an enum chart_glyphs; -1: as the locale says */
	unsigned fps;	      /* at most; 0: as the view says */
	const char *term;     /* of view_gnuplot_find */
	const char *path;     /* a file that the gnuplot view writes; NULL: none */
	struct view_settings *settings; /* may be NULL for views without keys */
};

/* What a view is given to draw. */
struct view_frame {
	const struct history *history;
	/* Who its lines are, where the history is of the session alone; else NULL. Only for views
	 * with `every` set. */
	const struct roster_source *known;
	uint64_t now_ns; /* CLOCK_MONOTONIC; at the time of drawing, or where a replay is */
	uint64_t end_ns; /* of a replay: of what is recorded; 0: this is live, now is the end */

	/* What came since the last frame, in merged order; only for views with `every` set. */
	const struct record *records;
	size_t count;
	bool more; /* others follow at once: what is written may wait for them */

	const char *notice; /* one line for the person, "" for none: "watcher gone, waiting" */
	bool last;	    /* the view is closed after this; only for views with `last` set */
};

enum view_wish {
	VIEW_STAY = 0,
	VIEW_QUIT, /* the person asked to leave, or there is nobody left to show it to */
};

struct view {
	const char *name;
	bool every;   /* draw at once with every batch of records; */
	unsigned fps; /* else at most this often a second */
	bool keys;    /* reads keys from the terminal: call `key` when standard input is readable */
	bool stays;   /* until the person leaves it: it doesn't end with what it follows */
	bool last;    /* is drawn once more at the end */

	/* 0 with *ret_state; or a negative errno after one line of log_error. */
	int (*open)(void **ret_state, const struct view_options *options);
	/* VIEW_STAY or VIEW_QUIT (its reader is gone); or a negative errno after one line of
	 * log_error. */
	int (*draw)(void *state, const struct view_frame *frame);
	/* Take what was typed, never waiting; also called after SIGWINCH. The same returns.
	 * Followed by a draw. It stops at a mark: push that, and call again. */
	int (*key)(void *state, const struct view_frame *frame);
	/* Give the terminal back and free. @state may be NULL. What the person set stays in the
	 * settings. */
	void (*close)(void *state);

	/* Draw when this is readable, too; NULL: there is none. */
	int (*fd)(const void *state);
};

/* The time that the display shows. */
uint64_t view_time(const struct view_settings *settings, const struct view_frame *frame);

/*
 * Send what was written to @out: VIEW_STAY, VIEW_QUIT where nobody reads it any more, or a negative
 * errno after log_error. SIGPIPE must be ignored.
 */
int view_flush(FILE *out);

/* Whether @out and standard input are a terminal that view_curses can use. */
bool view_curses_possible(FILE *out);

/* Why "auto" is text although @out and standard input are a terminal: "TERM is not set"; NULL: it
 * isn't, or they aren't. */
const char *view_auto_problem(FILE *out);

/*
 * The gnuplot view for the terminal *@term of gnuplot (NULL: any), or for the file @path (NULL:
 * none), as this machine's gnuplot and display allow: 0 with *@term its name; or a negative errno
 * after one line of log_error, -EINVAL where what is asked for is wrong.
 */
int view_gnuplot_find(const struct view **ret_view, const char **term, const char *path, FILE *out);

/* "ncurses", "gnuplot", "text", "json"; "auto" is ncurses where @out and standard input are a
 * terminal that can, else text. NULL: no such view. */
const struct view *view_find(const char *name, FILE *out);

/* "auto, ncurses, gnuplot, text, json" */
const char *view_names(void);

extern const struct view view_curses;
extern const struct view view_gnuplot;
extern const struct view view_text;
extern const struct view view_json;

#endif
