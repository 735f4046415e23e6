/*
 * Where the labels of milestones stand: a label lies above its point or below it, on no other, and
 * where it can on no curve. The newest are placed first.
 */
#include "plotter/model/scene.h"

#include <string.h>

static unsigned cell_x(const struct scene *scene, uint64_t t_ns)
{
	unsigned across = scene->query.size.across;
	unsigned x = (unsigned)(scene_x(scene, t_ns) * across);

	return x < across ? x : across - 1;
}

static unsigned cell_y(const struct scene *scene, uint64_t bytes)
{
	unsigned down = scene->query.size.down;
	double y = (1 - scene_y(scene, bytes)) * down + (scene->query.size.whole ? 0.5 : 0);

	if (y < 0)
		return 0;
	return y < down ? (unsigned)y : down - 1;
}

static void fill(struct scene *scene, unsigned x, unsigned y, unsigned char what)
{
	scene->cells[(size_t)y * scene->query.size.across + x] |= what;
}

static void fill_curve(struct scene *scene, const struct scene_line *line)
{
	const struct axis *axis = &scene->axis;

	for (size_t i = 0; i < axis->width; i++) {
		unsigned x = (unsigned)(i * scene->query.size.across / axis->width);

		if (!line->columns[i].count)
			continue;
		for (unsigned y = cell_y(scene, line->columns[i].max);
		     y <= cell_y(scene, line->columns[i].min); y++)
			fill(scene, x, y, FLAGS_LINE);
	}
}

/* Spans have texts of their own. */
static void fill_lanes(struct scene *scene)
{
	for (unsigned y = cell_y(scene, 0); scene->lanes && y < scene->query.size.down; y++)
		for (unsigned x = 0; x < scene->query.size.across; x++)
			fill(scene, x, y, FLAGS_TEXT);
}

static const struct history_event *find_event(const struct scene *scene,
					      const struct scene_point *point)
{
	const struct history *history = scene->query.history;
	const struct history_event *event;

	for (size_t i = history_event_after(history, point->t_ns);
	     (event = history_event_at(history, i)) != NULL && event->t_ns == point->t_ns; i++)
		if (event->line == point->line && event->end == point->end &&
		    (event->end || event->kind == EVENT_MARK))
			return event;
	return NULL;
}

/* A process that ended well has its cross alone. */
static bool is_labelled(const struct scene *scene, const struct history_event *event)
{
	const struct history_line *line;

	if (!event)
		return false;
	line = event->end ? history_line_find(scene->query.history, event->line) : NULL;
	return !line || line->end.reason != END_EXITED || line->end.code != 0;
}

static void take_label(struct scene *scene, const struct scene_point *point, struct flag *flag)
{
	struct scene_label *label = &scene->labels[scene->label_count];
	const struct history_event *event = find_event(scene, point);
	unsigned most = scene->query.size.across / 2;

	if (!is_labelled(scene, event))
		return;
	caption_event(label->text, event->category, event->label,
		      most < CAPTION_WIDTH ? most : CAPTION_WIDTH);
	label->line = point->line;
	*flag = (struct flag){ .x = cell_x(scene, point->t_ns),
			       .y = point->line == LINE_SESSION ? 1 : cell_y(scene, point->rss),
			       .width = caption_width(label->text) + 1 };
	if (flag->y < scene->query.size.down)
		scene->label_count++;
}

/* What has a place, moved to the front. */
static void keep_placed(struct scene *scene, const struct flag *flags)
{
	const struct scene_size *size = &scene->query.size;
	size_t kept = 0;

	for (size_t i = 0; i < scene->label_count && kept < SCENE_LABELS; i++) {
		if (!flags[i].placed)
			continue;
		if (kept != i)
			scene->labels[kept] = scene->labels[i];
		scene->labels[kept].x = (double)flags[i].flag_x / size->across;
		scene->labels[kept].y =
			1 - (flags[i].flag_y + (size->whole ? 0 : 0.5)) / size->down;
		kept++;
	}
	scene->label_count = kept;
}

int scene_place_labels(struct scene *scene)
{
	const struct scene_size *size = &scene->query.size;
	const struct flags_field field = { size->across, size->down, scene->cells };
	struct flag flags[SCENE_TRIED];

	memset(scene->cells, 0, (size_t)size->across * size->down);
	for (size_t i = 0; i < scene->line_count; i++)
		fill_curve(scene, &scene->lines[i]);
	fill_lanes(scene);
	for (size_t i = 0; i < scene->point_count; i++) {
		const struct scene_point *point = &scene->points[i];

		if (point->line != LINE_SESSION)
			fill(scene, cell_x(scene, point->t_ns), cell_y(scene, point->rss),
			     FLAGS_TEXT);
		if (scene->label_count < SCENE_TRIED)
			take_label(scene, point, &flags[scene->label_count]);
	}
	flags_place(flags, scene->label_count, &field);
	keep_placed(scene, flags);
	return 0;
}
