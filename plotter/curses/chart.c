/*
 * The upper part of the screen: the header and its numbers, the chart with its lines, flags and
 * cursor, and under it the axis of time with the spans as brackets.
 */
#include "base/clock.h"
#include "base/units.h"
#include "plotter/curses/curses.h"
#include "plotter/model/wording.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What is being told, and where. */
struct telling {
	const struct curses_view *view;
	const struct row *row;
	unsigned at;
};

static bool tell(struct telling *telling, const char *text, attr_t attributes)
{
	const struct curses_view *view = telling->view;

	return curses_put_piece(view, view->layout.numbers.at, &telling->at, view->layout.width,
				text, attributes);
}

static void tell_name(struct telling *telling)
{
	const struct row *row = telling->row;
	const char *name = history_name_at(row->line, telling->view->now_ns).name;
	attr_t colour = curses_line_colour(telling->view, row->line->line);
	struct extent place = { telling->at, cells_width(name) };
	char text[32];

	if (place.size > telling->view->layout.width / 4)
		place.size = telling->view->layout.width / 4;
	curses_put(telling->view, telling->view->layout.numbers.at, place, name, false,
		   A_BOLD | colour);
	telling->at += place.size + 1;
	snprintf(text, sizeof(text), "[%" PRIu32 "]", row->line->pid);
	if (row->line->pid)
		tell(telling, text, A_DIM);
	else
		telling->at++;
}

/* How long the change took: the window, or what the line has of it; then in whole seconds, where
 * there are any. */
static uint64_t change_ns(const struct curses_view *view, const struct row *row)
{
	uint64_t window_ns = view->settings->window_ns;
	uint64_t to_ns = row->ended ? row->line->last_ns : view->now_ns;
	uint64_t from_ns = view->now_ns > window_ns ? view->now_ns - window_ns : 0;
	uint64_t known_ns;

	if (row->line->first_ns > from_ns)
		from_ns = row->line->first_ns;
	known_ns = to_ns > from_ns ? to_ns - from_ns : 0;
	if (known_ns >= NS_PER_S)
		known_ns = (known_ns + NS_PER_S / 2) / NS_PER_S * NS_PER_S;
	return known_ns && known_ns < window_ns ? known_ns : window_ns;
}

static void tell_value(struct telling *telling)
{
	const struct curses_view *view = telling->view;
	const char *name = history_figure(view->frame->history);
	char change[UNITS_TEXT];
	char window[WORDING_TIME];
	char figure[UNITS_TEXT];
	char text[WORDING_TEXT];

	snprintf(text, sizeof(text), "%s%s%s %s", name, name[0] ? " " : "",
		 telling->row->ended ? "last" : "now",
		 units_format_bytes(figure, telling->row->rss));
	tell(telling, text, A_BOLD);
	snprintf(text, sizeof(text), "%s in %s", units_format_delta(change, telling->row->change),
		 wording_window(window, change_ns(view, telling->row)));
	tell(telling, text, A_NORMAL);
}

/* The kernel's word, and the highest sample where that is another. */
static void tell_peak(struct telling *telling)
{
	char peak[UNITS_TEXT];
	char sampled[UNITS_TEXT];
	char text[WORDING_TEXT];

	if (history_shown(telling->view->frame->history) != METRIC_RSS) {
		snprintf(text, sizeof(text), "max %s",
			 units_format_bytes(sampled, telling->row->max));
		tell(telling, text, A_NORMAL);
		return;
	}
	units_format_bytes(peak, telling->row->peak);
	units_format_bytes(sampled, telling->row->max);
	snprintf(text, sizeof(text), "peak %s, sampled %s", peak, sampled);
	if (tell(telling, text, A_NORMAL))
		return;
	snprintf(text, sizeof(text), "peak %s", peak);
	tell(telling, text, A_NORMAL);
}

/* What reading its PSS and USS costs the process. */
static void tell_cost(struct telling *telling)
{
	const struct history *history = telling->view->frame->history;
	char text[WORDING_TEXT];

	if (!telling->row->ended && wording_cost(text, &telling->row->line->metrics,
						 history_session(history)->metrics_interval_ns)[0])
		tell(telling, text, A_DIM);
}

void curses_draw_numbers(const struct curses_view *view)
{
	const struct outlook *outlook = &view->plot.outlook;
	/* limits are of the RSS */
	bool foretells = history_shown(view->frame->history) == METRIC_RSS;
	attr_t alert = A_BOLD | curses_colour(view, COLOUR_ALERT);
	struct telling telling = { view, NULL, 1 };
	char text[WORDING_TEXT];

	if (view->layout.numbers.size == 0 || view->count == 0)
		return;
	telling.row = &view->rows[view->selected];
	tell_name(&telling);
	tell_value(&telling);
	/* what is going to happen comes before what was */
	if (foretells && !telling.row->ended && outlook_reach(text, outlook)[0])
		tell(&telling, text, alert);
	if (!telling.row->ended)
		tell(&telling, outlook_rate(text, outlook), A_NORMAL);
	tell_peak(&telling);
	tell_cost(&telling);
}

/* In a narrower screen the position of a replay comes before names. */
#define REPLAY_NAMES_WIDTH 64

/* A piece that ends at @end, where there is room for it: where it begins. */
static unsigned put_last(const struct curses_view *view, unsigned end, const char *text,
			 unsigned least, attr_t attributes)
{
	unsigned width = cells_width(text);

	if (end < width + least)
		return end;
	curses_put(view, 0, (struct extent){ end - width, width }, text, false, attributes);
	return end - width;
}

