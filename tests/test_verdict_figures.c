#include "tests/shape_verdict.h"

#define MIB 1048576.0

static struct verdict judge_plain(const struct shape *shape)
{
	const struct shape_sampling none = { 0 };
	uint64_t state = 77;

	return shape_judge(shape, &none, &state);
}

static void a_leaks_figures_are_those_it_was_made_with(void)
{
	struct shape shape = { .kind = SHAPE_LEAK,
			       .interval_ns = NS_PER_S,
			       .count = 36000,
			       .level = 500 * MIB,
			       .size = 600 * MIB,
			       .noise = 20 * MIB };
	struct verdict verdict = judge_plain(&shape);

	CHECK_EQ_STR(verdict_name(verdict.kind), "leak");
	CHECK(fabs(verdict.slope.per_minute / MIB - 1) < 0.01);
	CHECK(verdict.slope.low < MIB && MIB < verdict.slope.high);
	CHECK(verdict.fit == 1);
	CHECK(fabs(verdict.size / MIB - 600) < 30);
	CHECK(verdict.slope_passes && verdict.fit_passes && verdict.size_passes &&
	      verdict.span_passes);
	CHECK(verdict_grows(&verdict));
	CHECK(fabs(verdict.level / MIB - 800) < 20);
	CHECK(fabs(verdict.least / MIB - 8) < 0.2);
}

static void each_threshold_alone_keeps_growth_from_being_a_leak(void)
{
	struct shape shape = { .kind = SHAPE_LEAK,
			       .interval_ns = NS_PER_S / 10,
			       .count = 600,
			       .level = 100 * MIB,
			       .size = 10 * MIB };
	struct verdict verdict = judge_plain(&shape);

	CHECK_EQ_U64(verdict.kind, VERDICT_LEAK);
	shape.size = 1.02 * MIB; /* under a hundredth of the level */
	verdict = judge_plain(&shape);
	CHECK_EQ_U64(verdict.kind, VERDICT_STEADY);
	CHECK(verdict.slope_passes && verdict.fit_passes && !verdict.size_passes);
	shape.size = 10 * MIB;
	shape.noise = 40 * MIB; /* the growth is lost in it */
	verdict = judge_plain(&shape);
	CHECK(!verdict.fit_passes && !verdict_grows(&verdict));
	shape.noise = 0;
	shape.count = 48; /* 4.8 s */
	verdict = judge_plain(&shape);
	CHECK_EQ_U64(verdict.kind, VERDICT_TOO_SHORT);
	shape.count = 600;
	shape.interval_ns = 180 * NS_PER_S; /* 699 bytes a minute */
	shape.size = 1.2 * MIB;
	shape.level = 10 * MIB;
	verdict = judge_plain(&shape);
	CHECK_EQ_U64(verdict.kind, VERDICT_STEADY);
	CHECK(!verdict.slope_passes && verdict.size_passes);
}

static void few_samples_are_too_short(void)
{
	struct verdict verdict;
	struct parts parts;

	parts_begin(&parts, NS_PER_S);
	verdict = parts_verdict(&parts, NS_PER_S);
	CHECK_EQ_U64(verdict.kind, VERDICT_TOO_SHORT);
	for (uint64_t samples = 1; samples <= 30; samples++) {
		parts_begin(&parts, NS_PER_S);
		for (uint64_t i = 0; i < samples; i++)
			parts_add(&parts, (i + 1) * NS_PER_S, (1000 + i) * 1048576);
		verdict = parts_verdict(&parts, (samples + 1) * NS_PER_S);
		CHECK_EQ_U64(verdict.kind, VERDICT_TOO_SHORT);
		CHECK(!verdict_grows(&verdict));
		parts_free(&parts);
	}
}

static void memory_that_goes_down_is_falling(void)
{
	struct shape shape = { .kind = SHAPE_LEAK,
			       .interval_ns = NS_PER_S,
			       .count = 3000,
			       .level = 500 * MIB,
			       .size = -300 * MIB,
			       .noise = 20 * MIB };

	CHECK_EQ_U64(judge_plain(&shape).kind, VERDICT_FALLING);
}

/* A level that is left once for another, or that is begun anew once, is no leak. */
static void a_level_that_restarts_is_no_leak(void)
{
	for (unsigned percent = 10; percent <= 90; percent += 5) {
		struct shape shape = { .kind = SHAPE_STEP,
				       .interval_ns = NS_PER_S,
				       .count = 3000,
				       .level = 500 * MIB,
				       .size = -300 * MIB,
				       .at = percent / 100.0,
				       .noise = 10 * MIB };
		struct verdict verdict = judge_plain(&shape);

		CHECK(!verdict_grows(&verdict));
		shape.kind = SHAPE_SAWTOOTH;
		shape.size = 300 * MIB;
		shape.at = 1 + percent / 100.0;
		verdict = judge_plain(&shape);
		CHECK(!verdict_grows(&verdict));
	}
}

/* Where every second of many is told, or only what changed, the parts are the same. */
static void what_holds_counts_until_it_changes(void)
{
	struct verdict every, changes;
	struct parts parts[2];

	for (int i = 0; i < 2; i++)
		parts_begin(&parts[i], NS_PER_S);
	for (uint64_t i = 0; i < 5000; i++) {
		parts_add(&parts[0], i * NS_PER_S, (100 + i / 40) * 1048576);
		if (i % 40 == 0)
			parts_add(&parts[1], i * NS_PER_S, (100 + i / 40) * 1048576);
	}
	CHECK(parts[0].count <= VERDICT_PARTS && parts[0].count >= VERDICT_PARTS / 2);
	every = parts_verdict(&parts[0], 5000 * NS_PER_S);
	changes = parts_verdict(&parts[1], 5000 * NS_PER_S);
	CHECK_EQ_U64(every.kind, VERDICT_LEAK);
	CHECK(memcmp(&every, &changes, sizeof every) == 0);
	for (int i = 0; i < 2; i++)
		parts_free(&parts[i]);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_leaks_figures_are_those_it_was_made_with),
	CHECK_TEST(each_threshold_alone_keeps_growth_from_being_a_leak),
	CHECK_TEST(few_samples_are_too_short),
	CHECK_TEST(memory_that_goes_down_is_falling),
	CHECK_TEST(a_level_that_restarts_is_no_leak),
	CHECK_TEST(what_holds_counts_until_it_changes),
};

CHECK_MAIN(tests)
