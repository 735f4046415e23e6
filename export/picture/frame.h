/*
 * Where things stand on a picture: its size, its axes in round units, and the labels that find room
 * beside their points. Pure.
 */
#ifndef EXPORT_PICTURE_FRAME_H
#define EXPORT_PICTURE_FRAME_H

#include "export/picture/grid.h"
#include "export/picture/picture.h"

#define FRAME_WIDTH 1200
#define FRAME_HEIGHT 600 /* without the lanes of spans */
#define FRAME_LANE 17	 /* dots of each of those */
#define FRAME_NAME 26	 /* the width of a name in the legend */

/* Labels that are written; milestones beyond are points. */
#define FRAME_LABELS 25

struct axis {
	const char *unit; /* "MiB", "min" */
	double size;	  /* bytes or ns of it */
	double from, to;  /* in it */
	double step;
};

struct frame_label {
	double x, y; /* of its point, in the axes' units */
	int dx, dy;  /* dots from there to its left or right end's middle */
	bool right;  /* that is its right end */
	uint32_t line;
	char text[CAPTION_ROOM];
};

struct frame {
	const struct picture *picture;
	struct axis x, y; /* y.from is below 0 where there are lanes */
	int height;
	int right;		/* dots of the margin */
	bool key_beside;	/* the legend is right of the curves, else above them */
	struct grid_box inside; /* of the axes, in dots */
	struct frame_label labels[FRAME_LABELS + PICTURE_LINES];
	size_t label_count;
	unsigned milestones; /* of the labels */
	struct grid grid;
};

/* Dots between the picture's edge and the axes. */
#define FRAME_LEFT 78
#define FRAME_TOP 66
#define FRAME_BOTTOM 74

void frame_open(struct frame *frame, const struct picture *picture);

/* Find room for the labels of ends and milestones. */
void frame_label(struct frame *frame);

double frame_x(const struct frame *frame, uint64_t t_ns);
double frame_y(const struct frame *frame, uint64_t bytes);

/* The middle of lane @index, counted from above, in the unit of y; and its height. */
double frame_lane(const struct frame *frame, size_t index);
double frame_lane_height(const struct frame *frame);

#endif
