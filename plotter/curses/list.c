/*
 * The list of events, in the lower part of the screen or on all of it.
 */
#include "plotter/curses/curses.h"

#include "base/clock.h"
#include "base/units.h"
#include "plotter/model/wording.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
