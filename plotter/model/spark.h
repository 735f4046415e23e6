/*
 * A sparkline: columns to glyphs. Pure; knows no curses.
 */
#ifndef PLOTTER_MODEL_SPARK_H
#define PLOTTER_MODEL_SPARK_H

#include "plotter/model/history.h"

enum spark_glyphs {
	SPARK_BLOCKS, /* U+2581..U+2588, eighths */
	SPARK_ASCII,  /* _ . - = + * # @ */
};

/* Bytes that one column may take. */
#define SPARK_GLYPH 4

/*
 * One glyph a column, a space where it has no value, NUL-ended, to @text of @count * SPARK_GLYPH +
 * 1 bytes. A column stands for its max, so that a spike shows; [low, high] is the scale, values
 * outside are clamped; low == high draws the lowest glyph.
 */
void spark_render(char *text, const struct history_column *columns, size_t count, uint64_t low,
		  uint64_t high, enum spark_glyphs glyphs);

#endif
