#include "plotter/model/flags.h"

/* Less of a label says nothing. */
#define LABEL_LEAST 5

/* All that is in cells of row @y from @x on, one cell more on both sides. */
static unsigned around(const struct flags_field *field, long x, unsigned y, unsigned width)
{
	unsigned found = 0;

	for (long at = x - 1; at <= x + (long)width; at++) {
		if (at >= 0 && at < (long)field->width)
			found |= field->cells[(size_t)y * field->width + (size_t)at];
	}
	return found;
}

static void fill(const struct flags_field *field, unsigned x, unsigned y, unsigned width)
{
	for (unsigned at = x; at < x + width && at < field->width; at++)
		field->cells[(size_t)y * field->width + at] |= FLAGS_TEXT;
}

/* Whether a flag can be @by rows below its point (above, where negative) without what it must
 * @avoid; then it is put there. */
static bool try_row(struct flag *flag, const struct flags_field *field, int by, unsigned avoid)
{
	long y = (long)flag->y + by;
	unsigned x = flag->x;

	if (y < 0 || y >= (long)field->height || flag->width > field->width)
		return false;
	if (x + flag->width > field->width)
		x = field->width - flag->width;
	if (around(field, (long)x, (unsigned)y, flag->width) & avoid)
		return false;
	flag->placed = true;
	flag->flag_x = x;
	flag->flag_y = (unsigned)y;
	fill(field, x, (unsigned)y, flag->width);
	return true;
}

static void place_flag(struct flag *flag, const struct flags_field *field)
{
	static const int rows[] = { -1, -2, 1, -3, 2, -4, 3 };
	static const unsigned avoided[] = { FLAGS_LINE | FLAGS_TEXT, FLAGS_TEXT };

	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			if (try_row(flag, field, rows[i], avoided[pass]))
				return;
		}
	}
}

/* Empty cells of row @y from @x on, going by @step; @most at most. */
static unsigned empty(const struct flags_field *field, long x, unsigned y, int step, unsigned most)
{
	unsigned count = 0;

	while (count < most && x >= 0 && x < (long)field->width &&
	       !field->cells[(size_t)y * field->width + (size_t)x]) {
		count++;
		x += step;
	}
	return count;
}

/* One cell of what is empty stays so at both ends of a label. */
static unsigned label_size(const struct flag *flag, unsigned empty_cells)
{
	unsigned size = empty_cells > 2 ? empty_cells - 2 : 0;

	if (size >= flag->label)
		return flag->label;
	return size >= LABEL_LEAST ? size : 0;
}

static void place_label(struct flag *flag, const struct flags_field *field)
{
	long right = (long)flag->flag_x + flag->width;
	long left = (long)flag->flag_x - 1;
	unsigned after = label_size(flag, empty(field, right, flag->flag_y, 1, flag->label + 2));
	unsigned before = label_size(flag, empty(field, left, flag->flag_y, -1, flag->label + 2));

	flag->label_size = after >= before ? after : before;
	flag->label_x = (unsigned)(after >= before ? right + 1 : left - (long)before);
	fill(field, flag->label_x, flag->flag_y, flag->label_size);
}

void flags_place(struct flag *flags, size_t count, const struct flags_field *field)
{
	for (size_t i = 0; i < count; i++)
		fill(field, flags[i].x, flags[i].y, 1);
	for (size_t i = 0; i < count; i++) {
		flags[i].placed = false;
		flags[i].label_size = 0;
		place_flag(&flags[i], field);
	}
	for (size_t i = 0; i < count; i++) {
		if (flags[i].placed && flags[i].label)
			place_label(&flags[i], field);
	}
}
