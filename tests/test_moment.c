#include "plotter/cursor.h"

#include "tests/check.h"
#include "tests/history_samples.h"

#include <stdlib.h>

#define WIDTH 30
#define TICKS 2000

/* A display of 60 s of a session of 200 s, which ends with tick TICKS. */
struct scene {
	struct history *history;
	struct view_frame frame;
	struct view_settings settings;
	struct axis axis;
	struct moment moment;
};

static void set_axis(struct scene *scene)
{
	axis_set(&scene->axis, scene->history, view_time(&scene->settings, &scene->frame),
		 scene->settings.window_ns, WIDTH);
}

static void open_scene(struct scene *scene, uint64_t now_ns, uint64_t end_ns)
{
	*scene = (struct scene){ .history = new_history() };
	add_process(scene->history, 1, "p");
	for (uint64_t tick = 0; tick <= TICKS; tick++)
		add_sample(scene->history, 1, tick_time(tick), (tick + 1) * MIB);
	add_event(scene->history, 1, tick_time(100) + 7, "early");
	add_event(scene->history, 1, tick_time(1000) + 7, "middle");
	add_event(scene->history, 1, tick_time(1000) + 7, "with it");
	add_event(scene->history, 1, tick_time(1990), "late");
	scene->frame = (struct view_frame){ .history = scene->history,
					    .now_ns = now_ns,
					    .end_ns = end_ns };
	scene->settings.window_ns = 60 * NS_PER_S;
	scene->moment = (struct moment){ &scene->settings, &scene->frame, &scene->axis };
	set_axis(scene);
}

static void close_scene(struct scene *scene)
{
	history_free(scene->history);
}

static void the_cursor_goes_from_column_to_column_on_ticks(void)
{
	struct scene scene;
	uint64_t before = tick_time(1500) + 55;

	open_scene(&scene, before, tick_time(TICKS));
	for (unsigned i = 0; i < 70; i++) {
		int column;

		moment_step(&scene.moment, false);
		CHECK_EQ_U64((scene.settings.cursor_ns - START_NS) % TICK_NS, 0);
		CHECK(scene.settings.cursor_ns < before);
		CHECK(before - scene.settings.cursor_ns <= 2 * scene.axis.column_ns);
		before = scene.settings.cursor_ns;
		set_axis(&scene);
		column = axis_column(&scene.axis, before);
		CHECK(column >= 0);
		CHECK(i > 28 || column == (int)(WIDTH - 1 - i));
		CHECK(i <= 28 || column == 0);
	}
	for (unsigned i = 0; i < 200; i++) {
		moment_step(&scene.moment, true);
		set_axis(&scene);
		CHECK(axis_column(&scene.axis, scene.settings.cursor_ns) >= 0);
	}
	CHECK_EQ_U64(scene.settings.cursor_ns, tick_time(TICKS));
	CHECK_EQ_U64(scene.settings.paused_at_ns, tick_time(TICKS));
	close_scene(&scene);
}

static void in_columns_finer_than_ticks_it_goes_from_tick_to_tick(void)
{
	struct scene scene;

	open_scene(&scene, tick_time(1500) + 55, tick_time(TICKS));
	scene.settings.window_ns = NS_PER_S;
	set_axis(&scene);
	for (uint64_t tick = 1500; tick > 1450; tick--) {
		moment_step(&scene.moment, false);
		CHECK_EQ_U64(scene.settings.cursor_ns, tick_time(tick));
		set_axis(&scene);
	}
	for (uint64_t tick = 1452; tick < 1500; tick++) {
		moment_step(&scene.moment, true);
		CHECK_EQ_U64(scene.settings.cursor_ns, tick_time(tick));
		set_axis(&scene);
	}
	close_scene(&scene);
}

static void events_are_gone_to_both_ways_and_no_further(void)
{
	struct scene scene;

	open_scene(&scene, tick_time(500), tick_time(TICKS));
	moment_step_event(&scene.moment, true);
	CHECK_EQ_U64(scene.settings.cursor_ns, tick_time(1000) + 7);
	CHECK_EQ_U64(scene.settings.paused_at_ns, tick_time(1000) + 7);
	moment_step_event(&scene.moment, true);
	CHECK_EQ_U64(scene.settings.cursor_ns, tick_time(1990));
	moment_step_event(&scene.moment, true);
	CHECK_EQ_U64(scene.settings.cursor_ns, tick_time(1990));
	moment_step_event(&scene.moment, false);
	moment_step_event(&scene.moment, false);
	CHECK_EQ_U64(scene.settings.cursor_ns, tick_time(100) + 7);
	moment_step_event(&scene.moment, false);
	CHECK_EQ_U64(scene.settings.cursor_ns, tick_time(100) + 7);
	close_scene(&scene);
}

