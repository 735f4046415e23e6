/*
 * What the next frame shows: the rows, the lines of the chart and how high they are, where flags
 * and spans stand.
 */
#include "analysis/total.h"
#include "base/array.h"
#include "base/minmax.h"
#include "plotter/curses/curses.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Labels of the axis of memory: two or three lines of the screen from one to the next. */
#define SCALE_LABELS(lines) ((lines) < 27 ? ((lines) + 5) / 3 : 10)

/* A line that moves by less than one part in PARTS of its size is drawn flat; and so are a few
 * pages. */
#define FITTED_PARTS 32
#define FITTED_LEAST (256 * 1024)

/* Of a column: flags, and events looked at for them. */
#define FLAGS_OF_COLUMN 8
#define FLAGS_LOOKED_AT 128

/* --- the lines */

/* Among the largest, in the order of rows. */
static void choose(struct curses_plot *plot, const struct row *row)
{
	size_t least = 0;

	if (plot->count < CURSES_LINES - 1) {
		plot->lines[plot->count++].row = row;
		return;
	}
	for (size_t i = 1; i < plot->count; i++) {
		if (plot->lines[i].row->rss < plot->lines[least].row->rss)
			least = i;
	}
	if (plot->lines[least].row->rss >= row->rss)
		return;
	memmove(&plot->lines[least], &plot->lines[least + 1],
		(plot->count - least - 1) * sizeof(plot->lines[0]));
	plot->lines[plot->count - 1].row = row;
}

/* The lines of the chart, whose layout is not needed for that. */
static void curses_choose_lines(struct curses_view *view)
{
	struct curses_plot *plot = &view->plot;

	plot->count = 0;
	for (size_t i = 0; i < view->count && !view->settings->one; i++) {
		if (i != view->selected)
			choose(plot, &view->rows[i]);
	}
	if (view->count)
		plot->lines[plot->count++].row = &view->rows[view->selected];
}

static void find_range(struct curses_line *line, size_t count)
{
	line->any = false;
	for (size_t i = 0; i < count; i++) {
		const struct history_column *column = &line->columns[i];

		if (column->count == 0)
			continue;
		line->low = line->any ? min_u64(line->low, column->min) : column->min;
		line->high = line->any ? max_u64(line->high, column->max) : column->max;
		line->any = true;
	}
}

static int find_columns(struct curses_view *view)
{
	struct curses_plot *plot = &view->plot;
	size_t width = plot->dots.width;

	/* one more: axis_columns wants twice the room */
	if (array_reserve(&plot->columns, &plot->columns_room, (plot->count + 1) * width))
		return -ENOMEM;
	for (size_t i = 0; i < plot->count; i++) {
		struct curses_line *line = &plot->lines[i];

		axis_columns(&plot->dots, view->frame->history, line->row->line,
			     &plot->columns[i * width]);
		line->columns = &plot->columns[i * width];
		find_range(line, width);
	}
	return 0;
}

/* --- the axis of memory */

static void find_scale(struct curses_view *view)
{
	struct curses_plot *plot = &view->plot;
	uint64_t low = UINT64_MAX;
	uint64_t high = 0;
	uint64_t least;

	for (size_t i = 0; i < plot->count; i++) {
		if (!plot->lines[i].any)
			continue;
		low = min_u64(low, plot->lines[i].low);
		high = max_u64(high, plot->lines[i].high);
	}
	/* a limit that is near, or passed */
	if (plot->limit_bytes && plot->limit_bytes / 2 <= high)
		high = max_u64(high, plot->limit_bytes);
	if (!view->settings->fitted || low > high)
		low = 0;
	least = max_u64(FITTED_LEAST, high / FITTED_PARTS);
	if (high - low < least) {
		low -= min_u64(low, (least - (high - low)) / 2);
		high = low + least;
	}
	scale_bytes(&plot->scale, low, high, SCALE_LABELS(view->layout.chart.size));
}

static int draw_lines(struct curses_view *view)
{
	struct curses_plot *plot = &view->plot;
	const struct scale *scale = &plot->scale;

	if (chart_set(&plot->chart, view->chart_glyphs, view->layout.plot.size,
		      view->layout.chart.size, scale_at(scale, scale->first_tick),
		      scale_at(scale, scale->last_tick)))
		return -ENOMEM;
	for (size_t i = 0; i < plot->count; i++)
		chart_draw(&plot->chart, plot->lines[i].columns, (uint8_t)(i + 1));
	return 0;
}

/* --- flags */

/* The line of the chart that an event is of; NULL: none. */
static const struct curses_line *line_of(const struct curses_plot *plot, uint32_t line)
{
	for (size_t i = 0; i < plot->count; i++) {
		if (plot->lines[i].row->line->line == line)
			return &plot->lines[i];
	}
	return NULL;
}

