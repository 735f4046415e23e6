/*
 * What a screen shows of a history at one time: the columns that a window of it has, and the
 * processes in it with their figures. The time may lie in the past (a paused display): nothing that
 * came after it is told. Pure.
 */
#ifndef PLOTTER_MODEL_ROWS_H
#define PLOTTER_MODEL_ROWS_H

#include "plotter/model/history.h"

/*
 * Columns of time, `width` of them. Their edges are multiples of column_ns since the session's
 * start, so while the window rolls a value stays in its column, and columns move as a whole: one of
 * them at a time, or some at once where there are many, so that the last ones may be empty. Where
 * the window reaches back to before the machine started, and its clock, the first ones are of no
 * time.
 */
struct axis {
	uint64_t now_ns;
	uint64_t window_ns;
	uint64_t from_ns; /* of the first column that is of a time */
	uint64_t column_ns;
	size_t width;
	size_t before;	/* columns of no time */
	size_t stretch; /* columns that one bucket covers, where it is wider than a column; else 1
			 */
};

/* @width and @window_ns: at least 1. */
void axis_set(struct axis *axis, const struct history *history, uint64_t now_ns, uint64_t window_ns,
	      size_t width);

/* The same with columns that can be divided by @parts. */
void axis_set_parts(struct axis *axis, const struct history *history, uint64_t now_ns,
		    uint64_t window_ns, size_t width, unsigned parts);

/* Each of an axis's columns divided by @parts, which it was set for. */
void axis_divide(struct axis *ret_parts, const struct axis *axis, const struct history *history,
		 unsigned parts);

/* When a column begins; those of no time have no length. @column may be the width. */
uint64_t axis_begin(const struct axis *axis, size_t column);

/* The column of @t_ns, or -1 where it is not in the window. */
int axis_column(const struct axis *axis, uint64_t t_ns);

/*
 * The line's columns: axis->width of them, with room for twice as many at @columns. Columns between
 * two values are filled with the earlier one, where they are finer than the samples.
 */
void axis_columns(const struct axis *axis, const struct history *history,
		  const struct history_line *line, struct history_column *columns);

struct row {
	const struct history_line *line;
	bool ended;
	uint64_t rss;	/* or the figure that the history shows, as the others */
	uint64_t peak;	/* so far: the larger of the highest sample and the kernel's word; of
			   another figure than the RSS as max */
	uint64_t max;	/* the highest sample so far */
	int64_t change; /* over the window: from the first value in it to the last */
};

/* Whether the line had begun by @now_ns. */
bool row_begun(const struct history_line *line, uint64_t now_ns);

/* Whether the line is on the screen of [from, now]; then *ret_row is what it shows. */
bool row_set(struct row *ret_row, const struct history *history, const struct history_line *line,
	     uint64_t from_ns, uint64_t now_ns);

/* What the row's line had at @t_ns, which isn't after now: false where it had nothing then. */
bool row_value_at(const struct row *row, const struct history *history, uint64_t t_ns,
		  uint64_t *ret_rss);

/*
 * What a row's columns say: the scale to draw them at, which has room for noise to look like noise,
 * and the change from the first value to the last.
 */
struct row_figures {
	bool any;
	uint64_t low;
	uint64_t high;
	int64_t change;
};

struct row_figures row_figures(const struct history_column *columns, size_t count);

#endif
