/*
 * What the next frame shows: the processes, the room for each thing, the marks.
 */
#include "base/capacity.h"
#include "plotter/curses/curses.h"
#include "analysis/total.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MOST 24
#define LANES_MOST 3
#define MARKS_LOOKED_AT 32 /* of a column */

/* The total before all others, however they are sorted; but not where some are looked for. */
static int find_rows(struct curses_view *view)
{
	const struct history *history = view->frame->history;
	const struct history_line *total = history_total(history);
	uint64_t window_ns = view->settings->window_ns;
	uint64_t from_ns = view->now_ns > window_ns ? view->now_ns - window_ns : 0;
	void *rows = view->rows;
	size_t first;

	if (room_reserve(&rows, &view->rows_room, history_lines(history) + 1, sizeof(*view->rows)))
		return -ENOMEM;
	view->rows = rows;
	view->count = 0;
	if (total && !view->settings->filter[0] &&
	    row_set(&view->rows[0], history, total, from_ns, view->now_ns))
		view->count = 1;
	first = view->count;
	for (size_t i = 0; i < history_lines(history); i++) {
		const struct history_line *line = history_line_at(history, i);

		if (order_matches(line, view->settings->filter, view->now_ns) &&
		    row_set(&view->rows[view->count], history, line, from_ns, view->now_ns))
			view->count++;
	}
	order_rows(view->rows + first, view->count - first, view->settings->order, view->now_ns);
	return 0;
}

static bool is_total(const struct row *row)
{
	return row->line->line == TOTAL_LINE;
}

/* The selected row: where its line is gone, the one that came after it. */
static void find_selected(struct curses_view *view)
{
	uint32_t wanted = view->settings->selected;
	uint64_t best = UINT64_MAX;

	/* nobody was selected: the first process, not the total */
	view->selected = view->count > 1 && is_total(&view->rows[0]) ? 1 : 0;
	for (size_t i = 0; i < view->count && wanted; i++) {
		uint32_t line = view->rows[i].line->line;

		if (line >= wanted && line < best) {
			view->selected = i;
			best = line;
		}
	}
	if (wanted && best == UINT64_MAX && view->count)
		view->selected = view->count - 1;
}

/* Names are as wide as the widest, whether its process is shown or only named in the list. */
static struct layout_wish wish(const struct curses_view *view)
{
	const struct history *history = view->frame->history;
	struct layout_wish wish = {
		.processes = view->count ? view->count : 1,
		.events = history_event_after(history, view->now_ns + 1),
		.name_width = view->count && is_total(&view->rows[0]) ? strlen(TOTAL_NAME) : 4,
		.pid_width = 3,
		.named = !view->settings->one && view->count > 1,
		.list = view->settings->list,
	};

	for (size_t i = 0; i < history_lines(history); i++) {
		const struct history_line *line = history_line_at(history, i);
		unsigned name;
		char text[16];
		int pid;

		if (!row_begun(line, view->now_ns))
			continue;
		name = cells_width(history_name_at(line, view->now_ns).name);
		pid = snprintf(text, sizeof(text), "%u", (unsigned)line->pid);
		if (name > wish.name_width)
			wish.name_width = name < NAME_MOST ? name : NAME_MOST;
		if ((unsigned)pid > wish.pid_width)
			wish.pid_width = (unsigned)pid;
	}
	for (size_t i = 0; i < view->bar_count; i++) {
		if (view->bars[i].lane >= wish.lanes)
			wish.lanes = view->bars[i].lane + 1;
	}
	return wish;
}

/* Scroll as little as shows the selected row. */
static void scroll_rows(struct curses_view *view)
{
	size_t *top = &view->settings->top;
	size_t rows = view->layout.body.size;

	if (*top + rows > view->count)
		*top = view->count > rows ? view->count - rows : 0;
	if (view->selected < *top)
		*top = view->selected;
	if (rows > 0 && view->selected >= *top + rows)
		*top = view->selected - rows + 1;
}

bool curses_is_plotted(const struct curses_view *view, uint32_t line)
{
	if (line == LINE_SESSION)
		return true;
	if (view->settings->one)
		return view->count && view->rows[view->selected].line->line == line;
	for (size_t i = 0; i < view->plot.count; i++) {
		if (view->plot.lines[i].row->line->line == line)
			return true;
	}
	return false;
}