/* What a line shows in a column of dots, or in the nearest one that shows something. */
static const struct history_column *shown_at(const struct curses_line *line, size_t dot,
					     size_t count)
{
	for (size_t by = 0; by < count; by++) {
		if (dot >= by && line->columns[dot - by].count)
			return &line->columns[dot - by];
		if (dot + by < count && line->columns[dot + by].count)
			return &line->columns[dot + by];
	}
	return NULL;
}

/* The point of @event in column @x; those of the session hang from above. */
static void add_flag(struct curses_view *view, const struct history_event *event, unsigned x)
{
	struct curses_plot *plot = &view->plot;
	const struct curses_line *line = line_of(plot, event->line);
	int dot = axis_column(&plot->dots, event->t_ns);
	const struct history_column *column =
		line && dot >= 0 ? shown_at(line, (size_t)dot, plot->dots.width) : NULL;
	struct flag *flag = &plot->flags[plot->flag_count];
	uint64_t rss = event->rss;
	char number[24];

	*flag = (struct flag){ .x = x, .label = cells_width(event->label) };
	flag->width = (unsigned)snprintf(number, sizeof(number), "%llu",
					 (unsigned long long)event->number);
	if (column) {
		if (rss < column->min || rss > column->max)
			rss = column->last;
		flag->y = chart_row(&plot->chart, rss);
	}
	plot->events[plot->flag_count++] = event;
}

/* Milestones and ends; spans have bars. */
static bool has_flag(const struct curses_view *view, const struct history_event *event)
{
	return event->kind == EVENT_MARK && curses_is_plotted(view, event->line);
}

static void find_flags_of(struct curses_view *view, unsigned x)
{
	const struct history *history = view->frame->history;
	const struct axis *axis = &view->plot.axis;
	uint64_t begin_ns = axis_begin(axis, x);
	unsigned found = 0;
	size_t index =
		history_event_after(history, min_u64(axis_begin(axis, x + 1), view->now_ns + 1));

	for (unsigned i = 0; i < FLAGS_LOOKED_AT && found < FLAGS_OF_COLUMN && index > 0; i++) {
		const struct history_event *event = history_event_at(history, --index);

		if (event->t_ns < begin_ns || view->plot.flag_count == CURSES_FLAGS)
			return;
		if (!has_flag(view, event))
			continue;
		add_flag(view, event, x);
		found++;
	}
}

static int prepare_flags(struct curses_view *view)
{
	struct curses_plot *plot = &view->plot;
	const struct chart *chart = &plot->chart;
	size_t cells = (size_t)chart->width * chart->height;

	if (array_reserve(&plot->field, &plot->field_room, cells))
		return -ENOMEM;
	for (size_t i = 0; i < cells; i++)
		plot->field[i] = chart->cells[i].dots ? FLAGS_LINE : 0;
	plot->flag_count = 0;
	for (unsigned x = chart->width; x-- > 0;)
		find_flags_of(view, x);
	flags_place(plot->flags, plot->flag_count,
		    &(struct flags_field){ chart->width, chart->height, plot->field });
	return 0;
}

static void find_limits(struct curses_view *view)
{
	const struct history *history = view->frame->history;
	struct curses_plot *plot = &view->plot;

	plot->limit_bytes = view->limit_bytes;
	if (!plot->limit_bytes && plot->count)
		plot->limit_bytes = history_asked_at(
			history, plot->lines[plot->count - 1].row->line, view->now_ns);
	plot->total_bytes = history_asked_at(history, NULL, view->now_ns);
}

static int curses_prepare_plot(struct curses_view *view)
{
	struct curses_plot *plot = &view->plot;
	unsigned across = chart_across(view->chart_glyphs);

	plot->axis.width = 0;
	plot->flag_count = 0;
	plot->outlook = (struct outlook){ .reached_ns = UINT64_MAX };
	if (view->layout.chart.size == 0)
		return 0;
	axis_set_parts(&plot->axis, view->frame->history, view->now_ns, view->settings->window_ns,
		       view->layout.plot.size, across);
	axis_divide(&plot->dots, &plot->axis, view->frame->history, across);
	if (find_columns(view))
		return -ENOMEM;
	if (plot->count)
		outlook_set(&plot->outlook, view->frame->history, plot->lines[plot->count - 1].row,
			    &plot->dots, plot->lines[plot->count - 1].columns, view->limit_bytes);
	find_limits(view);
	find_scale(view);
	if (draw_lines(view))
		return -ENOMEM;
	return prepare_flags(view);
}

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
	size_t first;

	if (array_reserve(&view->rows, &view->rows_room, history_lines(history) + 1))
		return -ENOMEM;
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

	if (array_reserve(&view->columns, &view->columns_room, 2 * width) ||
	    array_reserve(&view->marks, &view->marks_room, cells) ||
	    array_reserve(&view->spark, &view->spark_room, width * SPARK_GLYPH + 1))
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
