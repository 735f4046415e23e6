#include "plotter/model/rows.h"

#include "tests/check.h"
#include "tests/history_samples.h"

static void columns_are_fixed_in_time_while_the_window_rolls(void)
{
	struct history *history = new_history();
	struct axis axis;
	struct axis later;

	axis_set(&axis, history, tick_time(1000), 60 * NS_PER_S, 37);
	CHECK(axis.column_ns * 37 >= 60 * NS_PER_S);
	CHECK_EQ_U64((axis.from_ns - START_NS) % axis.column_ns, 0);
	for (uint64_t ns = 0; ns < 5 * NS_PER_S; ns += 7 * NS_PER_MS) {
		axis_set(&later, history, tick_time(1000) + ns, 60 * NS_PER_S, 37);
		CHECK_EQ_U64((later.from_ns - axis.from_ns) % axis.column_ns, 0);
		CHECK_EQ_I64(axis_column(&later, later.now_ns), 36);
		CHECK_EQ_I64(axis_column(&later, later.from_ns), 0);
		CHECK_EQ_I64(axis_column(&later, later.from_ns - 1), -1);
		CHECK_EQ_I64(axis_column(&later, later.now_ns + 1), -1);
	}
	history_free(history);
}

static void a_window_from_before_the_clock_began_ends_now_too(void)
{
	struct history *history = new_history();
	struct history_column columns[120];
	const uint64_t now = tick_time(20);
	struct axis axis;
	struct axis dots;

	add_process(history, 1, "p");
	for (uint64_t tick = 0; tick <= 20; tick++)
		add_sample(history, 1, tick_time(tick), MIB);
	axis_set_parts(&axis, history, now, 10 * now, 30, 2);
	axis_divide(&dots, &axis, history, 2);
	CHECK(axis.before > 25 && axis.before < 30);
	CHECK_EQ_I64(axis_column(&axis, now), 29);
	CHECK_EQ_I64(axis_column(&axis, axis.from_ns), (int64_t)axis.before);
	CHECK_EQ_U64(axis_begin(&axis, 0), axis.from_ns);
	CHECK(axis_begin(&axis, 29) <= now && axis_begin(&axis, 30) > now);
	CHECK_EQ_I64(axis_column(&dots, axis.from_ns), (int64_t)axis.before * 2);
	axis_columns(&dots, history, history_line_find(history, 1), columns);
	for (int i = 0; i < 60; i++)
		CHECK((columns[i].count > 0) == (i == axis_column(&dots, now)));
	history_free(history);
}

static void columns_finer_than_the_samples_are_filled_but_gaps_are_not(void)
{
	struct history *history = new_history();
	struct history_column columns[200];
	struct axis axis;
	unsigned full = 0;

	add_process(history, 1, "p");
	for (uint64_t tick = 0; tick < 40; tick++) {
		if (tick < 20 || tick >= 30)
			add_sample(history, 1, tick_time(tick), MIB);
	}
	axis_set(&axis, history, tick_time(40) - 1, 40 * TICK_NS, 100);
	axis_columns(&axis, history, history_line_find(history, 1), columns);
	for (unsigned i = 0; i < 100; i++)
		full += columns[i].count > 0;
	CHECK(full >= 74 && full <= 77);
	CHECK(columns[40].count > 0 && columns[99].count > 0);
	CHECK(columns[60].count == 0);
	history_free(history);
}

static void a_paused_row_tells_nothing_of_what_came_later(void)
{
	struct history *history = new_history();
	const uint64_t now = tick_time(10);
	struct row row;
	struct row later;

	add_process(history, 1, "p");
	for (uint64_t tick = 0; tick <= 10; tick++)
		add_sample(history, 1, tick_time(tick), tick * MIB);
	CHECK(row_set(&row, history, history_line_find(history, 1), START_NS, now));
	for (uint64_t tick = 11; tick <= 30; tick++)
		add_sample(history, 1, tick_time(tick), 100 * MIB);
	add_end(history, 1, tick_time(31));
	CHECK(row_set(&later, history, history_line_find(history, 1), START_NS, now));
	CHECK(!row.ended && !later.ended);
	CHECK_EQ_U64(row.rss, 10 * MIB);
	CHECK_EQ_U64(later.rss, 10 * MIB);
	CHECK_EQ_U64(row.peak, 10 * MIB);
	CHECK_EQ_U64(later.peak, 10 * MIB);
	history_free(history);
}

/* As it was told before there was row.change: by all the columns of the window. */
static int64_t change_of_columns(const struct history *history, uint64_t now_ns, size_t width)
{
	static struct history_column columns[2 * 300];
	struct axis axis;

	axis_set(&axis, history, now_ns, 60 * NS_PER_S, width);
	axis_columns(&axis, history, history_line_find(history, 1), columns);
	return row_figures(columns, width).change;
}

static void a_row_changes_as_its_columns_do_within_one_bucket(void)
{
	struct history *history = new_history();
	uint64_t state = 1;
	struct axis axis;
	struct row row;
	uint64_t bucket;
	int64_t within;

	add_process(history, 1, "p");
	for (uint64_t tick = 50; tick < 4000; tick++) {
		if (tick < 300 || tick > 330)
			add_sample(history, 1, tick_time(tick),
				   tick * 64 * 1024 + check_random(&state) % 4096);
	}
	for (uint64_t now = 60; now < 4000; now += 37) {
		for (size_t width = 20; width <= 300; width += 70) {
			int64_t expected = change_of_columns(history, tick_time(now), width);

			axis_set(&axis, history, tick_time(now), 60 * NS_PER_S, width);
			CHECK(row_set(&row, history, history_line_find(history, 1), axis.from_ns,
				      axis.now_ns));
			bucket = history_width(history, row.line, axis.from_ns, axis.now_ns);
			within = (int64_t)(bucket / TICK_NS + 1) * 64 * 1024 + 4096;
			CHECK(row.change >= expected - within && row.change <= expected + within);
			/* What is long past is known by buckets of four ticks. */
			if (now < 300 || now > 330)
				CHECK(row.max / (64 * 1024) <= now &&
				      row.max / (64 * 1024) + 4 >= now);
		}
	}
	history_free(history);
}

