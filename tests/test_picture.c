#include "base/clock.h"
#include "tests/check.h"
#include "export/picture/grid.h"
#include "export/picture/picture.h"

#include <errno.h>
#include <stdlib.h>

#define MS (uint64_t) NS_PER_MS

/* What columns_each gives, as text: "0=5 10=7 | 20=1" with milliseconds and values. */
struct text {
	char text[4000];
	size_t length;
	uint64_t most;
	size_t points;
};

static void note(void *arg, uint64_t t_ns, const uint64_t *value)
{
	struct text *text = arg;
	char part[64] = "| ";

	if (value)
		snprintf(part, sizeof(part), "%" PRIu64 "=%" PRIu64 " ", t_ns / MS, *value);
	if (value && *value > text->most)
		text->most = *value;
	text->points += value != NULL;
	if (text->length + strlen(part) < sizeof(text->text))
		text->length += (size_t)snprintf(text->text + text->length,
						 sizeof(text->text) - text->length, "%s", part);
}

static void check_columns(const struct columns *columns, const char *expected)
{
	struct text text = { .length = 0 };

	columns_each(columns, note, &text);
	CHECK_EQ_STR(text.text, expected);
}

static void a_spike_of_one_sample_in_360000_is_in_the_columns(void)
{
	struct columns columns;
	struct text text = { .length = 0 };
	uint64_t random = 1;

	if (!CHECK(columns_open(&columns, 0, 360000 * MS, 2000) == 0))
		return;
	for (uint64_t i = 0; i < 360000; i++)
		columns_add(&columns, i * MS,
			    i == 123456 ? 999999 : 1000 + check_random(&random) % 100);
	columns_break(&columns, 360000 * MS);
	columns_each(&columns, note, &text);
	CHECK_EQ_U64(text.most, 999999);
	CHECK(text.points <= 4 * 2000 + 1);
	columns_close(&columns);
}

static void few_values_keep_their_exact_times(void)
{
	struct columns columns;

	if (!CHECK(columns_open(&columns, 0, 1000 * MS, 500) == 0))
		return;
	columns_add(&columns, 0, 5);
	columns_add(&columns, 107 * MS, 5); /* nothing new */
	columns_add(&columns, 333 * MS, 7);
	columns_break(&columns, 1000 * MS);
	check_columns(&columns, "0=5 333=7 1000=7 | ");
	columns_close(&columns);
}

static void a_line_without_value_breaks_and_goes_on(void)
{
	struct columns columns;

	if (!CHECK(columns_open(&columns, 0, 1000 * MS, 100) == 0))
		return;
	columns_add(&columns, 100 * MS, 5);
	columns_break(&columns, 300 * MS);
	columns_add(&columns, 600 * MS, 5);
	columns_add(&columns, 700 * MS, 6);
	columns_break(&columns, 800 * MS);
	check_columns(&columns, "100=5 300=5 | 600=5 700=6 800=6 | ");
	columns_close(&columns);
}

static void missed_ticks_break_the_line_where_it_can_be_seen(void)
{
	struct columns columns;

	if (!CHECK(columns_open(&columns, 0, 1000 * MS, 100) == 0))
		return;
	columns_add(&columns, 0, 5);
	columns_gap(&columns, 100 * MS, 105 * MS);
	columns_gap(&columns, 200 * MS, 400 * MS);
	columns_gap(&columns, 500 * MS, 700 * MS);
	columns_add(&columns, 700 * MS, 9);
	columns_break(&columns, 900 * MS);
	check_columns(&columns, "0=5 200=5 | 400=5 500=5 | 700=9 900=9 | ");
	columns_close(&columns);
}

static void late_values_go_to_where_the_line_is(void)
{
	struct columns columns;

	if (!CHECK(columns_open(&columns, 1000 * MS, 2000 * MS, 100) == 0))
		return;
	columns_add(&columns, 1500 * MS, 5);
	columns_add(&columns, 1400 * MS, 6);
	columns_add(&columns, 9000 * MS, 7);
	columns_break(&columns, 9000 * MS);
	CHECK_EQ_U64(columns.most, 7);
	CHECK(columns.t_ns < 2010 * MS);
	columns_close(&columns);
}

