/* Which milestones are labelled, and where: each label takes the first place beside its point that
 * no other label and no curve has; in a second round it may lie on a curve. */
#include "export/picture/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTER 6.3 /* dots: of the average letter, and the height of a line */
#define LINE_HEIGHT 15
#define BEYOND 9 /* from the point's middle to its label */
#define CANDIDATES 4000

struct candidate {
	const struct mark *mark;
	const struct picture_line *line; /* NULL: the session */
	bool done;
};

static double dots_x(const struct frame *frame, double x)
{
	const struct grid_box *inside = &frame->inside;
	double part = (x - frame->x.from) / (frame->x.to - frame->x.from);

	return inside->left + part * (inside->right - inside->left);
}

static double dots_y(const struct frame *frame, double y)
{
	const struct grid_box *inside = &frame->inside;
	double part = (y - frame->y.from) / (frame->y.to - frame->y.from);

	return inside->bottom + part * (inside->top - inside->bottom);
}

/* --- what labels keep off */

struct tracing {
	struct frame *frame;
	double x, y;
	bool some;
};

static void trace_curve(void *arg, uint64_t t_ns, const uint64_t *value)
{
	struct tracing *tracing = arg;
	struct frame *frame = tracing->frame;
	double x = dots_x(frame, frame_x(frame, t_ns));
	double y;

	if (!value) {
		tracing->some = false;
		return;
	}
	y = dots_y(frame, frame_y(frame, *value));
	if (tracing->some) {
		struct grid_box flat = { tracing->x, tracing->y, x, tracing->y };
		struct grid_box steep = { x, tracing->y < y ? tracing->y : y, x,
					  tracing->y < y ? y : tracing->y };

		grid_set(&frame->grid, flat, GRID_CURVE);
		grid_set(&frame->grid, steep, GRID_CURVE);
	}
	tracing->x = x;
	tracing->y = y;
	tracing->some = true;
}

static void note_points(struct frame *frame, const struct milestones *marks)
{
	for (size_t i = 0; marks->points && i < MILESTONES_POINTS; i++) {
		const struct mark_point *point = &marks->points[i];
		double x, y;

		if (!point->some)
			continue;
		x = dots_x(frame, frame_x(frame, point->t_ns));
		y = dots_y(frame, frame_y(frame, point->rss));
		grid_set(&frame->grid, (struct grid_box){ x - 4, y - 4, x + 4, y + 4 }, GRID_POINT);
	}
}

static void note_all(struct frame *frame)
{
	const struct picture *picture = frame->picture;

	for (size_t i = 0; i < picture->count; i++) {
		struct tracing tracing = { .frame = frame };

		columns_each(&picture->lines[i].columns, trace_curve, &tracing);
		note_points(frame, &picture->lines[i].marks);
	}
}

/* --- a label's place */

static bool try_place(struct frame *frame, struct frame_label *label, unsigned avoid)
{
	static const struct {
		int dx, dy;
		bool right;
	} places[] = {
		{ BEYOND, 12, false },	{ -BEYOND, 12, true },	{ BEYOND, 0, false },
		{ -BEYOND, 0, true },	{ BEYOND, -12, false }, { -BEYOND, -12, true },
		{ BEYOND, 27, false },	{ -BEYOND, 27, true },	{ BEYOND, -27, false },
		{ -BEYOND, -27, true }, { BEYOND, 42, false },	{ -BEYOND, 42, true },
	};
	double width = LETTER * caption_width(label->text);
	struct grid_box around = frame->inside;

	around.bottom = dots_y(frame, 0);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		double x = dots_x(frame, label->x) + places[i].dx;
		double y = dots_y(frame, label->y) + places[i].dy;
		struct grid_box box = { places[i].right ? x - width : x, y - LINE_HEIGHT / 2.0,
					places[i].right ? x : x + width, y + LINE_HEIGHT / 2.0 };

		if (grid_get(&frame->grid, box, &around) & (avoid | GRID_OUTSIDE))
			continue;
		grid_set(&frame->grid, box, GRID_TEXT);
		label->dx = places[i].dx;
		label->dy = places[i].dy;
		label->right = places[i].right;
		return true;
	}
	return false;
}

