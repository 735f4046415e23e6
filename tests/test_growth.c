#include "analysis/growth.h"
#include "analysis/parts.h"
#include "analysis/weight.h"

#include "base/clock.h"
#include "tests/check.h"

#include <math.h>

#define PARTS GROWTH_PARTS

static bool is_near(double got, double expected, double within)
{
	return fabs(got - expected) <= within;
}

/* Parts of a second each: 5 bytes a part are 300 a minute. */
static struct growth estimate(const double *means, size_t count)
{
	return growth_estimate(means, count, NS_PER_S);
}

static void fill_line(double *means, double first, double slope)
{
	for (size_t i = 0; i < PARTS; i++)
		means[i] = first + slope * (double)i;
}

static void a_straight_line_has_its_slope_and_no_doubt(void)
{
	double means[PARTS];
	struct growth growth;

	fill_line(means, 1e9, 5);
	growth = estimate(means, PARTS);
	CHECK(growth.known);
	CHECK(is_near(growth.per_minute, 300, 1e-6));
	CHECK(is_near(growth.low, 300, 1e-6));
	CHECK(is_near(growth.high, 300, 1e-6));
	fill_line(means, 1e9, -5);
	CHECK(is_near(estimate(means, PARTS).per_minute, -300, 1e-6));
	CHECK(is_near(growth_estimate(means, 9, 60 * NS_PER_S).per_minute, -5, 1e-6));
}

static void a_constant_does_not_grow(void)
{
	double means[PARTS];
	struct growth growth;

	fill_line(means, 1e12 + 1, 0);
	growth = estimate(means, PARTS);
	CHECK(growth.known);
	CHECK(growth.per_minute == 0 && growth.low == 0 && growth.high == 0);
}

static void noise_widens_the_interval_around_the_slope(void)
{
	uint64_t state = 99;
	double means[PARTS];
	struct growth little;
	struct growth much;

	for (size_t i = 0; i < PARTS; i++)
		means[i] = 1e6 + 5 * (double)i + (double)(check_random(&state) % 101) - 50;
	little = estimate(means, PARTS);
	CHECK(little.low < 300 && 300 < little.high);
	CHECK(little.low > 200 && little.high < 400);
	for (size_t i = 0; i < PARTS; i++)
		means[i] = 1e6 + (double)(check_random(&state) % 10001) - 5000;
	much = estimate(means, PARTS);
	CHECK(much.low < 0 && 0 < much.high);
	CHECK(much.high - much.low > 10 * (little.high - little.low));
}

/* Of standard normal noise Sen's interval has the length of least squares', about, whose half is
 * 1.96 / sqrt(sum of (i - mean)^2), 3 / pi of it being the efficiency of ranks. */
static void the_interval_is_as_wide_as_theory_says(void)
{
	uint64_t state = 5;
	double half = 60 * 1.96 / sqrt((double)PARTS * (PARTS * PARTS - 1) / 12.0);
	double total = 0;
	int covered = 0;

	for (int round = 0; round < 200; round++) {
		double means[PARTS];
		struct growth growth;

		for (size_t i = 0; i < PARTS; i++) {
			means[i] = -6;
			for (int k = 0; k < 12; k++)
				means[i] +=
					(double)(check_random(&state) >> 11) / 9007199254740992.0;
		}
		growth = estimate(means, PARTS);
		total += (growth.high - growth.low) / 2;
		covered += growth.low <= 0 && growth.high >= 0;
	}
	CHECK(is_near(total / 200, half * sqrt(M_PI / 3), 0.05 * half));
	CHECK(covered >= 180 && covered < 200);
}

static void one_step_is_no_growth(void)
{
	double means[PARTS];
	struct growth growth;

	for (size_t i = 0; i < PARTS; i++)
		means[i] = i < 20 ? 1e6 : 9e6;
	growth = estimate(means, PARTS);
	CHECK(growth.known);
	CHECK(growth.per_minute == 0);
	CHECK(growth.low == 0);
}

static void outliers_move_it_little(void)
{
	double means[PARTS];
	struct growth growth;

	fill_line(means, 1e6, 5);
	for (size_t i = 3; i < PARTS; i += 5)
		means[i] = i % 2 ? 1e12 : 0;
	growth = estimate(means, PARTS);
	CHECK(is_near(growth.per_minute, 300, 1));
}

static void parts_without_value_keep_their_place(void)
{
	double means[PARTS];
	struct growth growth;

	fill_line(means, 1e6, 5);
	for (size_t i = 30; i < 100; i++)
		means[i] = NAN;
	growth = estimate(means, PARTS);
	CHECK(growth.known);
	CHECK(is_near(growth.per_minute, 300, 1e-6));
	for (size_t i = 7; i < PARTS; i++)
		means[i] = NAN;
	CHECK(!estimate(means, PARTS).known);
	CHECK(!estimate(means, 7).known);
	CHECK(!estimate(means, 0).known);
	means[7] = 1e6 + 35;
	CHECK(estimate(means, 8).known);
}

