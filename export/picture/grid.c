#include "export/picture/grid.h"

/* Squares from first to last; none where last < first. */
struct squares {
	int left, bottom, right, top;
};

static int square(double dots, int least, int most)
{
	double index = dots / GRID_SIZE;

	if (!(index > least))
		return least;
	return index > most ? most : (int)index;
}

static struct squares squares_of(struct grid_box box)
{
	return (struct squares){
		.left = square(box.left, 0, GRID_WIDTH),
		.right = square(box.right, -1, GRID_WIDTH - 1),
		.bottom = square(box.bottom, 0, GRID_HEIGHT),
		.top = square(box.top, -1, GRID_HEIGHT - 1),
	};
}

void grid_set(struct grid *grid, struct grid_box box, unsigned what)
{
	struct squares squares = squares_of(box);

	for (int y = squares.bottom; y <= squares.top; y++)
		for (int x = squares.left; x <= squares.right; x++)
			grid->squares[y][x] |= (unsigned char)what;
}

unsigned grid_get(const struct grid *grid, struct grid_box box, const struct grid_box *around)
{
	struct squares squares = squares_of(box);
	unsigned found = 0;

	for (int y = squares.bottom; y <= squares.top; y++)
		for (int x = squares.left; x <= squares.right; x++)
			found |= grid->squares[y][x];
	if (box.left < around->left || box.right > around->right || box.bottom < around->bottom ||
	    box.top > around->top)
		found |= GRID_OUTSIDE;
	return found;
}
