#include "plotter/model/history.h"

#include "tests/check.h"
#include "tests/history_samples.h"

static void samples_of_lines_nobody_told_of_are_ignored(void)
{
	struct history *history = new_history();

	CHECK_EQ_I64(add_sample(history, 9, tick_time(1), MIB), 0);
	CHECK_EQ_I64(add_end(history, 9, tick_time(2)), 0);
	CHECK_EQ_U64(history_lines(history), 0);
	CHECK(!history_line_find(history, 9));
	CHECK_EQ_U64(history_now(history), tick_time(2));
	history_free(history);
}

static void a_process_told_again_has_a_new_name_on_the_same_line(void)
{
	struct history *history = new_history();

	add_process(history, 2, "late");
	add_process(history, 1, "sh");
	add_sample(history, 1, tick_time(3), MIB);
	add_process(history, 1, "python3");
	CHECK_EQ_U64(history_lines(history), 2);
	CHECK_EQ_STR(history_line_at(history, 0)->name, "python3");
	CHECK_EQ_U64(history_line_at(history, 0)->rss, MIB);
	CHECK_EQ_U64(history_line_at(history, 0)->first_ns, tick_time(3));
	CHECK_EQ_STR(history_line_at(history, 1)->name, "late");
	history_free(history);
}

static void an_end_closes_the_line_and_is_listed(void)
{
	struct history *history = new_history();
	const struct history_line *line;

	add_process(history, 1, "p");
	add_sample(history, 1, tick_time(1), 4 * MIB);
	add_end(history, 1, tick_time(9));
	add_end(history, 1, tick_time(10));
	add_sample(history, 1, tick_time(2), 1 * MIB);
	line = history_line_find(history, 1);
	CHECK(line->ended);
	CHECK_EQ_U64(line->last_ns, tick_time(9));
	CHECK_EQ_U64(line->rss, 2 * MIB);
	CHECK_EQ_U64(line->max_rss, 4 * MIB);
	CHECK_EQ_U64(line->peak_rss, 5 * MIB);
	CHECK_EQ_U64(line->events, 0);
	CHECK_EQ_U64(history_events(history), 1);
	CHECK(history_event_at(history, 0)->end);
	CHECK_EQ_STR(history_event_at(history, 0)->label,
		     "exited with status 3, last 2.0 MiB, peak 5.0 MiB, sampled 4.0 MiB");
	history_free(history);
}

static void events_are_in_order_of_time_however_they_come(void)
{
	struct history *history = new_history();
	uint64_t random = 3;
	uint64_t before = 0;

	for (unsigned i = 0; i < 1000; i++)
		add_event(history, 0, START_NS + check_random(&random) % 500, "x");
	CHECK_EQ_U64(history_events(history), 1000);
	for (size_t i = 0; i < 1000; i++) {
		const struct history_event *event = history_event_at(history, i);

		CHECK(event->t_ns >= before);
		before = event->t_ns;
	}
	for (uint64_t t_ns = START_NS; t_ns <= START_NS + 500; t_ns += 50) {
		size_t index = history_event_after(history, t_ns);

		CHECK(index == 0 || history_event_at(history, index - 1)->t_ns < t_ns);
		CHECK(index == 1000 || history_event_at(history, index)->t_ns >= t_ns);
	}
	history_free(history);
}

static void the_newest_events_are_kept(void)
{
	struct history *history = new_history();
	char label[32];

	for (unsigned i = 0; i < HISTORY_EVENTS + 500; i++) {
		snprintf(label, sizeof(label), "event %u", i);
		add_event(history, 0, START_NS + 1000 + i, label);
	}
	add_event(history, 0, START_NS, "too old");
	add_event(history, 0, START_NS + 1600, "late");
	CHECK_EQ_U64(history_events(history), HISTORY_EVENTS);
	CHECK_EQ_STR(history_event_at(history, 0)->label, "event 501");
	CHECK_EQ_STR(history_event_at(history, 99)->label, "event 600");
	CHECK_EQ_STR(history_event_at(history, 100)->label, "late");
	CHECK_EQ_STR(history_event_at(history, HISTORY_EVENTS - 1)->label, "event 10499");
	CHECK_EQ_U64(history_event_at(history, HISTORY_EVENTS - 1)->number, HISTORY_EVENTS + 500);
	CHECK(!history_event_at(history, HISTORY_EVENTS));
	history_free(history);
}

