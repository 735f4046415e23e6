#include "plotter/model/trend.h"

#include "base/clock.h"
#include "tests/check.h"

#include <math.h>

#define MIB (1024 * 1024.0)
#define COLUMNS 100
#define COLUMN_NS (600 * NS_PER_MS) /* a window of 60 s */

static struct history_column columns[COLUMNS];

static void clear(void)
{
	memset(columns, 0, sizeof columns);
}

static void put(size_t i, double bytes)
{
	uint64_t value = (uint64_t)bytes;

	columns[i] = (struct history_column){ value, value, value, value, 1 };
}

static struct trend trend_of(void)
{
	struct trend trend;

	trend_set(&trend, columns, COLUMNS, COLUMN_NS);
	return trend;
}

/* Between -1 and 1. */
static double noise(uint64_t *state)
{
	return (double)(check_random(state) >> 11) / (double)(1ULL << 52) - 1;
}

static bool is_near(double got, double expected, double part)
{
	return fabs(got - expected) <= part * fabs(expected);
}

static void steady_growth_has_its_slope_and_reaches_its_end(void)
{
	struct trend trend;

	for (size_t i = 0; i < COLUMNS; i++)
		put(i, 100 * MIB + (double)i * 0.6 * MIB);
	trend = trend_of();
	CHECK(trend.known && trend.steady);
	CHECK(is_near(trend.per_second, MIB, 0.001));
	CHECK(is_near((double)trend_reaches(&trend, 200 << 20, 60 * NS_PER_S),
		      200.0 * (double)NS_PER_S, 0.01));
	CHECK_EQ_U64(trend_reaches(&trend, 0, 60 * NS_PER_S), 0);
	CHECK(trend_reaches(&trend, 5999ULL << 20, 60 * NS_PER_S) < UINT64_MAX);
	CHECK_EQ_U64(trend_reaches(&trend, 6010ULL << 20, 60 * NS_PER_S), UINT64_MAX);
	CHECK_EQ_U64(trend_reaches(&trend, UINT64_MAX, 60 * NS_PER_S), UINT64_MAX);
}

static void growth_stays_steady_under_noise_and_spikes(void)
{
	uint64_t state = 1;
	struct trend trend;

	for (unsigned round = 0; round < 50; round++) {
		for (size_t i = 0; i < COLUMNS; i++)
			put(i, 100 * MIB + (double)i * 0.6 * MIB + 3 * MIB * noise(&state));
		columns[2 * round].max += 500 << 20;
		trend = trend_of();
		CHECK(trend.steady);
		CHECK(is_near(trend.per_second, MIB, 0.1));
	}
}

static void a_leak_in_steps_is_steady(void)
{
	for (unsigned phase = 0; phase < 8; phase++) {
		for (size_t i = 0; i < COLUMNS; i++)
			put(i, 50 * MIB + (double)((i + phase) / 8) * 10 * MIB);
		CHECK(trend_of().steady);
		CHECK(is_near(trend_of().per_second, 10 * MIB / 4.8, 0.05));
	}
}

static void what_does_not_grow_is_never_steady(void)
{
	uint64_t state = 1;

	for (unsigned round = 0; round < 200; round++) {
		double wanders = 0;

		for (size_t i = 0; i < COLUMNS; i++)
			put(i, 100 * MIB + MIB * noise(&state));
		CHECK(trend_of().known);
		CHECK(!trend_of().steady);
		for (size_t i = 0; i < COLUMNS; i++) {
			wanders += noise(&state) - 0.3;
			put(i, 500 * MIB + MIB * wanders);
		}
		CHECK(!trend_of().steady);
	}
	for (size_t i = 0; i < COLUMNS; i++)
		put(i, 100 * MIB);
	CHECK(trend_of().known && !trend_of().steady);
	CHECK(trend_of().per_second == 0);
}

/* Teeth of @period columns. */
static void saw(size_t period, size_t phase, double rises)
{
	for (size_t i = 0; i < COLUMNS; i++)
		put(i, 50 * MIB + (double)((i + phase) % period) / (double)period * 100 * MIB +
			       rises * (double)i / COLUMNS * MIB);
}

