/*
 * The first line of the screen.
 */
#include "base/clock.h"
#include "base/units.h"
#include "plotter/curses/curses.h"
#include "plotter/model/wording.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
