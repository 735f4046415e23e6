/*
 * A history tells at each of its times what was so then, and nothing of what came later; and keeps
 * single samples where it has room for them.
 */
#include "plotter/model/levels.h"
#include "plotter/model/rows.h"

#include "tests/check.h"
#include "tests/history_samples.h"

#include <stdlib.h>

#define HOURS_10 360000

static struct history *sized_history(size_t buckets, size_t events)
{
	const struct session_info session = { .name = "test",
					      .interval_ns = TICK_NS,
					      .start_ns = START_NS };

	return history_new_sized(&session, &(struct history_room){ buckets, events });
}

static uint64_t value_of(uint64_t tick)
{
	return (1 + tick * 7919 % 100003) * 1024;
}

static struct history *ten_hours(size_t buckets)
{
	struct history *history = sized_history(buckets, 100);

	add_process(history, 1, "p");
	for (uint64_t tick = 0; tick < HOURS_10; tick++)
		add_sample(history, 1, tick_time(tick), value_of(tick));
	return history;
}

static void single_samples_show_in_the_middle_of_ten_hours(void)
{
	const uint64_t life_ns = HOURS_10 * TICK_NS;
	const struct history_room room = history_room_for(TICK_NS, &life_ns, 1, 0);
	struct history *history = ten_hours(room.buckets);
	const struct history_line *line = history_line_find(history, 1);
	struct history_column columns[50];

	for (uint64_t from = 0; from < HOURS_10 - 50; from += 30011) {
		history_columns(history, line, tick_time(from), tick_time(from + 50), columns, 50);
		for (uint64_t i = 0; i < 50; i++) {
			uint64_t rss = 0;

			CHECK_EQ_U64(columns[i].count, 1);
			CHECK_EQ_U64(columns[i].max, value_of(from + i));
			CHECK(history_value_before(history, line, tick_time(from + i), &rss));
			CHECK_EQ_U64(rss, value_of(from + i));
			history_value_before(history, line, tick_time(from + i + 1) - 1, &rss);
			CHECK_EQ_U64(rss, value_of(from + i));
		}
	}
	history_free(history);
}

static void room_is_made_for_all_but_for_no_more_than_there_is_memory(void)
{
	const uint64_t hours_10_ns = HOURS_10 * TICK_NS;
	uint64_t lives_ns[1000];
	struct history_room room;
	uint64_t bytes = 0;

	for (size_t i = 0; i < 1000; i++)
		lives_ns[i] = hours_10_ns;
	room = history_room_for(TICK_NS, lives_ns, 4, 70000);
	CHECK(room.buckets >= HOURS_10);
	CHECK_EQ_U64(room.events, 70000);
	room = history_room_for(TICK_NS, lives_ns, 1000, 5000000);
	CHECK_EQ_U64(room.events, 1000000);
	for (size_t i = 0; i < 1000; i++)
		bytes += levels_estimate(TICK_NS, lives_ns[i], room.buckets);
	CHECK(bytes <= 256 << 20);
	CHECK(2 * bytes > 128 << 20);
	room = history_room_for(TICK_NS, NULL, 0, 0);
	CHECK_EQ_U64(room.events, HISTORY_EVENTS);
	/* a hundred thousand that live for a second cost little */
	for (size_t i = 0; i < 1000; i++)
		lives_ns[i] = NS_PER_S;
	lives_ns[0] = hours_10_ns;
	CHECK(history_room_for(TICK_NS, lives_ns, 1000, 0).buckets >= HOURS_10);
}

static void memory_is_what_was_estimated(void)
{
	struct levels *levels = levels_new(START_NS, TICK_NS, 4096);

	for (uint64_t tick = 0; tick < 50000; tick++)
		levels_add(levels, tick_time(tick), MIB);
	CHECK(levels_memory(levels) <= levels_estimate(TICK_NS, 50000 * TICK_NS, 4096));
	CHECK(2 * levels_memory(levels) > levels_estimate(TICK_NS, 50000 * TICK_NS, 4096));
	levels_free(levels);
}

static void what_is_older_than_the_room_is_coarser_but_there(void)
{
	struct history *history = ten_hours(4096);
	const struct history_line *line = history_line_find(history, 1);
	struct history_column columns[128];
	struct axis axis;
	uint64_t rss;

	for (uint64_t window = 10; window < 5000; window *= 2) {
		axis_set(&axis, history, tick_time(5000), window * TICK_NS, 64);
		axis_columns(&axis, history, line, columns);
		for (unsigned i = 0; i < 64; i++)
			CHECK(columns[i].count > 0);
	}
	CHECK(history_value_before(history, line, tick_time(5000), &rss));
	history_free(history);
}

