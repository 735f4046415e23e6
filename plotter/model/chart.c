#include "plotter/model/chart.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define UP_MOST 4

/* How dots lie in a cell. */
struct shape {
	unsigned across;
	unsigned up;
	/* Of each column of dots, the bits of the lowest 0, 1, 2 ... of them. */
	uint8_t lowest[2][UP_MOST + 1];
};

static const struct shape shapes[] = {
	/* As Unicode counts them: U+2800 and the bits make the glyph. */
	[CHART_BRAILLE] = { 2,
			    4,
			    { { 0x00, 0x40, 0x44, 0x46, 0x47 },
			      { 0x00, 0x80, 0xa0, 0xb0, 0xb8 } } },
	[CHART_BLOCKS] = { 2, 2, { { 0, 4, 5 }, { 0, 8, 10 } } },
	[CHART_ASCII] = { 1, 2, { { 0, 2, 3 } } },
};

unsigned chart_across(enum chart_glyphs glyphs)
{
	return shapes[glyphs].across;
}

int chart_set(struct chart *chart, enum chart_glyphs glyphs, unsigned width, unsigned height,
	      uint64_t low, uint64_t high)
{
	size_t count = (size_t)width * height;

	if (count > chart->room) {
		struct chart_cell *cells = calloc(count, sizeof(*cells));

		if (!cells)
			return -ENOMEM;
		free(chart->cells);
		chart->cells = cells;
		chart->room = count;
	} else if (count > 0) {
		memset(chart->cells, 0, count * sizeof(*chart->cells));
	}
	chart->glyphs = glyphs;
	chart->width = width;
	chart->height = height;
	chart->low = low;
	chart->high = high;
	return 0;
}

void chart_free(struct chart *chart)
{
	free(chart->cells);
	*chart = (struct chart){ 0 };
}

/* --- drawing */

/* Dots of one column that are set, counted from below: first <= dot < end. */
struct run {
	unsigned first;
	unsigned end;
};

/* Dots of a byte, and all of them. */
struct pitch {
	uint64_t low;
	double dots;
	unsigned count;
};

static struct pitch pitch_of(const struct chart *chart)
{
	unsigned count = chart->height * shapes[chart->glyphs].up;
	uint64_t span = chart->high > chart->low ? chart->high - chart->low : 1;

	return (struct pitch){ chart->low, (count - 1) / (double)span, count };
}

/* The dot nearest to a value, from below. */
static unsigned dot_of(const struct pitch *pitch, uint64_t bytes)
{
	double dot;

	if (bytes <= pitch->low)
		return 0;
	dot = (double)(bytes - pitch->low) * pitch->dots + 0.5;
	return dot < pitch->count ? (unsigned)dot : pitch->count - 1;
}

static void set_dots(struct chart *chart, size_t column, struct run run, uint8_t line)
{
	const struct shape *shape = &shapes[chart->glyphs];
	const uint8_t *lowest = shape->lowest[column % shape->across];
	unsigned row = run.first / shape->up; /* of cells, from below */
	struct chart_cell *cell = &chart->cells[(size_t)(chart->height - 1 - row) * chart->width +
						column / shape->across];

	for (unsigned base = row * shape->up; base < run.end; base += shape->up) {
		unsigned from = run.first > base ? run.first - base : 0;
		unsigned to = run.end - base < shape->up ? run.end - base : shape->up;

		cell->dots |= (uint8_t)(lowest[to] ^ lowest[from]);
		cell->line = line;
		cell -= chart->width;
	}
}

/*
 * Let two neighbours touch. What stands higher reaches down, whether it is the first or the second:
 * so a spike is as thin as its columns.
 */
static void join(struct run *left, struct run *right)
{
	if (right->first > left->end)
		right->first = left->end;
	else if (left->first > right->end)
		left->first = right->end;
}

void chart_draw(struct chart *chart, const struct history_column *columns, uint8_t line)
{
	size_t count = (size_t)chart->width * shapes[chart->glyphs].across;
	const struct pitch pitch = pitch_of(chart);
	struct run before = { 0, 0 };

	if (pitch.count == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		struct run run = { 0, 0 };

		if (columns[i].count > 0) {
			run.first = dot_of(&pitch, columns[i].min);
			run.end = dot_of(&pitch, columns[i].max) + 1;
		}
		if (before.end > 0) {
			if (run.end > 0)
				join(&before, &run);
			set_dots(chart, i - 1, before, line);
		}
		before = run;
	}
	if (before.end > 0)
		set_dots(chart, count - 1, before, line);
}

/* --- glyphs */

/* The symbol of a line in ASCII. */
static char chart_symbol(uint8_t line)
{
	return line ? "*+ox#@%&"[(line - 1) % 8] : ' ';
}

static const char *quadrants(uint8_t dots)
{
	static const char *const glyphs[] = { "",  "▘", "▝", "▀", "▖", "▌", "▞", "▛",
					      "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█" };

	return glyphs[dots];
}

static void braille(char *text, uint8_t dots)
{
	text[0] = (char)0xe2;
	text[1] = (char)(0xa0 | dots >> 6);
	text[2] = (char)(0x80 | (dots & 0x3f));
	text[3] = '\0';
}

static const struct chart_cell *cell_at(const struct chart *chart, unsigned x, unsigned y)
{
	return &chart->cells[(size_t)y * chart->width + x];
}

char *chart_glyph(char text[CHART_GLYPH], const struct chart *chart, unsigned x, unsigned y)
{
	const struct chart_cell *cell = cell_at(chart, x, y);

	memset(text, 0, CHART_GLYPH);
	if (cell->dots == 0)
		return text;
	if (chart->glyphs == CHART_BRAILLE)
		braille(text, cell->dots);
	else if (chart->glyphs == CHART_BLOCKS)
		memcpy(text, quadrants(cell->dots), strlen(quadrants(cell->dots)));
	else
		text[0] = chart_symbol(cell->line);
	return text;
}

uint8_t chart_line(const struct chart *chart, unsigned x, unsigned y)
{
	return cell_at(chart, x, y)->line;
}

unsigned chart_row(const struct chart *chart, uint64_t bytes)
{
	const struct pitch pitch = pitch_of(chart);

	if (pitch.count == 0)
		return 0;
	return chart->height - 1 - dot_of(&pitch, bytes) / shapes[chart->glyphs].up;
}
