/*
 * The last line of the screen, which has the hints or what is at the cursor.
 */
#include "base/clock.h"
#include "base/units.h"
#include "plotter/curses/curses.h"
#include "plotter/model/wording.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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

static void draw_cursor(const struct curses_view *view, unsigned y)
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
		draw_cursor(view, layout->height - 1);
	else if (layout->hints.size && layout->width > 1)
		draw_hints(view, layout->hints.at);
}
