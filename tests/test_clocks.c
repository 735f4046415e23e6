/* The wall clock of a session, and how a jump of it is seen. */
#include "watcher/clocks.h"

#include "tests/check.h"
#include "wire/message.h"

#define S NS_PER_S
#define HOUR (3600 * S)
#define START (1000 * S)
#define WALL (1700000000 * S)

static struct session_info session(void)
{
	return (struct session_info){ .start_ns = START, .start_wall_ns = WALL };
}

static void without_a_jump_both_go_on_together(void)
{
	struct session_info info = session();

	CHECK_EQ_U64(wall_at(&info, START), WALL);
	CHECK_EQ_U64(wall_at(&info, START + HOUR), WALL + HOUR);
	CHECK_EQ_U64(wall_at(&info, START - S), WALL - S);
}

static void each_jump_holds_until_the_next(void)
{
	struct session_info info = session();

	wall_add_jump(&info, START + 10 * S, WALL + HOUR);
	wall_add_jump(&info, START + 20 * S, WALL);
	CHECK_EQ_U64(wall_at(&info, START + 10 * S - 1), WALL + 10 * S - 1);
	CHECK_EQ_U64(wall_at(&info, START + 10 * S), WALL + HOUR);
	CHECK_EQ_U64(wall_at(&info, START + 15 * S), WALL + HOUR + 5 * S);
	CHECK_EQ_U64(wall_at(&info, START + 25 * S), WALL + 5 * S);
}

static void a_jump_told_twice_or_late_is_one(void)
{
	struct session_info info = session();

	wall_add_jump(&info, START + 10 * S, WALL + HOUR);
	wall_add_jump(&info, START + 10 * S, WALL + 2 * HOUR);
	wall_add_jump(&info, START + 5 * S, WALL + 2 * HOUR);
	wall_add_jump(&info, START, WALL + 2 * HOUR);
	CHECK_EQ_U64(info.wall.count, 1);
	CHECK_EQ_U64(wall_at(&info, START + 10 * S), WALL + HOUR);
}

static void of_too_many_jumps_the_smallest_goes(void)
{
	struct session_info info = session();
	uint64_t ahead = 0;

	for (uint64_t i = 1; i <= WALL_JUMPS + 1; i++) {
		ahead += i == 30 ? S : HOUR;
		wall_add_jump(&info, START + i * S, WALL + i * S + ahead);
	}
	CHECK_EQ_U64(info.wall.count, WALL_JUMPS);
	CHECK_EQ_U64(wall_at(&info, START + 29 * S), WALL + 29 * S + 29 * HOUR);
	CHECK_EQ_U64(wall_at(&info, START + 31 * S), WALL + 31 * S + 30 * HOUR + S);
}

/* --- what the clocks say */

static bool compare(struct clock_reading now, struct clocks_change *ret_change)
{
	struct clocks clocks = { .last = { START, WALL, START } };

	return clocks_compare(&clocks, &now, ret_change);
}

static void clocks_that_run_alike_tell_nothing(void)
{
	struct clocks_change change;

	CHECK(!compare((struct clock_reading){ START + S, WALL + S, START + S }, &change));
	CHECK(!compare((struct clock_reading){ START + S, WALL + S + NS_PER_MS, START + S },
		       &change));
}

static void small_steps_add_up(void)
{
	struct clocks clocks = { .last = { START, WALL, START } };
	struct clocks_change change;
	uint64_t seen = 0;

	for (uint64_t i = 1; i <= 10; i++) {
		struct clock_reading now = { START + i * S, WALL + i * S + i * NS_PER_MS,
					     START + i * S };

		seen += clocks_compare(&clocks, &now, &change);
	}
	CHECK_EQ_U64(seen, 2);
}

static void a_clock_that_is_set_jumps_either_way(void)
{
	struct clocks_change change;

	CHECK(compare((struct clock_reading){ START + S, WALL + S + HOUR, START + S }, &change));
	CHECK_EQ_I64(change.set_ns, HOUR);
	CHECK_EQ_U64(change.suspended_ns, 0);
	CHECK(compare((struct clock_reading){ START + S, WALL + S - HOUR, START + S }, &change));
	CHECK_EQ_I64(change.set_ns, -(int64_t)HOUR);
	CHECK_EQ_I64(change.wall_ns, -(int64_t)HOUR);
}

static void a_suspend_moves_the_wall_clock_too(void)
{
	struct clocks_change change;

	CHECK(compare((struct clock_reading){ START + S, WALL + S + HOUR, START + S + HOUR },
		      &change));
	CHECK_EQ_U64(change.suspended_ns, HOUR);
	CHECK_EQ_I64(change.wall_ns, HOUR);
	CHECK_EQ_I64(change.set_ns, 0);
	CHECK(compare((struct clock_reading){ START + S, WALL + S + 2 * HOUR, START + S + HOUR },
		      &change));
	CHECK_EQ_U64(change.suspended_ns, HOUR);
	CHECK_EQ_I64(change.set_ns, HOUR);
}

static const struct check_test tests[] = {
	CHECK_TEST(without_a_jump_both_go_on_together),
	CHECK_TEST(each_jump_holds_until_the_next),
	CHECK_TEST(a_jump_told_twice_or_late_is_one),
	CHECK_TEST(of_too_many_jumps_the_smallest_goes),
	CHECK_TEST(clocks_that_run_alike_tell_nothing),
	CHECK_TEST(small_steps_add_up),
	CHECK_TEST(a_clock_that_is_set_jumps_either_way),
	CHECK_TEST(a_suspend_moves_the_wall_clock_too),
};

CHECK_MAIN(tests)
