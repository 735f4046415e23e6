/*
 * What the chart of the next frame shows: which lines, how high they are, where the flags stand.
 */
#include "base/capacity.h"
#include "plotter/curses/curses.h"

#include <errno.h>
#include <stdio.h>
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

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

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

void curses_choose_lines(struct curses_view *view)
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
	void *columns = plot->columns;

	/* one more: axis_columns wants twice the room */
	if (room_reserve(&columns, &plot->columns_room, (plot->count + 1) * width,
			 sizeof(*plot->columns)))
		return -ENOMEM;
	plot->columns = columns;
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
	void *field = plot->field;

	if (room_reserve(&field, &plot->field_room, cells, 1))
		return -ENOMEM;
	plot->field = field;
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

int curses_prepare_plot(struct curses_view *view)
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
