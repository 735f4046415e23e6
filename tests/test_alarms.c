/* When a limit that a person asked for counts as crossed. */
#include "tests/check.h"
#include "watcher/thresholds.h"

static void a_crossing_counts_once_until_it_fell_below_95_percent(void)
{
	struct alarm alarm = { .limit = 1000 };
	static const struct {
		uint64_t bytes;
		enum alarm_step step;
	} steps[] = {
		{ 0, ALARM_STAYS },
		{ 1000, ALARM_STAYS },
		{ 1001, ALARM_CROSSED },
		{ 5000, ALARM_STAYS },
		{ 1000, ALARM_STAYS },
		{ 950, ALARM_STAYS },
		{ 1001, ALARM_STAYS },
		{ 949, ALARM_FELL },
		{ 940, ALARM_STAYS },
		{ 1000, ALARM_STAYS },
		{ 1001, ALARM_CROSSED },
		{ 0, ALARM_FELL },
		{ UINT64_MAX, ALARM_CROSSED },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		CHECK_EQ_I64(alarm_step(&alarm, steps[i].bytes), steps[i].step);
}

static void the_smallest_and_the_largest_limit_hold(void)
{
	struct alarm least = { .limit = 1 };
	struct alarm most = { .limit = INT64_MAX };

	CHECK_EQ_I64(alarm_step(&least, 1), ALARM_STAYS);
	CHECK_EQ_I64(alarm_step(&least, 2), ALARM_CROSSED);
	CHECK_EQ_I64(alarm_step(&least, 1), ALARM_STAYS);
	CHECK_EQ_I64(alarm_step(&least, 0), ALARM_FELL);
	CHECK_EQ_I64(alarm_step(&most, INT64_MAX), ALARM_STAYS);
	CHECK_EQ_I64(alarm_step(&most, INT64_MAX + 1ULL), ALARM_CROSSED);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_crossing_counts_once_until_it_fell_below_95_percent),
	CHECK_TEST(the_smallest_and_the_largest_limit_hold),
};

CHECK_MAIN(tests)