static void a_live_session_goes_no_further_than_now_and_on_from_its_end(void)
{
	struct scene scene;

	open_scene(&scene, tick_time(1500), 0);
	moment_step_event(&scene.moment, true);
	CHECK_EQ_U64(scene.settings.cursor_ns, 0);
	moment_step_event(&scene.moment, false);
	CHECK_EQ_U64(scene.settings.cursor_ns, tick_time(1000) + 7);
	CHECK_EQ_U64(scene.settings.paused_at_ns, tick_time(1500));
	moment_go(&scene.moment, UINT64_MAX);
	CHECK_EQ_U64(scene.settings.cursor_ns, tick_time(1500));
	moment_go_end(&scene.moment);
	CHECK_EQ_U64(scene.settings.cursor_ns, 0);
	CHECK_EQ_U64(scene.settings.paused_at_ns, 0);
	moment_go_begin(&scene.moment);
	CHECK_EQ_U64(scene.settings.cursor_ns, tick_time(0));
	moment_release(&scene.moment);
	CHECK_EQ_U64(scene.settings.cursor_ns, 0);
	CHECK_EQ_U64(scene.settings.paused_at_ns, 0);
	close_scene(&scene);
}

static void a_replay_stands_at_its_ends_and_plays_on_from_the_cursor(void)
{
	struct scene scene;

	open_scene(&scene, tick_time(1500), tick_time(TICKS));
	moment_go_end(&scene.moment);
	CHECK_EQ_U64(scene.settings.paused_at_ns, tick_time(TICKS));
	moment_go_begin(&scene.moment);
	set_axis(&scene);
	CHECK_EQ_U64(scene.settings.cursor_ns, tick_time(0));
	CHECK_EQ_I64(axis_column(&scene.axis, tick_time(0)), 0);
	moment_release(&scene.moment);
	CHECK_EQ_U64(scene.settings.cursor_ns, 0);
	CHECK(scene.settings.paused_at_ns);
	moment_go(&scene.moment, tick_time(700));
	moment_pause(&scene.moment);
	CHECK_EQ_U64(scene.settings.paused_at_ns, 0);
	CHECK_EQ_U64(scene.settings.cursor_ns, 0);
	CHECK_EQ_U64(scene.settings.play_ns, tick_time(700));
	moment_pause(&scene.moment);
	CHECK_EQ_U64(scene.settings.paused_at_ns, tick_time(1500));
	close_scene(&scene);
}

static void the_cursor_stays_in_its_place_in_another_window(void)
{
	struct scene scene;
	int column;

	open_scene(&scene, tick_time(1500), tick_time(TICKS));
	moment_go(&scene.moment, tick_time(1200));
	set_axis(&scene);
	column = axis_column(&scene.axis, tick_time(1200));
	for (uint64_t window_s = 30; window_s >= 2; window_s /= 2) {
		moment_set_window(&scene.moment, window_s * NS_PER_S);
		set_axis(&scene);
		CHECK_EQ_U64(scene.settings.cursor_ns, tick_time(1200));
		CHECK(abs(axis_column(&scene.axis, tick_time(1200)) - column) <= 1);
	}
	moment_set_window(&scene.moment, 600 * NS_PER_S);
	set_axis(&scene);
	CHECK(axis_column(&scene.axis, tick_time(1200)) >= 0);
	CHECK(scene.settings.paused_at_ns <= tick_time(TICKS));
	close_scene(&scene);
}

static void a_zoom_keeps_what_is_pointed_at_in_its_column(void)
{
	struct scene scene;

	for (size_t column = 0; column < WIDTH; column++) {
		uint64_t around_ns;

		open_scene(&scene, tick_time(1500), tick_time(TICKS));
		scene.settings.paused_at_ns = tick_time(1500);
		around_ns = scene.axis.from_ns + column * scene.axis.column_ns;
		moment_zoom(&scene.moment, 10 * NS_PER_S, around_ns);
		set_axis(&scene);
		CHECK_EQ_U64(scene.settings.window_ns, 10 * NS_PER_S);
		CHECK_EQ_U64(scene.settings.cursor_ns, 0);
		CHECK(axis_column(&scene.axis, around_ns) >= (int)column - 1);
		CHECK(axis_column(&scene.axis, around_ns) <= (int)column + 1);
		moment_zoom(&scene.moment, 60 * NS_PER_S, around_ns);
		set_axis(&scene);
		CHECK(axis_column(&scene.axis, around_ns) >= (int)column - 2);
		CHECK(axis_column(&scene.axis, around_ns) <= (int)column + 2);
		close_scene(&scene);
	}
}

