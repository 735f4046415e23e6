/*
 * A frame: its margins, its numbers as gnuplot reads them from a file (doubles of this machine),
 * and its script. Whatever text is in that lies in one datablock, $t, before all else.
 */
#include "analysis/total.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/units.h"
#include "plotter/gnuplot/datablock.h"
#include "plotter/gnuplot/gnuplot.h"
#include "plotter/model/palette.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Dots: of a character of the small labels, and of the line that it is in. */
#define CELL_WIDTH 6.5
#define CELL_HEIGHT 15

/* More names than these stand beside the curves, not above them. */
#define NAMES_ABOVE 4

/* Of one curve, and of all: what gnuplot takes grows with them. */
#define COLUMNS_MOST 2400
#define COLUMNS_ALL 8192
#define LANES_MOST 6

void gnuplot_layout_size(struct gnuplot_layout *layout, double width, double height)
{
	bool characters = layout->terminal->characters;

	layout->width = width;
	layout->height = height;
	layout->cell_width = characters ? 1 : CELL_WIDTH;
	layout->cell_height = characters ? 1 : CELL_HEIGHT;
}

static double widest_name(const struct scene *scene)
{
	unsigned widest = 0;

	for (size_t i = 0; i < scene->line_count; i++) {
		unsigned width = caption_width(scene->lines[i].name);

		if (width > widest)
			widest = width;
	}
	return widest;
}

static double all_names(const struct scene *scene)
{
	double width = 0;

	for (size_t i = 0; i < scene->line_count; i++)
		width += caption_width(scene->lines[i].name) + 8;
	return width;
}

void gnuplot_layout_fit(struct gnuplot_layout *layout, const struct scene *scene)
{
	double names = widest_name(scene) * 1.05 + 8;

	layout->key_beside = scene->line_count > NAMES_ABOVE ||
			     all_names(scene) * layout->cell_width > layout->width * 0.9;
	layout->left = 11 * layout->cell_width;
	layout->right = (layout->key_beside ? names : 5) * layout->cell_width;
	if (layout->right > layout->width / 2)
		layout->right = layout->width / 2;
	layout->top = 3.6 * layout->cell_height;
	if (layout->terminal->characters)
		layout->top = layout->key_beside ? 1 : 2;
	layout->bottom = (layout->terminal->characters ? 1 : 2) * layout->cell_height;
}

static double at_least(double value, double least)
{
	return value > least ? value : least;
}

struct scene_size gnuplot_layout_room(const struct gnuplot_layout *layout, size_t curves)
{
	double edge = layout->terminal->characters;
	double width = at_least(layout->width - edge - layout->left - layout->right, 8);
	double height = at_least(layout->height - edge - layout->top - layout->bottom, 4);
	double columns = layout->terminal->characters ? 2 * width : width;
	struct scene_size size = {
		.across = (unsigned)at_least(width / layout->cell_width, 8),
		.down = (unsigned)at_least(height / layout->cell_height, 4),
		.whole = layout->terminal->characters,
	};

	if (columns > COLUMNS_MOST)
		columns = COLUMNS_MOST;
	if (columns * (double)curves > COLUMNS_ALL)
		columns = COLUMNS_ALL / (double)curves;
	size.columns = (size_t)columns;
	size.lanes = size.down / 5 < LANES_MOST ? size.down / 5 : LANES_MOST;
	return size;
}

/* Differences of this part of the axis are not drawn: of half a dot on a screen of today. */
#define FINEST 2000

/* Columns. */
#define NARROW 2.5

/* Seconds on the axis of time; the unit of the axis of memory. */
static double gnuplot_seconds(const struct scene *scene, uint64_t t_ns)
{
	return scene_x(scene, t_ns) * (double)scene->axis.column_ns * (double)scene->axis.width /
	       NS_PER_S;
}

static double gnuplot_units(const struct scene *scene, uint64_t bytes)
{
	return (double)bytes / scene->scale.unit_bytes;
}

/* 0xrrggbb of a line's curve, the same as long as it lives. */
static uint32_t gnuplot_colour(uint32_t line)
{
	if (line == TOTAL_LINE)
		return 0x303030;
	return line == LINE_SESSION ? 0x707070 : palette_line(line);
}