/* --- spans */

static void nested_spans_lie_in_lanes_of_their_own(void)
{
	struct lanes lanes;

	lanes_open(&lanes, 0, 1000 * MS);
	lanes_begin(&lanes, 1, 11, 0, "outer");
	lanes_begin(&lanes, 1, 12, 100 * MS, "inner");
	CHECK(lanes_end(&lanes, 1, 12, 200 * MS, 100 * MS, "inner") == 0);
	CHECK(lanes_end(&lanes, 1, 11, 500 * MS, 500 * MS, "outer") == 0);
	lanes_begin(&lanes, 1, 13, 600 * MS, "next");
	CHECK(lanes_finish(&lanes, LINE_SESSION, 1000 * MS) == 0);
	lanes_sort(&lanes);
	CHECK_EQ_U64(lanes.count, 2);
	CHECK_EQ_U64(lanes.lanes[0].count, 2);
	CHECK_EQ_STR(lanes.lanes[0].bars[1].text, "next");
	CHECK_EQ_U64(lanes.lanes[0].bars[1].to_ns, 1000 * MS);
	CHECK_EQ_STR(lanes.lanes[1].bars[0].text, "inner");
	CHECK_EQ_U64(lanes.drawn, 3);
	lanes_close(&lanes);
}

static void millions_of_short_spans_become_few_bars(void)
{
	struct lanes lanes;

	lanes_open(&lanes, 0, 1000 * MS);
	for (uint64_t i = 0; i < 1000000; i++) {
		lanes_begin(&lanes, 1, i + 1, i * 1000, "s");
		CHECK(lanes_end(&lanes, 1, i + 1, i * 1000 + 500, 500, "s") == 0);
	}
	CHECK_EQ_U64(lanes.count, 1);
	CHECK(lanes.lanes[0].count <= 2);
	CHECK_EQ_U64(lanes.drawn, 1000000);
	lanes_close(&lanes);
}

static void spans_beyond_the_lanes_are_counted(void)
{
	struct lanes lanes;

	lanes_open(&lanes, 0, 1000 * MS);
	for (uint64_t i = 1; i <= 10; i++)
		lanes_begin(&lanes, 1, i, i * MS, "leak");
	CHECK(lanes_finish(&lanes, 1, 1000 * MS) == 0);
	CHECK_EQ_U64(lanes.spans, 10);
	CHECK_EQ_U64(lanes.drawn, LANES_PER_LINE);
	lanes_close(&lanes);
}

static void a_span_that_began_before_is_drawn_from_the_start(void)
{
	struct lanes lanes;

	lanes_open(&lanes, 1000 * MS, 2000 * MS);
	CHECK(lanes_end(&lanes, 1, 5, 1500 * MS, 900 * MS, "old") == 0);
	CHECK_EQ_U64(lanes.lanes[0].bars[0].from_ns, 1000 * MS);
	CHECK_EQ_U64(lanes.spans, 1);
	CHECK_EQ_U64(lanes.drawn, 1);
	lanes_close(&lanes);
}

/* --- the picture */

static void add_sample(struct picture *picture, uint64_t t_ns, uint64_t rss)
{
	struct sample sample = { .line = 3, .rss = rss };
	struct record record = { .t_ns = t_ns, .type = RECORD_TICK };

	record.tick = (struct tick){ .count = 1, .samples = &sample };
	CHECK(picture_add(picture, &record) == 0);
}

static void add_mark(struct picture *picture, uint64_t t_ns, uint32_t line, const char *label)
{
	struct record record = { .t_ns = t_ns, .type = RECORD_EVENT };

	record.event = (struct event){ .line = line, .rss = 77, .category = "", .label = label };
	CHECK(picture_add(picture, &record) == 0);
}

