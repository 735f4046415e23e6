/*
 * What lies where on a picture, in squares of GRID_SIZE dots: so that labels find room. Dots count
 * from the left and the bottom; what is outside is cut off. Pure.
 */
#ifndef EXPORT_PICTURE_GRID_H
#define EXPORT_PICTURE_GRID_H

#include <stddef.h>

#define GRID_SIZE 3
#define GRID_WIDTH 400
#define GRID_HEIGHT 240

#define GRID_CURVE 1u
#define GRID_POINT 2u
#define GRID_TEXT 4u
#define GRID_OUTSIDE 8u

struct grid {
	unsigned char squares[GRID_HEIGHT][GRID_WIDTH];
};

struct grid_box {
	double left, bottom, right, top;
};

/* Note that @what is in @box; a line has a box without width or height. */
void grid_set(struct grid *grid, struct grid_box box, unsigned what);

/* All that is in @box, and GRID_OUTSIDE where a part of it is outside of @around. */
unsigned grid_get(const struct grid *grid, struct grid_box box, const struct grid_box *around);

#endif
