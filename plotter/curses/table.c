/*
 * The lower part of the screen: the table of processes, the list of events, the last line with hints
 * or what is at the cursor.
 */
#include "base/clock.h"
#include "base/units.h"
#include "plotter/curses/curses.h"
#include "plotter/model/wording.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TIME_WIDTH 11 /* 1:01:01.234 */
#define RSS_WIDTH 9   /* ~1023 MiB */
#define SESSION_WIDTH 7

/* Where the parts of an entry are. */
struct entry_layout {
	struct extent number;
	struct extent time;
	struct extent name;
	struct extent text;
	struct extent rss;
};

/* Of the largest number listed. */
static unsigned number_width(const struct curses_view *view)
{
	const struct history *history = view->frame->history;
	uint64_t last = history_event_after(history, view->now_ns + 1);
	uint64_t most = 0;
	unsigned width = 1;

	/* numbers are in order of arrival, the list in order of time: nearly the same */
	for (uint64_t i = 0; i < view->layout.list.size && i < last; i++) {
		uint64_t number = history_event_at(history, last - 1 - i)->number;

		most = number > most ? number : most;
	}
	for (; most >= 10; most /= 10)
		width++;
	return width;
}

static struct entry_layout entry_layout(const struct curses_view *view)
{
	const struct layout *layout = &view->layout;
	unsigned gap = layout->width < 40 ? 1 : 2;
	unsigned name = layout->name.size;
	unsigned rss = layout->width >= 50 ? RSS_WIDTH : 0;
	unsigned end = layout->width - (rss ? rss + gap : 0);
	unsigned number = number_width(view);
	struct entry_layout at = { .number = { 0, number }, .time = { number + 1, TIME_WIDTH } };

	/* Room for "session" too, where there is any. */
	if (gap > 1 && name < SESSION_WIDTH)
		name = SESSION_WIDTH;
	at.name = (struct extent){ at.time.at + at.time.size + gap, name };
	at.text.at = at.name.at + name + gap;
	at.text.size = end > at.text.at ? end - at.text.at : 0;
	at.rss = (struct extent){ end + gap, rss };
	return at;
}

static void write_time(char *text, size_t size, const struct curses_view *view, uint64_t t_ns)
{
	uint64_t start_ns = history_session(view->frame->history)->start_ns;
	uint64_t passed_ns = t_ns > start_ns ? t_ns - start_ns : 0;
	char clock[UNITS_TEXT];

	snprintf(text, size, "%s.%03u", units_format_clock(clock, passed_ns),
		 (unsigned)(passed_ns % NS_PER_S / NS_PER_MS));
}

/* What its process had then: as the event says, else as the history has it. */
static void write_rss(char *text, size_t size, const struct curses_view *view,
		      const struct history_event *event, const struct history_line *line)
{
	uint64_t rss = event->kind == EVENT_SPAN_END ? event->rss_end : event->rss;
	char figure[UNITS_TEXT];

	snprintf(text, size, "%s", rss > 0 && event->stale ? "~" : "");
	if (rss == 0 && line) {
		if (!history_value_before(view->frame->history, line, event->t_ns, &rss) &&
		    line->first_ns <= view->now_ns)
			rss = history_value_at(view->frame->history, line, event->t_ns);
		snprintf(text, size, "~");
	}
	if (rss > 0)
		snprintf(text + strlen(text), size - strlen(text), "%s",
			 units_format_bytes(figure, rss));
}

/* Whether it lies in the window. */
static bool is_shown(const struct curses_view *view, const struct history_event *event)
{
	return event->t_ns + view->settings->window_ns >= view->now_ns;
}

static void draw_entry(const struct curses_view *view, unsigned y, const struct entry_layout *at,
		       const struct history_event *event, const struct history_event *nearest)
{
	const struct history_line *line = history_line_find(view->frame->history, event->line);
	const char *name = line				 ? history_name_at(line, view->now_ns).name
			   : event->line == LINE_SESSION ? "session"
							 : "?";
	bool selected = view->count > 0 && line == view->rows[view->selected].line;
	attr_t attributes = is_shown(view, event) ? A_NORMAL : A_DIM;
	attr_t pointed = event == nearest ? A_REVERSE : A_NORMAL;
	struct extent text_at = at->text;
	char text[WORDING_TEXT];

	snprintf(text, sizeof(text), "%" PRIu64, event->number);
	curses_put(view, y, at->number, text, true,
		   attributes | pointed | A_BOLD | curses_line_colour(view, event->line));
	write_time(text, sizeof(text), view, event->t_ns);
	curses_put(view, y, at->time, text, true, attributes | pointed);
	curses_put(view, y, at->name, name, false, selected ? A_BOLD : attributes);
	if (event->end) /* its text tells the memory */
		text_at.size =
			view->layout.width > text_at.at ? view->layout.width - text_at.at : 0;
	if (event->kind == EVENT_SPAN_BEGIN &&
	    (!event->closed_ns || event->closed_ns > view->now_ns))
		wording_open(text, event, view->now_ns);
	else
		wording_event(text, event);
	curses_put(view, y, text_at, text, false, attributes);
	if (event->end)
		return;
	write_rss(text, sizeof(text), view, event, line);
	curses_put(view, y, at->rss, text, true, attributes);
}

