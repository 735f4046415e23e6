#include "export/picture/frame.h"

#include "base/clock.h"
#include "base/scale.h"

#define HEADROOM 1.14 /* above the highest value, for labels */

struct unit {
	const char *name;
	double size;
};

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
	uint64_t length_ns = picture->to_ns - picture->from_ns;
	unsigned i = 0;

	while ((double)length_ns < least[i] * units[i].size)
		i++;
	x->unit = units[i].name;
	x->size = units[i].size;
	x->from = ((double)picture->from_ns - (double)picture->zero_ns) / x->size;
	x->to = ((double)picture->to_ns - (double)picture->zero_ns) / x->size;
	x->step = (double)scale_time_step(length_ns, 12) / x->size;
}

static void open_y(struct axis *y, const struct picture *picture)
{
	double to = (picture->most > 0 ? (double)picture->most : 1024) * HEADROOM;
	struct scale scale;

	scale_bytes(&scale, 0, to < 0x1p63 ? (uint64_t)to : INT64_MAX, 8);
	y->unit = scale.unit;
	y->size = scale.unit_bytes;
	y->to = to / y->size;
	y->step = scale.step;
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
