#include "plotter/model/forecast.h"

#include "tests/check.h"
#include "tests/history_samples.h"

#define COLUMNS 60
#define GIB (1024 * MIB)

/* A line that grows by 1 MiB a second from 100 MiB, for a minute. */
struct made {
	struct history *history;
	struct axis axis;
	struct row row;
	struct history_column columns[2 * COLUMNS];
};

static void make(struct made *made, uint64_t bytes_a_tick)
{
	made->history = new_history();
	add_process(made->history, 1, "p");
	for (uint64_t tick = 0; tick < 600; tick++)
		add_sample(made->history, 1, tick_time(tick), 100 * MIB + tick * bytes_a_tick);
}

static void look(struct made *made, struct outlook *ret_outlook, uint64_t limit_bytes)
{
	const struct history_line *line = history_line_find(made->history, 1);

	axis_set(&made->axis, made->history, tick_time(599), 60 * NS_PER_S, COLUMNS);
	axis_columns(&made->axis, made->history, line, made->columns);
	CHECK(row_set(&made->row, made->history, line, made->axis.from_ns, made->axis.now_ns));
	outlook_set(ret_outlook, made->history, &made->row, &made->axis, made->columns,
		    limit_bytes);
}

static const char *reach_text(struct made *made, uint64_t limit_bytes)
{
	static char text[WORDING_TEXT];
	struct outlook outlook;

	look(made, &outlook, limit_bytes);
	return outlook_reach(text, &outlook);
}

static void what_grows_reaches_the_limit_that_was_named(void)
{
	struct made made;
	struct outlook outlook;
	char text[WORDING_TEXT];

	make(&made, MIB / 10);
	look(&made, &outlook, GIB);
	CHECK(outlook.trend.steady && !outlook.over);
	CHECK_EQ_U64(outlook.limit, OUTLOOK_ASKED);
	CHECK_EQ_U64(outlook.limit_bytes, GIB);
	CHECK_EQ_STR(outlook_rate(text, &outlook), "+60.0 MiB/min");
	CHECK_EQ_STR(reach_text(&made, 359 * MIB + MIB / 2), "limit 360 MiB in 3 min 20 s");
	CHECK_EQ_STR(reach_text(&made, 180 * MIB), "limit 180 MiB in 20 s");
	CHECK_EQ_STR(reach_text(&made, 250 * MIB), "limit 250 MiB in 1 min 30 s");
	CHECK_EQ_STR(reach_text(&made, 5000 * MIB), "limit 4.9 GiB in 1 h 21 min");
	CHECK_EQ_STR(reach_text(&made, 7 * GIB), "");
	CHECK_EQ_STR(reach_text(&made, 0), "");
	history_free(made.history);
}

static void what_is_over_its_limit_is_said_to_be_whether_it_grows_or_not(void)
{
	struct made made;

	make(&made, MIB / 10);
	CHECK_EQ_STR(reach_text(&made, 150 * MIB), "over the limit 150 MiB");
	history_free(made.history);
	make(&made, 0);
	CHECK_EQ_STR(reach_text(&made, 99 * MIB), "over the limit 99.0 MiB");
	CHECK_EQ_STR(reach_text(&made, 100 * MIB), "");
	CHECK_EQ_STR(reach_text(&made, 101 * MIB), "");
	history_free(made.history);
}

static void the_limit_that_leaves_the_least_room_is_told(void)
{
	struct made made;
	struct outlook outlook;

	make(&made, MIB / 10);
	add_limit(made.history, START_NS,
		  &(struct limit){ 0, LIMIT_MACHINE, 8 * GIB, 8 * GIB - 900 * MIB });
	CHECK_EQ_STR(reach_text(&made, 0), "the machine's memory full in 15 min 00 s");
	CHECK_EQ_STR(reach_text(&made, 760 * MIB), "limit 760 MiB in 10 min 00 s");
	CHECK_EQ_STR(reach_text(&made, GIB + 500 * MIB),
		     "the machine's memory full in 15 min 00 s");
	add_limit(made.history, tick_time(500),
		  &(struct limit){ 1, LIMIT_CGROUP, 512 * MIB, 472 * MIB });
	CHECK_EQ_STR(reach_text(&made, 760 * MIB), "cgroup limit 512 MiB in 40 s");
	/* It came later than what the screen shows. */
	add_limit(made.history, tick_time(601),
		  &(struct limit){ 1, LIMIT_CGROUP, 512 * MIB, 512 * MIB });
	CHECK_EQ_STR(reach_text(&made, 0), "cgroup limit 512 MiB in 40 s");
	look(&made, &outlook, 0);
	CHECK_EQ_U64(outlook.limit, OUTLOOK_CGROUP);
	CHECK_EQ_U64(outlook.limit_bytes, 512 * MIB);
	history_free(made.history);
}

static void what_the_session_was_asked_for_is_the_limit_where_nobody_named_another(void)
{
	struct made made;

	make(&made, MIB / 10);
	add_limit(made.history, START_NS, &(struct limit){ 1, LIMIT_ASKED, 760 * MIB, 0 });
	add_limit(made.history, START_NS, &(struct limit){ 0, LIMIT_ASKED, 90 * MIB, 0 });
	CHECK_EQ_STR(reach_text(&made, 0), "limit 760 MiB in 10 min 00 s");
	CHECK_EQ_STR(reach_text(&made, 150 * MIB), "over the limit 150 MiB");
	CHECK_EQ_U64(history_asked_at(made.history, NULL, START_NS), 90 * MIB);
	CHECK_EQ_U64(history_asked_least(made.history, START_NS), 760 * MIB);
	CHECK_EQ_U64(history_asked_least(made.history, START_NS - 1), 0);
	add_limit(made.history, tick_time(599), &(struct limit){ 1, LIMIT_ASKED, 0, 0 });
	CHECK_EQ_STR(reach_text(&made, 0), "");
	CHECK_EQ_U64(history_asked_least(made.history, tick_time(599)), 90 * MIB);
	history_free(made.history);
}

static void an_ended_line_reaches_nothing(void)
{
	struct made made;
	char text[WORDING_TEXT];
	struct outlook outlook;

	make(&made, MIB / 10);
	add_end(made.history, 1, tick_time(599));
	look(&made, &outlook, MIB);
	CHECK(!outlook.over);
	CHECK_EQ_U64(outlook.reached_ns, UINT64_MAX);
	CHECK_EQ_STR(outlook_reach(text, &outlook), "");
	CHECK_EQ_STR(outlook_rate(text, &outlook), "+60.0 MiB/min");
	history_free(made.history);
}

static void a_line_without_values_has_no_rate(void)
{
	struct made made = { .history = new_history() };
	char text[WORDING_TEXT];
	struct outlook outlook;

	add_process(made.history, 1, "p");
	look(&made, &outlook, GIB);
	CHECK_EQ_STR(outlook_rate(text, &outlook), "");
	CHECK_EQ_STR(outlook_reach(text, &outlook), "");
	history_free(made.history);
}

static const struct check_test tests[] = {
	CHECK_TEST(what_grows_reaches_the_limit_that_was_named),
	CHECK_TEST(what_is_over_its_limit_is_said_to_be_whether_it_grows_or_not),
	CHECK_TEST(the_limit_that_leaves_the_least_room_is_told),
	CHECK_TEST(what_the_session_was_asked_for_is_the_limit_where_nobody_named_another),
	CHECK_TEST(an_ended_line_reaches_nothing),
	CHECK_TEST(a_line_without_values_has_no_rate),
};

CHECK_MAIN(tests)