/* A line across the screen, with the list's name and the selected process's command in it. */
static void draw_rule(const struct curses_view *view)
{
	const struct layout *layout = &view->layout;
	unsigned y = layout->list.at;
	const char *command =
		view->count ? history_name_at(view->rows[view->selected].line, view->now_ns).command
			    : "";
	unsigned size = cells_width(command);

	curses_put_rule(y, (struct extent){ 0, layout->width }, curses_glyph(view, "─", "-"),
			A_DIM);
	curses_put(view, y, (struct extent){ 2, 8 }, " EVENTS ", false, A_DIM);
	if (layout->width < 40 || size == 0)
		return;
	if (size > layout->width / 2)
		size = layout->width / 2;
	curses_put(view, y, (struct extent){ layout->width - size - 4, size + 2 }, "", false,
		   A_NORMAL);
	curses_put(view, y, (struct extent){ layout->width - size - 3, size }, command, false,
		   A_DIM);
}

/* The event nearest to the cursor; NULL: there is no cursor, or no event. */
static const struct history_event *pointed_at(const struct curses_view *view)
{
	uint64_t cursor_ns = view->settings->cursor_ns;

	return cursor_ns ? moment_nearest(view->frame->history, cursor_ns, view->now_ns) : NULL;
}

/* The event after the first one listed: with a cursor, the one nearest to it is in the middle. */
static size_t first_listed(const struct curses_view *view)
{
	const struct history *history = view->frame->history;
	const struct history_event *nearest = pointed_at(view);
	size_t end = history_event_after(history, view->now_ns + 1);
	size_t index;

	if (!nearest || view->layout.list.size < 2)
		return end;
	index = history_event_after(history, nearest->t_ns) + view->layout.list.size / 2;
	if (index < view->layout.list.size - 1)
		index = view->layout.list.size - 1;
	return index < end ? index : end;
}

const struct history_event *curses_event_at(const struct curses_view *view, unsigned y)
{
	const struct extent *list = &view->layout.list;
	size_t end = first_listed(view);

	if (y <= list->at || y >= list->at + list->size || y - list->at > end)
		return NULL;
	return history_event_at(view->frame->history, end - (y - list->at));
}

void curses_draw_list(struct curses_view *view)
{
	const struct history *history = view->frame->history;
	const struct history_event *nearest = pointed_at(view);
	struct entry_layout at;
	size_t index;

	if (view->layout.list.size == 0)
		return;
	at = entry_layout(view);
	index = first_listed(view);
	draw_rule(view);
	for (unsigned i = 1; i < view->layout.list.size && index > 0; i++)
		draw_entry(view, view->layout.list.at + i, &at, history_event_at(history, --index),
			   nearest);
}

#define WALL_WIDTH 56 /* a narrower screen has no room for the wall clock */
#define DATE_WIDTH 100
#define EVENT_LEAST 6 /* columns for less are not worth it */

/* With as many decimals as it has: 3, 6 or 9. */
static void write_fraction(char *text, size_t size, uint64_t ns)
{
	unsigned part = (unsigned)(ns % NS_PER_S);

	if (part % 1000000 == 0)
		snprintf(text, size, ".%03u", part / 1000000);
	else if (part % 1000 == 0)
		snprintf(text, size, ".%06u", part / 1000);
	else
		snprintf(text, size, ".%09u", part);
}

static void write_wall(char *text, size_t size, uint64_t wall_ns, bool date)
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	struct tm local;
	size_t length;

	localtime_r(&seconds, &local);
	length = strftime(text, size, date ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S", &local);
	write_fraction(text + length, size - length, wall_ns);
}

/* "2 0.200 s ago: queue: high": what is nearest to the cursor, and where. */
static void write_event(char *text, size_t size, const struct curses_view *view,
			const struct history_event *event)
{
	uint64_t cursor_ns = view->settings->cursor_ns;
	char words[WORDING_TEXT];
	char away[UNITS_TEXT];
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, event->number);
	wording_event(words, event);
	if (event->t_ns == cursor_ns)
		snprintf(text, size, "%s: %s", number, words);
	else if (event->t_ns < cursor_ns)
		snprintf(text, size, "%s %s ago: %s", number,
			 units_format_duration(away, cursor_ns - event->t_ns), words);
	else
		snprintf(text, size, "%s in %s: %s", number,
			 units_format_duration(away, event->t_ns - cursor_ns), words);
}

static void put_piece(const struct curses_view *view, unsigned y, unsigned *at, const char *text,
		      attr_t attributes)
{
	unsigned width = cells_width(text);

	if (width == 0 || *at >= view->layout.width)
		return;
	curses_put(view, y, (struct extent){ *at, width }, text, false, attributes);
	*at += width + (view->layout.width < WALL_WIDTH ? 1 : 2);
}

