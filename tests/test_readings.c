/* Readings between ticks: each counts once, and of many in a millisecond the least and the most. */
#include "tests/check.h"
#include "watcher/readings.h"

#define MS 1000000ULL

struct given {
	struct reading at[64];
	size_t count;
};

static void take(struct readings *readings, struct given *given, uint64_t t_ns, uint64_t rss)
{
	struct reading reading = { .t_ns = t_ns, .order = t_ns, .rss = rss };

	if (readings_is_new(readings, t_ns))
		given->count += readings_add(readings, t_ns, &reading, given->at + given->count);
}

static void close_all(struct readings *readings, struct given *given)
{
	given->count += readings_close(readings, given->at + given->count);
}

static void each_of_a_few_is_given(void)
{
	struct readings readings = { 0 };
	struct given given = { .count = 0 };

	for (uint64_t i = 1; i <= 5; i++)
		take(&readings, &given, i * MS, i * 4096);
	close_all(&readings, &given);
	close_all(&readings, &given);
	CHECK_EQ_U64(given.count, 5);
	for (uint64_t i = 0; i < 5; i++) {
		CHECK_EQ_U64(given.at[i].t_ns, (i + 1) * MS);
		CHECK_EQ_U64(given.at[i].rss, (i + 1) * 4096);
	}
}

static void of_many_in_a_millisecond_the_least_and_the_most_are(void)
{
	static const uint64_t values[] = { 5, 9, 2, 7, 2, 9, 3 };
	struct readings readings = { 0 };
	struct given given = { .count = 0 };

	for (uint64_t i = 0; i < 7; i++)
		take(&readings, &given, 7 * MS + i * 100000, values[i]);
	CHECK_EQ_U64(given.count, 0);
	take(&readings, &given, 8 * MS, 4);
	CHECK_EQ_U64(given.count, 2);
	CHECK_EQ_U64(given.at[0].rss, 9);
	CHECK_EQ_U64(given.at[0].t_ns, 7 * MS + 100000);
	CHECK_EQ_U64(given.at[1].rss, 2);
	CHECK_EQ_U64(given.at[1].t_ns, 7 * MS + 200000);
	close_all(&readings, &given);
	CHECK_EQ_U64(given.count, 3);
	CHECK_EQ_U64(given.at[2].rss, 4);
}

static void one_value_is_given_once(void)
{
	struct readings readings = { 0 };
	struct given given = { .count = 0 };

	for (uint64_t i = 0; i < 9; i++)
		take(&readings, &given, MS + i, 4096);
	close_all(&readings, &given);
	CHECK_EQ_U64(given.count, 1);
	CHECK_EQ_U64(given.at[0].t_ns, MS);
}

static void events_that_share_a_reading_give_one(void)
{
	struct readings readings = { 0 };
	struct given given = { .count = 0 };

	take(&readings, &given, MS, 4096);
	CHECK(!readings_is_new(&readings, MS));
	CHECK(readings_is_new(&readings, MS + 1));
}

static const struct check_test tests[] = {
	CHECK_TEST(each_of_a_few_is_given),
	CHECK_TEST(of_many_in_a_millisecond_the_least_and_the_most_are),
	CHECK_TEST(one_value_is_given_once),
	CHECK_TEST(events_that_share_a_reading_give_one),
};

CHECK_MAIN(tests)
