#include "plotter/layout.h"

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
	const struct extent *parts[] = { &layout->titles, &layout->body, &layout->list,
					 &layout->hints };
	unsigned end = 1;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i]->size == 0)
			continue;
		CHECK(parts[i]->at >= end);
		end = parts[i]->at + parts[i]->size;
		CHECK(end <= layout->height);
	}
	CHECK(layout->rows * layout->row_height <= layout->body.size);
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
			layout_set(&layout, width, height, &wish);
			check_columns(&layout);
			check_lines(&layout);
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
	CHECK_EQ_U64(layout.row_height, 2);
	CHECK_EQ_U64(layout.rows, 3);
	CHECK_EQ_U64(layout.list.size, 24 - 3 - 6);
}

static void a_narrow_one_keeps_the_name_the_line_and_the_figure(void)
{
	struct layout layout;

	layout_set(&layout, 20, 5, &usual);
	CHECK(layout.name.size >= 4);
	CHECK(layout.spark.size >= 3);
	CHECK_EQ_U64(layout.rss.size, 8);
	CHECK_EQ_U64(layout.peak.size + layout.pid.size + layout.change.size, 0);
	CHECK_EQ_U64(layout.rows, 3);
	CHECK_EQ_U64(layout.list.size, 0);
}

static void many_processes_leave_room_for_the_newest_milestones(void)
{
	struct layout_wish wish = usual;
	struct layout layout;

	wish.processes = 100;
	layout_set(&layout, 80, 24, &wish);
	CHECK_EQ_U64(layout.row_height, 1);
	CHECK_EQ_U64(layout.list.size, 7);
	CHECK_EQ_U64(layout.rows, 14);
	wish.events = 0;
	layout_set(&layout, 80, 24, &wish);
	CHECK_EQ_U64(layout.list.size, 0);
	CHECK_EQ_U64(layout.rows, 21);
}

static const struct check_test tests[] = {
	CHECK_TEST(everything_lies_in_a_screen_of_any_size),
	CHECK_TEST(a_usual_terminal_shows_all_of_it),
	CHECK_TEST(a_narrow_one_keeps_the_name_the_line_and_the_figure),
	CHECK_TEST(many_processes_leave_room_for_the_newest_milestones),
};

CHECK_MAIN(tests)
