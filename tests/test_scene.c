/* What a picture of a window shows, and the numbers and the script that gnuplot gets of it. */
#include "plotter/gnuplot/gnuplot.h"
#include "tests/check.h"
#include "tests/history_samples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct scene_query query_of(const struct history *history, uint64_t tick)
{
	return (struct scene_query){
		.history = history,
		.now_ns = tick_time(tick),
		.window_ns = 100 * TICK_NS,
		.times = TIMES_AGO,
		.size = { .columns = 100, .across = 100, .down = 20, .lanes = 4 },
	};
}

static void fill(struct history *history, uint32_t line, uint64_t ticks, uint64_t rss)
{
	char name[16];

	snprintf(name, sizeof(name), "line%u", (unsigned)line);
	CHECK_EQ_I64(add_process(history, line, name), 0);
	for (uint64_t tick = 0; tick <= ticks; tick++)
		add_sample(history, line, tick_time(tick), rss);
}

static void lines_have_their_names_and_all_fit_below_the_top(void)
{
	struct history *history = new_history();
	struct scene scene = { .line_count = 0 };
	struct scene_query query = query_of(history, 200);

	fill(history, 1, 200, 50 * MIB);
	fill(history, 2, 200, 10 * MIB);
	CHECK_EQ_I64(scene_set(&scene, &query), 0);
	CHECK_EQ_U64(scene.line_count, 3);
	CHECK_EQ_STR(scene.lines[2].name, "total");
	CHECK_EQ_U64(scene.lines[2].most, 60 * MIB);
	CHECK_EQ_STR(scene.lines[0].name, "line1 [101]");
	CHECK_EQ_U64(scene.lines[0].most, 50 * MIB);
	CHECK(scene.top_bytes > 60 * MIB);
	CHECK(scene_y(&scene, 0) == 0);
	CHECK(scene_y(&scene, scene.top_bytes) == 1);
	CHECK(scene_x(&scene, query.now_ns) > 0.98 && scene_x(&scene, query.now_ns) <= 1);
	scene_free(&scene);
	history_free(history);
}

static void of_more_lines_than_there_is_room_for_the_largest_are_shown(void)
{
	struct history *history = new_history();
	struct scene scene = { .line_count = 0 };
	struct scene_query query = query_of(history, 50);

	for (uint32_t line = 1; line <= SCENE_LINES + 5; line++)
		fill(history, line, 50, (line % 7 == 3 ? 1 : line) * MIB);
	CHECK_EQ_I64(scene_set(&scene, &query), 0);
	CHECK_EQ_U64(scene.line_count, SCENE_LINES);
	CHECK_EQ_U64(scene.smaller, 6); /* the total is one of those shown */
	CHECK_EQ_STR(scene.lines[--scene.line_count].name, "total");
	for (size_t i = 0; i < scene.line_count; i++) {
		CHECK(scene.lines[i].most > MIB);
		CHECK_EQ_U64(scene.lines[i].columns[scene.axis.width - 2].last,
			     scene.lines[i].row.line->line * MIB);
		CHECK(i == 0 || scene.lines[i].row.line->line > scene.lines[i - 1].row.line->line);
	}
	scene_free(&scene);
	history_free(history);
}

static void a_limit_is_on_the_picture_where_it_is_near(void)
{
	struct history *history = new_history();
	struct scene scene = { .line_count = 0 };
	struct scene_query query = query_of(history, 50);

	fill(history, 1, 50, 50 * MIB);
	query.limit_bytes = 100 * MIB;
	CHECK_EQ_I64(scene_set(&scene, &query), 0);
	CHECK(scene.top_bytes > 100 * MIB);
	query.limit_bytes = 1000 * MIB;
	CHECK_EQ_I64(scene_set(&scene, &query), 0);
	CHECK(scene.top_bytes < 100 * MIB);
	scene_free(&scene);
	history_free(history);
}

static bool overlap(const struct scene *scene, const struct scene_label *a,
		    const struct scene_label *b)
{
	double across = scene->query.size.across;
	double from = a->x > b->x ? a->x : b->x;
	double a_end = a->x + caption_width(a->text) / across;
	double b_end = b->x + caption_width(b->text) / across;

	return fabs(a->y - b->y) * scene->query.size.down < 0.99 &&
	       from < (a_end < b_end ? a_end : b_end);
}

static void labels_stand_in_the_picture_and_on_no_other(void)
{
	struct history *history = new_history();
	struct scene scene = { .line_count = 0 };
	struct scene_query query = query_of(history, 200);
	char label[64];

	fill(history, 1, 200, 50 * MIB);
	for (unsigned i = 0; i < 60; i++) {
		snprintf(label, sizeof(label), "milestone number %u", i);
		add_event(history, i % 5 ? 1 : LINE_SESSION, tick_time(110 + i), label);
	}
	CHECK_EQ_I64(scene_set(&scene, &query), 0);
	CHECK_EQ_U64(scene.point_count, 60);
	CHECK(scene.label_count >= 10 && scene.label_count <= SCENE_LABELS);
	CHECK_EQ_STR(scene.labels[0].text, "milestone number 59");
	for (size_t i = 0; i < scene.label_count; i++) {
		const struct scene_label *one = &scene.labels[i];

		CHECK(one->x >= 0 && one->y > 0 && one->y < 1);
		CHECK(one->x + caption_width(one->text) / 100.0 <= 1);
		for (size_t j = 0; j < i; j++)
			CHECK(!overlap(&scene, one, &scene.labels[j]));
	}
	scene_free(&scene);
	history_free(history);
}

