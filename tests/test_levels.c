#include "plotter/model/levels.h"

#include "tests/check.h"
#include "tests/history_samples.h"

#include <stdlib.h>

#define HOURS_10 360000

static void a_spike_of_one_sample_in_ten_hours_shows_in_every_window(void)
{
	struct history *history = new_history();
	const struct history_line *line;
	const uint64_t spike = HOURS_10 - 70;

	add_process(history, 1, "p");
	for (uint64_t tick = 0; tick < HOURS_10; tick++)
		add_sample(history, 1, tick_time(tick), tick == spike ? 900 * MIB : 10 * MIB);
	line = history_line_find(history, 1);
	for (uint64_t window = 100; window <= HOURS_10; window *= 2) {
		struct history_column columns[60];
		unsigned seen = 0;

		history_columns(history, line, tick_time(HOURS_10 - window), tick_time(HOURS_10),
				columns, 60);
		for (unsigned i = 0; i < 60; i++)
			seen += columns[i].max == 900 * MIB;
		CHECK_EQ_U64(seen, 1);
	}
	CHECK_EQ_U64(line->max_rss, 900 * MIB);
	history_free(history);
}

static void a_full_window_has_no_empty_column(void)
{
	struct history *history = new_history();
	const struct history_line *line;

	add_process(history, 1, "p");
	for (uint64_t tick = 0; tick < HOURS_10; tick++)
		add_sample(history, 1, tick_time(tick), 10 * MIB);
	line = history_line_find(history, 1);
	for (uint64_t window = 256; window < HOURS_10; window = window * 5 / 4) {
		struct history_column columns[200];
		uint64_t width = window * TICK_NS / 200 * 200;
		unsigned empty = 0;

		history_columns(history, line, tick_time(HOURS_10) - width, tick_time(HOURS_10),
				columns, 200);
		/* The oldest bucket may have begun before the window. */
		for (unsigned i = 2; i < 200; i++)
			empty += columns[i].count == 0;
		CHECK_EQ_U64(empty, 0);
	}
	history_free(history);
}

static void a_column_of_fixed_edges_keeps_its_values_while_the_window_rolls(void)
{
	struct history *history = new_history();
	struct history_column before[50];
	struct history_column after[50];
	const struct history_line *line;
	uint64_t random = 7;
	const uint64_t column_ns = 12 * TICK_NS;

	add_process(history, 1, "p");
	for (uint64_t tick = 0; tick < 6000; tick++)
		add_sample(history, 1, tick_time(tick), check_random(&random) % 1000 * 1024);
	line = history_line_find(history, 1);
	for (uint64_t first = 300; first < 400; first++) {
		uint64_t from_ns = START_NS + first * column_ns;

		history_columns(history, line, from_ns, from_ns + 50 * column_ns, before, 50);
		history_columns(history, line, from_ns + column_ns, from_ns + 51 * column_ns, after,
				50);
		CHECK(memcmp(&before[1], after, 49 * sizeof(before[0])) == 0);
	}
	history_free(history);
}

/* What history_columns must say, from all samples; only for times at which buckets begin. */
static struct history_column brute_column(const uint64_t *values, uint64_t from, uint64_t to)
{
	struct history_column column = { 0 };

	for (uint64_t i = from; i < to; i++) {
		if (values[i] == 0)
			continue;
		if (column.count == 0)
			column.min = column.first = values[i];
		column.min = values[i] < column.min ? values[i] : column.min;
		column.max = values[i] > column.max ? values[i] : column.max;
		column.last = values[i];
		column.count++;
	}
	return column;
}

static void check_columns(const struct history *history, const uint64_t *values, uint64_t from,
			  uint64_t width)
{
	struct history_column columns[64];

	history_columns(history, history_line_find(history, 1), tick_time(from),
			tick_time(from + 64 * width), columns, 64);
	for (uint64_t i = 0; i < 64; i++) {
		struct history_column expected =
			brute_column(values, from + i * width, from + (i + 1) * width);

		CHECK_EQ_U64(columns[i].count, expected.count);
		CHECK_EQ_U64(columns[i].min, expected.min);
		CHECK_EQ_U64(columns[i].max, expected.max);
		CHECK_EQ_U64(columns[i].first, expected.first);
		CHECK_EQ_U64(columns[i].last, expected.last);
	}
}

static void columns_say_what_all_samples_say_in_any_order_of_arrival(void)
{
	enum { TICKS = 2048 };
	static uint64_t values[TICKS];
	static uint32_t order[TICKS];
	uint64_t random = 99;

	for (unsigned round = 0; round < 20; round++) {
		struct history *history = new_history();

		add_process(history, 1, "p");
		for (uint32_t i = 0; i < TICKS; i++) {
			values[i] = check_random(&random) % 5 ? (1 + i * 7919 % 1009) * 1024 : 0;
			order[i] = i;
		}
		for (uint32_t i = TICKS - 1; round > 0 && i > 0; i--) {
			uint32_t j = (uint32_t)(check_random(&random) % (i + 1));
			uint32_t swapped = order[i];

			order[i] = order[j];
			order[j] = swapped;
		}
		for (uint32_t i = 0; i < TICKS; i++) {
			if (values[order[i]])
				add_sample(history, 1, tick_time(order[i]), values[order[i]]);
		}
		for (uint64_t width = 1; width <= 32; width *= 2)
			check_columns(history, values,
				      check_random(&random) % (TICKS - 64 * width + 1), width);
		history_free(history);
	}
}

