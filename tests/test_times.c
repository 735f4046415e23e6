#include "plotter/model/times.h"

#include "base/clock.h"
#include "tests/check.h"

#include <stdlib.h>
#include <time.h>

#define MS NS_PER_MS
#define S NS_PER_S
#define MINUTE (60 * S)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

#define START (1000 * S) /* of the session, CLOCK_MONOTONIC */

#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"
#define SAO_PAULO "<-03>3<-02>,M10.3.0/0,M2.3.0/0" /* its clock leapt at midnight */

/* Seconds since 1970. */
#define NOV_21_1430 1795271400ULL
#define MAR_29 1774742400ULL
#define OCT_25 1792886400ULL
#define OCT_15_2017 1508025600ULL

/* A session that started then; ticks from @from_ns to @to_ns after it. */
struct axis {
	const char *zone;
	uint64_t wall_s;
	int64_t from_ns;
	int64_t to_ns;
	enum times_style style;
	unsigned most;
	uint64_t jump_ns; /* after it, the wall clock jumps; 0: it doesn't */
	uint64_t jump_wall_s;
};

static void set_axis(struct times *times, const struct axis *axis)
{
	static struct session_info session;

	session = (struct session_info){ .start_ns = START, .start_wall_ns = axis->wall_s * S };
	if (axis->jump_ns)
		wall_add_jump(&session, START + axis->jump_ns, axis->jump_wall_s * S);
	setenv("TZ", axis->zone ? axis->zone : "UTC0", 1);
	tzset();
	times_set(times, &session, axis->style, (uint64_t)((int64_t)START + axis->from_ns),
		  (uint64_t)((int64_t)START + axis->to_ns), axis->most);
}

/* All labels, the first to the last. */
static char *labels(char text[400], struct axis axis)
{
	struct times times;
	char label[SCALE_TEXT];
	size_t length = 0;

	set_axis(&times, &axis);
	text[0] = '\0';
	for (uint64_t t = times.first_ns; t != UINT64_MAX && length < 300;
	     t = times_next(&times, t)) {
		CHECK(t >= times.from_ns && t <= times.to_ns);
		length += (size_t)snprintf(text + length, 400 - length, "%s%s", length ? ", " : "",
					   times_label(label, &times, t));
	}
	return text;
}

#define LABELS(...) labels(text, (struct axis){ __VA_ARGS__ })

static void since_the_start_ticks_are_elapsed_time(void)
{
	char text[400];

	CHECK_EQ_STR(LABELS(.to_ns = 60 * S, .most = 6),
		     "0:00, 0:10, 0:20, 0:30, 0:40, 0:50, 1:00");
	CHECK_EQ_STR(LABELS(.from_ns = 3 * S, .to_ns = 63 * S, .most = 4),
		     "0:15, 0:30, 0:45, 1:00");
	CHECK_EQ_STR(LABELS(.from_ns = 58 * MINUTE, .to_ns = 63 * MINUTE, .most = 3),
		     "58:00, 1:00:00, 1:02:00");
	CHECK_EQ_STR(LABELS(.from_ns = 20 * HOUR, .to_ns = 30 * HOUR, .most = 4),
		     "21:00:00, 24:00:00, 27:00:00, 30:00:00");
	CHECK_EQ_STR(LABELS(.to_ns = 7 * DAY, .most = 4), "0 d, 2 d, 4 d, 6 d");
}

static void after_a_jump_of_the_wall_clock_it_is_what_it_was_set_to(void)
{
	char text[400];

	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .wall_s = NOV_21_1430, .to_ns = 2 * MINUTE,
			    .most = 4, .jump_ns = MINUTE, .jump_wall_s = NOV_21_1430 + 3660),
		     "14:30:00, 14:30:30, 15:31:00, 15:31:30, 15:32:00");
}

static void below_a_second_there_are_as_many_decimals_as_needed(void)
{
	char text[400];

	CHECK_EQ_STR(LABELS(.to_ns = S, .most = 5), "0:00.0, 0:00.2, 0:00.4, 0:00.6, 0:00.8, "
						    "0:01.0");
	CHECK_EQ_STR(LABELS(.from_ns = 220 * MS, .to_ns = 320 * MS, .most = 2), "0:00.25, 0:00.30");
	CHECK_EQ_STR(LABELS(.from_ns = 3600 * S + 1, .to_ns = 3600 * S + 4, .most = 3),
		     "1:00:00.000000001, 1:00:00.000000002, 1:00:00.000000003, 1:00:00.000000004");
	CHECK_EQ_STR(LABELS(.style = TIMES_AGO, .to_ns = S, .most = 2), "-1.0 s, -0.5 s, now");
	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .wall_s = NOV_21_1430, .from_ns = 14930 * MS,
			    .to_ns = 15170 * MS, .most = 4),
		     "14:30:15.0, 14:30:15.1");
}

