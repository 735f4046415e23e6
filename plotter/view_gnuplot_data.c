/*
 * The numbers of a frame, as gnuplot reads them from a file: doubles of this machine.
 */
#include "plotter/view_gnuplot.h"

#include "base/clock.h"
#include "trace/picture/colours.h"

#include <math.h>
#include <stdlib.h>

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
	uint64_t value;
};

static void go_to(struct curve *curve, double x, uint64_t value)
{
	if (curve->known && value == curve->value)
		return;
	put_row(curve->data, curve->block, x, gnuplot_units(curve->scene, value));
	curve->known = true;
	curve->value = value;
}

static void stop_at(struct curve *curve, double x)
{
	if (!curve->known)
		return;
	put_row(curve->data, curve->block, x, gnuplot_units(curve->scene, curve->value));
	put_row(curve->data, curve->block, x, NAN);
	curve->known = false;
}

/* Where the last value is known to. */
static uint64_t curve_end(const struct scene *scene, const struct scene_line *line)
{
	return line->row.ended ? line->row.line->last_ns : scene->query.now_ns;
}

/* All that happens in a column happens at its left edge, so that steps join it to the next. */
static void put_curve(struct curve *curve, const struct scene_line *line)
{
	const struct axis *axis = &curve->scene->axis;
	uint64_t end_ns = curve_end(curve->scene, line);

	for (size_t i = 0; i < axis->width; i++) {
		const struct history_column *column = &line->columns[i];
		uint64_t t_ns = axis->from_ns + i * axis->column_ns;
		double x = gnuplot_seconds(curve->scene, t_ns);
		bool rises = column->first <= column->last;

		if (t_ns > end_ns)
			break;
		if (!column->count) {
			stop_at(curve, x);
			continue;
		}
		go_to(curve, x, column->first);
		go_to(curve, x, rises ? column->min : column->max);
		go_to(curve, x, rises ? column->max : column->min);
		go_to(curve, x, column->last);
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
	uint64_t to_ns = scene->axis.from_ns + scene->axis.width * scene->axis.column_ns;

	data->count = 0;
	data->failed = false;
	data->base = begin(data);
	put_row(data, &data->base, 0, 0);
	put_row(data, &data->base, gnuplot_seconds(scene, to_ns), 0);
	for (size_t i = 0; i < scene->line_count; i++) {
		struct curve curve = { .data = data, .block = &data->curves[i], .scene = scene };

		data->curves[i] = begin(data);
		put_curve(&curve, &scene->lines[i]);
	}
	put_points(data, scene, &data->points, false);
	put_points(data, scene, &data->ends, true);
	return !data->failed;
}