static void a_saw_tooth_is_not_steady_wherever_its_falls_lie(void)
{
	static const size_t periods[] = { 2, 5, 11, 20, 33, 50, 60, 70 };

	for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
		for (size_t phase = 0; phase < periods[i]; phase++) {
			saw(periods[i], phase, 0);
			if (!CHECK(!trend_of().steady))
				printf("# period %zu, phase %zu\n", periods[i], phase);
		}
	}
	/* One that fell right now. */
	saw(COLUMNS - 1, 0, 0);
	CHECK(!trend_of().steady);
}

static void small_teeth_on_steady_growth_do_not_hide_it(void)
{
	for (size_t phase = 0; phase < 10; phase++) {
		saw(10, phase, 1000);
		CHECK(trend_of().steady);
	}
}

static void a_warm_up_that_is_over_is_not_steady(void)
{
	for (size_t flat = COLUMNS / 4; flat < COLUMNS; flat++) {
		for (size_t i = 0; i < COLUMNS; i++) {
			size_t grown = i < COLUMNS - flat ? i : COLUMNS - flat;

			put(i, 100 * MIB + (double)grown * MIB);
		}
		if (!CHECK(!trend_of().steady))
			printf("# flat since %zu columns\n", flat);
	}
	for (size_t i = 0; i < COLUMNS; i++)
		put(i, 500 * MIB * (1 - exp(-(double)i / 40)));
	CHECK(!trend_of().steady);
}

static void little_is_known_of_a_short_life(void)
{
	clear();
	CHECK(!trend_of().known && !trend_of().steady);
	for (size_t i = 0; i < 7; i++)
		put(COLUMNS - 7 + i, 100 * MIB + (double)i * MIB);
	CHECK(!trend_of().known);
	for (size_t i = 0; i < 24; i++)
		put(COLUMNS - 24 + i, 100 * MIB + (double)i * MIB);
	CHECK(trend_of().known && !trend_of().steady);
	CHECK(is_near(trend_of().per_second, MIB / 0.6, 0.001));
	for (size_t i = 0; i < 26; i++)
		put(COLUMNS - 26 + i, 100 * MIB + (double)i * MIB);
	CHECK(trend_of().steady);
}

static void what_was_seen_last_long_ago_tells_nothing_of_now(void)
{
	clear();
	for (size_t i = 0; i < 95; i++)
		put(i, 100 * MIB + (double)i * MIB);
	CHECK(trend_of().steady);
	for (size_t i = 80; i < 95; i++)
		columns[i].count = 0;
	CHECK(trend_of().known && !trend_of().steady);
}

static void holes_do_not_bend_the_slope(void)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		put(i, 100 * MIB + (double)i * 0.6 * MIB);
		columns[i].count = i % 10 < 7;
	}
	put(COLUMNS - 1, 100 * MIB + (COLUMNS - 1) * 0.6 * MIB);
	CHECK(trend_of().steady);
	CHECK(is_near(trend_of().per_second, MIB, 0.05));
}

static void any_number_of_columns_will_do(void)
{
	static struct history_column many[700];
	struct trend trend;

	for (size_t count = 0; count <= 700; count++) {
		for (size_t i = 0; i < count; i++) {
			uint64_t value = (uint64_t)((double)(i + 100) * MIB);

			many[i] = (struct history_column){ value, value, value, value, 1 };
		}
		trend_set(&trend, many, count, NS_PER_S);
		CHECK_EQ_U64(trend.steady, count >= 8);
		if (count >= 8)
			CHECK(is_near(trend.per_second, MIB, 0.001));
	}
}

static const struct check_test tests[] = {
	CHECK_TEST(steady_growth_has_its_slope_and_reaches_its_end),
	CHECK_TEST(growth_stays_steady_under_noise_and_spikes),
	CHECK_TEST(a_leak_in_steps_is_steady),
	CHECK_TEST(what_does_not_grow_is_never_steady),
	CHECK_TEST(a_saw_tooth_is_not_steady_wherever_its_falls_lie),
	CHECK_TEST(small_teeth_on_steady_growth_do_not_hide_it),
	CHECK_TEST(a_warm_up_that_is_over_is_not_steady),
	CHECK_TEST(little_is_known_of_a_short_life),
	CHECK_TEST(what_was_seen_last_long_ago_tells_nothing_of_now),
	CHECK_TEST(holes_do_not_bend_the_slope),
	CHECK_TEST(any_number_of_columns_will_do),
};

CHECK_MAIN(tests)
