#include "plotter/model/scene.h"

#include "base/array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOKED_AT 2000	   /* events */
#define HEADROOM_PARTS 12  /* above the highest value, for labels */
#define LIMIT_SHOWN 3	   /* a limit so many times as high as all else is on the picture */
#define LEAST_BYTES 131072 /* of the axis */
#define TICK_ROWS 3	   /* of characters between two ticks at the least */

/* --- curves */

static uint64_t most_of(const struct history_column *columns, size_t count)
{
	uint64_t most = 0;

	for (size_t i = 0; i < count; i++)
		if (columns[i].count && columns[i].max > most)
			most = columns[i].max;
	return most;
}

/* The line of the least, which a larger one takes the place of. */
static struct scene_line *least_of(struct scene *scene)
{
	struct scene_line *least = &scene->lines[0];

	for (size_t i = 1; i < scene->line_count; i++)
		if (scene->lines[i].most < least->most)
			least = &scene->lines[i];
	return least;
}

static void add_line(struct scene *scene, const struct row *row, struct history_column *spare)
{
	const struct history *history = scene->query.history;
	struct scene_line *line;
	uint64_t most;

	axis_columns(&scene->axis, history, row->line, spare);
	most = most_of(spare, scene->axis.width);
	if (scene->line_count < SCENE_LINES) {
		line = &scene->lines[scene->line_count];
		line->columns = scene->columns + scene->line_count * scene->axis.width;
		scene->line_count++;
	} else {
		scene->smaller++;
		line = least_of(scene);
		if (most <= line->most)
			return;
	}
	line->row = *row;
	line->most = most;
	memcpy(line->columns, spare, scene->axis.width * sizeof(*spare));
}

static int by_line(const void *left, const void *right)
{
	const struct scene_line *a = left;
	const struct scene_line *b = right;

	return a->row.line->line < b->row.line->line ? -1 : a->row.line->line > b->row.line->line;
}

static void name_lines(struct scene *scene)
{
	for (size_t i = 0; i < scene->line_count; i++) {
		struct scene_line *line = &scene->lines[i];
		struct history_name name = history_name_at(line->row.line, scene->query.now_ns);
		char text[CAPTION_ROOM];

		snprintf(line->name, sizeof(line->name), "%s",
			 caption_clip(text, name.name, SCENE_NAME));
		if (line->row.line->pid) /* not of the total, nor of a cgroup */
			snprintf(line->name + strlen(line->name),
				 sizeof(line->name) - strlen(line->name), " [%u]",
				 (unsigned)line->row.line->pid);
	}
}

static int find_lines(struct scene *scene)
{
	const struct history *history = scene->query.history;
	size_t width = scene->axis.width;

	/* axis_columns needs twice the room */
	if (array_reserve(&scene->columns, &scene->columns_room, (SCENE_LINES + 2) * width))
		return -ENOMEM;
	for (size_t i = 0; i <= history_lines(history); i++) {
		const struct history_line *line = i < history_lines(history)
							  ? history_line_at(history, i)
							  : history_total(history);
		struct row row;

		if (line && row_set(&row, history, line, scene->axis.from_ns, scene->query.now_ns))
			add_line(scene, &row, scene->columns + SCENE_LINES * width);
	}
	qsort(scene->lines, scene->line_count, sizeof(scene->lines[0]), by_line);
	name_lines(scene);
	return 0;
}

static bool is_shown(void *arg, uint32_t line)
{
	const struct scene *scene = arg;

	for (size_t i = 0; i < scene->line_count; i++)
		if (scene->lines[i].row.line->line == line)
			return true;
	return line == LINE_SESSION;
}

/* --- axes */

static void set_axes(struct scene *scene)
{
	const struct scene_query *query = &scene->query;
	uint64_t most = LEAST_BYTES;

	for (size_t i = 0; i < scene->line_count; i++)
		if (scene->lines[i].most > most)
			most = scene->lines[i].most;
	if (query->limit_bytes / LIMIT_SHOWN <= most && query->limit_bytes > most)
		most = query->limit_bytes;
	scene->top_bytes = most + most / HEADROOM_PARTS;
	scale_bytes(&scene->scale, 0, scene->top_bytes, query->size.down / TICK_ROWS + 1);
	times_set(&scene->times, history_session(query->history), query->times, scene->axis.from_ns,
		  query->now_ns, query->size.across / 12 + 1);
}

