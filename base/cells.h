/*
 * Text from other programs in the columns of a terminal. Pure but for the locale, which wcwidth(3)
 * asks.
 */
#ifndef BASE_CELLS_H
#define BASE_CELLS_H

#include <stdbool.h>
#include <stddef.h>

/* Columns that one text takes at most here, and the bytes for that: a character and marks over it.
 */
#define CELLS_MAX 512
#define CELLS_ROOM (CELLS_MAX * 8 + 1)

enum cells_style {
	CELLS_UTF8 = 0,
	CELLS_ASCII = 1, /* what isn't ASCII becomes '?' */
	CELLS_RIGHT = 2, /* pad on the left */
};

/* Whether the locale's terminals show UTF-8. Call setlocale(LC_CTYPE, "") before. */
bool cells_utf8(void);

/* Columns that @text takes once it is made safe. */
unsigned cells_width(const char *text);

/*
 * Write @text, made safe by text_clean, to @to, of CELLS_ROOM bytes: exactly @width columns
 * (CELLS_MAX at most), padded with spaces, or cut with an ellipsis where it is longer. Returns @to.
 */
char *cells_fit(char to[CELLS_ROOM], const char *text, unsigned width, int style);

#endif
