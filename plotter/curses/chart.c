/*
 * The chart: the axis of memory, the lines with their names, the flags of milestones, the cursor.
 */
#include "plotter/curses/curses.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define POINT "●"
#define RUN 256 /* cells that are drawn at once */

/* --- the axis of memory */

static void draw_scale_row(const struct curses_view *view, unsigned y, const char *label,
			   attr_t attributes)
{
	const struct layout *layout = &view->layout;
	struct extent place = { layout->scale.at, layout->scale.size - 1 };

	curses_put(view, y, place, label, true, attributes);
	curses_put(view, y, (struct extent){ place.at + place.size, 1 },
		   label[0] ? curses_glyph(view, "┤", "+") : curses_glyph(view, "│", "|"), false,
		   A_DIM);
}

static void draw_scale(const struct curses_view *view)
{
	const struct scale *scale = &view->plot.scale;
	const struct chart *chart = &view->plot.chart;
	unsigned top = view->layout.chart.at;
	char text[SCALE_TEXT];

	for (unsigned y = 0; y < chart->height; y++)
		draw_scale_row(view, top + y, "", A_DIM);
	for (int64_t tick = scale->first_tick; tick <= scale->last_tick; tick++)
		draw_scale_row(view, top + chart_row(chart, scale_at(scale, tick)),
			       scale_label(text, scale, tick), A_DIM);
}

static void draw_limit(const struct curses_view *view, uint64_t bytes, const char *what)
{
	const struct chart *chart = &view->plot.chart;
	attr_t alert = curses_colour(view, COLOUR_ALERT);
	unsigned y;

	if (bytes == 0 || bytes < chart->low || bytes > chart->high)
		return;
	y = view->layout.chart.at + chart_row(chart, bytes);
	draw_scale_row(view, y, what, alert | A_BOLD);
	curses_put_rule(y, view->layout.plot, curses_glyph(view, "╌", "."), alert);
}

/* --- the lines */

static attr_t chart_colour(const struct curses_view *view, uint8_t number)
{
	const struct curses_plot *plot = &view->plot;
	attr_t attributes = curses_line_colour(view, plot->lines[number - 1].row->line->line);

	return number == plot->count && plot->count > 1 ? attributes | A_BOLD : attributes;
}

/* Cells of one line side by side from @x on: where they end. */
static unsigned draw_run(const struct curses_view *view, unsigned x, unsigned y)
{
	const struct chart *chart = &view->plot.chart;
	uint8_t number = chart_line(chart, x, y);
	char text[RUN * CHART_GLYPH];
	unsigned begin = x;
	size_t length = 0;

	while (x < chart->width && x - begin < RUN && chart_line(chart, x, y) == number)
		length += strlen(chart_glyph(text + length, chart, x++, y));
	curses_put_glyphs(view->layout.chart.at + y, view->layout.plot.at + begin, text,
			  chart_colour(view, number));
	return x;
}

static void draw_lines(const struct curses_view *view)
{
	const struct chart *chart = &view->plot.chart;

	for (unsigned y = 0; y < chart->height; y++) {
		for (unsigned x = 0; x < chart->width;) {
			if (chart_line(chart, x, y))
				x = draw_run(view, x, y);
			else
				x++;
		}
	}
	attrset(A_NORMAL);
}

/* --- their names, at their ends */

/* The free row nearest to @wanted; -1: there is none. */
static int free_row(const bool *taken, unsigned height, unsigned wanted)
{
	for (unsigned by = 0; by < height; by++) {
		if (wanted >= by && !taken[wanted - by])
			return (int)(wanted - by);
		if (wanted + by < height && !taken[wanted + by])
			return (int)(wanted + by);
	}
	return -1;
}

/* Whether another line of the chart is called the same. */
static bool is_ambiguous(const struct curses_view *view, const struct curses_line *line,
			 const char *name)
{
	const struct curses_plot *plot = &view->plot;

	for (size_t i = 0; i < plot->count; i++) {
		if (&plot->lines[i] != line &&
		    strcmp(history_name_at(plot->lines[i].row->line, view->now_ns).name, name) == 0)
			return true;
	}
	return false;
}

/* "name"; where that doesn't tell it from the others "name[pid]", or just the pid. */
static void write_name(char text[TEXT_NAME + 16], const struct curses_view *view,
		       const struct curses_line *line)
{
	const char *name = history_name_at(line->row->line, view->now_ns).name;

	snprintf(text, TEXT_NAME + 16, "%s", name);
	if (!is_ambiguous(view, line, name))
		return;
	snprintf(text, TEXT_NAME + 16, "%s[%" PRIu32 "]", name, line->row->line->pid);
	if (cells_width(text) > view->layout.names.size)
		snprintf(text, TEXT_NAME + 16, "%" PRIu32, line->row->line->pid);
}