static void long_histories_say_what_all_samples_say(void)
{
	enum { TICKS = 200000 };
	uint64_t *values = calloc(TICKS, sizeof(*values));
	struct history *history = new_history();
	uint64_t random = 5;

	add_process(history, 1, "p");
	for (uint64_t i = 0; i < TICKS; i++) {
		values[i] = (1 + check_random(&random) % 100000) * 1024;
		add_sample(history, 1, tick_time(i), values[i]);
	}
	check_columns(history, values, TICKS - 64 * 16, 16);
	check_columns(history, values, TICKS / 256 * 256 - 64 * 256, 256);
	check_columns(history, values, TICKS / 1024 * 1024 - 64 * 1024, 1024);
	check_columns(history, values, 0, 1024);
	history_free(history);
	free(values);
}

static void a_value_is_that_of_the_nearest_bucket_before_else_after(void)
{
	struct history *history = new_history();
	const struct history_line *line;

	add_process(history, 1, "p");
	line = history_line_find(history, 1);
	CHECK_EQ_U64(history_value_at(history, line, tick_time(50)), 0);
	add_sample(history, 1, tick_time(10), 10 * MIB);
	add_sample(history, 1, tick_time(20), 20 * MIB);
	CHECK_EQ_U64(history_value_at(history, line, tick_time(5)), 10 * MIB);
	CHECK_EQ_U64(history_value_at(history, line, START_NS - 50), 10 * MIB);
	CHECK_EQ_U64(history_value_at(history, line, tick_time(10)), 10 * MIB);
	CHECK_EQ_U64(history_value_at(history, line, tick_time(20) - 1), 10 * MIB);
	CHECK_EQ_U64(history_value_at(history, line, tick_time(20)), 20 * MIB);
	CHECK_EQ_U64(history_value_at(history, line, tick_time(5000000)), 20 * MIB);
	history_free(history);
}

static void memory_is_bounded_and_a_short_line_costs_little(void)
{
	struct levels *levels = levels_new(START_NS, TICK_NS, LEVEL_BUCKETS);

	for (uint64_t tick = 0; tick < 10; tick++)
		levels_add(levels, tick_time(tick), MIB);
	CHECK(levels_memory(levels) < 4096);
	for (uint64_t tick = 10; tick < 2000; tick++)
		levels_add(levels, tick_time(tick), MIB);
	CHECK(levels_memory(levels) < 64 * 1024);
	for (uint64_t tick = 2000; tick < 3000000; tick++)
		levels_add(levels, tick_time(tick), MIB);
	CHECK(levels_memory(levels) < 512 * 1024);
	levels_add(levels, UINT64_MAX, MIB);
	CHECK(levels_memory(levels) < 512 * 1024);
	levels_free(levels);
}

static void five_hundred_lines_are_kept_apart(void)
{
	enum { LINES = 500, TICKS = 300 };
	struct history *history = new_history();
	struct sample samples[LINES];

	for (uint32_t i = 0; i < LINES; i++)
		add_process(history, i + 1, "p");
	for (uint64_t tick = 0; tick < TICKS; tick++) {
		for (uint32_t i = 0; i < LINES; i++)
			samples[i] = (struct sample){ i + 1, (i + 1) * MIB, 0 };
		history_add(history,
			    &(struct record){ .t_ns = tick_time(tick),
					      .type = RECORD_TICK,
					      .tick = { .count = LINES, .samples = samples } });
	}
	CHECK_EQ_U64(history_lines(history), LINES);
	for (uint32_t i = 0; i < LINES; i++) {
		const struct history_line *line = history_line_at(history, i);
		struct history_column column;

		CHECK_EQ_U64(line->line, i + 1);
		history_columns(history, line, START_NS, tick_time(TICKS), &column, 1);
		CHECK_EQ_U64(column.count, TICKS);
		CHECK_EQ_U64(column.min, (i + 1) * MIB);
		CHECK_EQ_U64(column.max, (i + 1) * MIB);
	}
	CHECK(!history_line_at(history, LINES));
	history_free(history);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_spike_of_one_sample_in_ten_hours_shows_in_every_window),
	CHECK_TEST(a_full_window_has_no_empty_column),
	CHECK_TEST(a_column_of_fixed_edges_keeps_its_values_while_the_window_rolls),
	CHECK_TEST(columns_say_what_all_samples_say_in_any_order_of_arrival),
	CHECK_TEST(long_histories_say_what_all_samples_say),
	CHECK_TEST(a_value_is_that_of_the_nearest_bucket_before_else_after),
	CHECK_TEST(memory_is_bounded_and_a_short_line_costs_little),
	CHECK_TEST(five_hundred_lines_are_kept_apart),
};

CHECK_MAIN(tests)
