#include "base/scale.h"

#include "base/clock.h"
#include "tests/check.h"

#define KIB 1024ULL
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

#define MINUTE (60 * NS_PER_S)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* All labels of an axis, from below. */
static char *labels(char text[400], uint64_t low, uint64_t high, unsigned most)
{
	struct scale scale;
	char label[SCALE_TEXT];
	size_t length = 0;

	scale_bytes(&scale, low, high, most);
	text[0] = '\0';
	for (int64_t tick = scale.first_tick; tick <= scale.last_tick && length < 300; tick++)
		length += (size_t)snprintf(text + length, 400 - length, "%s%s", length ? ", " : "",
					   scale_label(label, &scale, tick));
	return text;
}

static void ticks_stand_at_round_figures_of_the_last_ones_unit(void)
{
	char text[400];

	CHECK_EQ_STR(labels(text, 0, 59 * MIB, 5), "0, 20 MiB, 40 MiB, 60 MiB");
	CHECK_EQ_STR(labels(text, 0, 59 * MIB, 6),
		     "0, 10 MiB, 20 MiB, 30 MiB, 40 MiB, 50 MiB, 60 MiB");
	CHECK_EQ_STR(labels(text, 1000 * MIB, 1010 * MIB, 5),
		     "1000 MiB, 1002 MiB, 1004 MiB, 1006 MiB, 1008 MiB, 1010 MiB");
	CHECK_EQ_STR(labels(text, 0, 13 * GIB / 10, 4), "0, 0.5 GiB, 1.0 GiB, 1.5 GiB");
	CHECK_EQ_STR(labels(text, 0, 13 * GIB / 10, 10),
		     "0, 0.2 GiB, 0.4 GiB, 0.6 GiB, 0.8 GiB, 1.0 GiB, 1.2 GiB, 1.4 GiB");
	CHECK_EQ_STR(labels(text, 0, 1 * KIB, 4), "0, 0.5 KiB, 1.0 KiB");
	CHECK_EQ_STR(labels(text, 0, 1000, 4), "0, 500 B, 1000 B");
	CHECK_EQ_STR(labels(text, 71 * MIB, 72 * MIB, 2), "71.0 MiB, 71.5 MiB, 72.0 MiB");
}

static void an_axis_that_reaches_the_next_unit_is_in_that(void)
{
	char text[400];

	CHECK_EQ_STR(labels(text, 0, 1000 * MIB, 5),
		     "0, 200 MiB, 400 MiB, 600 MiB, 800 MiB, 1000 MiB");
	CHECK_EQ_STR(labels(text, 0, 1001 * MIB, 5),
		     "0, 0.2 GiB, 0.4 GiB, 0.6 GiB, 0.8 GiB, 1.0 GiB");
	CHECK_EQ_STR(labels(text, 0, 1023, 4), "0, 0.5 KiB, 1.0 KiB");
	CHECK_EQ_STR(labels(text, 1020 * MIB, 1030 * MIB, 4),
		     "0.995 GiB, 1.000 GiB, 1.005 GiB, 1.010 GiB");
}

static void one_step_is_enough_where_one_is_asked_for(void)
{
	char text[400];

	CHECK_EQ_STR(labels(text, 0, 59 * MIB, 1), "0, 100 MiB");
	CHECK_EQ_STR(labels(text, 0, 59 * MIB, 0), "0, 100 MiB");
	CHECK_EQ_STR(labels(text, 995 * MIB, 1005 * MIB, 1), "0.95 GiB, 1.00 GiB");
	CHECK_EQ_STR(labels(text, 99 * MIB, 101 * MIB, 1), "0, 200 MiB");
}

static void without_a_span_there_is_one_of_a_kibibyte(void)
{
	char text[400];

	CHECK_EQ_STR(labels(text, 0, 0, 2), "0, 0.5 KiB, 1.0 KiB");
	CHECK_EQ_STR(labels(text, 64 * KIB, 64 * KIB, 1), "64 KiB, 65 KiB");
	CHECK_EQ_STR(labels(text, 64 * KIB, 3, 1), "64 KiB, 65 KiB");
}