static void draw_name(const struct curses_view *view, const struct curses_line *line,
		      uint8_t number, bool *taken)
{
	const struct chart *chart = &view->plot.chart;
	int y = line->any && !line->row->ended
			? free_row(taken, chart->height, chart_row(chart, line->row->rss))
			: -1;
	char text[TEXT_NAME + 16];

	if (y < 0)
		return;
	taken[y] = true;
	write_name(text, view, line);
	curses_put(view, view->layout.chart.at + (unsigned)y, view->layout.names, text, false,
		   chart_colour(view, number));
}

/* The selected one first: it is the last that is left out. */
static void draw_names(const struct curses_view *view)
{
	const struct curses_plot *plot = &view->plot;
	bool taken[1024] = { false };

	if (view->layout.names.size == 0 || plot->chart.height > sizeof(taken))
		return;
	for (size_t i = plot->count; i-- > 0;)
		draw_name(view, &plot->lines[i], (uint8_t)(i + 1), taken);
}

/* Which figure it is, where there are several; and how many of how many are drawn, where it isn't
 * all. */
static void draw_share(const struct curses_view *view)
{
	const char *figure = history_figure(view->frame->history);
	const struct layout *layout = &view->layout;
	char text[64];

	snprintf(text, sizeof(text), "%s", figure);
	if (!view->settings->one && view->count > view->plot.count)
		snprintf(text, sizeof(text), "%s%sthe %zu largest of %zu", figure,
			 figure[0] ? ", " : "", view->plot.count, view->count);
	if (text[0] && cells_width(text) + 2 < layout->plot.size)
		curses_put(view, layout->chart.at,
			   (struct extent){ layout->plot.at + 1, cells_width(text) }, text, false,
			   A_DIM);
}

/* --- flags */

static attr_t flag_colour(const struct curses_view *view, const struct history_event *event)
{
	return curses_line_colour(view, event->line);
}

static void draw_point(const struct curses_view *view, const struct flag *flag, attr_t colour)
{
	curses_put(view, view->layout.chart.at + flag->y,
		   (struct extent){ view->layout.plot.at + flag->x, 1 },
		   curses_glyph(view, POINT, "O"), false, colour | A_BOLD);
}

static void draw_flag(const struct curses_view *view, const struct flag *flag,
		      const struct history_event *event)
{
	unsigned y = view->layout.chart.at + flag->flag_y;
	unsigned left = view->layout.plot.at;
	char number[24];

	if (!flag->placed)
		return;
	snprintf(number, sizeof(number), "%" PRIu64, event->number);
	curses_put(view, y, (struct extent){ left + flag->flag_x, flag->width }, number, false,
		   flag_colour(view, event) | A_REVERSE);
	curses_put(view, y, (struct extent){ left + flag->label_x, flag->label_size }, event->label,
		   false, A_NORMAL);
}

static void draw_flags(const struct curses_view *view)
{
	const struct curses_plot *plot = &view->plot;

	for (size_t i = plot->flag_count; i-- > 0;)
		draw_point(view, &plot->flags[i], flag_colour(view, plot->events[i]));
	for (size_t i = plot->flag_count; i-- > 0;)
		draw_flag(view, &plot->flags[i], plot->events[i]);
}

/* --- the cursor */

static void draw_cursor(const struct curses_view *view)
{
	const struct chart *chart = &view->plot.chart;
	int column = curses_cursor_column(view, &view->plot.axis);

	for (unsigned y = 0; column >= 0 && y < chart->height; y++) {
		int line = (int)(view->layout.chart.at + y);
		int x = (int)view->layout.plot.at + column;

		if (mvinch(line, x) == ' ')
			mvaddstr(line, x, curses_glyph(view, "│", "|"));
		else
			mvchgat(line, x, 1, A_REVERSE, 0, NULL);
	}
}

/* Of a session that follows nobody yet: what to type. */
static void draw_empty(const struct curses_view *view)
{
	static const char *const lines[] = {
		"no process in this window",
		"",
		"memwatch PID              follow a process",
		"memwatch --name PATTERN   whoever is called so, also later",
		"memwatch run -- COMMAND   start one, with all that it starts",
		"memwatch add PID          in this session, from another terminal",
	};
	size_t count = sizeof lines / sizeof *lines;
	unsigned top = view->layout.chart.at + view->layout.chart.size / 2;

	if (history_lines(view->frame->history) > 0 || view->frame->end_ns ||
	    view->layout.chart.size < 2 * count)
		count = 1;
	for (size_t i = 0; i < count; i++)
		curses_put(view, top - (unsigned)count / 2 + (unsigned)i,
			   (struct extent){ view->layout.plot.at + 2, view->layout.plot.size - 2 },
			   lines[i], false, A_DIM);
}

void curses_draw_chart(struct curses_view *view)
{
	if (view->layout.chart.size == 0)
		return;
	draw_scale(view);
	draw_limit(view, view->plot.total_bytes, "total");
	draw_limit(view, view->plot.limit_bytes, "limit");
	draw_lines(view);
	draw_names(view);
	draw_share(view);
	draw_flags(view);
	draw_cursor(view);
	if (view->count == 0)
		draw_empty(view);
}
