/*
 * The table of processes: the titles with the axis of time, a row a process.
 */
#include "plotter/view_curses.h"

#include "base/units.h"
#include "plotter/wording.h"

#include <stdio.h>
#include <string.h>

/* A label beside its mark is shown where this many columns are free for it. */
#define LABEL_LEAST 4

attr_t curses_colour(const struct curses_view *view, enum curses_colour colour)
{
	return view->colours ? (attr_t)COLOR_PAIR(colour) : A_NORMAL;
}

char curses_letter(const struct history_event *event)
{
	return (char)('a' + (event->number - 1) % 26);
}

void curses_put(const struct curses_view *view, unsigned y, struct extent place, const char *text,
		bool right, attr_t attributes)
{
	char fitted[CELLS_ROOM];

	if (place.size == 0 || place.at >= view->layout.width)
		return;
	if (place.size > view->layout.width - place.at)
		place.size = view->layout.width - place.at;
	attrset(attributes);
	mvaddstr((int)y, (int)place.at,
		 cells_fit(fitted, text, place.size, view->style | (right ? CELLS_RIGHT : 0)));
	attrset(A_NORMAL);
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
		if (view->marks[offset + x] || curses_cursor_column(view) == (int)(offset + x))
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
	int column = curses_cursor_column(view);

	if (column >= 0)
		mvchgat((int)y, (int)view->layout.spark.at + column, 1, A_REVERSE, 0, NULL);
}

/* The marks of a row, each with its label where the next one leaves room for it. */
static void draw_marks(const struct curses_view *view, unsigned y, size_t row, bool labels)
{
	unsigned width = view->layout.spark.size;
	const struct history_event *const *marks = &view->marks[row * width];

	for (unsigned x = 0; x < width; x++) {
		unsigned at = view->layout.spark.at + x;
		unsigned next = x + 1;

		if (!marks[x])
			continue;
		attrset(A_BOLD | curses_colour(view, COLOUR_MARK));
		mvaddch((int)y, (int)at, (chtype)curses_letter(marks[x]));
		attrset(A_NORMAL);
		while (next < width && !marks[next])
			next++;
		if (labels && next - x > LABEL_LEAST + 2)
			curses_put(view, y, (struct extent){ at + 2, next - x - 3 },
				   marks[x]->label, false, A_DIM);
	}
}

static void draw_cursor_head(const struct curses_view *view, unsigned y)
{
	int column = curses_cursor_column(view);

	if (column >= 0)
		curses_put(view, y, (struct extent){ view->layout.spark.at + (unsigned)column, 1 },
			   view->style & CELLS_ASCII ? "v" : "▾", false,
			   A_BOLD | curses_colour(view, COLOUR_MARK));
}

static void draw_titles(const struct curses_view *view)
{
	const struct layout *layout = &view->layout;
	unsigned y = layout->titles.at;

	if (layout->titles.size == 0)
		return;
	curses_put(view, y, layout->name, "NAME", false, A_DIM);
	curses_put(view, y, layout->pid, "PID", true, A_DIM);
	curses_put(view, y, layout->rss, view->settings->cursor_ns ? "CURSOR" : "NOW", true, A_DIM);
	curses_put(view, y, layout->change, "CHANGE", true, A_DIM);
	curses_put(view, y, layout->peak, "PEAK", true, A_DIM);
	if (layout->spark.size) {
		draw_axis(view, y);
		draw_marks(view, y, 0, false);
		draw_cursor_head(view, y);
	}
}

/* How it ended, in the room of a figure: "exited 0", "SIGKILL". */
static void write_reason(char *text, size_t size, const struct end *end)
{
	static const char killed[] = "killed by ";
	char whole[TEXT_NAME + 1];

	end_text(whole, sizeof(whole), end->reason, end->code);
	if (end->reason == END_EXITED)
		snprintf(text, size, "exited %d", (int)end->code);
	else if (strncmp(whole, killed, strlen(killed)) == 0)
		snprintf(text, size, "%s", whole + strlen(killed));
	else
		snprintf(text, size, "%s", whole);
}

static void draw_spark(const struct curses_view *view, unsigned y, size_t row, attr_t attributes,
		       const struct row_figures *figures)
{
	unsigned width = view->layout.spark.size;
	const struct history_event *const *marks = &view->marks[row * width];
	unsigned at = view->layout.spark.at;

	spark_render(view->spark, view->columns, width, figures->low, figures->high, view->glyphs);
	curses_put(view, y, view->layout.spark, view->spark, false,
		   attributes | curses_colour(view, COLOUR_LINE));
	if (view->layout.row_height == 2) {
		draw_marks(view, y - 1, row, true);
		return;
	}
	/* No line for the marks: they show on the sparkline itself. */
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
			 const struct row_figures *figures, attr_t attributes)
{
	const struct layout *layout = &view->layout;
	char text[TEXT_NAME + 1] = "";

	write_value(text, view, row);
	curses_put(view, y, layout->rss, text, true, attributes);
	curses_put(view, y, layout->peak, units_format_bytes(text, row->peak), true, attributes);
	text[0] = '\0';
	if (row->ended && row->line->end.reason == END_KILLED)
		attributes = A_BOLD | curses_colour(view, COLOUR_ALERT);
	if (row->ended)
		write_reason(text, sizeof(text), &row->line->end);
	else if (figures->any)
		units_format_delta(text, figures->change);
	curses_put(view, y, row->ended && !layout->change.size ? layout->rss : layout->change, text,
		   true, attributes);
}

static void draw_row(const struct curses_view *view, size_t index)
{
	const struct layout *layout = &view->layout;
	const struct row *row = &view->rows[index];
	size_t on_screen = index - view->settings->top;
	unsigned y = layout->body.at + (unsigned)(on_screen + 1) * layout->row_height - 1;
	attr_t attributes = row->ended ? A_DIM : A_NORMAL;
	attr_t name = index == view->selected ? A_BOLD : attributes;
	struct row_figures figures = { 0 };
	char pid[16];

	snprintf(pid, sizeof(pid), "%u", (unsigned)row->line->pid);
	if (index == view->selected)
		curses_put(view, y, (struct extent){ 0, 1 }, view->style & CELLS_ASCII ? ">" : "▸",
			   false, A_BOLD);
	curses_put(view, y, layout->name, history_name_at(row->line, view->now_ns).name, false,
		   name);
	curses_put(view, y, layout->pid, pid, true, A_DIM);
	if (layout->spark.size) {
		axis_columns(&view->axis, view->frame->history, row->line, view->columns);
		figures = row_figures(view->columns, layout->spark.size);
		draw_spark(view, y, on_screen + 1, attributes, &figures);
		draw_cursor(view, y);
		if (layout->row_height == 2)
			draw_cursor(view, y - 1);
	}
	draw_figures(view, y, row, &figures, attributes);
}

void curses_draw_table(struct curses_view *view)
{
	size_t end = view->settings->top + view->layout.rows;

	draw_titles(view);
	if (view->count == 0)
		curses_put(
			view, view->layout.body.at,
			(struct extent){ 2, view->layout.body.size ? view->layout.width - 2 : 0 },
			"no process in this window", false, A_DIM);
	for (size_t i = view->settings->top; i < end && i < view->count; i++)
		draw_row(view, i);
}