double scene_x(const struct scene *scene, uint64_t t_ns)
{
	uint64_t end_ns = axis_begin(&scene->axis, scene->axis.width);

	if (t_ns < scene->axis.from_ns)
		return 0;
	return (double)(t_ns - scene->axis.from_ns) / (double)(end_ns - scene->axis.from_ns);
}

double scene_y(const struct scene *scene, uint64_t bytes)
{
	double part = (double)bytes / (double)scene->top_bytes;

	return scene->lanes_part + part * (1 - scene->lanes_part);
}

double scene_lane(const struct scene *scene, unsigned lane)
{
	double rows = lane + (scene->query.size.whole ? 1 : 0.75);

	return scene->lanes_part - rows / scene->query.size.down;
}

/* --- spans */

static void name_bar(struct scene *scene, struct scene_bar *bar)
{
	double left = scene_x(scene, bar->span.from_ns);
	double cells = (scene_x(scene, bar->span.to_ns) - left) * scene->query.size.across - 1;

	bar->text[0] = '\0';
	if (cells >= 3)
		caption_event(bar->text, bar->span.event->category, bar->span.event->label,
			      cells < CAPTION_WIDTH ? (unsigned)cells : CAPTION_WIDTH);
}

static void find_bars(struct scene *scene)
{
	struct span_bar bars[SCENE_BARS];
	const struct spans_query query = {
		.from_ns = scene->axis.from_ns,
		.now_ns = scene->query.now_ns,
		.step_ns = scene->axis.column_ns * scene->axis.width / scene->query.size.across,
		.lanes = scene->query.size.lanes,
		.shown = is_shown,
		.arg = scene,
	};

	scene->bar_count = spans_find(bars, SCENE_BARS, scene->query.history, &query);
	for (size_t i = 0; i < scene->bar_count; i++) {
		scene->bars[i].span = bars[i];
		name_bar(scene, &scene->bars[i]);
		if (bars[i].lane >= scene->lanes)
			scene->lanes = bars[i].lane + 1;
	}
	if (scene->lanes)
		scene->lanes_part = (scene->lanes + (scene->query.size.whole ? 1 : 0.5)) /
				    scene->query.size.down;
}

/* --- milestones */

/* Whether a point of the same line is in the same column already. */
static bool is_there(const struct scene *scene, const struct scene_point *point)
{
	int column = axis_column(&scene->axis, point->t_ns);

	for (size_t i = scene->point_count; i-- > 0;) {
		const struct scene_point *other = &scene->points[i];

		if (axis_column(&scene->axis, other->t_ns) > column)
			return false;
		if (other->line == point->line && other->end == point->end)
			return axis_column(&scene->axis, other->t_ns) == column;
	}
	return false;
}

static void add_point(struct scene *scene, const struct history_event *event)
{
	const struct history *history = scene->query.history;
	struct scene_point point = { .t_ns = event->t_ns, .line = event->line, .end = event->end };

	if (event->line != LINE_SESSION)
		point.rss = history_value_at(history, history_line_find(history, event->line),
					     event->t_ns);
	if (!is_there(scene, &point))
		scene->points[scene->point_count++] = point;
}

/* The newest first. */
static void find_points(struct scene *scene)
{
	const struct history *history = scene->query.history;
	size_t first = history_event_after(history, scene->axis.from_ns);
	size_t end = history_event_after(history, scene->query.now_ns + 1);

	for (size_t i = end; i-- > first && end - i < LOOKED_AT;) {
		const struct history_event *event = history_event_at(history, i);

		if (scene->point_count == SCENE_POINTS)
			break;
		if ((event->kind == EVENT_MARK || event->end) && is_shown(scene, event->line))
			add_point(scene, event);
	}
}

/* --- all of it */

static int place_labels(struct scene *scene);

int scene_set(struct scene *scene, const struct scene_query *query)
{
	size_t cells = (size_t)query->size.across * query->size.down;

	if (array_reserve(&scene->cells, &scene->cells_room, cells))
		return -ENOMEM;
	scene->query = *query;
	scene->line_count = scene->point_count = scene->label_count = scene->bar_count = 0;
	scene->smaller = 0;
	scene->lanes = 0;
	scene->lanes_part = 0;
	axis_set(&scene->axis, query->history, query->now_ns, query->window_ns,
		 query->size.columns);
	if (find_lines(scene))
		return -ENOMEM;
	set_axes(scene);
	find_bars(scene);
	find_points(scene);
	return place_labels(scene);
}

void scene_free(struct scene *scene)
{
	free(scene->columns);
	free(scene->cells);
	*scene = (struct scene){ 0 };
}

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

/* The points are there, find room for their labels. */
static int place_labels(struct scene *scene)
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
