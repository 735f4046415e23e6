/*
 * The screen: text in its cells, its colours, and how the terminal is given back. ncurses' own
 * mvaddstr takes each byte through the locale, which is most of what a frame would cost.
 */
#include "analysis/total.h"
#include "plotter/curses/curses.h"
#include "plotter/model/palette.h"

#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

#define RUN 512 /* cells that are written at once */

/* Whether @text is ASCII; then its length too. */
static bool is_ascii(const char *text, size_t *ret_length)
{
	size_t length = 0;

	while (text[length] > 0)
		length++;
	*ret_length = length;
	return text[length] == '\0';
}

static void put_ascii(unsigned y, unsigned x, const char *text, size_t length, attr_t attributes)
{
	chtype cells[CELLS_MAX];

	for (size_t i = 0; i < length; i++)
		cells[i] = (unsigned char)text[i] | attributes;
	mvaddchnstr((int)y, (int)x, cells, (int)length);
}

void curses_put(const struct curses_view *view, unsigned y, struct extent place, const char *text,
		bool right, attr_t attributes)
{
	char fitted[CELLS_ROOM];
	size_t length;

	if (place.size == 0 || place.at >= view->layout.width)
		return;
	if (place.size > view->layout.width - place.at)
		place.size = view->layout.width - place.at;
	cells_fit(fitted, text, place.size, view->style | (right ? CELLS_RIGHT : 0));
	if (is_ascii(fitted, &length)) {
		put_ascii(y, place.at, fitted, length, attributes);
		return;
	}
	attrset(attributes);
	mvaddstr((int)y, (int)place.at, fitted);
	attrset(A_NORMAL);
}

/* The character at *@text, in UTF-8 that is known to be right; *@text is then behind it. */
static wchar_t next_character(const char **text)
{
	const unsigned char *bytes = (const unsigned char *)*text;

	if (bytes[0] < 0x80) {
		*text += 1;
		return bytes[0];
	}
	*text += 3;
	return (bytes[0] & 0xf) << 12 | (bytes[1] & 0x3f) << 6 | (bytes[2] & 0x3f);
}

void curses_put_glyphs(unsigned y, unsigned x, const char *text, attr_t attributes)
{
	cchar_t cells[RUN];
	wchar_t glyph[] = { 0, 0 };
	wchar_t before = 0;

	while (*text) {
		int count = 0;

		for (; *text && count < RUN; count++) {
			glyph[0] = next_character(&text);
			if (count > 0 && glyph[0] == before)
				cells[count] = cells[count - 1];
			else
				setcchar(&cells[count], glyph, attributes,
					 (short)PAIR_NUMBER(attributes), NULL);
			before = glyph[0];
		}
		mvadd_wchnstr((int)y, (int)x, cells, count);
		x += (unsigned)count;
	}
}

void curses_put_rule(unsigned y, struct extent place, const char *glyph, attr_t attributes)
{
	wchar_t character[] = { next_character(&glyph), 0 };
	cchar_t cell;

	setcchar(&cell, character, attributes, (short)PAIR_NUMBER(attributes), NULL);
	mvhline_set((int)y, (int)place.at, &cell, (int)place.size);
}

/* Why ncurses can't use a terminal that @out is. */
static const char *terminal_problem(FILE *out)
{
	const char *name = getenv("TERM");
	const char *move;
	int err;

	if (!name || !name[0])
		return "TERM is not set";
	if (setupterm(NULL, fileno(out), &err) != OK)
		return "TERM names no terminal that is known here";
	move = tigetstr("cup");
	del_curterm(cur_term);
	return move && move != (const char *)-1 ? NULL : "TERM names one whose cursor can't move";
}

const char *curses_problem(FILE *out)
{
	if (!isatty(STDIN_FILENO))
		return "standard input is not one";
	if (!isatty(fileno(out)))
		return "standard output is not one";
	return terminal_problem(out);
}

bool view_curses_possible(FILE *out)
{
	return !curses_problem(out);
}

const char *view_auto_problem(FILE *out)
{
	return isatty(STDIN_FILENO) && isatty(fileno(out)) ? terminal_problem(out) : NULL;
}

/* @to has @size bytes, of which @length are written. A string with a delay in it is for hardware of
 * another age. */
static size_t append(char *to, size_t length, size_t size, const char *text)
{
	size_t more = text && text != (const char *)-1 && !strstr(text, "$<") ? strlen(text) : 0;

	if (more == 0 || length + more > size)
		return length;
	memcpy(to + length, text, more);
	return length + more;
}

size_t curses_reset(char *to, size_t size)
{
	static const char *const names[] = { "rmkx", "sgr0", "cnorm", "rmcup" };
	size_t length = 0;

	if (append(to, 0, size, tigetstr("kmous")))
		length = append(to, 0, size, "\033[?1006l\033[?1000l");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		length = append(to, length, size, tigetstr(names[i]));
	return length;
}

/* What comes nearest to the palette's first, without red. */
static const short of_8[] = { COLOR_CYAN, COLOR_YELLOW, COLOR_GREEN, COLOR_BLUE, COLOR_MAGENTA };

static short line_colour(int i)
{
	return COLORS >= 256 ? palette_hue((uint32_t)i + 1)->of_256 : of_8[i];
}

static void set_lines(struct curses_view *view, short background)
{
	view->colours = COLORS >= 256 ? PALETTE_HUES : (int)(sizeof(of_8) / sizeof(of_8[0]));
	for (int i = 0; i < view->colours; i++)
		init_pair((short)(COLOUR_LINES + i), line_colour(i), background);
}

void curses_set_colours(struct curses_view *view)
{
	const char *refused = getenv("NO_COLOR");
	short background = -1;

	if ((refused && refused[0]) || !has_colors() || start_color() == ERR || COLORS < 8)
		return;
	if (use_default_colors() == ERR)
		background = COLOR_BLACK;
	init_pair(COLOUR_MARK, COLORS >= 256 ? 172 : COLOR_YELLOW, background);
	init_pair(COLOUR_ALERT, COLORS >= 256 ? 160 : COLOR_RED, background);
	set_lines(view, background);
}

attr_t curses_colour(const struct curses_view *view, enum curses_colour colour)
{
	return view->colours ? (attr_t)COLOR_PAIR(colour) : A_NORMAL;
}

attr_t curses_line_colour(const struct curses_view *view, uint32_t line)
{
	if (line == TOTAL_LINE) /* the terminal's own */
		return A_NORMAL;
	if (view->colours == 0 || line == LINE_SESSION)
		return curses_colour(view, COLOUR_MARK);
	return (attr_t)COLOR_PAIR(COLOUR_LINES + (int)((line - 1) % (uint32_t)view->colours));
}

bool curses_put_piece(const struct curses_view *view, unsigned y, unsigned *at, unsigned end,
		      const char *text, attr_t attributes)
{
	unsigned width = cells_width(text);

	if (width == 0 || *at + width > end)
		return false;
	curses_put(view, y, (struct extent){ *at, width }, text, false, attributes);
	*at += width + 2;
	return true;
}

const char *curses_glyph(const struct curses_view *view, const char *utf8, const char *ascii)
{
	return view->ascii ? ascii : utf8;
}