static bool is_plotted(void *arg, uint32_t line)
{
	return curses_is_plotted(arg, line);
}

static void find_bars(struct curses_view *view)
{
	uint64_t window_ns = view->settings->window_ns;
	const struct spans_query query = {
		.from_ns = view->now_ns > window_ns ? view->now_ns - window_ns : 0,
		.now_ns = view->now_ns,
		.step_ns = window_ns / (unsigned)COLS,
		.lanes = LANES_MOST,
		.shown = is_plotted,
		.arg = view,
	};

	view->bar_count = spans_find(view->bars, CURSES_BARS, view->frame->history, &query);
}

/* --- marks on the sparklines */

static void set_mark(struct curses_view *view, uint32_t line, size_t column)
{
	size_t top = view->settings->top;

	if (line == LINE_SESSION) {
		view->marks[column] = true;
		return;
	}
	for (size_t i = 0; i < view->layout.body.size && top + i < view->count; i++) {
		if (view->rows[top + i].line->line == line)
			view->marks[(i + 1) * view->axis.width + column] = true;
	}
}

static void find_marks_of(struct curses_view *view, size_t column)
{
	const struct history *history = view->frame->history;
	uint64_t begin_ns = axis_begin(&view->axis, column);
	uint64_t end_ns = axis_begin(&view->axis, column + 1);
	size_t index;
	size_t least;

	if (end_ns > view->now_ns + 1)
		end_ns = view->now_ns + 1;
	index = history_event_after(history, end_ns);
	least = index > MARKS_LOOKED_AT ? index - MARKS_LOOKED_AT : 0;
	while (index-- > least) {
		const struct history_event *event = history_event_at(history, index);

		if (event->t_ns < begin_ns)
			break;
		set_mark(view, event->line, column);
	}
}

static int prepare_sparks(struct curses_view *view)
{
	size_t width = view->layout.spark.size;
	size_t cells = (view->layout.body.size + 1) * width;
	void *columns = view->columns;
	void *marks = view->marks;
	void *spark = view->spark;
	int err = 0;

	err |= room_reserve(&columns, &view->columns_room, 2 * width, sizeof(*view->columns));
	view->columns = columns;
	err |= room_reserve(&marks, &view->marks_room, cells, sizeof(*view->marks));
	view->marks = marks;
	err |= room_reserve(&spark, &view->spark_room, width * SPARK_GLYPH + 1, 1);
	view->spark = spark;
	if (err)
		return -ENOMEM;
	axis_set(&view->axis, view->frame->history, view->now_ns, view->settings->window_ns, width);
	memset(view->marks, 0, cells * sizeof(*view->marks));
	for (size_t column = 0; column < width; column++)
		find_marks_of(view, column);
	return 0;
}

int curses_prepare(struct curses_view *view, const struct view_frame *frame)
{
	struct layout_wish wished;

	view->frame = frame;
	view->now_ns = view_time(view->settings, frame);
	view->axis.width = 0;
	if (find_rows(view))
		return -ENOMEM;
	find_selected(view);
	curses_choose_lines(view);
	find_bars(view);
	wished = wish(view);
	layout_set(&view->layout, (unsigned)COLS, (unsigned)LINES, &wished);
	scroll_rows(view);
	if (view->layout.spark.size && view->layout.body.size && prepare_sparks(view))
		return -ENOMEM;
	return curses_prepare_plot(view);
}

struct moment curses_moment(const struct curses_view *view)
{
	const struct axis *axis = view->plot.axis.width ? &view->plot.axis : &view->axis;

	return (struct moment){ view->settings, view->frame, axis };
}

bool curses_at_end(const struct curses_view *view)
{
	return view->frame->end_ns && view->now_ns >= view->frame->end_ns &&
	       !view->settings->cursor_ns;
}

int curses_cursor_column(const struct curses_view *view, const struct axis *axis)
{
	if (!view->settings->cursor_ns || axis->width == 0)
		return -1;
	return axis_column(axis, view->settings->cursor_ns);
}
