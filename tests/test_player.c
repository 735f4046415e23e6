#include "plotter/player.h"

#include "tests/check.h"
#include "tests/history_samples.h"

#define MONO_NS (77 * NS_PER_S)

static struct player new_player(void)
{
	return (struct player){ .begin_ns = tick_time(0),
				.end_ns = tick_time(100),
				.at_ns = tick_time(10) };
}

static void it_plays_at_its_speed_from_its_first_moment_on(void)
{
	struct player player = new_player();
	struct view_settings settings = { .speed = 2.5 };

	player_move(&player, &settings, MONO_NS);
	CHECK_EQ_U64(player.at_ns, tick_time(10));
	player_move(&player, &settings, MONO_NS + 4 * TICK_NS);
	CHECK_EQ_U64(player.at_ns, tick_time(20));
	settings.speed = 0.5;
	player_move(&player, &settings, MONO_NS + 6 * TICK_NS);
	CHECK_EQ_U64(player.at_ns, tick_time(21));
	player_move(&player, &settings, MONO_NS); /* a clock that goes back */
	CHECK_EQ_U64(player.at_ns, tick_time(21));
	CHECK_EQ_U64(settings.paused_at_ns, 0);
}

static void a_pause_costs_no_time(void)
{
	struct player player = new_player();
	struct view_settings settings = { .speed = 1 };

	player_move(&player, &settings, MONO_NS);
	settings.paused_at_ns = tick_time(30);
	player_move(&player, &settings, MONO_NS + TICK_NS);
	CHECK_EQ_U64(player.at_ns, tick_time(30));
	player_move(&player, &settings, MONO_NS + 900 * TICK_NS);
	CHECK_EQ_U64(player.at_ns, tick_time(30));
	/* the frame at which it was let go */
	settings.paused_at_ns = 0;
	settings.play_ns = tick_time(25);
	player_move(&player, &settings, MONO_NS + 2000 * TICK_NS);
	CHECK_EQ_U64(player.at_ns, tick_time(25));
	CHECK_EQ_U64(settings.play_ns, 0);
	player_move(&player, &settings, MONO_NS + 2001 * TICK_NS);
	CHECK_EQ_U64(player.at_ns, tick_time(26));
}

static void at_the_end_it_pauses(void)
{
	struct player player = new_player();
	struct view_settings settings = { .speed = 1e6 };

	player_move(&player, &settings, MONO_NS);
	player_move(&player, &settings, UINT64_MAX);
	CHECK_EQ_U64(player.at_ns, tick_time(100));
	CHECK_EQ_U64(settings.paused_at_ns, tick_time(100));
	settings.paused_at_ns = 0;
	settings.play_ns = tick_time(100);
	player_move(&player, &settings, UINT64_MAX);
	CHECK_EQ_U64(settings.paused_at_ns, tick_time(100));
	settings.paused_at_ns = tick_time(100000);
	player_move(&player, &settings, UINT64_MAX);
	CHECK_EQ_U64(player.at_ns, tick_time(100));
	settings.paused_at_ns = 1;
	player_move(&player, &settings, UINT64_MAX);
	CHECK_EQ_U64(player.at_ns, tick_time(0));
}

static const struct check_test tests[] = {
	CHECK_TEST(it_plays_at_its_speed_from_its_first_moment_on),
	CHECK_TEST(a_pause_costs_no_time),
	CHECK_TEST(at_the_end_it_pauses),
};

CHECK_MAIN(tests)