static void an_end_breaks_the_line_and_milestones_stand_on_it(void)
{
	static const struct reader_process process = { .line = 3, .pid = 30, .name = "p" };
	static const struct reader_process silent = { .line = 4, .pid = 40, .name = "q" };
	struct picture *picture;
	struct record end = { .t_ns = 500 * MS, .type = RECORD_END };

	end.end = (struct end){ .line = 3, .pid = 30, .reason = END_KILLED, .code = 9 };
	if (!CHECK(picture_open(&picture, 0, 0, 1000 * MS) == 0))
		return;
	CHECK(picture_line(picture, &process) == 0);
	CHECK(picture_line(picture, &silent) == 0);
	add_sample(picture, 100 * MS, 4096);
	add_mark(picture, 200 * MS, 3, "on\tit");
	add_mark(picture, 300 * MS, LINE_SESSION, "all");
	add_mark(picture, 400 * MS, 99, "of a line that isn't drawn");
	CHECK(picture_add(picture, &end) == 0);
	CHECK(picture_end(picture) == 0);
	CHECK_EQ_U64(picture->count, 1);
	check_columns(&picture->lines[0].columns, "100=4096 500=4096 | ");
	CHECK(picture->lines[0].ended);
	CHECK_EQ_U64(picture->lines[0].end_rss, 4096);
	CHECK_EQ_U64(picture->milestones, 2);
	CHECK_EQ_U64(picture->lines[0].marks.labels[20].rss, 4096);
	CHECK_EQ_STR(picture->lines[0].marks.labels[20].text, "on\\tit");
	CHECK_EQ_U64(picture->session.labels[30].number, 2);
	picture_free(picture);
}

static void what_is_taken_on_the_grid_is_found(void)
{
	struct grid *grid = calloc(1, sizeof(*grid));
	const struct grid_box around = { 0, 0, 900, 600 };

	if (!CHECK(grid != NULL))
		return;
	grid_set(grid, (struct grid_box){ 100, 100, 200, 100 }, GRID_CURVE);
	grid_set(grid, (struct grid_box){ -1e30, -5, 1e30, -1 }, GRID_TEXT); /* outside */
	CHECK_EQ_U64(grid_get(grid, (struct grid_box){ 150, 90, 160, 110 }, &around), GRID_CURVE);
	CHECK_EQ_U64(grid_get(grid, (struct grid_box){ 150, 110, 160, 120 }, &around), 0);
	CHECK_EQ_U64(grid_get(grid, (struct grid_box){ 890, 300, 910, 310 }, &around),
		     GRID_OUTSIDE);
	free(grid);
}

static void captions_are_clean_and_cut_at_characters(void)
{
	char text[CAPTION_ROOM];
	char longest[600];

	CHECK_EQ_STR(caption_clip(text, "plain", 5), "plain");
	CHECK_EQ_STR(caption_clip(text, "too long", 5), "too \xe2\x80\xa6");
	CHECK_EQ_STR(caption_event(text, "I/O", "read\x1b[2J\n", 40), "I/O: read\\x1b[2J\\n");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	CHECK_EQ_U64(caption_width(caption_clip(text, longest, CAPTION_WIDTH)), CAPTION_WIDTH);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_spike_of_one_sample_in_360000_is_in_the_columns),
	CHECK_TEST(few_values_keep_their_exact_times),
	CHECK_TEST(a_line_without_value_breaks_and_goes_on),
	CHECK_TEST(missed_ticks_break_the_line_where_it_can_be_seen),
	CHECK_TEST(late_values_go_to_where_the_line_is),
	CHECK_TEST(nested_spans_lie_in_lanes_of_their_own),
	CHECK_TEST(millions_of_short_spans_become_few_bars),
	CHECK_TEST(spans_beyond_the_lanes_are_counted),
	CHECK_TEST(a_span_that_began_before_is_drawn_from_the_start),
	CHECK_TEST(an_end_breaks_the_line_and_milestones_stand_on_it),
	CHECK_TEST(what_is_taken_on_the_grid_is_found),
	CHECK_TEST(captions_are_clean_and_cut_at_characters),
};

CHECK_MAIN(tests)
