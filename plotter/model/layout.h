/*
 * Where things go on a screen of processes, whatever its size. Pure.
 */
#ifndef PLOTTER_MODEL_LAYOUT_H
#define PLOTTER_MODEL_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

/* Columns of a line, or lines of the screen; size 0: not shown. */
struct extent {
	unsigned at;
	unsigned size;
};

struct layout {
	unsigned width;
	unsigned height;

	/* Columns of the table. */
	struct extent name;
	struct extent pid;
	struct extent spark;
	struct extent rss;
	struct extent change;
	struct extent peak;

	/* Columns of the chart. */
	struct extent scale; /* labels of the axis of memory, and the axis itself */
	struct extent plot;
	struct extent names; /* of the lines, at their ends */

	/* Lines of the screen, from the top; the header is line 0. */
	struct extent numbers; /* of the selected process */
	struct extent chart;
	struct extent axis;   /* of time: its labels, above them its ticks where there are two */
	struct extent bars;   /* spans, a lane a line */
	struct extent titles; /* of the table's columns */
	struct extent body;   /* the table's rows */
	struct extent list;   /* of events, its title first */
	struct extent hints;
};

/* What there is to show. */
struct layout_wish {
	size_t processes;
	size_t events;
	unsigned lanes; /* of spans */
	unsigned name_width;
	unsigned pid_width;
	bool named; /* lines have names at their ends */
	bool list;  /* the list alone, instead of chart and table */
};

void layout_set(struct layout *layout, unsigned width, unsigned height,
		const struct layout_wish *wish);

#endif
