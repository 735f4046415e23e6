/*
 * The milestones of a line, thinned out to what a picture can show: a point a column, and a label
 * every few columns. Pure.
 */
#ifndef EXPORT_PICTURE_MILESTONES_H
#define EXPORT_PICTURE_MILESTONES_H

#include "plotter/model/caption.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MILESTONES_POINTS 500
#define MILESTONES_LABELS 100

struct mark {
	uint64_t number; /* in the order of all milestones; 0: none is here */
	uint64_t t_ns;
	uint64_t rss;
	char text[CAPTION_ROOM];
};

struct mark_point {
	bool some;
	uint64_t t_ns;
	uint64_t rss;
};

struct milestones {
	uint64_t from_ns;
	uint64_t length_ns;
	struct mark_point *points; /* MILESTONES_POINTS; NULL while there is none */
	struct mark *labels;	   /* MILESTONES_LABELS; the first in each of as many stretches */
};

void milestones_open(struct milestones *marks, uint64_t from_ns, uint64_t to_ns);
void milestones_close(struct milestones *marks);

/* 0 or -ENOMEM. Times outside of the stretch count as its ends. */
int milestones_add(struct milestones *marks, uint64_t number, uint64_t t_ns, uint64_t rss,
		   const char *category, const char *label);

#endif
