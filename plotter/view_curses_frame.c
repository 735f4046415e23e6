/*
 * What the next frame shows: the processes, the room for each thing, the marks.
 */
#include "plotter/view_curses.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MOST 24
#define MARKS_LOOKED_AT 1000

/* Room for @count elements of @size bytes at @memory, which is one pointer of some kind. */
static int reserve(void **memory, size_t *room, size_t count, size_t size)
{
	void *grown;

	if (count <= *room)
		return 0;
	grown = realloc(*memory, count * size);
	if (!grown)
		return -ENOMEM;
	*memory = grown;
	*room = count;
	return 0;
}

static int find_rows(struct curses_view *view)
{
	const struct history *history = view->frame->history;
	uint64_t window_ns = view->settings->window_ns;
	uint64_t from_ns = view->now_ns > window_ns ? view->now_ns - window_ns : 0;
	void *rows = view->rows;

	if (reserve(&rows, &view->rows_room, history_lines(history), sizeof(*view->rows)))
		return -ENOMEM;
	view->rows = rows;
	view->count = 0;
	for (size_t i = 0; i < history_lines(history); i++) {
		const struct history_line *line = history_line_at(history, i);

		if (order_matches(line, view->settings->filter, view->now_ns) &&
		    row_set(&view->rows[view->count], history, line, from_ns, view->now_ns))
			view->count++;
	}
	return 0;
}

/* The selected row: where its line is gone, the one that took its place. */
static void find_selected(struct curses_view *view)
{
	view->selected = 0;
	while (view->selected + 1 < view->count &&
	       view->rows[view->selected].line->line < view->settings->selected)
		view->selected++;
}

/* Names are as wide as the widest, whether its process is shown or only named in the list. */
static struct layout_wish wish(const struct curses_view *view)
{
	const struct history *history = view->frame->history;
	struct layout_wish wish = {
		.processes = view->count ? view->count : 1,
		.events = history_event_after(history, view->now_ns + 1),
		.name_width = 4,
		.pid_width = 3,
	};

	for (size_t i = 0; i < history_lines(history); i++) {
		const struct history_line *line = history_line_at(history, i);
		unsigned name = cells_width(history_name_at(line, view->now_ns).name);
		char text[16];
		int pid = snprintf(text, sizeof(text), "%u", (unsigned)line->pid);

		if (!row_begun(line, view->now_ns))
			continue;
		if (name > wish.name_width)
			wish.name_width = name < NAME_MOST ? name : NAME_MOST;
		if ((unsigned)pid > wish.pid_width)
			wish.pid_width = (unsigned)pid;
	}
	return wish;
}

/* Scroll as little as shows the selected row. */
static void scroll_rows(struct curses_view *view)
{
	size_t *top = &view->settings->top;
	size_t rows = view->layout.rows;

	if (*top + rows > view->count)
		*top = view->count > rows ? view->count - rows : 0;
	if (view->selected < *top)
		*top = view->selected;
	if (rows > 0 && view->selected >= *top + rows)
		*top = view->selected - rows + 1;
}

/* The row of marks that @line has on the screen: 0 is the session's; -1: none. */
static long mark_row(const struct curses_view *view, uint32_t line)
{
	size_t top = view->settings->top;
	size_t end = top + view->layout.rows < view->count ? top + view->layout.rows : view->count;
	size_t low = top;
	size_t high = end;

	if (line == LINE_SESSION)
		return 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (view->rows[middle].line->line < line)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == end || view->rows[low].line->line != line)
		return -1;
	return (long)(low - top) + 1;
}

/* A column's marks: the newest event of each row, of which the last MARKS_LOOKED_AT are found. */
static void find_marks_of(struct curses_view *view, size_t column)
{
	const struct history *history = view->frame->history;
	uint64_t begin_ns = view->axis.from_ns + column * view->axis.column_ns;
	uint64_t end_ns = begin_ns + view->axis.column_ns;
	size_t index;
	size_t least;

	if (column + 1 == view->axis.width || end_ns > view->now_ns + 1)
		end_ns = view->now_ns + 1;
	index = history_event_after(history, end_ns);
	least = index > MARKS_LOOKED_AT ? index - MARKS_LOOKED_AT : 0;
	while (index-- > least) {
		const struct history_event *event = history_event_at(history, index);
		long row = mark_row(view, event->line);
		const struct history_event **mark;

		if (event->t_ns < begin_ns)
			break;
		mark = &view->marks[(size_t)(row < 0 ? 0 : row) * view->axis.width + column];
		if (row >= 0 && !*mark)
			*mark = event;
	}
}

static void find_marks(struct curses_view *view, size_t cells)
{
	memset(view->marks, 0, cells * sizeof(*view->marks));
	for (size_t column = 0; column < view->axis.width; column++)
		find_marks_of(view, column);
}

static int prepare_sparks(struct curses_view *view)
{
	size_t width = view->layout.spark.size;
	size_t cells = (view->layout.rows + 1) * width;
	void *columns = view->columns;
	void *marks = view->marks;
	void *spark = view->spark;
	int err = 0;

	err |= reserve(&columns, &view->columns_room, 2 * width, sizeof(*view->columns));
	view->columns = columns;
	err |= reserve(&marks, &view->marks_room, cells, sizeof(*view->marks));
	view->marks = marks;
	err |= reserve(&spark, &view->spark_room, width * SPARK_GLYPH + 1, 1);
	view->spark = spark;
	if (err)
		return -ENOMEM;
	axis_set(&view->axis, view->frame->history, view->now_ns, view->settings->window_ns, width);
	find_marks(view, cells);
	return 0;
}

int curses_prepare(struct curses_view *view, const struct view_frame *frame)
{
	struct layout_wish wished;

	view->frame = frame;
	view->now_ns = view_time(view->settings, frame);
	if (find_rows(view))
		return -ENOMEM;
	find_selected(view);
	wished = wish(view);
	layout_set(&view->layout, (unsigned)COLS, (unsigned)LINES, &wished);
	scroll_rows(view);
	view->axis.width = 0;
	return view->layout.spark.size ? prepare_sparks(view) : 0;
}

struct moment curses_moment(const struct curses_view *view)
{
	return (struct moment){ view->settings, view->frame, &view->axis };
}

bool curses_at_end(const struct curses_view *view)
{
	return view->frame->end_ns && view->now_ns >= view->frame->end_ns &&
	       !view->settings->cursor_ns;
}

int curses_cursor_column(const struct curses_view *view)
{
	if (!view->settings->cursor_ns || view->axis.width == 0)
		return -1;
	return axis_column(&view->axis, view->settings->cursor_ns);
}
