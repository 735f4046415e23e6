/* Flags and labels find room on a chart. */
#include "tests/check.h"

#include "plotter/model/flags.h"

#include <string.h>

#define WIDTH 30
#define HEIGHT 6

struct scene {
	unsigned char cells[WIDTH * HEIGHT];
	struct flags_field field;
};

static void scene_open(struct scene *scene)
{
	memset(scene->cells, 0, sizeof(scene->cells));
	scene->field = (struct flags_field){ WIDTH, HEIGHT, scene->cells };
}

static void line(struct scene *scene, unsigned y)
{
	memset(&scene->cells[y * WIDTH], FLAGS_LINE, WIDTH);
}

static void a_flag_stands_above_its_point_with_its_label_beside(void)
{
	struct flag flag = { .x = 3, .y = 3, .width = 2, .label = 7 };
	struct scene scene;

	scene_open(&scene);
	line(&scene, 3);
	flags_place(&flag, 1, &scene.field);
	CHECK(flag.placed);
	CHECK_EQ_U64(flag.flag_x, 3);
	CHECK_EQ_U64(flag.flag_y, 2);
	CHECK_EQ_U64(flag.label_x, 6);
	CHECK_EQ_U64(flag.label_size, 7);
}

static void at_the_top_it_stands_below_and_at_the_right_before_the_edge(void)
{
	struct flag flag = { .x = WIDTH - 1, .y = 0, .width = 3, .label = 9 };
	struct scene scene;

	scene_open(&scene);
	line(&scene, 0);
	flags_place(&flag, 1, &scene.field);
	CHECK(flag.placed);
	CHECK_EQ_U64(flag.flag_x, WIDTH - 3);
	CHECK_EQ_U64(flag.flag_y, 1);
	CHECK_EQ_U64(flag.label_size, 9);
	CHECK_EQ_U64(flag.label_x, WIDTH - 3 - 1 - 9);
}

static void it_goes_over_a_line_only_where_there_is_nothing_else(void)
{
	struct flag flag = { .x = 5, .y = 3, .width = 1 };
	struct scene scene;

	scene_open(&scene);
	for (unsigned y = 0; y < HEIGHT; y++)
		line(&scene, y);
	scene.cells[1 * WIDTH + 4] = scene.cells[1 * WIDTH + 5] = scene.cells[1 * WIDTH + 6] = 0;
	flags_place(&flag, 1, &scene.field);
	CHECK_EQ_U64(flag.flag_y, 1);
	scene_open(&scene);
	for (unsigned y = 0; y < HEIGHT; y++)
		line(&scene, y);
	flags_place(&flag, 1, &scene.field);
	CHECK(flag.placed);
	CHECK_EQ_U64(flag.flag_y, 2);
	CHECK_EQ_U64(flag.label_size, 0);
}

static void flags_of_one_place_stand_over_one_another_until_there_is_no_room(void)
{
	struct flag flags[12];
	struct scene scene;
	unsigned placed = 0;

	scene_open(&scene);
	for (size_t i = 0; i < 12; i++)
		flags[i] = (struct flag){ .x = 10, .y = 3, .width = 2, .label = 40 };
	flags_place(flags, 12, &scene.field);
	for (size_t i = 0; i < 12; i++) {
		placed += flags[i].placed;
		for (size_t j = 0; j < i; j++)
			CHECK(!flags[i].placed || flags[i].flag_y != flags[j].flag_y);
	}
	CHECK_EQ_U64(placed, HEIGHT - 1);
	CHECK(flags[0].placed && !flags[11].placed);
}

static void a_label_is_cut_before_what_is_there_or_left_out(void)
{
	struct flag flags[2] = { { .x = 0, .y = 3, .width = 1, .label = 20 },
				 { .x = 12, .y = 3, .width = 1, .label = 3 } };
	struct scene scene;

	scene_open(&scene);
	flags_place(flags, 2, &scene.field);
	CHECK_EQ_U64(flags[0].label_x, 2);
	CHECK_EQ_U64(flags[0].label_size, 9); /* an empty cell before the next flag */
	CHECK_EQ_U64(flags[1].label_size, 3);
	flags[1].x = 6;
	scene_open(&scene);
	flags_place(flags, 2, &scene.field);
	CHECK_EQ_U64(flags[0].label_size, 0);
}

static void nothing_lies_outside_of_any_field(void)
{
	uint64_t random = 7;

	for (int round = 0; round < 2000; round++) {
		unsigned width = 1 + (unsigned)(check_random(&random) % WIDTH);
		unsigned height = 1 + (unsigned)(check_random(&random) % HEIGHT);
		struct flag flags[8];
		struct scene scene;

		scene_open(&scene);
		scene.field.width = width;
		scene.field.height = height;
		for (size_t i = 0; i < 8; i++)
			flags[i] = (struct flag){
				.x = (unsigned)(check_random(&random) % width),
				.y = (unsigned)(check_random(&random) % height),
				.width = 1 + (unsigned)(check_random(&random) % 5),
				.label = (unsigned)(check_random(&random) % 40),
			};
		flags_place(flags, 8, &scene.field);
		for (size_t i = 0; i < 8; i++) {
			const struct flag *flag = &flags[i];

			if (!flag->placed)
				continue;
			if (!CHECK(flag->flag_x + flag->width <= width && flag->flag_y < height &&
				   (!flag->label_size ||
				    flag->label_x + flag->label_size <= width)))
				return;
		}
	}
}

static const struct check_test tests[] = {
	CHECK_TEST(a_flag_stands_above_its_point_with_its_label_beside),
	CHECK_TEST(at_the_top_it_stands_below_and_at_the_right_before_the_edge),
	CHECK_TEST(it_goes_over_a_line_only_where_there_is_nothing_else),
	CHECK_TEST(flags_of_one_place_stand_over_one_another_until_there_is_no_room),
	CHECK_TEST(a_label_is_cut_before_what_is_there_or_left_out),
	CHECK_TEST(nothing_lies_outside_of_any_field),
};

CHECK_MAIN(tests)
