/*
 * Where things go on a screen of processes, whatever its size. Pure.
 */
#ifndef PLOTTER_LAYOUT_H
#define PLOTTER_LAYOUT_H

#include <stddef.h>

/* A column of the table of processes, or lines of the screen; size 0: not shown. */
struct extent {
	unsigned at;
	unsigned size;
};

struct layout {
	unsigned width;
	unsigned height;
	struct extent name;
	struct extent pid;
	struct extent spark;
	struct extent rss;
	struct extent change;
	struct extent peak;
	struct extent titles; /* the columns' titles, and the axis of time */
	struct extent body;   /* processes */
	struct extent list;   /* the list of milestones, its title first */
	struct extent hints;
	unsigned row_height; /* 2: a line of marks above each process's own */
	size_t rows;	     /* processes that fit */
};

/* What there is to show. */
struct layout_wish {
	size_t processes;
	size_t events;
	unsigned name_width;
	unsigned pid_width;
};

void layout_set(struct layout *layout, unsigned width, unsigned height,
		const struct layout_wish *wish);

#endif
