/*
 * Under the chart: the axis of time, and the spans as brackets.
 */
#include "plotter/curses/curses.h"
#include "plotter/model/wording.h"

#include <stdio.h>
#include <string.h>

#define LABEL_GAP 3

/* --- time */

/* As many ticks as have room for their labels. */
static void set_times(struct times *times, const struct curses_view *view)
{
	const struct axis *axis = &view->plot.axis;
	uint64_t to_ns = axis_begin(axis, axis->width) - 1;
	unsigned most = (unsigned)axis->width / 8 + 1;
	unsigned columns;

	if (view->settings->times == TIMES_AGO || to_ns > view->now_ns)
		to_ns = view->now_ns;
	do {
		times_set(times, history_session(view->frame->history), view->settings->times,
			  axis->from_ns, to_ns, most);
		columns = (unsigned)(times->step_ns / axis->column_ns);
	} while (columns < times_label_width(times) + LABEL_GAP && --most > 0);
}

static void draw_tick(const struct curses_view *view, const struct times *times, uint64_t t_ns,
		      unsigned *free_from)
{
	const struct layout *layout = &view->layout;
	unsigned y = layout->axis.at;
	int column = axis_column(&view->plot.axis, t_ns);
	char text[SCALE_TEXT];
	unsigned width = cells_width(times_label(text, times, t_ns));
	unsigned end = layout->width - layout->names.size;
	unsigned at;

	if (column < 0 || (times->style == TIMES_SINCE && t_ns < times->start_ns))
		return;
	at = layout->plot.at + (unsigned)column;
	if (layout->axis.size > 1)
		curses_put(view, y++, (struct extent){ at, 1 }, curses_glyph(view, "┴", "+"), false,
			   A_DIM);
	at = at > width / 2 ? at - width / 2 : 0;
	if (at + width > end)
		at = end > width ? end - width : 0;
	if (at < *free_from)
		return;
	curses_put(view, y, (struct extent){ at, width }, text, false, A_DIM);
	*free_from = at + width + 1;
}

static void draw_rule(const struct curses_view *view)
{
	const struct layout *layout = &view->layout;
	unsigned y = layout->axis.at;

	if (layout->axis.size < 2)
		return;
	curses_put_glyphs(y, layout->plot.at - 1, curses_glyph(view, "└", "+"), A_DIM);
	curses_put_rule(y, layout->plot, curses_glyph(view, "─", "-"), A_DIM);
}

/* The cursor's time is in the last line; here it only points. */
static void draw_cursor(const struct curses_view *view)
{
	int column = curses_cursor_column(view, &view->plot.axis);

	if (column >= 0)
		curses_put(view, view->layout.axis.at,
			   (struct extent){ view->layout.plot.at + (unsigned)column, 1 },
			   curses_glyph(view, "▴", "^"), false,
			   A_BOLD | curses_colour(view, COLOUR_MARK));
}

void curses_draw_axis(const struct curses_view *view)
{
	unsigned free_from = 0;
	struct times times;

	if (view->layout.axis.size == 0)
		return;
	set_times(&times, view);
	draw_rule(view);
	for (uint64_t t_ns = times.first_ns; t_ns != UINT64_MAX; t_ns = times_next(&times, t_ns))
		draw_tick(view, &times, t_ns, &free_from);
	draw_cursor(view);
}

/* --- spans */

/* Columns of the plot from the first to the last. */
struct stretch {
	unsigned first;
	unsigned last;
	bool begins; /* here, not before the window */
};

static struct stretch stretch_of(const struct curses_view *view, const struct span_bar *bar)
{
	const struct axis *axis = &view->plot.axis;
	int first = axis_column(axis, bar->from_ns);
	int last = axis_column(axis, bar->to_ns);

	return (struct stretch){ .first = first < 0 ? 0 : (unsigned)first,
				 .last = last < 0 ? 0 : (unsigned)last,
				 .begins = first >= 0 };
}

/* Free columns behind a bar, until the next of its lane. */
static unsigned room_behind(const struct curses_view *view, size_t index, unsigned last)
{
	unsigned end = view->layout.plot.size;

	for (size_t i = index + 1; i < view->bar_count; i++) {
		if (view->bars[i].lane == view->bars[index].lane) {
			end = stretch_of(view, &view->bars[i]).first;
			break;
		}
	}
	return end > last + 1 ? end - last - 1 : 0;
}

/* Its name within it, else behind it, else as much of it as fits within. */
static void draw_bar_name(const struct curses_view *view, size_t index, const struct stretch *at)
{
	const struct span_bar *bar = &view->bars[index];
	attr_t attributes =
		curses_line_colour(view, bar->event->line) | (bar->open ? A_BOLD : A_NORMAL);
	unsigned inside = at->last - at->first;
	char name[EVENT_TEXT];
	unsigned width = cells_width(wording_name(name, bar->event));
	struct extent place = { view->layout.plot.at + at->first + 2, width };

	if (width + 3 > inside) {
		if (width + 2 <= room_behind(view, index, at->last))
			place.at = view->layout.plot.at + at->last + 2;
		else
			place.size = inside > 8 ? inside - 3 : 0;
	}
	curses_put(view, view->layout.bars.at + bar->lane, place, name, false, attributes);
}

static void draw_bar(const struct curses_view *view, size_t index)
{
	const struct span_bar *bar = &view->bars[index];
	struct stretch at = stretch_of(view, bar);
	struct extent place = { view->layout.plot.at + at.first, at.last + 1 - at.first };
	unsigned y = view->layout.bars.at + bar->lane;
	unsigned last = view->layout.plot.at + at.last;
	attr_t colour = curses_line_colour(view, bar->event->line);
	const char *end = bar->open ? curses_glyph(view, "▶", ">") : curses_glyph(view, "┤", "]");

	curses_put_rule(y, place, curses_glyph(view, "─", "-"), colour);
	if (at.begins)
		curses_put_glyphs(y, place.at, curses_glyph(view, "├", "["), colour);
	if (at.first == at.last)
		end = curses_glyph(view, "╿", "|");
	curses_put_glyphs(y, last, end, colour);
	draw_bar_name(view, index, &at);
}

void curses_draw_bars(const struct curses_view *view)
{
	for (size_t i = 0; i < view->bar_count; i++) {
		if (view->bars[i].lane < view->layout.bars.size)
			draw_bar(view, i);
	}
}