static void gaps_and_missed_ticks_are_counted(void)
{
	struct history *history = new_history();

	add_process(history, 1, "p");
	add_gap(history, 0, GAP_MISSED, 2);
	CHECK_EQ_U64(history_missed(history, UINT64_MAX), 2);
	history_add(history, &(struct record){ .t_ns = tick_time(1),
					       .type = RECORD_TICK,
					       .tick = { .missed = 7 } });
	add_gap(history, 0, GAP_MISSED, 1);
	CHECK_EQ_U64(history_missed(history, UINT64_MAX), 7);
	add_gap(history, 1, GAP_DROPPED, 30);
	add_gap(history, 0, GAP_TORN, 4);
	CHECK_EQ_U64(history_dropped(history, UINT64_MAX), 34);
	history_free(history);
}

static void forgotten_lines_go_with_their_events_and_still_count(void)
{
	struct history *history = new_history();

	for (uint32_t line = 1; line <= 3; line++) {
		add_process(history, line, "p");
		add_event(history, line, tick_time(line), "x");
	}
	add_gap(history, 1, GAP_DROPPED, 5);
	add_end(history, 1, tick_time(10));
	add_end(history, 2, tick_time(20));
	history_forget(history, tick_time(20));
	CHECK_EQ_U64(history_lines(history), 2);
	CHECK(!history_line_find(history, 1));
	CHECK_EQ_U64(history_events(history), 3);
	CHECK_EQ_U64(history_event_at(history, 0)->line, 2);
	CHECK_EQ_U64(history_dropped(history, UINT64_MAX), 5);
	history_free(history);
}

static void a_listed_process_fills_in_for_records_that_are_gone(void)
{
	struct history *history = new_history();
	struct process_info info = {
		.line = 4,
		.pid = 44,
		.rss = MIB,
		.max_rss = 3 * MIB,
		.peak_rss = 9 * MIB,
		.events = 12,
		.dropped = 2,
		.since_ns = tick_time(1),
		.name = "old",
		.command = "./old",
	};
	const struct history_line *line;

	add_process(history, 5, "new");
	add_sample(history, 5, tick_time(3), 2 * MIB);
	CHECK_EQ_I64(history_add_process(history, &info), 0);
	line = history_line_find(history, 4);
	CHECK_EQ_STR(line->name, "old");
	CHECK_EQ_U64(line->joined_ns, tick_time(1));
	CHECK_EQ_U64(line->rss, MIB);
	info.line = 5;
	CHECK_EQ_I64(history_add_process(history, &info), 0);
	line = history_line_find(history, 5);
	CHECK_EQ_STR(line->name, "new");
	CHECK_EQ_U64(line->rss, 2 * MIB);
	CHECK_EQ_U64(line->peak_rss, 9 * MIB);
	CHECK_EQ_U64(line->events, 12);
	CHECK_EQ_U64(history_dropped(history, UINT64_MAX), 4);
	history_free(history);
}

static void times_before_the_start_and_far_ahead_do_no_harm(void)
{
	struct history *history = new_history();
	struct history_column columns[10];
	const struct history_line *line;

	add_process(history, 1, "p");
	add_sample(history, 1, 0, MIB);
	add_sample(history, 1, UINT64_MAX, 2 * MIB);
	add_sample(history, 1, UINT64_MAX - 1, UINT64_MAX);
	add_sample(history, 1, tick_time(5), 3 * MIB);
	line = history_line_find(history, 1);
	history_columns(history, line, 0, UINT64_MAX, columns, 10);
	history_columns(history, line, UINT64_MAX, 0, columns, 10);
	CHECK_EQ_U64(columns[0].count, 0);
	CHECK_EQ_U64(line->max_rss, UINT64_MAX);
	history_free(history);
	history_free(NULL);
}

/* "cgroup 200 - 60", in MiB. */
static const char *limit_text(char text[64], const struct history *history, uint64_t t_ns)
{
	struct limit limit;

	if (!history_limit_at(history, history_line_find(history, 1), t_ns, &limit))
		return "none";
	snprintf(text, 64, "%s %" PRIu64 " - %" PRIu64,
		 limit.kind == LIMIT_CGROUP ? "cgroup" : "machine", (uint64_t)(limit.limit / MIB),
		 (uint64_t)(limit.used / MIB));
	return text;
}

