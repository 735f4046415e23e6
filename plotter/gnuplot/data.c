/*
 * The numbers of a frame, as gnuplot reads them from a file: doubles of this machine.
 */
#include "plotter/gnuplot/gnuplot.h"
#include "analysis/total.h"

#include "base/clock.h"
#include "plotter/model/palette.h"

#include <math.h>
#include <stdlib.h>

/* Differences of this part of the axis are not drawn: of half a dot on a screen of today. */
#define FINEST 2000

/* Columns. */
#define NARROW 2.5

double gnuplot_seconds(const struct scene *scene, uint64_t t_ns)
{
	return scene_x(scene, t_ns) * (double)scene->axis.column_ns * (double)scene->axis.width /
	       NS_PER_S;
}

double gnuplot_units(const struct scene *scene, uint64_t bytes)
{
	return (double)bytes / scene->scale.unit_bytes;
}

uint32_t gnuplot_colour(uint32_t line)
{
	if (line == TOTAL_LINE)
		return 0x303030;
	return line == LINE_SESSION ? 0x707070 : colours_line(line - 1);
}

static void put(struct gnuplot_data *data, double number)
{
	if (data->count == data->room) {
		size_t room = data->room ? 2 * data->room : 4096;
		double *grown = realloc(data->numbers, room * sizeof(*grown));

		if (!grown) {
			data->failed = true;
			return;
		}
		data->numbers = grown;
		data->room = room;
	}
	data->numbers[data->count++] = number;
}

/* --- blocks */

static struct gnuplot_block begin(const struct gnuplot_data *data)
{
	return (struct gnuplot_block){ .skip = data->count * sizeof(data->numbers[0]) };
}

static void put_row(struct gnuplot_data *data, struct gnuplot_block *block, double x, double y)
{
	put(data, x);
	put(data, y);
	block->rows++;
}

static void put_point(struct gnuplot_data *data, struct gnuplot_block *block,
		      const struct scene *scene, const struct scene_point *point)
{
	put_row(data, block, gnuplot_seconds(scene, point->t_ns), gnuplot_units(scene, point->rss));
	put(data, gnuplot_colour(point->line));
}

/* --- a curve */

struct curve {
	struct gnuplot_data *data;
	struct gnuplot_block *block;
	const struct scene *scene;
	bool known;
	double x; /* of the last point */
	uint64_t value;
	double narrow;	/* so near a step is no step */
	uint64_t least; /* a difference that can be seen: part of a dot */
};

static void go_to(struct curve *curve, double x, uint64_t value)
{
	put_row(curve->data, curve->block, x, gnuplot_units(curve->scene, value));
	curve->x = x;
	curve->value = value;
	curve->known = true;
}

static void stop_at(struct curve *curve, double x)
{
	if (!curve->known)
		return;
	go_to(curve, x, curve->value);
	put_row(curve->data, curve->block, x, NAN);
	curve->known = false;
}

/* As the eye sees it. */
static bool is_same(const struct curve *curve, uint64_t value)
{
	return value < curve->value + curve->least && curve->value < value + curve->least;
}

/* Whether anything of the column can be seen. */
static bool is_flat(const struct curve *curve, const struct history_column *column)
{
	return is_same(curve, column->min) && is_same(curve, column->max);
}

/* Its least and its most, that which is nearer to its last at the end. */
static void put_extremes(struct curve *curve, double x, const struct history_column *column)
{
	bool falls = column->last - column->min < column->max - column->last;

	go_to(curve, x, falls ? column->max : column->min);
	if (column->max - column->min >= curve->least)
		go_to(curve, x, falls ? column->min : column->max);
}

/*
 * All that happens in a column happens at its left edge: a step from the last value, which a
 * slanting line stands for where it is too narrow to be told from that; then over all of the
 * column's values to its last, unless the next column, @next, is no narrower a step away.
 */
static void put_column(struct curve *curve, double x, const struct history_column *column,
		       const struct history_column *next)
{
	if (!curve->known)
		go_to(curve, x, column->first);
	if (is_flat(curve, column))
		return;
	if (x - curve->x > curve->narrow)
		go_to(curve, x, curve->value);
	put_extremes(curve, x, column);
	if (!is_same(curve, column->last) &&
	    (!next || !next->count || (next->min == column->last && next->max == column->last)))
		go_to(curve, x, column->last);
}

/* Where the last value is known to. */
static uint64_t curve_end(const struct scene *scene, const struct scene_line *line)
{
	return line->row.ended ? line->row.line->last_ns : scene->query.now_ns;
}

static void put_curve(struct curve *curve, const struct scene_line *line)
{
	const struct axis *axis = &curve->scene->axis;
	uint64_t end_ns = curve_end(curve->scene, line);

	for (size_t i = 0; i < axis->width; i++) {
		uint64_t t_ns = axis_begin(axis, i);
		double x = gnuplot_seconds(curve->scene, t_ns);

		if (t_ns > end_ns)
			break;
		if (line->columns[i].count)
			put_column(curve, x, &line->columns[i],
				   i + 1 < axis->width ? &line->columns[i + 1] : NULL);
		else
			stop_at(curve, x);
	}
	stop_at(curve, gnuplot_seconds(curve->scene, end_ns));
}

/* --- all of it */

static void put_points(struct gnuplot_data *data, const struct scene *scene,
		       struct gnuplot_block *block, bool ends)
{
	*block = begin(data);
	for (size_t i = 0; i < scene->point_count; i++)
		if (scene->points[i].end == ends && scene->points[i].line != LINE_SESSION)
			put_point(data, block, scene, &scene->points[i]);
}

bool gnuplot_data_set(struct gnuplot_data *data, const struct scene *scene)
{
	uint64_t to_ns = axis_begin(&scene->axis, scene->axis.width);

	data->count = 0;
	data->failed = false;
	data->base = begin(data);
	put_row(data, &data->base, 0, 0);
	put_row(data, &data->base, gnuplot_seconds(scene, to_ns), 0);
	for (size_t i = 0; i < scene->line_count; i++) {
		struct curve curve = { .data = data, .block = &data->curves[i], .scene = scene };

		curve.least = scene->top_bytes / FINEST + 1;
		curve.narrow = NARROW * (double)scene->axis.column_ns / NS_PER_S;
		data->curves[i] = begin(data);
		put_curve(&curve, &scene->lines[i]);
	}
	put_points(data, scene, &data->points, false);
	put_points(data, scene, &data->ends, true);
	return !data->failed;
}
