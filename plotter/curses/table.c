/*
 * The table of processes: the titles with the axis of time, a row a process.
 */
#include "plotter/curses/curses.h"

#include "base/units.h"
#include "plotter/model/wording.h"

#include <stdio.h>
#include <string.h>

bool curses_put_piece(const struct curses_view *view, unsigned y, unsigned *at, unsigned end,
		      const char *text, attr_t attributes)
{
	unsigned width = cells_width(text);

	if (width == 0 || *at + width > end)
		return false;
	curses_put(view, y, (struct extent){ *at, width }, text, false, attributes);
	*at += width + 2;
	return true;
}

const char *curses_glyph(const struct curses_view *view, const char *utf8, const char *ascii)
{
	return view->ascii ? ascii : utf8;
}

/* A label of the axis, unless the session has a mark in its place, or the cursor is there. */
static void put_axis_label(const struct curses_view *view, unsigned y, const char *text, bool right)
{
	struct extent place = view->layout.spark;
	unsigned width = cells_width(text);
	unsigned offset;

	if (width > place.size)
		return;
	offset = right ? place.size - width : 0;
	for (unsigned x = 0; x < width; x++) {
		if (view->marks[offset + x] ||
		    curses_cursor_column(view, &view->axis) == (int)(offset + x))
			return;
	}
	curses_put(view, y, (struct extent){ place.at + offset, width }, text, false, A_DIM);
}

static void draw_axis(const struct curses_view *view, unsigned y)
{
	const char *now = curses_at_end(view)		 ? "end"
			  : view->settings->paused_at_ns ? "paused"
							 : "now";
	char window[WORDING_TIME];
	char text[WORDING_TIME + 1];

	snprintf(text, sizeof(text), "-%s", wording_window(window, view->settings->window_ns));
	if (view->layout.spark.size > cells_width(text) + cells_width(now))
		put_axis_label(view, y, text, false);
	put_axis_label(view, y, now, true);
}

/* Point at the cursor's column in the line @y of the chart. */
static void draw_cursor(const struct curses_view *view, unsigned y)
{
	int column = curses_cursor_column(view, &view->axis);

	if (column >= 0)
		mvchgat((int)y, (int)view->layout.spark.at + column, 1, A_REVERSE, 0, NULL);
}

/* Milestones of the session itself. */
static void draw_session_marks(const struct curses_view *view, unsigned y)
{
	for (unsigned x = 0; x < view->layout.spark.size; x++) {
		if (view->marks[x])
			curses_put(view, y, (struct extent){ view->layout.spark.at + x, 1 },
				   curses_glyph(view, "•", "*"), false,
				   A_BOLD | curses_colour(view, COLOUR_MARK));
	}
}

static void draw_cursor_head(const struct curses_view *view, unsigned y)
{
	int column = curses_cursor_column(view, &view->axis);

	if (column >= 0)
		curses_put(view, y, (struct extent){ view->layout.spark.at + (unsigned)column, 1 },
			   curses_glyph(view, "▾", "v"), false,
			   A_BOLD | curses_colour(view, COLOUR_MARK));
}

/* A column's title; the one that rows are sorted by is marked. */
static void put_title(const struct curses_view *view, struct extent place, const char *title,
		      bool right)
{
	bool sorted = strcmp(title, order_title(view->settings->order)) == 0;
	const char *figure = history_figure(view->frame->history);
	char text[32];

	if (strcmp(title, "NOW") == 0 && figure[0])
		title = figure;
	else if (strcmp(title, "PEAK") == 0 && history_shown(view->frame->history) != METRIC_RSS)
		title = "MAX";
	snprintf(text, sizeof(text), "%s%s", title, sorted ? curses_glyph(view, "▾", "v") : "");
	curses_put(view, view->layout.titles.at, place, text, right, sorted ? A_BOLD : A_DIM);
}

static void draw_titles(const struct curses_view *view)
{
	const struct layout *layout = &view->layout;
	unsigned y = layout->titles.at;

	if (layout->titles.size == 0)
		return;
	put_title(view, layout->name, "NAME", false);
	put_title(view, layout->pid, "PID", true);
	if (view->settings->cursor_ns)
		curses_put(view, y, layout->rss, "CURSOR", true, A_DIM);
	else
		put_title(view, layout->rss, "NOW", true);
	put_title(view, layout->change, "CHANGE", true);
	put_title(view, layout->peak, "PEAK", true);
	if (view->axis.width) {
		draw_axis(view, y);
		draw_session_marks(view, y);
		draw_cursor_head(view, y);
	}
}