/* Each time's columns and row are the same whether the samples after it have come or not. */
static void nothing_after_now_is_told_in_any_window(void)
{
	const uint64_t nows[] = { 100, 4097, 20003, 49999 };
	struct history *whole = sized_history(65536, 100);
	struct history *grown = sized_history(65536, 100);
	uint64_t tick = 0;

	add_process(whole, 1, "p");
	add_process(grown, 1, "p");
	for (uint64_t i = 0; i < 50100; i++)
		add_sample(whole, 1, tick_time(i), value_of(i));
	for (size_t i = 0; i < sizeof(nows) / sizeof(nows[0]); i++) {
		uint64_t now_ns = tick_time(nows[i]) + 12345;

		for (; tick <= nows[i]; tick++)
			add_sample(grown, 1, tick_time(tick), value_of(tick));
		for (uint64_t window = 10; window < 100000; window *= 3) {
			struct history_column then[80];
			struct history_column later[80];
			struct axis axis;
			struct row row;
			struct row row_later;

			axis_set(&axis, grown, now_ns, window * TICK_NS, 40);
			axis_columns(&axis, grown, history_line_find(grown, 1), then);
			axis_columns(&axis, whole, history_line_find(whole, 1), later);
			CHECK(memcmp(then, later, 40 * sizeof(then[0])) == 0);
			CHECK(row_set(&row, grown, history_line_find(grown, 1), axis.from_ns,
				      now_ns));
			CHECK(row_set(&row_later, whole, history_line_find(whole, 1), axis.from_ns,
				      now_ns));
			CHECK_EQ_U64(row.rss, row_later.rss);
			CHECK_EQ_U64(row.peak, row_later.peak);
			CHECK(!row_later.ended);
		}
	}
	history_free(whole);
	history_free(grown);
}

static void a_late_sample_is_not_told_before_its_time(void)
{
	struct history *history = new_history();
	const struct history_line *line;
	uint64_t rss;

	add_process(history, 1, "p");
	add_sample(history, 1, tick_time(1), MIB);
	add_sample(history, 1, tick_time(2) + TICK_NS / 2, 9 * MIB);
	line = history_line_find(history, 1);
	CHECK(!history_value_before(history, line, tick_time(1) - 1, &rss));
	CHECK(history_value_before(history, line, tick_time(2) + TICK_NS / 2 - 1, &rss));
	CHECK_EQ_U64(rss, MIB);
	CHECK(history_value_before(history, line, tick_time(2) + TICK_NS / 2 + 2000, &rss));
	CHECK_EQ_U64(rss, 9 * MIB);
	history_free(history);
}

static void a_value_is_found_over_a_gap_of_any_length(void)
{
	struct history *history = sized_history(1 << 20, 100);
	const struct history_line *line;
	uint64_t rss = 0;

	add_process(history, 1, "p");
	add_sample(history, 1, tick_time(3), 5 * MIB);
	add_sample(history, 1, tick_time(500000), MIB);
	line = history_line_find(history, 1);
	for (uint64_t tick = 4; tick < 500000; tick += 997) {
		CHECK(history_value_before(history, line, tick_time(tick), &rss));
		CHECK_EQ_U64(rss, 5 * MIB);
	}
	CHECK(!history_value_before(history, line, tick_time(2), &rss));
	history_free(history);
}