static void the_limit_with_the_least_room_holds_a_line_from_when_it_was_told(void)
{
	struct history *history = new_history();
	char text[64];

	add_process(history, 1, "p");
	add_process(history, 2, "other");
	CHECK_EQ_STR(limit_text(text, history, tick_time(9)), "none");
	add_limit(history, START_NS - 9, &(struct limit){ 2, LIMIT_CGROUP, 1, 1 });
	CHECK_EQ_U64(history_begin(history), START_NS);
	add_limit(history, tick_time(2),
		  &(struct limit){ 0, LIMIT_MACHINE, 1000 * MIB, 100 * MIB });
	/* Told late, for an earlier time. */
	add_limit(history, tick_time(1), &(struct limit){ 1, LIMIT_CGROUP, 200 * MIB, 50 * MIB });
	add_limit(history, tick_time(4), &(struct limit){ 1, LIMIT_CGROUP, 200 * MIB, 60 * MIB });
	add_limit(history, tick_time(4), &(struct limit){ 2, LIMIT_CGROUP, 9 * MIB, 8 * MIB });
	add_limit(history, tick_time(6),
		  &(struct limit){ 0, LIMIT_MACHINE, 1000 * MIB, 999 * MIB });
	add_limit(history, tick_time(7), &(struct limit){ 1, LIMIT_CGROUP, 200 * MIB, 300 * MIB });
	add_limit(history, tick_time(8), &(struct limit){ 1, LIMIT_CGROUP, 0, 0 });
	add_limit(history, tick_time(8), &(struct limit){ 77, LIMIT_CGROUP, 1, 1 });
	CHECK_EQ_STR(limit_text(text, history, tick_time(1) - 1), "none");
	CHECK_EQ_STR(limit_text(text, history, tick_time(1)), "cgroup 200 - 50");
	CHECK_EQ_STR(limit_text(text, history, tick_time(3)), "cgroup 200 - 50");
	CHECK_EQ_STR(limit_text(text, history, tick_time(5)), "cgroup 200 - 60");
	CHECK_EQ_STR(limit_text(text, history, tick_time(6)), "machine 1000 - 999");
	CHECK_EQ_STR(limit_text(text, history, tick_time(7)), "cgroup 200 - 300");
	CHECK_EQ_STR(limit_text(text, history, tick_time(8)), "machine 1000 - 999");
	history_free(history);
}

static void many_changes_of_a_limit_leave_the_newest_and_an_outline_of_the_rest(void)
{
	struct history *history = new_history();
	const struct history_line *line;
	struct limit limit;

	add_process(history, 1, "p");
	for (uint64_t i = 1; i <= 100000; i++)
		CHECK_EQ_I64(add_limit(history, tick_time(i),
				       &(struct limit){ 1, LIMIT_CGROUP, 200000, i }),
			     0);
	line = history_line_find(history, 1);
	CHECK(line->limits.count <= LIMITS_KEPT && line->limits.capacity <= LIMITS_KEPT);
	for (uint64_t i = 1; i <= 100000; i += 999) {
		CHECK(history_limit_at(history, line, tick_time(i), &limit));
		CHECK(limit.used <= i && limit.used + 1 + (100000 - i) / 50 >= i);
	}
	CHECK(history_limit_at(history, line, tick_time(200000), &limit));
	CHECK_EQ_U64(limit.used, 100000);
	history_free(history);
}

static const struct check_test tests[] = {
	CHECK_TEST(samples_of_lines_nobody_told_of_are_ignored),
	CHECK_TEST(a_process_told_again_has_a_new_name_on_the_same_line),
	CHECK_TEST(an_end_closes_the_line_and_is_listed),
	CHECK_TEST(events_are_in_order_of_time_however_they_come),
	CHECK_TEST(the_newest_events_are_kept),
	CHECK_TEST(gaps_and_missed_ticks_are_counted),
	CHECK_TEST(forgotten_lines_go_with_their_events_and_still_count),
	CHECK_TEST(a_listed_process_fills_in_for_records_that_are_gone),
	CHECK_TEST(the_limit_with_the_least_room_holds_a_line_from_when_it_was_told),
	CHECK_TEST(many_changes_of_a_limit_leave_the_newest_and_an_outline_of_the_rest),
	CHECK_TEST(times_before_the_start_and_far_ahead_do_no_harm),
};

CHECK_MAIN(tests)