static void before_the_start_time_is_negative(void)
{
	char text[400];

	CHECK_EQ_STR(LABELS(.from_ns = -57 * (int64_t)S, .to_ns = 3 * S, .most = 4),
		     "-0:45, -0:30, -0:15, 0:00");
	CHECK_EQ_STR(LABELS(.from_ns = -58 * (int64_t)S, .to_ns = -(int64_t)S, .most = 2), "-0:30");
	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .wall_s = NOV_21_1430,
			    .from_ns = -(int64_t)MINUTE, .to_ns = 0, .most = 2),
		     "14:29:00, 14:29:30, 14:30:00");
	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .wall_s = 30, .from_ns = -(int64_t)MINUTE,
			    .to_ns = 0, .most = 2),
		     "23:59:30, 00:00:00, 00:00:30");
}

static void what_counts_back_ends_with_now(void)
{
	char text[400];

	CHECK_EQ_STR(LABELS(.style = TIMES_AGO, .from_ns = 123, .to_ns = 60 * S + 123, .most = 4),
		     "-60 s, -45 s, -30 s, -15 s, now");
	CHECK_EQ_STR(LABELS(.style = TIMES_AGO, .to_ns = 100 * S, .most = 4),
		     "-90 s, -60 s, -30 s, now");
	CHECK_EQ_STR(LABELS(.style = TIMES_AGO, .to_ns = 20 * MINUTE, .most = 4),
		     "-20 min, -15 min, -10 min, -5 min, now");
	CHECK_EQ_STR(LABELS(.style = TIMES_AGO, .to_ns = 10 * HOUR, .most = 4),
		     "-9 h, -6 h, -3 h, now");
	CHECK_EQ_STR(LABELS(.style = TIMES_AGO, .to_ns = 7 * DAY, .most = 4),
		     "-6 d, -4 d, -2 d, now");
	CHECK_EQ_STR(LABELS(.style = TIMES_AGO, .to_ns = 0, .most = 4), "now");
}

static void ticks_by_the_clock_are_round_in_local_time(void)
{
	char text[400];

	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .wall_s = NOV_21_1430, .from_ns = 7 * S,
			    .to_ns = 67 * S, .most = 4),
		     "14:30:15, 14:30:30, 14:30:45, 14:31:00");
	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .wall_s = NOV_21_1430 + 7, .to_ns = 20 * MINUTE,
			    .most = 4),
		     "14:35, 14:40, 14:45, 14:50");
	CHECK_EQ_STR(
		LABELS(.style = TIMES_CLOCK, .wall_s = NOV_21_1430, .to_ns = 10 * HOUR, .most = 4),
		"15:00, 18:00, 21:00, 00:00");
	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .zone = "IST-5:30", .wall_s = NOV_21_1430,
			    .to_ns = 10 * HOUR, .most = 4),
		     "21:00, 00:00, 03:00, 06:00");
}

static void over_days_midnight_has_the_date(void)
{
	char text[400];

	CHECK_EQ_STR(
		LABELS(.style = TIMES_CLOCK, .wall_s = NOV_21_1430, .to_ns = 36 * HOUR, .most = 3),
		"Nov 22, 12:00, Nov 23");
	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .zone = BERLIN, .wall_s = NOV_21_1430,
			    .to_ns = 4 * DAY, .most = 4),
		     "Nov 22, Nov 23, Nov 24, Nov 25");
	CHECK_EQ_STR(
		LABELS(.style = TIMES_CLOCK, .wall_s = NOV_21_1430, .to_ns = 400 * DAY, .most = 2),
		"2026-12-13, 2027-07-01");
}

static void a_night_of_a_changing_clock_keeps_its_midnights(void)
{
	char text[400];
	struct times times;
	uint64_t t;

	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .zone = BERLIN, .wall_s = MAR_29 - 36 * 3600,
			    .to_ns = 4 * DAY, .most = 4),
		     "Mar 28, Mar 29, Mar 30, Mar 31");
	set_axis(&times, &(struct axis){ .style = TIMES_CLOCK,
					 .zone = BERLIN,
					 .wall_s = MAR_29 - 3600,
					 .to_ns = 3 * DAY,
					 .most = 3 });
	CHECK_EQ_U64(t = times.first_ns, START);
	CHECK_EQ_U64(t = times_next(&times, t), START + 23 * HOUR);
	CHECK_EQ_U64(times_next(&times, t), START + 47 * HOUR);
	set_axis(&times, &(struct axis){ .style = TIMES_CLOCK,
					 .zone = BERLIN,
					 .wall_s = OCT_25 - 2 * 3600,
					 .to_ns = 3 * DAY,
					 .most = 3 });
	CHECK_EQ_U64(t = times.first_ns, START);
	CHECK_EQ_U64(t = times_next(&times, t), START + 25 * HOUR);
	CHECK_EQ_U64(times_next(&times, t), START + 49 * HOUR);
	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .zone = SAO_PAULO,
			    .wall_s = OCT_15_2017 - 36 * 3600, .to_ns = 4 * DAY, .most = 4),
		     "Oct 14, Oct 15, Oct 16, Oct 17");
}

