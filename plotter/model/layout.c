#include "plotter/model/layout.h"

#include "base/minmax.h"

#define SPARK_WISHED 16
#define SPARK_LEAST 3
#define FIGURE 8 /* "1023 MiB" */
#define CHANGE 9
#define LIST_LEAST 2  /* its title and one */
#define LIST_ALWAYS 8 /* that many lines have a list, however many processes there are */

/* The chart: what it needs, and what leaves room for more. */
#define SCALE 10       /* "0.125 GiB" and the axis */
#define PLOT_LEAST 20  /* columns */
#define NAMES_WIDTH 64 /* a narrower screen has no names at the lines' ends */
#define NAMES_MOST 16
#define CHART_LINES_LEAST 12 /* below the header, with the table; fewer have no chart */
#define TICKS_LINES 16	     /* as many have a line of ticks above the labels of time */
#define BARS_MOST 3
#define CHART_LIST_LEAST 14 /* as many have a list under a chart */

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

static void place_chart(struct layout *layout, const struct layout_wish *wish)
{
	unsigned names = 0;

	if (layout->width < SCALE + PLOT_LEAST)
		return;
	if (wish->named && layout->width >= NAMES_WIDTH)
		names = min_unsigned(max_unsigned(wish->name_width, wish->pid_width), NAMES_MOST) +
			1;
	layout->scale = (struct extent){ 0, SCALE };
	layout->plot = (struct extent){ SCALE, layout->width - SCALE - names };
	layout->names = (struct extent){ layout->width - names + 1, names ? names - 1 : 0 };
}

/* Lines for the list: of @most, as many as there is something to list. */
static unsigned list_size(const struct layout_wish *wish, unsigned most)
{
	unsigned events = (unsigned)(wish->events < most ? wish->events : most);
	unsigned size = min_unsigned(events + 1, most);

	return events && size >= LIST_LEAST ? size : 0;
}

/* The next @size lines. */
static struct extent take_lines(unsigned *at, unsigned size)
{
	struct extent lines = { *at, size };

	*at += size;
	return lines;
}

/* Above the chart, under it the table and the list: of @lines from @at on. */
static void share_with_chart(struct layout *layout, const struct layout_wish *wish, unsigned at,
			     unsigned lines)
{
	unsigned most = max_unsigned(1, lines / 3);
	unsigned body = (unsigned)(wish->processes < most ? wish->processes : most);
	unsigned list = lines >= CHART_LIST_LEAST ? list_size(wish, lines / 5) : 0;
	unsigned axis = lines >= TICKS_LINES ? 2 : 1;
	unsigned bars = min_unsigned(wish->lanes, min_unsigned(lines / 10, BARS_MOST));

	layout->numbers = take_lines(&at, 1);
	/* one more for the titles */
	layout->chart = take_lines(&at, lines - body - list - axis - bars - 2);
	layout->axis = take_lines(&at, axis);
	layout->bars = take_lines(&at, bars);
	layout->titles = take_lines(&at, 1);
	layout->body = take_lines(&at, body);
	layout->list = take_lines(&at, list);
}

static void share_without_chart(struct layout *layout, const struct layout_wish *wish, unsigned at,
				unsigned lines)
{
	unsigned titles = layout->height >= 4 ? 1 : 0;
	unsigned left = lines > titles ? lines - titles : 0;
	unsigned processes = (unsigned)(wish->processes < left ? wish->processes : left);
	unsigned least = left >= LIST_ALWAYS ? list_size(wish, left / 3) : 0;
	unsigned body = min_unsigned(processes, left - least);

	layout->titles = take_lines(&at, titles);
	layout->body = take_lines(&at, body);
	layout->list = take_lines(&at, list_size(wish, left - body));
}

void layout_set(struct layout *layout, unsigned width, unsigned height,
		const struct layout_wish *wish)
{
	unsigned hints = height >= 6 ? 1 : 0;
	unsigned lines = height > 1 + hints ? height - 1 - hints : 0;

	*layout = (struct layout){ .width = width, .height = height };
	layout->hints = (struct extent){ height - hints, hints };
	place_columns(layout, wish);
	place_chart(layout, wish);
	if (wish->list)
		layout->list = (struct extent){ 1, lines };
	else if (lines >= CHART_LINES_LEAST && layout->plot.size)
		share_with_chart(layout, wish, 1, lines);
	else
		share_without_chart(layout, wish, 1, lines);
}