static bool place(struct frame *frame, const struct frame_label *label, unsigned avoid)
{
	struct frame_label *next = &frame->labels[frame->label_count];

	*next = *label;
	if (!try_place(frame, next, avoid))
		return false;
	frame->label_count++;
	return true;
}

static void place_ends(struct frame *frame)
{
	const struct picture *picture = frame->picture;

	for (size_t i = 0; i < picture->count; i++) {
		const struct picture_line *line = &picture->lines[i];
		struct frame_label label = { .line = line->process->line };

		bool well = line->reason == END_EXITED && line->code == 0;

		if (!line->ended || (well && !line->by_peak))
			continue;
		end_text(label.text, sizeof(label.text), line->reason, line->code);
		if (line->by_peak && well) /* else its fate is what matters */
			snprintf(label.text, sizeof(label.text), "its peak; no sample was taken");
		label.x = frame_x(frame, line->end_ns);
		label.y = frame_y(frame, line->end_rss);
		if (!place(frame, &label, GRID_TEXT | GRID_POINT | GRID_CURVE))
			place(frame, &label, GRID_TEXT);
	}
}

/* --- milestones */

static size_t list(struct candidate *candidates, size_t count, const struct picture_line *line,
		   const struct milestones *marks)
{
	for (size_t i = 0; marks->labels && i < MILESTONES_LABELS && count < CANDIDATES; i++)
		if (marks->labels[i].number)
			candidates[count++] =
				(struct candidate){ .mark = &marks->labels[i], .line = line };
	return count;
}

static bool place_mark(struct frame *frame, const struct candidate *candidate, unsigned avoid)
{
	const struct mark *mark = candidate->mark;
	struct frame_label label = { .x = frame_x(frame, mark->t_ns) };
	char number[24];

	label.line = candidate->line ? candidate->line->process->line : LINE_SESSION;
	label.y = candidate->line ? frame_y(frame, mark->rss) : frame->y.to * 0.97;
	snprintf(number, sizeof(number), "%llu ", (unsigned long long)mark->number);
	snprintf(label.text, sizeof(label.text), "%s%.*s", number,
		 (int)(sizeof(label.text) - sizeof(number)), mark->text);
	return place(frame, &label, avoid);
}

/* Spread over the whole: every 16th of them first, then those between. */
static void place_marks(struct frame *frame, struct candidate *candidates, size_t count,
			unsigned avoid)
{
	for (size_t stride = 16; stride > 0; stride /= 2) {
		for (size_t i = 0; i < count && frame->milestones < FRAME_LABELS; i += stride) {
			if (candidates[i].done || !place_mark(frame, &candidates[i], avoid))
				continue;
			candidates[i].done = true;
			frame->milestones++;
		}
	}
}

static int by_number(const void *left, const void *right)
{
	const struct candidate *a = left;
	const struct candidate *b = right;

	return a->mark->number < b->mark->number ? -1 : a->mark->number > b->mark->number;
}

void frame_label(struct frame *frame)
{
	const struct picture *picture = frame->picture;
	struct candidate *candidates = calloc(CANDIDATES, sizeof(*candidates));
	size_t count;

	if (!candidates)
		return;
	note_all(frame);
	place_ends(frame);
	count = list(candidates, 0, NULL, &picture->session);
	for (size_t i = 0; i < picture->count; i++)
		count = list(candidates, count, &picture->lines[i], &picture->lines[i].marks);
	qsort(candidates, count, sizeof(candidates[0]), by_number);
	place_marks(frame, candidates, count, GRID_TEXT | GRID_POINT | GRID_CURVE);
	place_marks(frame, candidates, count, GRID_TEXT | GRID_POINT);
	free(candidates);
}
