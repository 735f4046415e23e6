#include "trace/picture/frame.h"

#include "base/clock.h"

#include <math.h>

#define HEADROOM 1.14 /* above the highest value, for labels */

struct unit {
	const char *name;
	double size;
};

/* The least of 1, 2, 5, 10 ... that makes at most @most steps of @length. */
static double round_step(double length, unsigned most)
{
	double least = length / most;
	double power = pow(10, floor(log10(least)));

	if (least <= power)
		return power;
	if (least <= 2 * power)
		return 2 * power;
	return least <= 5 * power ? 5 * power : 10 * power;
}

/* The same in hours and minutes, of which 60 or 24 are one of the next unit. */
static double time_step(double length, double size, unsigned most)
{
	static const double minutes[] = { 1, 2, 5, 10, 15, 20, 30 };
	static const double hours[] = { 0.5, 1, 2, 3, 4, 6, 12 };
	const double *steps = size > 60 * NS_PER_S ? hours : minutes;

	if (size < 60 * NS_PER_S || size > 3600 * NS_PER_S)
		return round_step(length, most);
	for (unsigned i = 0; i < 7; i++)
		if (length / steps[i] <= most)
			return steps[i];
	return round_step(length, most);
}

static void open_x(struct axis *x, const struct picture *picture)
{
	static const struct unit units[] = {
		{ "days", 86400.0 * NS_PER_S },
		{ "h", 3600.0 * NS_PER_S },
		{ "min", 60.0 * NS_PER_S },
		{ "s", NS_PER_S },
		{ "ms", NS_PER_MS },
	};
	static const double least[] = { 4, 3, 3, 0.5, 0 };
	double length = (double)(picture->to_ns - picture->from_ns);
	unsigned i = 0;

	while (length < least[i] * units[i].size)
		i++;
	x->unit = units[i].name;
	x->size = units[i].size;
	x->from = ((double)picture->from_ns - (double)picture->zero_ns) / x->size;
	x->to = ((double)picture->to_ns - (double)picture->zero_ns) / x->size;
	x->step = time_step(length / x->size, x->size, 12);
}

static void open_y(struct axis *y, const struct picture *picture)
{
	static const struct unit units[] = {
		{ "TiB", 1099511627776.0 },
		{ "GiB", 1073741824.0 },
		{ "MiB", 1048576.0 },
		{ "KiB", 1024.0 },
	};
	double most = picture->most > 0 ? (double)picture->most : 1024;
	unsigned i = 0;

	while (i < 3 && most < units[i].size)
		i++;
	y->unit = units[i].name;
	y->size = units[i].size;
	y->to = most / y->size * HEADROOM;
	y->step = round_step(y->to, 8);
}

static int widest_name(const struct picture *picture)
{
	unsigned widest = 0;
	char text[CAPTION_ROOM];

	for (size_t i = 0; i < picture->count; i++) {
		unsigned width = caption_width(
			caption_clip(text, picture->lines[i].process->name, FRAME_NAME));

		if (width > widest)
			widest = width;
	}
	return (int)widest + 10; /* and " [1234567]" */
}

void frame_open(struct frame *frame, const struct picture *picture)
{
	size_t lanes = picture->lanes.count;
	double curves = FRAME_HEIGHT - FRAME_TOP - FRAME_BOTTOM;
	double below = lanes ? FRAME_LANE * ((double)lanes + 0.5) : 0;

	*frame = (struct frame){ .picture = picture };
	open_x(&frame->x, picture);
	open_y(&frame->y, picture);
	frame->y.from = -frame->y.to * below / curves;
	frame->height = FRAME_HEIGHT + (int)below;
	frame->key_beside = picture->count > 4;
	frame->right = frame->key_beside ? 60 + 7 * widest_name(picture) : 24;
	frame->inside = (struct grid_box){
		.left = FRAME_LEFT,
		.right = FRAME_WIDTH - frame->right,
		.bottom = FRAME_BOTTOM,
		.top = frame->height - FRAME_TOP,
	};
}

double frame_x(const struct frame *frame, uint64_t t_ns)
{
	uint64_t zero_ns = frame->picture->zero_ns;

	if (t_ns < zero_ns)
		return -(double)(zero_ns - t_ns) / frame->x.size;
	return (double)(t_ns - zero_ns) / frame->x.size;
}

double frame_y(const struct frame *frame, uint64_t bytes)
{
	return (double)bytes / frame->y.size;
}

double frame_lane_height(const struct frame *frame)
{
	double dots = frame->inside.top - frame->inside.bottom;

	return FRAME_LANE * (frame->y.to - frame->y.from) / dots;
}

double frame_lane(const struct frame *frame, size_t index)
{
	return -frame_lane_height(frame) * ((double)index + 0.75);
}
