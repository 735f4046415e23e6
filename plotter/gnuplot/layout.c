#include "plotter/gnuplot/gnuplot.h"

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
