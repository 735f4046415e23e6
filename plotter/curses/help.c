/*
 * The help over all else: one list of keys, with what a live session or a recording has alone
 * marked by whom it concerns.
 */
#include "plotter/curses/curses.h"

#include "base/minmax.h"

#include <stdio.h>

#define KEYS_WIDTH 11
#define TEXT_WIDTH 26
#define COLUMN_WIDTH (KEYS_WIDTH + TEXT_WIDTH)
#define FRAME_WIDTH 4 /* the border, and a space at each side */
#define COLUMNS_MOST 2
#define ENTRIES_MOST 40

enum help_of { OF_BOTH, OF_LIVE, OF_REPLAY };

struct help_entry {
	const char *keys; /* NULL: a heading */
	const char *ascii;
	const char *text;
	enum help_of of;
	unsigned column;
};

static const struct help_entry entries[] = {
	{ NULL, NULL, "GENERAL", OF_BOTH, 0 },
	{ "q", NULL, "quit", OF_BOTH, 0 },
	{ "? h", NULL, "this help", OF_BOTH, 0 },
	{ "Esc", NULL, "leave list, filter, cursor", OF_BOTH, 0 },
	{ "^L", NULL, "draw the screen again", OF_BOTH, 0 },
	{ NULL, NULL, "TIME", OF_BOTH, 0 },
	{ "space p", NULL, "pause; the session goes on", OF_LIVE, 0 },
	{ "space p", NULL, "play, pause", OF_REPLAY, 0 },
	{ "< >", NULL, "slower, faster", OF_REPLAY, 0 },
	{ "← →", "left right", "cursor: value and event", OF_BOTH, 0 },
	{ ", .", NULL, "by 10; Shift-arrows too", OF_BOTH, 0 },
	{ "n N", NULL, "next, previous event", OF_BOTH, 0 },
	{ "g G", NULL, "the begin; back to now", OF_LIVE, 0 },
	{ "g G", NULL, "the begin; the end", OF_REPLAY, 0 },
	{ "+ -", NULL, "longer, shorter window", OF_BOTH, 0 },
	{ "w 0", NULL, "window as at first", OF_BOTH, 0 },
	{ "z 0", NULL, "axis from 0, or fitted", OF_BOTH, 0 },
	{ "t", NULL, "since start, clock, ago", OF_BOTH, 0 },
	{ "y", NULL, "another figure: PSS ...", OF_BOTH, 0 },
	{ NULL, NULL, "PROCESSES", OF_BOTH, 1 },
	{ "↑ ↓ k j", "up dn k j", "select; PgUp PgDn a page", OF_BOTH, 1 },
	{ "Tab", NULL, "next; Shift-Tab previous", OF_BOTH, 1 },
	{ "a", NULL, "chart all, or one", OF_BOTH, 1 },
	{ "s S", NULL, "sort by another column", OF_BOTH, 1 },
	{ "/", NULL, "find name, command or pid", OF_BOTH, 1 },
	{ NULL, NULL, "EVENTS", OF_BOTH, 1 },
	{ "l", NULL, "list of events", OF_BOTH, 1 },
	{ "m", NULL, "mark now", OF_LIVE, 1 },
	{ "M", NULL, "mark now, with a label", OF_LIVE, 1 },
	{ NULL, NULL, "MOUSE", OF_BOTH, 1 },
	{ "click", NULL, "select; cursor; an event", OF_BOTH, 1 },
	{ "wheel", NULL, "zoom; scroll the list", OF_BOTH, 1 },
	{ "Shift-drag", NULL, "your terminal's selection", OF_BOTH, 1 },
};

/* Entries in columns, and where they are on the screen. */
struct help {
	const struct help_entry *entries[COLUMNS_MOST][ENTRIES_MOST];
	unsigned counts[COLUMNS_MOST];
	unsigned columns;
	unsigned lines; /* the longest column has */
	unsigned left;
	unsigned top;
	unsigned width; /* the border included, where there is one */
	unsigned height;
	bool border;
};

