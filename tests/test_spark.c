#include "plotter/model/spark.h"

#include "tests/check.h"

#define COUNT 10

static void render_maxima(char *text, const uint64_t *values, enum spark_glyphs glyphs,
			  uint64_t low, uint64_t high)
{
	struct history_column columns[COUNT] = { 0 };

	for (unsigned i = 0; i < COUNT; i++)
		columns[i] = (struct history_column){ .max = values[i], .count = values[i] > 0 };
	spark_render(text, columns, COUNT, low, high, glyphs);
}

static void each_eighth_has_a_glyph_of_its_own(void)
{
	static const uint64_t values[COUNT] = { 10, 20, 30, 40, 50, 60, 70, 80, 5, 90 };
	char text[COUNT * SPARK_GLYPH + 1];

	render_maxima(text, values, SPARK_BLOCKS, 10, 80);
	CHECK_EQ_STR(text, "▁▂▃▄▅▆▇█▁█");
	render_maxima(text, values, SPARK_ASCII, 10, 80);
	CHECK_EQ_STR(text, "_.-=+*#@_@");
}

static void a_column_without_a_value_is_a_space(void)
{
	static const uint64_t values[COUNT] = { 0, 1, 0, 100, 0 };
	char text[COUNT * SPARK_GLYPH + 1];

	render_maxima(text, values, SPARK_BLOCKS, 0, 100);
	CHECK_EQ_STR(text, " ▁ █      ");
}

static void without_a_scale_the_lowest_glyph_is_drawn(void)
{
	static const uint64_t values[COUNT] = { 7, 7, 7, 7, 7, 7, 7, 7, 7, 9 };
	char text[COUNT * SPARK_GLYPH + 1];

	render_maxima(text, values, SPARK_ASCII, 7, 7);
	CHECK_EQ_STR(text, "__________");
}

static void the_most_of_a_column_is_drawn_so_that_a_spike_shows(void)
{
	const struct history_column columns[] = { { 1, 1, 1, 1, 500 }, { 1, 100, 1, 1, 500 } };
	char text[2 * SPARK_GLYPH + 1];

	spark_render(text, columns, 2, 0, 100, SPARK_BLOCKS);
	CHECK_EQ_STR(text, "▁█");
}

static void the_largest_numbers_do_no_harm(void)
{
	static const uint64_t values[COUNT] = { 1, UINT64_MAX / 2, UINT64_MAX };
	char text[COUNT * SPARK_GLYPH + 1];

	render_maxima(text, values, SPARK_ASCII, 0, UINT64_MAX);
	CHECK_EQ_STR(text, "_+@       ");
	spark_render(text, NULL, 0, 0, 1, SPARK_ASCII);
	CHECK_EQ_STR(text, "");
}

static const struct check_test tests[] = {
	CHECK_TEST(each_eighth_has_a_glyph_of_its_own),
	CHECK_TEST(a_column_without_a_value_is_a_space),
	CHECK_TEST(without_a_scale_the_lowest_glyph_is_drawn),
	CHECK_TEST(the_most_of_a_column_is_drawn_so_that_a_spike_shows),
	CHECK_TEST(the_largest_numbers_do_no_harm),
};

CHECK_MAIN(tests)