static void the_largest_figures_do_no_harm(void)
{
	struct scale scale;
	char text[400];

	CHECK_EQ_STR(labels(text, 0, UINT64_MAX, 4), "0, 2 EiB, 4 EiB, 6 EiB, 8 EiB");
	scale_bytes(&scale, 0, UINT64_MAX, 4);
	CHECK_EQ_U64(scale_at(&scale, 2), 4ULL << 60);
	CHECK_EQ_U64(scale_at(&scale, 4), INT64_MAX);
	CHECK_EQ_STR(labels(text, UINT64_MAX, UINT64_MAX, 4), "7.999999999 EiB, 8.000000000 EiB");
	CHECK_EQ_STR(labels(text, GIB, GIB + 1, 4), "1.000000000 GiB, 1.000000001 GiB");
}

static void a_tick_is_where_its_label_says(void)
{
	struct scale scale;

	scale_bytes(&scale, 0, 13 * GIB / 10, 10);
	CHECK_EQ_U64(scale_at(&scale, 0), 0);
	CHECK_EQ_U64(scale_at(&scale, 3), 644245094); /* 644245094.4 */
	CHECK_EQ_U64(scale_at(&scale, 5), GIB);
}

static uint64_t random_bytes(uint64_t *state)
{
	unsigned shift = (unsigned)(check_random(state) % 40 + 22);

	return check_random(state) >> shift;
}

/* Whatever the ends: covered by no more steps than asked for, and none of them in vain. */
static void all_ends_are_covered(void)
{
	uint64_t state = 7;

	for (unsigned i = 0; i < 20000; i++) {
		uint64_t low = random_bytes(&state);
		uint64_t high = low + 1 + random_bytes(&state);
		unsigned most = (unsigned)(check_random(&state) % 12 + 1);
		struct scale scale;

		scale_bytes(&scale, low, high, most);
		CHECK(scale.last_tick - scale.first_tick <= (int64_t)most);
		CHECK(scale.last_tick > scale.first_tick);
		CHECK(scale_at(&scale, scale.first_tick) <= low);
		CHECK(scale_at(&scale, scale.last_tick) >= high);
		CHECK(scale_at(&scale, scale.first_tick + 1) > low);
		CHECK(scale_at(&scale, scale.last_tick - 1) < high);
	}
}

static void time_steps_are_those_of_clocks(void)
{
	static const struct {
		uint64_t span_ns;
		unsigned most;
		uint64_t step_ns;
	} cases[] = {
		{ 0, 5, 1 },
		{ 30, 10, 5 },
		{ 3 * NS_PER_MS, 2, 2 * NS_PER_MS },
		{ NS_PER_S, 5, 200 * NS_PER_MS },
		{ NS_PER_S, 1, NS_PER_S },
		{ NS_PER_S + 1, 1, 2 * NS_PER_S },
		{ 30 * NS_PER_S, 6, 5 * NS_PER_S },
		{ MINUTE, 6, 10 * NS_PER_S },
		{ MINUTE, 5, 15 * NS_PER_S },
		{ 5 * MINUTE, 6, MINUTE },
		{ HOUR, 6, 10 * MINUTE },
		{ HOUR, 5, 15 * MINUTE },
		{ 10 * HOUR, 6, 2 * HOUR },
		{ 10 * HOUR, 4, 3 * HOUR },
		{ DAY, 1, DAY },
		{ DAY, 2, 12 * HOUR },
		{ 7 * DAY, 7, DAY },
		{ 7 * DAY, 6, 2 * DAY },
		{ 99 * DAY, 5, 20 * DAY },
		{ MINUTE, 0, MINUTE },
		{ UINT64_MAX, 4, 100000 * DAY },
		{ UINT64_MAX, 1, 200000 * DAY },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_EQ_U64(scale_time_step(cases[i].span_ns, cases[i].most), cases[i].step_ns);
}

static const struct check_test tests[] = {
	CHECK_TEST(ticks_stand_at_round_figures_of_the_last_ones_unit),
	CHECK_TEST(an_axis_that_reaches_the_next_unit_is_in_that),
	CHECK_TEST(one_step_is_enough_where_one_is_asked_for),
	CHECK_TEST(without_a_span_there_is_one_of_a_kibibyte),
	CHECK_TEST(the_largest_figures_do_no_harm),
	CHECK_TEST(a_tick_is_where_its_label_says),
	CHECK_TEST(all_ends_are_covered),
	CHECK_TEST(time_steps_are_those_of_clocks),
};

CHECK_MAIN(tests)