static void the_highest_sample_is_no_word_of_the_kernel(void)
{
	struct history *history = new_history();
	struct row row;

	add_process(history, 1, "p");
	add_sample(history, 1, tick_time(1), 4 * MIB);
	add_sample(history, 1, tick_time(2), 7 * MIB);
	add_sample(history, 1, tick_time(3), 2 * MIB);
	history_add(history, &(struct record){ .t_ns = tick_time(3),
					       .type = RECORD_PEAK,
					       .peak = { 1, 9 * MIB } });
	CHECK(row_set(&row, history, history_line_find(history, 1), START_NS, tick_time(3)));
	CHECK_EQ_U64(row.max, 7 * MIB);
	CHECK_EQ_U64(row.peak, 9 * MIB);
	CHECK_EQ_I64(row.change, -2 * (int64_t)MIB);
	CHECK(row_set(&row, history, history_line_find(history, 1), tick_time(2), tick_time(3)));
	CHECK_EQ_I64(row.change, -5 * (int64_t)MIB);
	CHECK_EQ_U64(row.max, 7 * MIB);
	history_free(history);
}

static void an_ended_row_changed_up_to_its_last_value(void)
{
	const struct end unknown = { .line = 1 };
	struct history *history = new_history();
	struct row row;

	add_process(history, 1, "p");
	for (uint64_t tick = 1; tick < 50; tick++)
		add_sample(history, 1, tick_time(tick), tick * MIB);
	history_add(history,
		    &(struct record){ .t_ns = tick_time(50), .type = RECORD_END, .end = unknown });
	CHECK(row_set(&row, history, history_line_find(history, 1), tick_time(20), tick_time(80)));
	CHECK_EQ_I64(row.change, 29 * (int64_t)MIB);
	CHECK(row_set(&row, history, history_line_find(history, 1), tick_time(50), tick_time(90)));
	CHECK_EQ_I64(row.change, 0);
	history_free(history);
}

static void a_line_that_ended_ages_out_of_the_window(void)
{
	struct history *history = new_history();
	const struct history_line *line;
	struct row row;

	add_process(history, 1, "p");
	add_sample(history, 1, tick_time(1), MIB);
	add_end(history, 1, tick_time(10));
	line = history_line_find(history, 1);
	CHECK(row_set(&row, history, line, tick_time(10), tick_time(100)));
	CHECK(row.ended);
	CHECK_EQ_U64(row.rss, 2 * MIB);
	CHECK_EQ_U64(row.peak, 5 * MIB);
	CHECK(!row_set(&row, history, line, tick_time(11), tick_time(100)));
	history_free(history);
}

static void a_line_that_lives_stays_though_it_has_no_sample(void)
{
	struct history *history = new_history();
	struct row row;

	add_process(history, 1, "p");
	CHECK(row_set(&row, history, history_line_find(history, 1), tick_time(50), tick_time(60)));
	CHECK(!row_set(&row, history, history_line_find(history, 1), 0, START_NS - 1));
	history_free(history);
}

static void a_scale_does_not_make_mountains_of_noise(void)
{
	const struct history_column noise[] = { { 800 * MIB, 801 * MIB, 801 * MIB, 800 * MIB, 9 },
						{ 0, 0, 0, 0, 0 } };
	const struct history_column growth[] = { { 0, 0, 0, 0, 0 },
						 { 2 * MIB, 9 * MIB, 3 * MIB, 8 * MIB, 4 },
						 { 1 * MIB, 5 * MIB, 5 * MIB, 1 * MIB, 4 } };
	struct row_figures figures = row_figures(noise, 2);

	CHECK(figures.any);
	CHECK_EQ_U64(figures.low, 800 * MIB);
	CHECK(figures.high > 820 * MIB);
	CHECK_EQ_I64(figures.change, -(int64_t)MIB);
	figures = row_figures(growth, 3);
	CHECK_EQ_U64(figures.low, 1 * MIB);
	CHECK_EQ_U64(figures.high, 9 * MIB);
	CHECK_EQ_I64(figures.change, -2 * (int64_t)MIB);
	CHECK(!row_figures(growth, 1).any);
}

static const struct check_test tests[] = {
	CHECK_TEST(columns_are_fixed_in_time_while_the_window_rolls),
	CHECK_TEST(a_window_from_before_the_clock_began_ends_now_too),
	CHECK_TEST(columns_finer_than_the_samples_are_filled_but_gaps_are_not),
	CHECK_TEST(a_paused_row_tells_nothing_of_what_came_later),
	CHECK_TEST(a_row_changes_as_its_columns_do_within_one_bucket),
	CHECK_TEST(the_highest_sample_is_no_word_of_the_kernel),
	CHECK_TEST(an_ended_row_changed_up_to_its_last_value),
	CHECK_TEST(a_line_that_ended_ages_out_of_the_window),
	CHECK_TEST(a_line_that_lives_stays_though_it_has_no_sample),
	CHECK_TEST(a_scale_does_not_make_mountains_of_noise),
};

CHECK_MAIN(tests)
