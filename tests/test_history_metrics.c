/* Figures beside the samples in a history: which is shown, and what it has over time. */
#include "plotter/model/rows.h"
#include "plotter/model/wording.h"
#include "tests/check.h"
#include "tests/history_samples.h"

static int add_metrics(struct history *history, uint64_t t_ns, struct metrics metrics)
{
	return history_add(
		history,
		&(struct record){ .t_ns = t_ns, .type = RECORD_METRICS, .metrics = metrics });
}

static struct metrics pss_of(uint64_t bytes)
{
	return (struct metrics){ .line = 1,
				 .set = METRIC_BIT(METRIC_PSS),
				 .read_ns = 2 * NS_PER_MS,
				 .values = { [METRIC_PSS] = bytes } };
}

/* A minute of samples of 100 MiB; the PSS 10 MiB from 5 s on, and 30 MiB from 45 s on. */
static struct history *new_minute(void)
{
	struct history *history = new_history();

	add_process(history, 1, "p");
	for (uint64_t tick = 1; tick <= 600; tick++) {
		if (tick == 50 || tick == 450)
			add_metrics(history, tick_time(tick) - 7,
				    pss_of(tick == 50 ? 10 * MIB : 30 * MIB));
		add_sample(history, 1, tick_time(tick), 100 * MIB);
	}
	return history;
}

static void a_history_shows_the_rss_until_another_figure_is_asked_for(void)
{
	struct history *history = new_minute();
	const struct history_line *line = history_line_find(history, 1);

	CHECK_EQ_U64(history_shown(history), METRIC_RSS);
	CHECK_EQ_U64(history_metrics(history), METRIC_BIT(METRIC_RSS) | METRIC_BIT(METRIC_PSS));
	CHECK_EQ_STR(history_figure(history), "RSS");
	CHECK_EQ_U64(history_last(history, line), 100 * MIB);
	CHECK_EQ_U64(history_next_metric(history), METRIC_PSS);
	history_show(history, METRIC_PSS);
	CHECK_EQ_STR(history_figure(history), "PSS");
	CHECK_EQ_U64(history_last(history, line), 30 * MIB);
	CHECK_EQ_U64(history_highest(history, line), 30 * MIB);
	CHECK_EQ_U64(history_next_metric(history), METRIC_RSS);
	CHECK_EQ_U64(line->rss, 100 * MIB);
	CHECK_EQ_U64(line->metrics.values[METRIC_PSS], 30 * MIB);
	history_free(history);
}

static void a_figure_holds_until_it_is_read_again(void)
{
	struct history *history = new_minute();
	const struct history_line *line = history_line_find(history, 1);
	struct history_column columns[60];
	uint64_t bytes;

	history_show(history, METRIC_PSS);
	history_columns(history, line, START_NS, tick_time(600), columns, 60);
	for (unsigned i = 0; i < 60; i++) {
		CHECK_EQ_U64(columns[i].count > 0, i >= 4);
		if (i >= 5)
			CHECK_EQ_U64(columns[i].last, i < 44 ? 10 * MIB : 30 * MIB);
	}
	CHECK(!history_value_before(history, line, tick_time(30), &bytes));
	CHECK(history_value_before(history, line, tick_time(300), &bytes));
	CHECK_EQ_U64(bytes, 10 * MIB);
	CHECK(history_first_within(history, line, START_NS, tick_time(600), &bytes));
	CHECK_EQ_U64(bytes, 10 * MIB);
	history_free(history);
}

static void a_row_has_the_figure_that_is_shown(void)
{
	struct history *history = new_minute();
	const struct history_line *line = history_line_find(history, 1);
	struct row row;

	history_show(history, METRIC_PSS);
	CHECK(row_set(&row, history, line, START_NS, tick_time(600)));
	CHECK_EQ_U64(row.rss, 30 * MIB);
	CHECK_EQ_U64(row.max, 30 * MIB);
	CHECK_EQ_U64(row.peak, 30 * MIB);
	CHECK_EQ_I64(row.change, 20 * (int64_t)MIB);
	CHECK(row_set(&row, history, line, START_NS, tick_time(200)));
	CHECK_EQ_U64(row.rss, 10 * MIB);
	history_free(history);
}

static void a_session_without_other_figures_has_no_room_for_them(void)
{
	struct history *history = new_history();
	const struct history_line *line;
	struct history_column column;
	uint64_t bytes;

	add_process(history, 1, "p");
	add_sample(history, 1, tick_time(1), MIB);
	line = history_line_find(history, 1);
	CHECK(!line->of_metric);
	CHECK_EQ_STR(history_figure(history), "");
	CHECK_EQ_U64(history_next_metric(history), METRIC_RSS);
	history_show(history, METRIC_SHMEM);
	history_columns(history, line, START_NS, tick_time(5), &column, 1);
	CHECK_EQ_U64(column.count, 0);
	CHECK(!history_value_before(history, line, tick_time(5), &bytes));
	CHECK_EQ_U64(history_value_at(history, line, tick_time(5)), 0);
	CHECK_EQ_U64(history_last(history, line), 0);
	CHECK_EQ_I64(add_metrics(history, tick_time(3), (struct metrics){ .line = 77 }), 0);
	history_free(history);
}

static void what_a_read_costs_is_said_in_words(void)
{
	struct metrics metrics = { .read_ns = 2100000 };
	char text[WORDING_TEXT];

	CHECK_EQ_STR(wording_cost(text, &metrics, 10 * NS_PER_S),
		     "pss read 2.10 ms, 0.021 % of its time");
	CHECK_EQ_STR(wording_cost(text, &metrics, 0), "pss read 2.10 ms, 0.021 % of its time");
	CHECK_EQ_STR(wording_cost(text, &metrics, NS_PER_MS),
		     "pss read 2.10 ms, 0.99 % of its time");
	metrics.read_ns = 0;
	CHECK_EQ_STR(wording_cost(text, &metrics, NS_PER_S), "");
	CHECK_EQ_STR(wording_peak(text, 210 * MIB, 12 * MIB), "peak 210 MiB, sampled 12.0 MiB");
	CHECK_EQ_STR(wording_peak(text, 210 * MIB, 210 * MIB), "peak 210 MiB");
	CHECK_EQ_STR(wording_peak(text, 210 * MIB, 0), "peak 210 MiB");
}

static const struct check_test tests[] = {
	CHECK_TEST(a_history_shows_the_rss_until_another_figure_is_asked_for),
	CHECK_TEST(a_figure_holds_until_it_is_read_again),
	CHECK_TEST(a_row_has_the_figure_that_is_shown),
	CHECK_TEST(a_session_without_other_figures_has_no_room_for_them),
	CHECK_TEST(what_a_read_costs_is_said_in_words),
};

CHECK_MAIN(tests)
