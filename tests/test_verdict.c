#include "tests/shape_verdict.h"

#include <stdlib.h>

#define MIB 1048576.0
#define GIB (1024 * MIB)
#define SEEDS 300

static double between(uint64_t *state, double low, double high)
{
	return low + (high - low) * shape_uniform(state);
}

/* The same, small ones as often as large ones. */
static double scale_between(uint64_t *state, double low, double high)
{
	return exp(between(state, log(low), log(high)));
}

/* A life of 6 s to 10 h, of 300 to 3600 samples; and a level. */
static struct shape any(uint64_t *state, enum shape_kind kind)
{
	struct shape shape = { .kind = kind };
	double life_ns = scale_between(state, 6, 36000) * (double)NS_PER_S;

	shape.count = (uint64_t)scale_between(state, 300, 3600);
	shape.interval_ns = (uint64_t)(life_ns / (double)shape.count);
	shape.level = scale_between(state, 5 * MIB, 4 * GIB);
	return shape;
}

/* Growth that can be seen: over 8 MiB and a tenth of the level. */
static double any_growth(uint64_t *state, const struct shape *shape)
{
	return fmax(8 * MIB, shape->level * scale_between(state, 0.1, 4));
}

static struct shape_sampling any_sampling(uint64_t *state)
{
	struct shape_sampling sampling = { 0 };

	if (check_random(state) % 3 == 0)
		sampling = (struct shape_sampling){ .gap_at = between(state, 0.05, 0.9),
						    .gap = between(state, 0.005, 0.08) };
	return sampling;
}

static void tell(const struct shape *shape, uint64_t seed, const struct verdict *verdict)
{
	printf("# seed %" PRIu64 ": %s; life %.1f s, %" PRIu64
	       " samples, level %.1f, size %.1f, at %.3f, noise %.2f, together %.2f, rise %.1f; "
	       "slope %.3f [%.3f %.3f], fit %.2f, grown %.2f, of least %.2f, warm-up %.1f s, "
	       "steps %u, teeth %u\n",
	       seed, verdict_name(verdict->kind), (double)verdict->life_ns / 1e9, shape->count,
	       shape->level / MIB, shape->size / MIB, shape->at, shape->noise / MIB,
	       shape->together, shape->rise / MIB, verdict->slope.per_minute / MIB,
	       verdict->slope.low / MIB, verdict->slope.high / MIB, verdict->fit,
	       verdict->size / MIB, verdict->least / MIB, (double)verdict->warm_up_ns / 1e9,
	       verdict->steps, verdict->teeth);
}

/* Each of SEEDS such shapes gets this verdict. */
static void all_get(enum verdict_kind expected, enum shape_kind kind,
		    void (*vary)(struct shape *shape, uint64_t *state))
{
	unsigned wrong = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		uint64_t state = seed * 0x9e3779b97f4a7c15ULL;
		struct shape shape;
		struct shape_sampling sampling;
		struct verdict verdict;

		for (int i = 0; i < 10; i++)
			check_random(&state);
		shape = any(&state, kind);
		vary(&shape, &state);
		sampling = any_sampling(&state);
		verdict = shape_judge(&shape, &sampling, &state);
		if (verdict.kind == expected)
			continue;
		wrong++;
		tell(&shape, seed, &verdict);
	}
	CHECK_EQ_U64(wrong, 0);
}

/* --- no growth */

static void vary_steady(struct shape *shape, uint64_t *state)
{
	shape->noise =
		check_random(state) % 4 ? shape->level * scale_between(state, 0.001, 0.15) : 0;
}

static void a_level_under_noise_is_steady(void)
{
	all_get(VERDICT_STEADY, SHAPE_STEADY, vary_steady);
}

static void vary_wander(struct shape *shape, uint64_t *state)
{
	shape->noise = shape->level * scale_between(state, 0.001, 0.1);
	shape->together = 1 - 1 / ((double)shape->count * between(state, 0.0005, 0.03));
	if (shape->together < 0)
		shape->together = 0;
}

static void a_level_that_wanders_is_steady(void)
{
	all_get(VERDICT_STEADY, SHAPE_STEADY, vary_wander);
}

static void vary_teeth(struct shape *shape, uint64_t *state)
{
	shape->size = fmax(8 * MIB, shape->level * scale_between(state, 0.1, 3));
	shape->at = scale_between(state, 2.5, (double)shape->count / 8);
	shape->noise = shape->size * between(state, 0, 0.05);
}

static void teeth_are_a_sawtooth(void)
{
	all_get(VERDICT_SAWTOOTH, SHAPE_SAWTOOTH, vary_teeth);
}

/* --- growth that ends */

static void vary_warm_up(struct shape *shape, uint64_t *state)
{
	shape->size = any_growth(state, shape);
	shape->at = scale_between(state, 0.04, 0.17);
	shape->noise = shape->size * between(state, 0, 0.1);
}

