#include "plotter/model/layout.h"

#include "tests/check.h"

static const struct layout_wish usual = {
	.processes = 3,
	.events = 7,
	.name_width = 9,
	.pid_width = 5,
};

/* The columns lie in the screen, one after the other, with room between them. */
static void check_columns(const struct layout *layout)
{
	const struct extent *columns[] = { &layout->name, &layout->pid,	   &layout->spark,
					   &layout->rss,  &layout->change, &layout->peak };
	unsigned end = 0;

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		if (columns[i]->size == 0)
			continue;
		CHECK(columns[i]->at > end);
		end = columns[i]->at + columns[i]->size;
		CHECK(end <= layout->width);
	}
}

/* The parts lie in the screen, one below the other. */
static void check_lines(const struct layout *layout)
{
	const struct extent *parts[] = { &layout->numbers, &layout->chart,  &layout->axis,
					 &layout->bars,	   &layout->titles, &layout->body,
					 &layout->list,	   &layout->hints };
	unsigned end = 1;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i]->size == 0)
			continue;
		CHECK(parts[i]->at >= end);
		end = parts[i]->at + parts[i]->size;
		CHECK(end <= layout->height);
	}
}

/* The chart's parts lie side by side. */
static void check_chart(const struct layout *layout)
{
	const struct extent *names = &layout->names;

	if (layout->chart.size == 0)
		return;
	CHECK(layout->chart.size >= 3);
	CHECK_EQ_U64(layout->scale.at, 0);
	CHECK_EQ_U64(layout->plot.at, layout->scale.size);
	CHECK(layout->plot.at + layout->plot.size <= layout->width);
	if (names->size)
		CHECK(names->at > layout->plot.at + layout->plot.size - 1 &&
		      names->at + names->size <= layout->width);
}

static void everything_lies_in_a_screen_of_any_size(void)
{
	static const size_t counts[] = { 1, 2, 40, 10000 };
	struct layout_wish wish = usual;
	struct layout layout;

	for (unsigned width = 1; width <= 200; width++) {
		for (unsigned height = 1; height <= 60; height++) {
			wish.name_width = 4 + width * height % 21;
			wish.processes = counts[width % 4];
			wish.events = counts[height % 4] - 1;
			wish.lanes = (width + height) % 4;
			wish.named = width % 2;
			wish.list = (width + height) % 7 == 0;
			layout_set(&layout, width, height, &wish);
			check_columns(&layout);
			check_lines(&layout);
			check_chart(&layout);
		}
	}
}

static void a_usual_terminal_shows_all_of_it(void)
{
	struct layout layout;

	layout_set(&layout, 80, 24, &usual);
	CHECK(layout.name.size == 9 && layout.pid.size == 5 && layout.rss.size == 8);
	CHECK(layout.change.size == 9 && layout.peak.size == 8);
	CHECK(layout.spark.size >= 25);
	CHECK(layout.chart.size >= 8);
	CHECK_EQ_U64(layout.plot.size + layout.scale.size, 80);
	CHECK_EQ_U64(layout.axis.size, 2);
	CHECK_EQ_U64(layout.body.size, 3);
	CHECK_EQ_U64(layout.list.size, 4);
	CHECK_EQ_U64(layout.hints.at, 23);
}

static void a_small_one_has_the_table_alone(void)
{
	struct layout layout;

	layout_set(&layout, 20, 5, &usual);
	CHECK(layout.name.size >= 4);
	CHECK(layout.spark.size >= 3);
	CHECK_EQ_U64(layout.rss.size, 8);
	CHECK_EQ_U64(layout.peak.size + layout.pid.size + layout.change.size, 0);
	CHECK_EQ_U64(layout.body.size, 3);
	CHECK_EQ_U64(layout.list.size + layout.chart.size, 0);
	layout_set(&layout, 80, 13, &usual);
	CHECK_EQ_U64(layout.chart.size, 0);
	CHECK_EQ_U64(layout.list.size, 7);
	layout_set(&layout, 80, 14, &usual);
	CHECK(layout.chart.size >= 4);
}

static void many_processes_leave_room_for_the_chart_and_the_newest_events(void)
{
	struct layout_wish wish = usual;
	struct layout layout;

	wish.processes = 100;
	layout_set(&layout, 80, 24, &wish);
	CHECK_EQ_U64(layout.list.size, 4);
	CHECK_EQ_U64(layout.body.size, 7);
	CHECK_EQ_U64(layout.chart.size, 7);
	wish.events = 0;
	layout_set(&layout, 80, 24, &wish);
	CHECK_EQ_U64(layout.list.size, 0);
	CHECK_EQ_U64(layout.chart.size, 11);
}

static void names_stand_beside_a_chart_that_is_wide_enough(void)
{
	struct layout_wish wish = usual;
	struct layout layout;

	wish.named = true;
	layout_set(&layout, 80, 24, &wish);
	CHECK_EQ_U64(layout.names.size, 9);
	CHECK_EQ_U64(layout.names.at, 71);
	CHECK_EQ_U64(layout.plot.size, 60);
	layout_set(&layout, 60, 24, &wish);
	CHECK_EQ_U64(layout.names.size, 0);
}

static void a_list_alone_has_all_but_the_header_and_the_hints(void)
{
	struct layout_wish wish = usual;
	struct layout layout;

	wish.list = true;
	layout_set(&layout, 80, 24, &wish);
	CHECK_EQ_U64(layout.list.at, 1);
	CHECK_EQ_U64(layout.list.size, 22);
	CHECK_EQ_U64(layout.body.size + layout.chart.size + layout.titles.size, 0);
}

static const struct check_test tests[] = {
	CHECK_TEST(everything_lies_in_a_screen_of_any_size),
	CHECK_TEST(a_usual_terminal_shows_all_of_it),
	CHECK_TEST(a_small_one_has_the_table_alone),
	CHECK_TEST(many_processes_leave_room_for_the_chart_and_the_newest_events),
	CHECK_TEST(names_stand_beside_a_chart_that_is_wide_enough),
	CHECK_TEST(a_list_alone_has_all_but_the_header_and_the_hints),
};

CHECK_MAIN(tests)