/* That the screen isn't now, and how far from it where there is room. */
static unsigned put_paused(const struct curses_view *view, unsigned end, attr_t badge)
{
	uint64_t behind_ns =
		view->frame->now_ns > view->now_ns ? view->frame->now_ns - view->now_ns : 0;
	char figure[UNITS_TEXT];
	char text[UNITS_TEXT + 16];

	if (behind_ns < 100 * NS_PER_S)
		snprintf(text, sizeof(text), " PAUSED -%u s ", (unsigned)(behind_ns / NS_PER_S));
	else
		snprintf(text, sizeof(text), " PAUSED -%s ",
			 units_format_duration(figure, behind_ns - behind_ns % NS_PER_S));
	if (view->frame->end_ns || behind_ns < NS_PER_S || cells_width(text) + 18 > end)
		return put_last(view, end, " PAUSED ", 0, badge);
	return put_last(view, end, text, 0, badge);
}

/* At the right end of the header: the window, a replay's speed, and whether the display stands
 * still. Where it begins. */
static unsigned draw_header_end(const struct curses_view *view)
{
	attr_t badge = A_REVERSE | A_BOLD | curses_colour(view, COLOUR_MARK);
	unsigned end = view->layout.width;
	unsigned before;
	char text[WORDING_TIME + 1];

	if (curses_at_end(view))
		end = put_last(view, end, " END ", 0, badge);
	else if (view->settings->paused_at_ns)
		end = put_paused(view, end, badge);
	if (view->frame->end_ns) {
		snprintf(text, sizeof(text), "%gx ", view->settings->speed);
		end = put_last(view, end, text, 16, A_NORMAL);
	}
	wording_window(text, view->settings->window_ns);
	strncat(text, " ", sizeof(text) - strlen(text) - 1);
	before = end;
	end = put_last(view, end, text, view->frame->end_ns ? 18 : 12, A_NORMAL);
	return end == before ? end : end - 1;
}

/* Which rows of how many are on the screen. */
static void draw_part(const struct curses_view *view, unsigned *at, unsigned end)
{
	const struct extent *body = &view->layout.body;
	size_t first = view->settings->top + 1;
	char text[64];

	if (view->count <= body->size || body->size == 0)
		return;
	snprintf(text, sizeof(text), "%zu-%zu of %zu", first, first + body->size - 1, view->count);
	curses_put_piece(view, 0, at, end, text, A_NORMAL);
}

static void draw_counts(const struct curses_view *view, unsigned *at, unsigned end)
{
	uint64_t missed = history_missed(view->frame->history, view->now_ns);
	uint64_t dropped = history_dropped(view->frame->history, view->now_ns);
	attr_t alert = A_BOLD | curses_colour(view, COLOUR_ALERT);
	char text[64];

	snprintf(text, sizeof(text), "missed %" PRIu64, missed);
	curses_put_piece(view, 0, at, end, text, missed ? alert : A_DIM);
	snprintf(text, sizeof(text), "dropped %" PRIu64, dropped);
	curses_put_piece(view, 0, at, end, text, dropped ? alert : A_DIM);
}

/* Time since the session began: of the display; of a replay also of its whole. */
static void write_position(char *text, size_t size, const struct curses_view *view)
{
	uint64_t start_ns = history_session(view->frame->history)->start_ns;
	uint64_t end_ns = view->frame->end_ns;
	uint64_t at_ns =
		end_ns && view->settings->cursor_ns ? view->settings->cursor_ns : view->now_ns;
	char at[UNITS_TEXT];
	char whole[UNITS_TEXT];

	units_format_clock(at, at_ns > start_ns ? at_ns - start_ns : 0);
	units_format_clock(whole, end_ns > start_ns ? end_ns - start_ns : 0);
	snprintf(text, size, end_ns ? "%s / %s" : "%s", at, whole);
}

void curses_draw_header(const struct curses_view *view)
{
	const struct session_info *session = history_session(view->frame->history);
	attr_t alert = A_BOLD | curses_colour(view, COLOUR_MARK);
	bool replay = view->frame->end_ns != 0;
	unsigned end = draw_header_end(view);
	unsigned at = view->layout.width < 24 ? 0 : 1;
	char figure[UNITS_TEXT];
	char position[2 * UNITS_TEXT + 4];
	char text[64];

	write_position(position, sizeof(position), view);
	if (replay && view->layout.width < REPLAY_NAMES_WIDTH)
		curses_put_piece(view, 0, &at, end, position, A_BOLD);
	curses_put_piece(view, 0, &at, end, replay ? "replay" : "memwatch", A_BOLD);
	curses_put_piece(view, 0, &at, end, session->name, A_NORMAL);
	curses_put_piece(view, 0, &at, end, view->title, A_BOLD);
	if (!replay || view->layout.width >= REPLAY_NAMES_WIDTH)
		curses_put_piece(view, 0, &at, end, position, A_BOLD);
	if (view->settings->filter[0]) {
		char filter[TEXT_NAME + 2];

		snprintf(filter, sizeof(filter), "/%s", view->settings->filter);
		curses_put_piece(view, 0, &at, end, filter, alert);
	}
	draw_part(view, &at, end);
	snprintf(text, sizeof(text), "every %s",
		 units_format_duration(figure, session->interval_ns));
	curses_put_piece(view, 0, &at, end, text, A_DIM);
	draw_counts(view, &at, end);
}

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
static void draw_axis_cursor(const struct curses_view *view)
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
	draw_axis_cursor(view);
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
