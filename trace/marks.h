/*
 * The milestones of a line, thinned out to what a picture can show: a point a column, and a label
 * every few columns. Pure.
 */
#ifndef TRACE_MARKS_H
#define TRACE_MARKS_H

#include "trace/caption.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MARKS_POINTS 500
#define MARKS_LABELS 100

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

struct marks {
	uint64_t from_ns;
	uint64_t length_ns;
	struct mark_point *points; /* MARKS_POINTS; NULL while there is none */
	struct mark *labels;	   /* MARKS_LABELS; the first in each of as many stretches */
};

void marks_open(struct marks *marks, uint64_t from_ns, uint64_t to_ns);
void marks_close(struct marks *marks);

/* 0 or -ENOMEM. Times outside of the stretch count as its ends. */
int marks_add(struct marks *marks, uint64_t number, uint64_t t_ns, uint64_t rss,
	      const char *category, const char *label);

#endif
