/*
 * Lines over time in the cells of a screen: a grid of dots, some to a cell. Columns of history go
 * in, glyphs come out. Pure; knows no curses.
 */
#ifndef PLOTTER_MODEL_CHART_H
#define PLOTTER_MODEL_CHART_H

#include "plotter/model/history.h"

enum chart_glyphs {
	CHART_BRAILLE, /* U+2800..U+28FF: 2 x 4 dots a cell */
	CHART_BLOCKS,  /* quadrants, U+2580..U+259F: 2 x 2 */
	CHART_ASCII,   /* 1 x 2: a symbol of the line */
};

/* Bytes of a glyph, its NUL included. */
#define CHART_GLYPH 5

/* Lines that can be told apart in one chart: their numbers are 1 to this. */
#define CHART_LINES 255

struct chart_cell {
	uint8_t dots; /* which are set; a bit each, the chart's own order */
	uint8_t line; /* that was drawn last here; 0: none */
};

struct chart {
	enum chart_glyphs glyphs;
	unsigned width; /* cells */
	unsigned height;
	uint64_t low;		  /* bytes in the middle of the lowest dots, */
	uint64_t high;		  /* and of the highest; more than low */
	struct chart_cell *cells; /* rows from the top, each of width */
	size_t room;
};

/* Columns of dots in a cell: 2, 2, 1; and rows: 4, 2, 2. */
unsigned chart_across(enum chart_glyphs glyphs);

/* An empty one of that size and scale: 0 or -ENOMEM. All zeros is one without memory; its cells are
 * kept for the next. chart_free frees them. */
int chart_set(struct chart *chart, enum chart_glyphs glyphs, unsigned width, unsigned height,
	      uint64_t low, uint64_t high);
void chart_free(struct chart *chart);

/*
 * Draw a line (1 to CHART_LINES) through @columns, width * chart_across of them: in each column of
 * dots from its least to its most, joined to the one before; a column without value is a gap, and
 * nothing is joined over it. Of two neighbours the higher one reaches down to the other, so that a
 * spike is as thin as its columns. What lies outside of [low, high] is drawn at the edge.
 */
void chart_draw(struct chart *chart, const struct history_column *columns, uint8_t line);

/* What is at a cell: "" for nothing, else one glyph of one column's width, to @text, which is
 * returned. In ASCII lines have symbols of their own: '*', '+', 'o', 'x', '#', '@', '%', '&'. */
char *chart_glyph(char text[CHART_GLYPH], const struct chart *chart, unsigned x, unsigned y);

/* The line drawn last at a cell; 0: none. */
uint8_t chart_line(const struct chart *chart, unsigned x, unsigned y);

/* The row of cells in which a value lies, from the top; the nearest where it is outside. */
unsigned chart_row(const struct chart *chart, uint64_t bytes);

#endif