static void a_cache_that_fills_is_a_warm_up(void)
{
	all_get(VERDICT_WARM_UP, SHAPE_WARM_UP, vary_warm_up);
}

static void vary_ramp(struct shape *shape, uint64_t *state)
{
	shape->size = any_growth(state, shape);
	shape->at = between(state, 0.1, 0.7);
	shape->noise = shape->size * between(state, 0, 0.1);
}

static void a_ramp_to_a_plateau_is_a_warm_up(void)
{
	all_get(VERDICT_WARM_UP, SHAPE_RAMP, vary_ramp);
}

static void vary_step(struct shape *shape, uint64_t *state)
{
	shape->size = any_growth(state, shape);
	shape->at = between(state, 0.12, 0.8);
	shape->noise = shape->size * between(state, 0, 0.1);
}

static void one_step_is_a_warm_up(void)
{
	all_get(VERDICT_WARM_UP, SHAPE_STEP, vary_step);
}

/* --- growth that goes on */

static void vary_stairs(struct shape *shape, uint64_t *state)
{
	shape->at = (double)(3 + check_random(state) % 7);
	shape->size = fmax(8 * MIB, shape->level * scale_between(state, 0.1, 4));
	shape->noise = shape->size / shape->at * between(state, 0, 0.25);
	shape->jitter = between(state, 0, 0.15);
}

static void steps_that_go_on_are_a_staircase(void)
{
	all_get(VERDICT_STAIRCASE, SHAPE_STAIRCASE, vary_stairs);
}

static void vary_leak(struct shape *shape, uint64_t *state)
{
	shape->size = fmax(3 * MIB, shape->level * scale_between(state, 0.03, 4));
	shape->noise = shape->size * between(state, 0, 0.5);
}

static void a_line_that_rises_is_a_leak(void)
{
	all_get(VERDICT_LEAK, SHAPE_LEAK, vary_leak);
}

static void vary_slow_leak(struct shape *shape, uint64_t *state)
{
	double minutes = between(state, 30, 600);

	shape->interval_ns = NS_PER_S;
	shape->count = (uint64_t)(minutes * 60);
	shape->level = between(state, 100 * MIB, 2 * GIB);
	shape->size = fmax(minutes * MIB, 0.015 * shape->level);
	shape->noise = 20 * MIB;
}

static void a_mebibyte_a_minute_is_found_under_noise_of_20(void)
{
	all_get(VERDICT_LEAK, SHAPE_LEAK, vary_slow_leak);
}

static void vary_wandering_leak(struct shape *shape, uint64_t *state)
{
	vary_leak(shape, state);
	shape->noise = shape->size * between(state, 0, 0.15);
	shape->together = 1 - 1 / ((double)shape->count * between(state, 0.001, 0.01));
	if (shape->together < 0)
		shape->together = 0;
}

static void a_leak_that_wanders_is_a_leak(void)
{
	all_get(VERDICT_LEAK, SHAPE_LEAK, vary_wandering_leak);
}

static void vary_warm_leak(struct shape *shape, uint64_t *state)
{
	shape->interval_ns *= 2;
	shape->size = any_growth(state, shape);
	shape->at = between(state, 0.01, 0.06);
	shape->rise = shape->size * between(state, 0.3, 3);
	shape->noise = shape->rise * between(state, 0, 0.1);
}

static void a_leak_after_a_warm_up_is_a_leak(void)
{
	all_get(VERDICT_LEAK, SHAPE_WARM_LEAK, vary_warm_leak);
}

static void vary_saw_leak(struct shape *shape, uint64_t *state)
{
	shape->interval_ns *= 2;
	shape->at = scale_between(state, 7, (double)shape->count / 8);
	shape->size = any_growth(state, shape);
	shape->rise = shape->size * between(state, 0.8, 4);
	shape->noise = shape->size * between(state, 0, 0.02);
}

static void teeth_whose_lows_rise_are_a_leak(void)
{
	all_get(VERDICT_LEAK, SHAPE_SAW_LEAK, vary_saw_leak);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_level_under_noise_is_steady),
	CHECK_TEST(a_level_that_wanders_is_steady),
	CHECK_TEST(teeth_are_a_sawtooth),
	CHECK_TEST(a_cache_that_fills_is_a_warm_up),
	CHECK_TEST(a_ramp_to_a_plateau_is_a_warm_up),
	CHECK_TEST(one_step_is_a_warm_up),
	CHECK_TEST(steps_that_go_on_are_a_staircase),
	CHECK_TEST(a_line_that_rises_is_a_leak),
	CHECK_TEST(a_mebibyte_a_minute_is_found_under_noise_of_20),
	CHECK_TEST(a_leak_that_wanders_is_a_leak),
	CHECK_TEST(a_leak_after_a_warm_up_is_a_leak),
	CHECK_TEST(teeth_whose_lows_rise_are_a_leak),
};

CHECK_MAIN(tests)
