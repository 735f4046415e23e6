#include "plotter/model/order.h"

#include "tests/check.h"
#include "tests/history_samples.h"

#define ROWS 6

/* Of lines 1 to ROWS, and then what each row has. */
struct scene {
	struct history *history;
	struct row rows[ROWS];
};

static void open_scene(struct scene *scene)
{
	static const char *const names[ROWS] = { "worker-10", "zebra",	  "Worker-2",
						 "alpha",     "worker-2", "beta" };

	scene->history = new_history();
	for (uint32_t i = 0; i < ROWS; i++)
		add_process(scene->history, i + 1, names[i]);
	for (uint32_t i = 0; i < ROWS; i++)
		scene->rows[i] = (struct row){ .line = history_line_find(scene->history, i + 1) };
}

/* The lines in their order, a digit each. */
static const char *lines_of(const struct scene *scene, char text[ROWS + 1])
{
	for (size_t i = 0; i < ROWS; i++)
		text[i] = (char)('0' + scene->rows[i].line->line);
	text[ROWS] = '\0';
	return text;
}

static const char *sorted(struct scene *scene, enum order_key key, char text[ROWS + 1])
{
	order_rows(scene->rows, ROWS, key, tick_time(10));
	return lines_of(scene, text);
}

static void figures_are_sorted_from_the_largest_and_equal_rows_stay(void)
{
	static const uint64_t figures[ROWS] = { 20, 30, 20, UINT64_MAX >> 1, 0, 30 };
	struct scene scene;
	char text[ROWS + 1];

	open_scene(&scene);
	for (size_t i = 0; i < ROWS; i++)
		scene.rows[i].rss = figures[i];
	CHECK_EQ_STR(sorted(&scene, ORDER_RSS, text), "426135");
	for (size_t i = 0; i < ROWS; i++)
		scene.rows[i].peak = scene.rows[i].line->line % 2;
	CHECK_EQ_STR(sorted(&scene, ORDER_PEAK, text), "135246");
	for (size_t i = 0; i < ROWS; i++)
		scene.rows[i].change = (int64_t)scene.rows[i].line->line * -5 + 10;
	CHECK_EQ_STR(sorted(&scene, ORDER_CHANGE, text), "123456");
	order_rows(scene.rows, 0, ORDER_RSS, tick_time(10));
	history_free(scene.history);
}

static void names_are_sorted_as_people_do(void)
{
	struct scene scene;
	char text[ROWS + 1];

	open_scene(&scene);
	CHECK_EQ_STR(sorted(&scene, ORDER_NAME, text), "463512");
	CHECK_EQ_STR(sorted(&scene, ORDER_PID, text), "123456");
	history_free(scene.history);
}

static void a_name_is_that_of_the_time(void)
{
	struct scene scene;
	char text[ROWS + 1];

	open_scene(&scene);
	history_add(scene.history, &(struct record){ .t_ns = tick_time(5),
						     .type = RECORD_PROCESS,
						     .process = { .line = 2,
								  .pid = 102,
								  .name = "aardvark",
								  .command = "./burrow" } });
	order_rows(scene.rows, ROWS, ORDER_NAME, tick_time(4));
	CHECK_EQ_STR(lines_of(&scene, text), "463512");
	CHECK_EQ_STR(sorted(&scene, ORDER_NAME, text), "246351");
	CHECK(order_matches(history_line_find(scene.history, 2), "zeb", tick_time(4)));
	CHECK(!order_matches(history_line_find(scene.history, 2), "zeb", tick_time(6)));
	CHECK(order_matches(history_line_find(scene.history, 2), "BURROW", tick_time(6)));
	history_free(scene.history);
}

static void ended_rows_come_last_but_by_appearance(void)
{
	struct scene scene;
	char text[ROWS + 1];

	open_scene(&scene);
	scene.rows[0].ended = scene.rows[3].ended = true;
	scene.rows[3].rss = 100;
	CHECK_EQ_STR(sorted(&scene, ORDER_APPEARANCE, text), "123456");
	CHECK_EQ_STR(sorted(&scene, ORDER_RSS, text), "235641");
	CHECK_EQ_STR(sorted(&scene, ORDER_PID, text), "235614");
	CHECK_EQ_STR(sorted(&scene, ORDER_NAME, text), "635241");
	history_free(scene.history);
}

static void a_filter_is_part_of_a_name_or_a_command_or_a_pid(void)
{
	struct scene scene;
	const struct history_line *line;

	open_scene(&scene);
	line = history_line_find(scene.history, 3); /* Worker-2, pid 103, ./x */
	CHECK(order_matches(line, "", 0));
	CHECK(order_matches(line, "wORKER-", tick_time(1)));
	CHECK(order_matches(line, "r-2", tick_time(1)));
	CHECK(order_matches(line, "/X", tick_time(1)));
	CHECK(order_matches(line, "103", tick_time(1)));
	CHECK(!order_matches(line, "10", tick_time(1)));
	CHECK(!order_matches(line, "1030", tick_time(1)));
	CHECK(!order_matches(line, "worker-20", tick_time(1)));
	CHECK(!order_matches(line, "w.rker", tick_time(1)));
	history_free(scene.history);
}

static void letters_beyond_ascii_are_themselves(void)
{
	struct scene scene;
	const struct history_line *line;

	open_scene(&scene);
	add_process(scene.history, 7, "Édition-録画");
	line = history_line_find(scene.history, 7);
	CHECK(order_matches(line, "Édition", tick_time(1)));
	CHECK(order_matches(line, "DITION-録", tick_time(1)));
	CHECK(!order_matches(line, "édition", tick_time(1)));
	history_free(scene.history);
}

static void each_key_has_the_title_of_its_column(void)
{
	static const char *const titles[ORDER_KEYS] = {
		"", "NOW", "CHANGE", "PEAK", "NAME", "PID"
	};

	for (size_t i = 0; i < ORDER_KEYS; i++)
		CHECK_EQ_STR(order_title((enum order_key)i), titles[i]);
}

static const struct check_test tests[] = {
	CHECK_TEST(figures_are_sorted_from_the_largest_and_equal_rows_stay),
	CHECK_TEST(names_are_sorted_as_people_do),
	CHECK_TEST(a_name_is_that_of_the_time),
	CHECK_TEST(ended_rows_come_last_but_by_appearance),
	CHECK_TEST(a_filter_is_part_of_a_name_or_a_command_or_a_pid),
	CHECK_TEST(letters_beyond_ascii_are_themselves),
	CHECK_TEST(each_key_has_the_title_of_its_column),
};

CHECK_MAIN(tests)