static void put(struct gnuplot_data *data, double number)
{
	if (array_reserve(&data->numbers, &data->room, data->count + 1))
		data->failed = true;
	else
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

#define TEXTS 256
#define TEXT_ROOM (TEXT_CLEAN_ROOM(TEXT_LABEL) + 64)
#define TICKS 40

struct script {
	const struct gnuplot_frame *frame;
	const struct scene *scene;
	const struct gnuplot_layout *layout;
	FILE *out; /* what comes behind the texts */
	char (*texts)[TEXT_ROOM];
	size_t text_count;
};

/* Note a text, which is clean, and tell its number in $t. */
static size_t text(struct script *script, const char *words)
{
	if (script->text_count == TEXTS)
		return TEXTS;
	snprintf(script->texts[script->text_count], TEXT_ROOM, "%s", words);
	return ++script->text_count;
}

/* Of texts: a terminal may be dark or light. */
static uint32_t text_colour(const struct script *script, uint32_t line)
{
	uint32_t colour = gnuplot_colour(line);

	if (script->layout->terminal->characters)
		return colour ? colour : 0x808080;
	return palette_dark(colour);
}

/* --- settings */

static void write_terminal(FILE *out, const struct gnuplot_layout *layout)
{
	const struct gnuplot_terminal *terminal = layout->terminal;
	double per_inch = terminal->per_inch;
	const char *colours = terminal->characters ? layout->colours : "";

	if (per_inch > 0)
		fprintf(out, "set terminal %s size %.3fin,%.3fin %s\n", terminal->name,
			layout->width / per_inch, layout->height / per_inch, terminal->settings);
	else
		fprintf(out, "set terminal %s size %.0f,%.0f %s %s\n", terminal->name,
			layout->width, layout->height, terminal->settings, colours);
}

static void write_margins(const struct script *script)
{
	const struct gnuplot_layout *layout = script->layout;
	/* characters lie at 0, 1 ... of these, rounded down: a little is added to be right in it */
	double little = layout->terminal->characters ? 0.05 : 0;
	double width = layout->width - layout->terminal->characters;
	double height = layout->height - layout->terminal->characters;
	double left = (layout->left + little) / width;
	double right = 1 - (layout->right - little) / width;
	double bottom = (layout->bottom + little) / height;
	double top = 1 - (layout->top - little) / height;

	if (layout->terminal->blind)
		fprintf(script->out,
			"set lmargin %.2f\nset rmargin %.2f\nset bmargin %.2f\nset tmargin %.2f\n",
			layout->left / layout->cell_width, layout->right / layout->cell_width,
			layout->bottom / layout->cell_height, layout->top / layout->cell_height);
	else
		fprintf(script->out,
			"set lmargin at screen %.5f\nset rmargin at screen %.5f\n"
			"set bmargin at screen %.5f\nset tmargin at screen %.5f\n",
			left, right, bottom, top);
	if (layout->key_beside)
		fprintf(script->out,
			"set key at graph 1.01,1 left top vertical maxrows %u Left reverse "
			"noenhanced samplen 1.5\n",
			SCENE_LINES);
	else
		fprintf(script->out,
			"set key at screen %.5f,%.5f left bottom horizontal maxrows 1 Left reverse "
			"noenhanced samplen 1.5\n",
			left, top + (layout->terminal->characters ? 1 / height : 0));
}

static void write_times(struct script *script)
{
	const struct times *times = &script->scene->times;
	const char *comma = "";
	char label[SCALE_TEXT];
	size_t count = 0;

	fputs("set xtics (", script->out);
	for (uint64_t t_ns = times->first_ns; t_ns != UINT64_MAX && count < TICKS;
	     t_ns = times_next(times, t_ns)) {
		size_t number = text(script, times_label(label, times, t_ns));

		fprintf(script->out, "%s$t[%zu] %.9g", comma, number,
			gnuplot_seconds(script->scene, t_ns));
		comma = ", ";
		count++;
	}
	fputs(count ? ") nomirror\n" : "0 0)\n", script->out);
}

static void write_sizes(struct script *script)
{
	const struct scene *scene = script->scene;
	const char *comma = "";
	char label[SCALE_TEXT];

	fputs("set ytics (", script->out);
	for (int64_t tick = 0; tick <= scene->scale.last_tick && tick < TICKS; tick++) {
		uint64_t bytes = scale_at(&scene->scale, tick);

		if (bytes > scene->top_bytes)
			break;
		fprintf(script->out, "%s$t[%zu] %.9g", comma,
			text(script, scale_label(label, &scene->scale, tick)),
			gnuplot_units(scene, bytes));
		comma = ", ";
	}
	fputs(") nomirror\n", script->out);
}

static void write_ranges(const struct script *script)
{
	const struct scene *scene = script->scene;
	double top = gnuplot_units(scene, scene->top_bytes);
	uint64_t to_ns = axis_begin(&scene->axis, scene->axis.width);

	fprintf(script->out, "set xrange [0:%.9g]\nset yrange [%.9g:%.9g]\n",
		gnuplot_seconds(scene, to_ns), -top * scene->lanes_part / (1 - scene->lanes_part),
		top);
}

static void write_title(struct script *script)
{
	const struct scene *scene = script->scene;
	char title[TEXT_ROOM];
	char more[64] = "";

	text_clean(title, sizeof(title) - sizeof(more), script->frame->title,
		   strlen(script->frame->title));
	if (scene->smaller)
		snprintf(more, sizeof(more), " (and %zu smaller processes)", scene->smaller);
	memcpy(title + strlen(title), more, strlen(more) + 1);
	fprintf(script->out, "set title $t[%zu] noenhanced offset 0,%s\n", text(script, title),
		!script->layout->terminal->characters ? "0.8"
		: script->layout->key_beside	      ? "0"
						      : "1");
}

/* --- what is written into the picture */

static void write_labels(struct script *script)
{
	const struct scene *scene = script->scene;

	for (size_t i = 0; i < scene->label_count; i++) {
		const struct scene_label *label = &scene->labels[i];

		fprintf(script->out,
			"set label $t[%zu] at graph %.5f,%.5f left front noenhanced textcolor rgb "
			"0x%06" PRIx32 "\n",
			text(script, label->text), label->x, label->y,
			text_colour(script, label->line));
	}
}

/* Milestones of the session, which lie on no curve. */
static void write_session_marks(const struct script *script)
{
	const struct scene *scene = script->scene;

	for (size_t i = 0; i < scene->point_count; i++)
		if (scene->points[i].line == LINE_SESSION)
			fprintf(script->out,
				"set arrow from %.9g,0 to %.9g,graph 1 nohead dashtype 2 "
				"linecolor rgb 0x909090\n",
				gnuplot_seconds(scene, scene->points[i].t_ns),
				gnuplot_seconds(scene, scene->points[i].t_ns));
}

/* Brackets; one that is open has no right end. */
static void write_spans(struct script *script)
{
	const struct scene *scene = script->scene;

	for (size_t i = 0; i < scene->bar_count; i++) {
		const struct scene_bar *bar = &scene->bars[i];
		double y = scene_lane(scene, bar->span.lane);
		double left = scene_x(scene, bar->span.from_ns);
		uint32_t colour = gnuplot_colour(bar->span.event->line);

		fprintf(script->out,
			"set arrow from graph %.5f,%.5f to graph %.5f,%.5f %s size graph 0.004,90 "
			"linewidth 1.5 linecolor rgb 0x%06" PRIx32 "\n",
			left, y, scene_x(scene, bar->span.to_ns), y,
			bar->span.open ? "backhead" : "heads", colour);
		if (bar->text[0])
			fprintf(script->out,
				"set label $t[%zu] at graph %.5f,%.5f left front noenhanced "
				"offset character 0.5,0 textcolor rgb 0x%06" PRIx32 "\n",
				text(script, bar->text), left,
				y + (script->layout->terminal->characters ? 0 : 0.5) /
						scene->query.size.down,
				text_colour(script, bar->span.event->line));
	}
}

static void write_limit(struct script *script)
{
	const struct scene *scene = script->scene;
	uint64_t limit = scene->query.limit_bytes;
	char bytes[UNITS_TEXT];
	char words[UNITS_TEXT + 32];
	bool above = limit > scene->top_bytes;
	double y = above ? 1 : scene_y(scene, limit);

	if (!limit)
		return;
	snprintf(words, sizeof(words), "limit %s%s", units_format_bytes(bytes, limit),
		 above ? ", above" : "");
	if (!above)
		fprintf(script->out,
			"set arrow from graph 0,%.5f to graph 1,%.5f nohead front dashtype 4 "
			"linewidth 1.5 linecolor rgb 0xc00000\n",
			y, y);
	fprintf(script->out,
		"set label $t[%zu] at graph 1,%.5f right front noenhanced offset character -1,%s "
		"textcolor rgb 0xc00000\n",
		text(script, words), y, above ? "-0.7" : "0.6");
}

/* --- the plot */

static void write_source(const struct script *script, const struct gnuplot_block *block,
			 unsigned columns)
{
	fprintf(script->out, "'/dev/fd/%u' binary skip=%zu record=%zu format='%%%ufloat64' ",
		script->frame->data_fd, block->skip, block->rows, columns);
}

static void write_points(const struct script *script, const struct gnuplot_block *block,
			 const char *type)
{
	if (!block->rows)
		return;
	fputs(", ", script->out);
	write_source(script, block, 3);
	fprintf(script->out, "using 1:2:3 with points %s linecolor rgb variable notitle", type);
}

static void write_plot(struct script *script)
{
	const struct scene *scene = script->scene;
	const struct gnuplot_data *data = script->frame->data;
	bool characters = script->layout->terminal->characters;

	fputs("plot ", script->out);
	write_source(script, &data->base, 2);
	fprintf(script->out, "using 1:2 with %s linecolor rgb 0x808080 notitle",
		characters ? "dots" : "lines");
	for (size_t i = 0; i < scene->line_count; i++) {
		uint32_t line = scene->lines[i].row.line->line;

		if (!data->curves[i].rows)
			continue;
		fputs(", ", script->out);
		write_source(script, &data->curves[i], 2);
		fprintf(script->out,
			"using 1:2 with lines linetype %zu linewidth 1.5 linecolor rgb 0x%06" PRIx32
			" title $t[%zu] noenhanced",
			i + 1, gnuplot_colour(line), text(script, scene->lines[i].name));
	}
	write_points(script, &data->points,
		     characters ? "pointtype 'o'" : "pointtype 7 pointsize 0.7");
	write_points(script, &data->ends,
		     characters ? "pointtype 'x'" : "pointtype 2 pointsize 1 linewidth 2");
	fputc('\n', script->out);
}

/* --- all of it */

static void write_body(struct script *script)
{
	bool drawn = script->layout->terminal->kind != GNUPLOT_WINDOW;

	if (script->frame->resize)
		write_terminal(script->out, script->layout);
	if (drawn)
		fputs("set output '/dev/fd/1'\n", script->out);
	fputs("unset label\nunset arrow\n", script->out);
	write_margins(script);
	write_ranges(script);
	write_title(script);
	write_times(script);
	write_sizes(script);
	write_limit(script);
	write_session_marks(script);
	write_labels(script);
	write_spans(script);
	write_plot(script);
	if (drawn)
		fputs("unset output\n", script->out);
	fputs("print 'drawn'\n", script->out);
}

/* The texts before what was written of them. */
static char *join(const struct script *script, const char *body, size_t *ret_length)
{
	const char *lines[TEXTS];
	char *joined = NULL;
	FILE *out = open_memstream(&joined, ret_length);

	if (!out)
		return NULL;
	for (size_t i = 0; i < script->text_count; i++)
		lines[i] = script->texts[i];
	datablock_write(out, "t", lines, script->text_count);
	fputs(body, out);
	if (fclose(out) == 0)
		return joined;
	free(joined);
	return NULL;
}

char *gnuplot_script(const struct gnuplot_frame *frame, size_t *ret_length)
{
	struct script script = { .frame = frame, .scene = frame->scene, .layout = frame->layout };
	char *body = NULL;
	char *joined = NULL;
	size_t length;

	script.texts = malloc(TEXTS * sizeof(script.texts[0]));
	script.out = open_memstream(&body, &length);
	if (script.texts && script.out) {
		write_body(&script);
		if (fclose(script.out) == 0)
			joined = join(&script, body, ret_length);
	} else if (script.out) {
		fclose(script.out);
	}
	free(body);
	free(script.texts);
	return joined;
}

char *gnuplot_preamble(const struct gnuplot_layout *layout, size_t *ret_length)
{
	char *script = NULL;
	FILE *out = open_memstream(&script, ret_length);

	if (!out)
		return NULL;
	if (layout->terminal->glyphs != GNUPLOT_ASCII)
		fputs("set encoding utf8\n", out);
	write_terminal(out, layout);
	if (layout->terminal->kind == GNUPLOT_WINDOW)
		fputs("bind all 'Close' \"print 'closed'\"\n", out);
	fputs("set border 3 linecolor rgb 0x808080\nset tics noenhanced textcolor rgb 0x404040\n",
	      out);
	if (!layout->terminal->characters)
		fputs("set grid xtics ytics back linetype 1 linewidth 0.6 linecolor rgb 0xe4e4e4\n"
		      "set tics out\n",
		      out);
	else
		fputs("set tics scale 0\n", out);
	fputs("print 'drawn'\n", out);
	if (fclose(out) == 0)
		return script;
	free(script);
	return NULL;
}