/* --- weights */

static void a_value_holds_until_the_next_one(void)
{
	struct weight weight;

	weight_begin(&weight, 100, 1100);
	weight_add(&weight, 100, 1000);
	weight_add(&weight, 200, 3000);
	weight_add(&weight, 500, WEIGHT_NONE);
	weight_add(&weight, 900, 5000);
	weight_stop(&weight, 5000);
	CHECK_EQ_U64(weight.held_ns, 600);
	CHECK(is_near(weight_mean(&weight), (100 * 1000.0 + 300 * 3000 + 200 * 5000) / 600, 1e-9));
	CHECK_EQ_U64(weight.first, 1000);
	CHECK_EQ_U64(weight.last, 5000);
	CHECK_EQ_U64(weight.max, 5000);
	CHECK_EQ_U64(weight.max_ns, 900);
}

static void the_first_of_equal_maxima_is_told(void)
{
	struct weight weight;

	weight_begin(&weight, 10, 100);
	weight_add(&weight, 10, 7);
	weight_add(&weight, 20, 9);
	weight_add(&weight, 15, 8);
	weight_add(&weight, 30, 9);
	weight_stop(&weight, 30);
	CHECK_EQ_U64(weight.max_ns, 20);
	CHECK_EQ_U64(weight.held_ns, 20);
	CHECK(is_near(weight_mean(&weight), 8 - 0.5, 1e-9));
}

static void without_a_sample_there_is_no_mean(void)
{
	struct weight weight;

	weight_begin(&weight, 10, 100);
	weight_stop(&weight, 100);
	CHECK(weight.first == WEIGHT_NONE);
	CHECK(weight_mean(&weight) == 0);
	weight_begin(&weight, 10, 10);
	weight_add(&weight, 10, 77);
	weight_stop(&weight, 10);
	CHECK(weight_mean(&weight) == 77);
}

static void a_leak_is_found_in_samples_that_come_unevenly(void)
{
	uint64_t state = 3;
	struct verdict verdict;
	struct parts parts;
	uint64_t t_ns = 0;

	parts_begin(&parts, NS_PER_S / 10);
	while (t_ns < 600 * NS_PER_S) {
		parts_add(&parts, t_ns, (1 << 30) + t_ns / NS_PER_MS * 20);
		t_ns += NS_PER_MS * (1 + check_random(&state) % 1000);
	}
	verdict = parts_verdict(&parts, 600 * NS_PER_S);
	CHECK(is_near(verdict.slope.per_minute, 60000 * 20, 60000 * 20 * 0.002));
	CHECK(verdict.slope.low > 60000 * 19.5 && verdict.slope.high < 60000 * 20.5);
	parts_free(&parts);
}

static void what_was_held_is_the_highest_that_no_sample_fell_below_for_so_long(void)
{
	struct parts parts;

	parts_begin(&parts, NS_PER_S);
	for (uint64_t i = 0; i < 60; i++)
		parts_add(&parts, i * NS_PER_S, i >= 20 && i < 28 ? 500 : i == 40 ? 9000 : 100);
	parts_close(&parts, 60 * NS_PER_S);
	CHECK_EQ_U64(parts_held(&parts, 5 * NS_PER_S), 500);
	CHECK_EQ_U64(parts_held(&parts, 9 * NS_PER_S), 100);
	CHECK_EQ_U64(parts_held(&parts, 0), 500);
	CHECK_EQ_U64(parts_held(&parts, 61 * NS_PER_S), 0);
	parts_free(&parts);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_straight_line_has_its_slope_and_no_doubt),
	CHECK_TEST(a_constant_does_not_grow),
	CHECK_TEST(noise_widens_the_interval_around_the_slope),
	CHECK_TEST(the_interval_is_as_wide_as_theory_says),
	CHECK_TEST(one_step_is_no_growth),
	CHECK_TEST(outliers_move_it_little),
	CHECK_TEST(parts_without_value_keep_their_place),
	CHECK_TEST(a_value_holds_until_the_next_one),
	CHECK_TEST(the_first_of_equal_maxima_is_told),
	CHECK_TEST(without_a_sample_there_is_no_mean),
	CHECK_TEST(a_leak_is_found_in_samples_that_come_unevenly),
	CHECK_TEST(what_was_held_is_the_highest_that_no_sample_fell_below_for_so_long),
};

CHECK_MAIN(tests)