static void hours_that_come_never_or_twice_do_no_harm(void)
{
	char text[400];

	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .zone = BERLIN, .wall_s = MAR_29 - 3600,
			    .to_ns = 10 * HOUR, .most = 5),
		     "00:00, 04:00, 06:00, 08:00, 10:00");
	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .zone = BERLIN, .wall_s = MAR_29 - 3600,
			    .to_ns = 4 * HOUR, .most = 4),
		     "00:00, 01:00, 03:00, 04:00, 05:00");
	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .zone = BERLIN, .wall_s = OCT_25 - 2 * 3600,
			    .to_ns = 10 * HOUR, .most = 5),
		     "00:00, 02:00, 04:00, 06:00, 08:00");
	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .zone = BERLIN, .wall_s = OCT_25 - 2 * 3600,
			    .to_ns = 4 * HOUR, .most = 4),
		     "00:00, 01:00, 02:00, 02:00, 03:00");
	CHECK_EQ_STR(LABELS(.style = TIMES_CLOCK, .zone = BERLIN, .wall_s = MAR_29 - 3600,
			    .to_ns = 24 * HOUR, .most = 4),
		     "Mar 29, 06:00, 12:00, 18:00, Mar 30");
}

static void ticks_stay_where_they_are_as_the_window_rolls(void)
{
	struct times before;
	struct times after;
	struct axis axis = { .style = TIMES_SINCE, .to_ns = 60 * S, .most = 6 };

	set_axis(&before, &axis);
	axis.from_ns += 15 * S;
	axis.to_ns += 15 * S;
	set_axis(&after, &axis);
	CHECK_EQ_U64(after.first_ns, times_next(&before, times_next(&before, before.first_ns)));
}

static void there_may_be_no_tick(void)
{
	struct times times;

	set_axis(&times, &(struct axis){ .from_ns = 31 * S, .to_ns = 87 * S, .most = 1 });
	CHECK_EQ_U64(times.step_ns, MINUTE);
	CHECK_EQ_U64(times.first_ns, START + MINUTE);
	CHECK_EQ_U64(times_next(&times, times.first_ns), UINT64_MAX);
	set_axis(&times, &(struct axis){ .from_ns = 61 * S, .to_ns = 117 * S, .most = 1 });
	CHECK_EQ_U64(times.first_ns, UINT64_MAX);
	CHECK_EQ_U64(times_label_width(&times), 0);
	set_axis(&times, &(struct axis){ .style = TIMES_CLOCK,
					 .wall_s = NOV_21_1430,
					 .from_ns = HOUR,
					 .to_ns = 4 * HOUR,
					 .most = 1 });
	CHECK_EQ_U64(times.first_ns, START + 3 * HOUR + HOUR / 2);
	set_axis(&times, &(struct axis){ .style = TIMES_CLOCK,
					 .wall_s = NOV_21_1430,
					 .to_ns = 9 * HOUR,
					 .most = 1 });
	CHECK_EQ_U64(times.first_ns, UINT64_MAX);
}

static void the_widest_label_is_known(void)
{
	struct times times;

	set_axis(&times, &(struct axis){ .from_ns = 58 * MINUTE, .to_ns = 63 * MINUTE, .most = 3 });
	CHECK_EQ_U64(times_label_width(&times), strlen("1:00:00"));
	set_axis(&times, &(struct axis){ .style = TIMES_AGO, .to_ns = 20 * MINUTE, .most = 4 });
	CHECK_EQ_U64(times_label_width(&times), strlen("-20 min"));
}

static const struct check_test tests[] = {
	CHECK_TEST(since_the_start_ticks_are_elapsed_time),
	CHECK_TEST(after_a_jump_of_the_wall_clock_it_is_what_it_was_set_to),
	CHECK_TEST(below_a_second_there_are_as_many_decimals_as_needed),
	CHECK_TEST(before_the_start_time_is_negative),
	CHECK_TEST(what_counts_back_ends_with_now),
	CHECK_TEST(ticks_by_the_clock_are_round_in_local_time),
	CHECK_TEST(over_days_midnight_has_the_date),
	CHECK_TEST(a_night_of_a_changing_clock_keeps_its_midnights),
	CHECK_TEST(hours_that_come_never_or_twice_do_no_harm),
	CHECK_TEST(ticks_stay_where_they_are_as_the_window_rolls),
	CHECK_TEST(there_may_be_no_tick),
	CHECK_TEST(the_widest_label_is_known),
};

CHECK_MAIN(tests)
