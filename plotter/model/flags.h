/*
 * Room on a chart for the flags of milestones, near the points that they are of, and for their
 * labels beside them. Pure.
 */
#ifndef PLOTTER_MODEL_FLAGS_H
#define PLOTTER_MODEL_FLAGS_H

#include <stdbool.h>
#include <stddef.h>

/* What is in a cell of the chart. */
#define FLAGS_LINE 1u /* a line goes through it */
#define FLAGS_TEXT 2u /* a point, a flag or a label */

struct flags_field {
	unsigned width; /* cells */
	unsigned height;
	unsigned char *cells; /* rows from the top; flags_place adds what it has placed */
};

struct flag {
	unsigned x; /* of its point, which lies in the field */
	unsigned y;
	unsigned width; /* of the flag itself */
	unsigned label; /* of the whole label; 0: none */

	/* Set by flags_place. */
	bool placed;
	unsigned flag_x; /* the flag's first cell */
	unsigned flag_y;
	unsigned label_x;
	unsigned label_size; /* 0: there is no room for it */
};

/*
 * Place each, the first of them first, then their labels: a flag above its point or below it, on no
 * other flag, and where it can be on no line; a label only where nothing is.
 */
void flags_place(struct flag *flags, size_t count, const struct flags_field *field);

#endif
