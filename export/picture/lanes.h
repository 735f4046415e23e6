/*
 * Spans as bars in lanes: those of one process lie in one lane while one ends before the next
 * begins, else (they nest, or run in several threads) in lanes of their own below. Bounded: bars
 * closer than a picture can show become one, and lanes are a few. Pure.
 */
#ifndef EXPORT_PICTURE_LANES_H
#define EXPORT_PICTURE_LANES_H

#include "plotter/model/caption.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LANES_MAX 16
#define LANES_PER_LINE 4

struct bar {
	uint64_t from_ns;
	uint64_t to_ns;
	char *text; /* NULL where it is too short to be written on */
};

struct lane {
	uint32_t line;
	unsigned depth; /* 0, 1 ... in its line */
	struct bar *bars;
	size_t count;
	size_t room;

	bool open; /* a span that has begun */
	uint64_t span;
	uint64_t from_ns; /* of that */
	uint64_t busy_ns; /* the end of the last bar */
	char text[CAPTION_ROOM];
};

struct lanes {
	uint64_t from_ns;
	uint64_t step_ns; /* what is closer is one */
	uint64_t wide_ns; /* what is shorter has no text */
	struct lane lanes[LANES_MAX];
	size_t count;
	uint64_t spans; /* told of */
	uint64_t drawn;
};

void lanes_open(struct lanes *lanes, uint64_t from_ns, uint64_t to_ns);
void lanes_close(struct lanes *lanes);

/* A span's begin and end: 0 or -ENOMEM. One that began before the stretch has an end only. */
void lanes_begin(struct lanes *lanes, uint32_t line, uint64_t span, uint64_t t_ns,
		 const char *text);
int lanes_end(struct lanes *lanes, uint32_t line, uint64_t span, uint64_t t_ns,
	      uint64_t duration_ns, const char *text);

/* The line's open spans, or with LINE_SESSION those of all lines, end here, as far as is known. */
int lanes_finish(struct lanes *lanes, uint32_t line, uint64_t t_ns);

/* In order of line and depth; call it when all is told. */
void lanes_sort(struct lanes *lanes);

#endif