static void names_counts_and_spans_are_as_they_were(void)
{
	struct history *history = new_history();
	struct record span = { .t_ns = tick_time(10),
			       .type = RECORD_EVENT,
			       .event = { .line = 1,
					  .kind = EVENT_SPAN_BEGIN,
					  .span = 4,
					  .category = "",
					  .label = "x" } };
	const struct history_line *line;

	add_process(history, 1, "sh");
	history_add(history, &span);
	history_add(history, &(struct record){ .t_ns = tick_time(20),
					       .type = RECORD_PROCESS,
					       .process = { .line = 1,
							    .pid = 101,
							    .name = "python3",
							    .command = "python3 x" } });
	history_add(history, &(struct record){ .t_ns = tick_time(30),
					       .type = RECORD_GAP,
					       .gap = { .reason = GAP_MISSED, .count = 2 } });
	history_add(history,
		    &(struct record){ .t_ns = tick_time(40),
				      .type = RECORD_GAP,
				      .gap = { .line = 1, .reason = GAP_DROPPED, .count = 7 } });
	span.t_ns = tick_time(50);
	span.event.kind = EVENT_SPAN_END;
	history_add(history, &span);
	line = history_line_find(history, 1);
	CHECK_EQ_STR(history_name_at(line, tick_time(20) - 1).name, "sh");
	CHECK_EQ_STR(history_name_at(line, tick_time(20) - 1).command, "./x");
	CHECK_EQ_STR(history_name_at(line, tick_time(20)).name, "python3");
	CHECK_EQ_U64(history_missed(history, tick_time(30) - 1), 0);
	CHECK_EQ_U64(history_missed(history, tick_time(30)), 2);
	CHECK_EQ_U64(history_dropped(history, tick_time(40) - 1), 0);
	CHECK_EQ_U64(history_dropped(history, tick_time(99)), 7);
	CHECK_EQ_U64(history_event_at(history, 0)->closed_ns, tick_time(50));
	CHECK_EQ_U64(history_begin(history), START_NS);
	history_free(history);
}

static void a_peak_is_told_once_the_kernel_told_it(void)
{
	struct history *history = new_history();
	struct row row;

	add_process(history, 1, "p");
	add_sample(history, 1, tick_time(10), MIB);
	history_add(history, &(struct record){ .t_ns = tick_time(15),
					       .type = RECORD_PEAK,
					       .peak = { .line = 1, .peak_rss = 8 * MIB } });
	CHECK(row_set(&row, history, history_line_find(history, 1), START_NS, tick_time(15) - 1));
	CHECK_EQ_U64(row.peak, MIB);
	CHECK(row_set(&row, history, history_line_find(history, 1), START_NS, tick_time(15)));
	CHECK_EQ_U64(row.peak, 8 * MIB);
	history_free(history);
}

static void counts_of_a_long_session_are_bounded_and_end_right(void)
{
	struct history *history = new_history();

	for (uint64_t i = 1; i <= 200000; i++)
		history_add(history,
			    &(struct record){ .t_ns = tick_time(i),
					      .type = RECORD_GAP,
					      .gap = { .reason = GAP_MISSED, .count = 1 } });
	CHECK_EQ_U64(history_missed(history, UINT64_MAX), 200000);
	for (uint64_t i = 1; i <= 200000; i += 100) {
		CHECK(history_missed(history, tick_time(i)) <= i);
		CHECK(history_missed(history, tick_time(i)) + 64 >= i);
	}
	history_free(history);
}

static void a_value_at_the_cursor_is_none_before_and_after_a_life(void)
{
	struct history *history = new_history();
	struct row row;
	uint64_t rss = 0;

	add_process(history, 1, "p");
	add_sample(history, 1, tick_time(5), 4 * MIB);
	add_end(history, 1, tick_time(9));
	CHECK(row_set(&row, history, history_line_find(history, 1), START_NS, tick_time(20)));
	CHECK(!row_value_at(&row, history, tick_time(4), &rss));
	CHECK(row_value_at(&row, history, tick_time(8), &rss));
	CHECK_EQ_U64(rss, 4 * MIB);
	CHECK(row_value_at(&row, history, tick_time(9), &rss));
	CHECK_EQ_U64(rss, 2 * MIB);
	CHECK(!row_value_at(&row, history, tick_time(9) + 1, &rss));
	history_free(history);
}

static const struct check_test tests[] = {
	CHECK_TEST(single_samples_show_in_the_middle_of_ten_hours),
	CHECK_TEST(room_is_made_for_all_but_for_no_more_than_there_is_memory),
	CHECK_TEST(memory_is_what_was_estimated),
	CHECK_TEST(what_is_older_than_the_room_is_coarser_but_there),
	CHECK_TEST(nothing_after_now_is_told_in_any_window),
	CHECK_TEST(a_late_sample_is_not_told_before_its_time),
	CHECK_TEST(a_value_is_found_over_a_gap_of_any_length),
	CHECK_TEST(names_counts_and_spans_are_as_they_were),
	CHECK_TEST(a_peak_is_told_once_the_kernel_told_it),
	CHECK_TEST(counts_of_a_long_session_are_bounded_and_end_right),
	CHECK_TEST(a_value_at_the_cursor_is_none_before_and_after_a_life),
};

CHECK_MAIN(tests)