static void a_zoom_stops_a_display_that_goes_on_only_where_it_must(void)
{
	struct scene scene;

	open_scene(&scene, tick_time(1500), 0);
	moment_zoom(&scene.moment, 120 * NS_PER_S, tick_time(1200));
	CHECK_EQ_U64(scene.settings.window_ns, 120 * NS_PER_S);
	CHECK_EQ_U64(scene.settings.paused_at_ns, 0);
	moment_zoom(&scene.moment, 60 * NS_PER_S, tick_time(1500));
	CHECK_EQ_U64(scene.settings.window_ns, 60 * NS_PER_S);
	CHECK_EQ_U64(scene.settings.paused_at_ns, 0);
	moment_zoom(&scene.moment, 30 * NS_PER_S, tick_time(1300));
	CHECK_EQ_U64(scene.settings.paused_at_ns, tick_time(1400));
	moment_zoom(&scene.moment, 600 * NS_PER_S, tick_time(1400));
	CHECK_EQ_U64(scene.settings.paused_at_ns, tick_time(1400));
	close_scene(&scene);
}

static void a_column_is_gone_to_at_its_first_tick(void)
{
	struct scene scene;

	open_scene(&scene, tick_time(1500) + 55, 0);
	for (size_t column = 0; column < WIDTH; column++) {
		moment_go_column(&scene.moment, &scene.axis, column);
		CHECK_EQ_U64((scene.settings.cursor_ns - START_NS) % TICK_NS, 0);
		CHECK_EQ_I64(axis_column(&scene.axis, scene.settings.cursor_ns), (int)column);
		CHECK_EQ_U64(scene.settings.paused_at_ns, tick_time(1500) + 55);
	}
	scene.settings = (struct view_settings){ .window_ns = NS_PER_S };
	set_axis(&scene); /* columns finer than ticks */
	for (size_t column = 0; column < WIDTH; column++) {
		moment_go_column(&scene.moment, &scene.axis, column);
		CHECK_EQ_I64(axis_column(&scene.axis, scene.settings.cursor_ns), (int)column);
		CHECK_EQ_U64(scene.settings.paused_at_ns, tick_time(1500) + 55);
	}
	close_scene(&scene);
}

static void the_nearest_event_is_none_that_is_to_come(void)
{
	struct scene scene;
	const struct history *history;

	open_scene(&scene, tick_time(1500), tick_time(TICKS));
	history = scene.history;
	CHECK(!moment_nearest(history, tick_time(50), tick_time(90)));
	CHECK_EQ_STR(moment_nearest(history, tick_time(50), tick_time(101))->label, "early");
	CHECK_EQ_STR(moment_nearest(history, tick_time(500), tick_time(1500))->label, "early");
	CHECK_EQ_STR(moment_nearest(history, tick_time(600), tick_time(1500))->label, "middle");
	CHECK_EQ_STR(moment_nearest(history, tick_time(1980), tick_time(1985))->label, "with it");
	CHECK_EQ_STR(moment_nearest(history, tick_time(1990), tick_time(1990))->label, "late");
	close_scene(&scene);
}

static const struct check_test tests[] = {
	CHECK_TEST(the_cursor_goes_from_column_to_column_on_ticks),
	CHECK_TEST(in_columns_finer_than_ticks_it_goes_from_tick_to_tick),
	CHECK_TEST(events_are_gone_to_both_ways_and_no_further),
	CHECK_TEST(a_live_session_goes_no_further_than_now_and_on_from_its_end),
	CHECK_TEST(a_replay_stands_at_its_ends_and_plays_on_from_the_cursor),
	CHECK_TEST(the_cursor_stays_in_its_place_in_another_window),
	CHECK_TEST(a_zoom_keeps_what_is_pointed_at_in_its_column),
	CHECK_TEST(a_zoom_stops_a_display_that_goes_on_only_where_it_must),
	CHECK_TEST(a_column_is_gone_to_at_its_first_tick),
	CHECK_TEST(the_nearest_event_is_none_that_is_to_come),
};

CHECK_MAIN(tests)
