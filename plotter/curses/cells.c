/*
 * Text into the cells of the screen. ncurses' own mvaddstr takes each byte through the locale,
 * which is most of what a frame would cost.
 */
#include "plotter/curses/curses.h"

#include <string.h>

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