static void fill(struct help *help, bool replay, bool headings)
{
	enum help_of of = replay ? OF_REPLAY : OF_LIVE;

	help->lines = 0;
	for (unsigned i = 0; i < COLUMNS_MOST; i++)
		help->counts[i] = 0;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		unsigned column = help->columns > 1 ? entries[i].column : 0;
		unsigned *count = &help->counts[column];

		if ((entries[i].of != OF_BOTH && entries[i].of != of) ||
		    (!headings && !entries[i].keys))
			continue;
		help->entries[column][(*count)++] = &entries[i];
		if (*count > help->lines)
			help->lines = *count;
	}
}

/* What there is no room for is left out: headings, the border, then the last lines. */
static void place(struct help *help, const struct layout *layout, bool replay)
{
	unsigned gap = 1;

	help->columns = layout->width >= 2 * COLUMN_WIDTH + gap + FRAME_WIDTH ? 2 : 1;
	fill(help, replay, true);
	if (help->lines + 2 > layout->height)
		fill(help, replay, false);
	help->border = help->lines + 2 <= layout->height && layout->width > FRAME_WIDTH;
	help->width = min_unsigned(layout->width,
				   help->columns * (COLUMN_WIDTH + gap) - gap + FRAME_WIDTH);
	help->height = min_unsigned(layout->height, help->lines + (help->border ? 2 : 0));
	help->left = (layout->width - help->width) / 2;
	help->top = (layout->height - help->height) / 2;
}

static void draw_edge(const struct curses_view *view, const struct help *help, bool top)
{
	static const char *const glyphs[2][3] = { { "└", "─", "┘" }, { "┌", "─", "┐" } };
	unsigned y = top ? help->top : help->top + help->height - 1;

	for (unsigned x = 0; x < help->width; x++) {
		unsigned which = x == 0 ? 0 : x + 1 == help->width ? 2 : 1;
		const char *glyph = which == 1 ? "-" : "+";

		curses_put(view, y, (struct extent){ help->left + x, 1 },
			   curses_glyph(view, glyphs[top][which], glyph), false, A_NORMAL);
	}
	if (top && help->width > 12)
		curses_put(view, y, (struct extent){ help->left + 2, 6 }, " KEYS ", false, A_BOLD);
}

static void draw_entry(const struct curses_view *view, unsigned y, struct extent at,
		       const struct help_entry *entry)
{
	unsigned keys = min_unsigned(KEYS_WIDTH, at.size);

	if (!entry->keys) {
		curses_put(view, y, at, entry->text, false, A_DIM);
		return;
	}
	curses_put(view, y, (struct extent){ at.at, keys },
		   entry->ascii ? curses_glyph(view, entry->keys, entry->ascii) : entry->keys,
		   false, A_BOLD);
	curses_put(view, y, (struct extent){ at.at + keys, at.size - keys }, entry->text, false,
		   A_NORMAL);
}

static void draw_line(const struct curses_view *view, const struct help *help, unsigned line)
{
	const char *side = curses_glyph(view, "│", "|");
	unsigned y = help->top + line + (help->border ? 1 : 0);
	unsigned inset = help->border ? 2 : 0;

	curses_put(view, y, (struct extent){ help->left, help->width }, "", false, A_NORMAL);
	if (help->border) {
		curses_put(view, y, (struct extent){ help->left, 1 }, side, false, A_NORMAL);
		curses_put(view, y, (struct extent){ help->left + help->width - 1, 1 }, side, false,
			   A_NORMAL);
	}
	for (unsigned i = 0; i < help->columns; i++) {
		struct extent at = { help->left + inset + i * (COLUMN_WIDTH + 1),
				     min_unsigned(COLUMN_WIDTH, help->width - 2 * inset) };

		if (line < help->counts[i])
			draw_entry(view, y, at, help->entries[i][line]);
	}
}

void curses_draw_help(struct curses_view *view)
{
	struct help help = { 0 };

	place(&help, &view->layout, view->frame->end_ns != 0);
	for (unsigned line = 0; line < help.lines && line < help.height; line++)
		draw_line(view, &help, line);
	if (!help.border)
		return;
	draw_edge(view, &help, true);
	draw_edge(view, &help, false);
}
