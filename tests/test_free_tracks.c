/* Free tracks: none is given to two spans at once, nor to one that began before the last ended. */
#include "tests/check.h"
#include "export/free_tracks.h"

static void an_empty_one_gives_none(void)
{
	struct free_tracks tracks = { 0 };

	CHECK_EQ_U64(free_tracks_take(&tracks, UINT64_MAX), 0);
	free_tracks_free(&tracks);
}

static void a_track_is_given_once(void)
{
	struct free_tracks tracks = { 0 };

	free_tracks_give(&tracks, 7, 100);
	CHECK_EQ_U64(free_tracks_take(&tracks, 100), 7);
	CHECK_EQ_U64(free_tracks_take(&tracks, 100), 0);
	free_tracks_free(&tracks);
}

static void a_span_that_came_late_gets_one_that_was_free_then(void)
{
	struct free_tracks tracks = { 0 };

	free_tracks_give(&tracks, 1, 50);
	free_tracks_give(&tracks, 2, 60);
	free_tracks_give(&tracks, 3, 70);
	CHECK_EQ_U64(free_tracks_take(&tracks, 49), 0);
	CHECK_EQ_U64(free_tracks_take(&tracks, 65), 2);
	CHECK_EQ_U64(free_tracks_take(&tracks, 65), 1);
	CHECK_EQ_U64(free_tracks_take(&tracks, 65), 0);
	CHECK_EQ_U64(free_tracks_take(&tracks, 70), 3);
	free_tracks_free(&tracks);
}

static void many_come_back_once_each(void)
{
	struct free_tracks tracks = { 0 };
	uint64_t sum = 0;

	for (uint64_t i = 1; i <= 1000; i++)
		free_tracks_give(&tracks, i, i);
	for (uint64_t i = 1; i <= 1000; i++)
		sum += free_tracks_take(&tracks, 1000);
	CHECK_EQ_U64(sum, 500500);
	CHECK_EQ_U64(free_tracks_take(&tracks, 1000), 0);
	free_tracks_free(&tracks);
}

static const struct check_test tests[] = {
	CHECK_TEST(an_empty_one_gives_none),
	CHECK_TEST(a_track_is_given_once),
	CHECK_TEST(a_span_that_came_late_gets_one_that_was_free_then),
	CHECK_TEST(many_come_back_once_each),
};
CHECK_MAIN(tests)
