/*
 * What a picture of a window of a history shows, whatever draws it: the curves in columns, the
 * points of milestones and where their labels stand, spans in lanes, the limit, the axes. Pure.
 */
#ifndef PLOTTER_MODEL_SCENE_H
#define PLOTTER_MODEL_SCENE_H

#include "plotter/model/flags.h"
#include "plotter/model/rows.h"
#include "plotter/model/spans.h"
#include "plotter/model/times.h"
#include "plotter/model/caption.h"

#define SCENE_LINES 20	 /* curves at most: the largest in the window */
#define SCENE_LABELS 25	 /* of milestones: the newest that find room */
#define SCENE_TRIED 100	 /* that are looked at for that */
#define SCENE_POINTS 500 /* of milestones: the newest */
#define SCENE_BARS 64	 /* spans */
#define SCENE_NAME 24	 /* columns of a name */

/* The room within the axes. */
struct scene_size {
	size_t columns;	 /* of each curve */
	unsigned across; /* cells of a character */
	unsigned down;
	unsigned lanes; /* of spans at most */
	bool whole;	/* the picture has nothing finer than these cells */
};

struct scene_query {
	const struct history *history;
	uint64_t now_ns;
	uint64_t window_ns;
	uint64_t limit_bytes; /* 0: none */
	enum times_style times;
	struct scene_size size;
};

struct scene_line {
	struct row row;
	struct history_column *columns;
	uint64_t most; /* in the window */
	char name[CAPTION_ROOM + 16];
};

struct scene_point {
	uint64_t t_ns;
	uint64_t rss; /* 0 with LINE_SESSION */
	uint32_t line;
	bool end; /* of the process, which is shown otherwise */
};

struct scene_label {
	double x; /* its left end, 0 at the left and 1 at the right of the axes */
	double y; /* its middle, 0 at their bottom and 1 at their top */
	uint32_t line;
	char text[CAPTION_ROOM];
};

struct scene_bar {
	struct span_bar span;
	char text[CAPTION_ROOM]; /* cut to its length; "" where that is too short */
};

struct scene {
	struct scene_query query;
	struct axis axis;
	struct times times;
	struct scale scale;
	uint64_t top_bytes; /* at the top of the axes */
	double lanes_part;  /* of the height, below 0 bytes */

	struct scene_line lines[SCENE_LINES];
	size_t line_count;
	size_t smaller; /* lines in the window that are not among them */
	struct scene_point points[SCENE_POINTS];
	size_t point_count;
	struct scene_label labels[SCENE_TRIED];
	size_t label_count;
	struct scene_bar bars[SCENE_BARS];
	size_t bar_count;
	unsigned lanes;

	/* Room, kept for the next. */
	struct history_column *columns;
	size_t columns_room;
	unsigned char *cells;
	size_t cells_room;
};

/* What is to be shown now: 0 or -ENOMEM. All zeros is a scene without memory; scene_free. */
int scene_set(struct scene *scene, const struct scene_query *query);
void scene_free(struct scene *scene);

/* Where it is within the axes, from 0 to 1. */
double scene_x(const struct scene *scene, uint64_t t_ns);
double scene_y(const struct scene *scene, uint64_t bytes);
double scene_lane(const struct scene *scene, unsigned lane); /* its middle */

#endif