/* Time since the session began and by the clock on the wall. */
static void put_time(const struct curses_view *view, unsigned y, unsigned *at)
{
	const struct session_info *session = history_session(view->frame->history);
	uint64_t passed_ns = view->settings->cursor_ns > session->start_ns
				     ? view->settings->cursor_ns - session->start_ns
				     : 0;
	char clock[UNITS_TEXT];
	char fraction[16];
	char text[64];

	write_fraction(fraction, sizeof(fraction), passed_ns);
	snprintf(text, sizeof(text), "%s%s", units_format_clock(clock, passed_ns), fraction);
	put_piece(view, y, at, text, A_BOLD);
	write_wall(text, sizeof(text), wall_at(session, session->start_ns + passed_ns),
		   view->layout.width >= DATE_WIDTH);
	if (view->layout.width >= WALL_WIDTH)
		put_piece(view, y, at, text, A_NORMAL);
}

static void put_value(const struct curses_view *view, unsigned y, unsigned *at)
{
	const struct row *row;
	const char *name;
	unsigned width;
	uint64_t rss;
	char text[32];

	if (view->count == 0)
		return;
	row = &view->rows[view->selected];
	name = history_name_at(row->line, view->now_ns).name;
	width = cells_width(name);
	if (width > view->layout.name.size)
		width = view->layout.name.size;
	curses_put(view, y, (struct extent){ *at, width }, name, false, A_NORMAL);
	*at += width + 1;
	snprintf(text, sizeof(text), "-");
	if (row_value_at(row, view->frame->history, view->settings->cursor_ns, &rss))
		snprintf(text, sizeof(text), "%" PRIu64 " KiB", rss / 1024);
	put_piece(view, y, at, text, A_BOLD);
}

static void draw_bottom_cursor(const struct curses_view *view, unsigned y)
{
	uint64_t cursor_ns = view->settings->cursor_ns;
	const struct history_event *event =
		moment_nearest(view->frame->history, cursor_ns, view->now_ns);
	unsigned at = view->layout.width < WALL_WIDTH ? 0 : 1;
	char text[WORDING_TEXT + UNITS_TEXT + 16];

	curses_put(view, y, (struct extent){ 0, view->layout.width }, "", false, A_NORMAL);
	put_time(view, y, &at);
	put_value(view, y, &at);
	if (!event || at + EVENT_LEAST > view->layout.width)
		return;
	write_event(text, sizeof(text), view, event);
	curses_put(view, y, (struct extent){ at, view->layout.width - at }, text, false,
		   curses_colour(view, COLOUR_MARK));
}

/* What is being typed, with a cursor behind it; its end where it is long. */
static void draw_prompt(const struct curses_view *view, unsigned y)
{
	const struct prompt *prompt = &view->settings->prompt;
	const char *what = prompt->kind == PROMPT_FILTER ? "filter:" : "mark:";
	unsigned width = view->layout.width;
	unsigned at = (unsigned)strlen(what) + 2;
	const char *text = prompt->text;

	curses_put(view, y, (struct extent){ 0, width }, "", false, A_NORMAL);
	curses_put(view, y, (struct extent){ 1, at - 1 }, what, false, A_BOLD);
	while (*text && at + cells_width(text) + 1 > width)
		text++;
	while (((unsigned char)*text & 0xc0) == 0x80)
		text++;
	curses_put(view, y, (struct extent){ at, cells_width(text) }, text, false, A_NORMAL);
	curses_put(view, y, (struct extent){ at + cells_width(text), 1 }, "", false, A_REVERSE);
}

/* As many as there is room for: those that are needed most come first. */
static void draw_hints(const struct curses_view *view, unsigned y)
{
	const char *const live[] = {
		"q quit",    "p pause",	  curses_glyph(view, "← → cursor", "arrows cursor"),
		"? help",    "n N event", "+ - window",
		"a all/one", "/ filter",  "s sort",
		"m mark",    "l list"
	};
	const char *const replay[] = {
		"q quit",     "space play", curses_glyph(view, "← → cursor", "arrows cursor"),
		"? help",     "n N event",  "< > speed",
		"+ - window", "a all/one",  "/ filter",
		"s sort",     "l list"
	};
	const char *const *hints = view->frame->end_ns ? replay : live;
	unsigned at = 1;

	for (size_t i = 0; i < sizeof(live) / sizeof(live[0]); i++) {
		if (!curses_put_piece(view, y, &at, view->layout.width, hints[i], A_DIM))
			return;
	}
}

void curses_draw_bottom(const struct curses_view *view)
{
	const struct layout *layout = &view->layout;
	struct extent place = { 1, layout->width - 1 };

	if (view->settings->prompt.kind && layout->height > 1)
		draw_prompt(view, layout->height - 1);
	else if (view->frame->notice[0] && layout->height > 1)
		curses_put(view, layout->height - 1, place, view->frame->notice, false,
			   A_BOLD | curses_colour(view, COLOUR_ALERT));
	else if (view->settings->cursor_ns && layout->height > 1)
		draw_bottom_cursor(view, layout->height - 1);
	else if (layout->hints.size && layout->width > 1)
		draw_hints(view, layout->hints.at);
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