static void a_spike_is_among_the_numbers_and_a_flat_line_is_few_of_them(void)
{
	struct history *history = new_history();
	struct gnuplot_data data = { .count = 0 };
	struct scene scene = { .line_count = 0 };
	struct scene_query query = query_of(history, 36000);
	const double *rows;
	double most = 0;

	CHECK_EQ_I64(add_process(history, 1, "spiked"), 0);
	for (uint64_t tick = 0; tick <= 36000; tick++)
		add_sample(history, 1, tick_time(tick), tick == 20000 ? 900 * MIB : 100 * MIB);
	fill(history, 2, 36000, 100 * MIB);
	query.window_ns = 36000 * TICK_NS;
	CHECK_EQ_I64(scene_set(&scene, &query), 0);
	CHECK(gnuplot_data_set(&data, &scene));
	CHECK(data.curves[0].rows < 12);
	rows = data.numbers + data.curves[0].skip / sizeof(double);
	for (size_t i = 0; i < data.curves[0].rows; i++)
		if (rows[2 * i + 1] > most)
			most = rows[2 * i + 1];
	CHECK(most * scene.scale.unit_bytes == 900.0 * MIB);
	CHECK_EQ_U64(data.curves[1].rows, 3); /* begin, end, break */
	rows = data.numbers + data.curves[1].skip / sizeof(double);
	CHECK(rows[1] == rows[3] && isnan(rows[5]));
	free(data.numbers);
	scene_free(&scene);
	history_free(history);
}

static void a_line_breaks_where_nothing_is_known(void)
{
	struct history *history = new_history();
	struct gnuplot_data data = { .count = 0 };
	struct scene scene = { .line_count = 0 };
	struct scene_query query = query_of(history, 100);
	size_t breaks = 0;
	const double *rows;

	CHECK_EQ_I64(add_process(history, 1, "broken"), 0);
	for (uint64_t tick = 0; tick <= 100; tick++)
		if (tick < 40 || tick > 60)
			add_sample(history, 1, tick_time(tick), 100 * MIB);
	CHECK_EQ_I64(scene_set(&scene, &query), 0);
	CHECK(gnuplot_data_set(&data, &scene));
	rows = data.numbers + data.curves[0].skip / sizeof(double);
	for (size_t i = 0; i < data.curves[0].rows; i++)
		breaks += isnan(rows[2 * i + 1]) != 0;
	CHECK_EQ_U64(breaks, 2);
	free(data.numbers);
	scene_free(&scene);
	history_free(history);
}

/* Each text is a line of the datablock, and nowhere else. */
static void texts_are_lines_of_a_datablock_alone(void)
{
	static const char evil[] = "`touch x`\n\".system('touch y').\"";
	struct history *history = new_history();
	struct gnuplot_data data = { .count = 0 };
	struct scene scene = { .line_count = 0 };
	struct scene_query query = query_of(history, 100);
	struct gnuplot_layout layout = { .terminal = gnuplot_terminal("svg"), .colours = "" };
	struct gnuplot_frame frame = {
		.layout = &layout, .scene = &scene, .data = &data, .title = evil, .data_fd = 4
	};
	const char *end;
	char *script;
	size_t length;

	fill(history, 1, 100, 50 * MIB);
	add_process(history, 2, evil);
	add_sample(history, 2, tick_time(100), 10 * MIB);
	add_event(history, 1, tick_time(50), evil);
	gnuplot_layout_size(&layout, 1200, 600);
	CHECK_EQ_I64(scene_set(&scene, &query), 0);
	gnuplot_layout_fit(&layout, &scene);
	query.size = gnuplot_layout_room(&layout, scene.line_count);
	CHECK_EQ_I64(scene_set(&scene, &query), 0);
	CHECK(gnuplot_data_set(&data, &scene));
	script = gnuplot_script(&frame, &length);
	if (CHECK(script != NULL)) {
		CHECK_EQ_U64(length, strlen(script));
		CHECK(strncmp(script, "$t << END_OF_TEXTS\n", 19) == 0);
		CHECK(strstr(script, "\n`touch x`\\n\".system('touch y').\"\n") != NULL);
		end = strstr(script, "\nEND_OF_TEXTS\n");
		if (CHECK(end != NULL)) {
			CHECK(!strchr(end, '`'));
			CHECK(!strstr(end, "touch"));
			CHECK(strstr(end, "print 'drawn'\n") != NULL);
		}
	}
	free(script);
	free(data.numbers);
	scene_free(&scene);
	history_free(history);
}

static const struct check_test tests[] = {
	CHECK_TEST(lines_have_their_names_and_all_fit_below_the_top),
	CHECK_TEST(of_more_lines_than_there_is_room_for_the_largest_are_shown),
	CHECK_TEST(a_limit_is_on_the_picture_where_it_is_near),
	CHECK_TEST(labels_stand_in_the_picture_and_on_no_other),
	CHECK_TEST(a_spike_is_among_the_numbers_and_a_flat_line_is_few_of_them),
	CHECK_TEST(a_line_breaks_where_nothing_is_known),
	CHECK_TEST(texts_are_lines_of_a_datablock_alone),
};

CHECK_MAIN(tests)
