#include "plotter/layout.h"

#define SPARK_WISHED 16
#define SPARK_LEAST 3
#define FIGURE 8 /* "1023 MiB" */
#define CHANGE 9
#define LIST_LEAST 2  /* its title and one */
#define LIST_ALWAYS 8 /* a body of that many lines has a list, however many processes there are */

static unsigned min_unsigned(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned max_unsigned(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

/* Columns left for the sparkline between those of a size. */
static unsigned spark_left(const struct layout *layout, unsigned gutter, unsigned gap)
{
	const struct extent *others[] = { &layout->name, &layout->pid, &layout->rss,
					  &layout->change, &layout->peak };
	unsigned used = gutter;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		used += others[i]->size ? others[i]->size + gap : 0;
	return layout->width > used ? layout->width - used : 0;
}

/* Sizes: where it is narrow, columns go one by one for the sake of the sparkline. */
static void choose_columns(struct layout *layout, const struct layout_wish *wish, unsigned gutter,
			   unsigned gap)
{
	struct extent *given_up[] = { &layout->peak, &layout->pid, &layout->change };
	unsigned spark;

	layout->name.size = min_unsigned(wish->name_width, max_unsigned(4, layout->width / 5));
	layout->pid.size = wish->pid_width;
	layout->rss.size = FIGURE;
	layout->change.size = CHANGE;
	layout->peak.size = FIGURE;
	spark = spark_left(layout, gutter, gap);
	for (size_t i = 0; i < sizeof(given_up) / sizeof(given_up[0]) && spark < SPARK_WISHED;
	     i++) {
		given_up[i]->size = 0;
		spark = spark_left(layout, gutter, gap);
	}
	if (spark < SPARK_LEAST) {
		spark = 0;
		layout->rss.size = layout->width > gutter + gap + FIGURE + 2 ? FIGURE : 0;
		layout->name.size = layout->width > gutter ? layout->width - gutter : 0;
		if (layout->rss.size)
			layout->name.size -= FIGURE + gap;
	}
	layout->spark.size = spark;
}

static void place_columns(struct layout *layout, const struct layout_wish *wish)
{
	unsigned gutter = layout->width < 24 ? 1 : 2;
	unsigned gap = layout->width < 40 ? 1 : 2;
	struct extent *columns[] = { &layout->name, &layout->pid,    &layout->spark,
				     &layout->rss,  &layout->change, &layout->peak };
	unsigned at = gutter;

	choose_columns(layout, wish, gutter, gap);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		columns[i]->at = at;
		at += columns[i]->size ? columns[i]->size + gap : 0;
	}
}

/* Share the lines from @top on between the processes and the list. */
static void share_lines(struct layout *layout, const struct layout_wish *wish, unsigned top,
			unsigned lines)
{
	unsigned processes = (unsigned)(wish->processes < lines ? wish->processes : lines);
	unsigned events = (unsigned)(wish->events < lines ? wish->events : lines);
	unsigned list_least = lines >= LIST_ALWAYS ? max_unsigned(LIST_LEAST, lines / 3) : 0;
	unsigned body;

	if (list_least > events + 1)
		list_least = events ? events + 1 : 0;
	layout->row_height = layout->spark.size && processes * 2 + list_least <= lines ? 2 : 1;
	body = min_unsigned(processes * layout->row_height, lines - list_least);
	if (lines - body < LIST_LEAST)
		body = lines;
	layout->body = (struct extent){ top, body };
	layout->list = (struct extent){ top + body, lines - body };
	layout->rows = body / layout->row_height;
}

void layout_set(struct layout *layout, unsigned width, unsigned height,
		const struct layout_wish *wish)
{
	unsigned top = 1;
	unsigned bottom = height;

	*layout = (struct layout){ .width = width, .height = height };
	place_columns(layout, wish);
	if (height >= 4)
		layout->titles = (struct extent){ top++, 1 };
	if (height >= 6)
		layout->hints = (struct extent){ --bottom, 1 };
	share_lines(layout, wish, top, bottom > top ? bottom - top : 0);
}