/* How it ended, in the room of a figure: "exited 0", "SIGKILL". */
static void write_reason(char *text, size_t size, const struct end *end)
{
	static const char killed[] = "killed by ", ended[] = "ended by ";
	char whole[TEXT_NAME + 1];

	end_text(whole, sizeof(whole), end->reason, end->code);
	if (end->reason == END_EXITED)
		snprintf(text, size, "exited %d", (int)end->code);
	else if (strncmp(whole, killed, strlen(killed)) == 0)
		snprintf(text, size, "%s", whole + strlen(killed));
	else if (end->reason == END_LIMITED)
		snprintf(text, size, "%s", whole + strlen(ended));
	else
		snprintf(text, size, "%s", whole);
}

/* With the milestones on it. */
static void draw_spark(const struct curses_view *view, unsigned y, size_t row, attr_t attributes,
		       const struct row_figures *figures)
{
	unsigned width = view->layout.spark.size;
	const bool *marks = &view->marks[row * width];
	unsigned at = view->layout.spark.at;

	spark_render(view->spark, view->columns, width, figures->low, figures->high, view->glyphs);
	curses_put_glyphs(y, at, view->spark, attributes);
	for (unsigned x = 0; x < width; x++) {
		if (marks[x])
			mvchgat((int)y, (int)(at + x), 1, A_REVERSE,
				view->colours ? COLOUR_MARK : 0, NULL);
	}
}

/* What it has now, or had at the cursor; "-" for nothing. */
static void write_value(char text[UNITS_TEXT], const struct curses_view *view,
			const struct row *row)
{
	uint64_t rss = row->rss;

	if (view->settings->cursor_ns &&
	    !row_value_at(row, view->frame->history, view->settings->cursor_ns, &rss))
		snprintf(text, UNITS_TEXT, "-");
	else
		units_format_bytes(text, rss);
}

static void draw_figures(const struct curses_view *view, unsigned y, const struct row *row,
			 attr_t attributes)
{
	const struct layout *layout = &view->layout;
	char text[TEXT_NAME + 1] = "";

	write_value(text, view, row);
	curses_put(view, y, layout->rss, text, true, attributes);
	curses_put(view, y, layout->peak, units_format_bytes(text, row->peak), true, attributes);
	text[0] = '\0';
	if (row->ended && end_has_signal(row->line->end.reason))
		attributes = A_BOLD | curses_colour(view, COLOUR_ALERT);
	if (row->ended)
		write_reason(text, sizeof(text), &row->line->end);
	else if (row->rss || row->change)
		units_format_delta(text, row->change);
	curses_put(view, y, row->ended && !layout->change.size ? layout->rss : layout->change, text,
		   true, attributes);
}

/* The line's own colour, and its symbol where the chart has symbols. */
static void draw_name(const struct curses_view *view, unsigned y, size_t index)
{
	const struct row *row = &view->rows[index];
	bool selected = index == view->selected;
	attr_t attributes = selected ? A_BOLD : row->ended ? A_DIM : A_NORMAL;

	if (selected)
		curses_put(view, y, (struct extent){ 0, 1 }, curses_glyph(view, "▸", ">"), false,
			   A_BOLD);
	if (curses_is_plotted(view, row->line->line))
		attributes |= curses_line_colour(view, row->line->line);
	curses_put(view, y, view->layout.name, history_name_at(row->line, view->now_ns).name, false,
		   attributes);
}

static void draw_row(const struct curses_view *view, size_t index)
{
	const struct layout *layout = &view->layout;
	const struct row *row = &view->rows[index];
	size_t on_screen = index - view->settings->top;
	unsigned y = layout->body.at + (unsigned)on_screen;
	attr_t attributes = row->ended ? A_DIM : A_NORMAL;
	struct row_figures figures;
	char pid[16];

	snprintf(pid, sizeof(pid), "%u", (unsigned)row->line->pid);
	if (row->line->pid == 0) /* the total, or a cgroup */
		snprintf(pid, sizeof(pid), "-");
	draw_name(view, y, index);
	curses_put(view, y, layout->pid, pid, true, A_DIM);
	if (view->axis.width) {
		axis_columns(&view->axis, view->frame->history, row->line, view->columns);
		figures = row_figures(view->columns, layout->spark.size);
		draw_spark(view, y, on_screen + 1,
			   attributes | curses_line_colour(view, row->line->line), &figures);
		draw_cursor(view, y);
	}
	draw_figures(view, y, row, attributes);
}

void curses_draw_table(struct curses_view *view)
{
	const struct extent *body = &view->layout.body;
	size_t end = view->settings->top + body->size;

	draw_titles(view);
	if (view->count == 0 && body->size)
		curses_put(view, body->at, (struct extent){ 2, view->layout.width - 2 },
			   view->settings->filter[0] ? "no such process in this window"
						     : "no process in this window",
			   false, A_DIM);
	for (size_t i = view->settings->top; i < end && i < view->count; i++)
		draw_row(view, i);
}
