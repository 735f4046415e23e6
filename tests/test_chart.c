#include "plotter/model/chart.h"

#include "tests/check.h"

#include <time.h>

#define MOST 128

/* The rows of the chart, a space where there is nothing. */
static char *picture(char text[2048], const struct chart *chart)
{
	char glyph[CHART_GLYPH];
	size_t length = 0;

	for (unsigned y = 0; y < chart->height; y++) {
		for (unsigned x = 0; x < chart->width; x++) {
			chart_glyph(glyph, chart, x, y);
			length += (size_t)snprintf(text + length, 2048 - length, "%s",
						   *glyph ? glyph : " ");
		}
		text[length++] = '\n';
	}
	text[length] = '\0';
	return text;
}

#define GAP UINT64_MAX

/* Draw a line through single values; GAP is none. */
static void draw(struct chart *chart, const uint64_t *values, uint8_t line)
{
	struct history_column columns[MOST] = { 0 };
	unsigned count = chart->width * chart_across(chart->glyphs);

	for (unsigned i = 0; i < count; i++)
		if (values[i] != GAP)
			columns[i] = (struct history_column){ values[i], values[i], values[i],
							      values[i], 1 };
	chart_draw(chart, columns, line);
}

/* The picture of one line in a chart of its own. */
static char *one(char text[2048], enum chart_glyphs glyphs, unsigned width, unsigned height,
		 uint64_t high, const uint64_t *values)
{
	struct chart chart = { 0 };

	CHECK(chart_set(&chart, glyphs, width, height, 0, high) == 0);
	draw(&chart, values, 1);
	picture(text, &chart);
	chart_free(&chart);
	return text;
}

static void a_ramp_goes_from_corner_to_corner(void)
{
	static const uint64_t values[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	static const uint64_t down[] = { 7, 6, 5, 4, 3, 2, 1, 0 };
	char text[2048];

	CHECK_EQ_STR(one(text, CHART_BRAILLE, 8, 4, 15, values), "      ⡠⠊\n"
								 "    ⡠⠊  \n"
								 "  ⡠⠊    \n"
								 "⡠⠊      \n");
	CHECK_EQ_STR(one(text, CHART_BLOCKS, 4, 4, 7, values), "   ▞\n"
							       "  ▞ \n"
							       " ▞  \n"
							       "▞   \n");
	CHECK_EQ_STR(one(text, CHART_BLOCKS, 4, 4, 7, down), "▚   \n"
							     " ▚  \n"
							     "  ▚ \n"
							     "   ▚\n");
	CHECK_EQ_STR(one(text, CHART_ASCII, 8, 4, 7, values), "      **\n"
							      "    **  \n"
							      "  **    \n"
							      "**      \n");
}

static void a_spike_of_one_column_is_as_thin_as_that(void)
{
	static const uint64_t values[] = { 1, 1, 1, 9, 1, 1, 1, 1 };
	char text[2048];

	CHECK_EQ_STR(one(text, CHART_BRAILLE, 4, 3, 11, values), " ⢠  \n"
								 " ⢸  \n"
								 "⠤⠜⠤⠤\n");
	CHECK_EQ_STR(one(text, CHART_BLOCKS, 4, 3, 11, values), " ▗  \n"
								" ▐  \n"
								"▄▞▄▄\n");
	CHECK_EQ_STR(one(text, CHART_ASCII, 8, 3, 11, values), "   *    \n"
							       "   *    \n"
							       "********\n");
}

static void steep_steps_are_joined(void)
{
	static const uint64_t values[] = { 0, 0, 11, 11, 11, 0, 0, 11 };
	char text[2048];

	CHECK_EQ_STR(one(text, CHART_BRAILLE, 4, 3, 11, values), " ⡏⡇⢸\n"
								 " ⡇⡇⢸\n"
								 "⣀⠇⢇⡸\n");
	CHECK_EQ_STR(one(text, CHART_ASCII, 8, 3, 11, values), "  ***  *\n"
							       "  * *  *\n"
							       "*** ****\n");
}

static void a_column_goes_from_its_least_to_its_most(void)
{
	static const struct history_column columns[] = {
		{ 2, 9, 3, 4, 5 },
		{ 4, 6, 6, 4, 5 },
		{ 0, 11, 0, 11, 9 },
		{ 5, 5, 5, 5, 1 },
	};
	struct chart chart = { 0 };
	char text[2048];

	CHECK(chart_set(&chart, CHART_BRAILLE, 2, 3, 0, 11) == 0);
	chart_draw(&chart, columns, 1);
	CHECK_EQ_STR(picture(text, &chart), "⡄⡇\n"
					    "⣷⡧\n"
					    "⠃⡇\n");
	chart_free(&chart);
}

static void nothing_is_joined_over_a_gap(void)
{
	static const uint64_t values[] = { 0, GAP, 11, 11, GAP, GAP, 0, 0 };
	static const uint64_t none[] = { GAP, GAP, GAP, GAP, GAP, GAP, GAP, GAP };
	char text[2048];

	CHECK_EQ_STR(one(text, CHART_BRAILLE, 4, 3, 11, values), " ⠉  \n"
								 "    \n"
								 "⡀  ⣀\n");
	CHECK_EQ_STR(one(text, CHART_ASCII, 8, 3, 11, values), "  **    \n"
							       "        \n"
							       "*     **\n");
	CHECK_EQ_STR(one(text, CHART_BLOCKS, 4, 2, 12, none), "    \n"
							      "    \n");
}

static void a_flat_line_is_one_dot_high(void)
{
	static const uint64_t values[] = { 5, 5, 5, 5, 5, 5, 5, 5 };
	char text[2048];

	CHECK_EQ_STR(one(text, CHART_BRAILLE, 4, 2, 7, values), "⠤⠤⠤⠤\n"
								"    \n");
	CHECK_EQ_STR(one(text, CHART_BLOCKS, 4, 2, 7, values), "▄▄▄▄\n"
							       "    \n");
}

static void what_is_outside_is_drawn_at_the_edge(void)
{
	static const uint64_t values[] = { 0, 99, 100, 149, 150, 200, 201, UINT64_MAX - 1 };
	struct chart chart = { 0 };
	char text[2048];

	CHECK(chart_set(&chart, CHART_ASCII, 8, 4, 100, 200) == 0);
	draw(&chart, values, 1);
	CHECK_EQ_STR(picture(text, &chart), "     ***\n"
					    "    **  \n"
					    "   *    \n"
					    "****    \n");
	CHECK_EQ_U64(chart_row(&chart, 0), 3);
	CHECK_EQ_U64(chart_row(&chart, 121), 3);
	CHECK_EQ_U64(chart_row(&chart, 122), 2);
	CHECK_EQ_U64(chart_row(&chart, 199), 0);
	CHECK_EQ_U64(chart_row(&chart, 200), 0);
	CHECK_EQ_U64(chart_row(&chart, UINT64_MAX), 0);
	chart_free(&chart);
}

static void of_two_lines_that_cross_the_later_has_the_cell(void)
{
	static const uint64_t up[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	static const uint64_t down[] = { 7, 6, 5, 4, 3, 2, 1, 0 };
	struct chart chart = { 0 };
	char text[2048];

	CHECK(chart_set(&chart, CHART_ASCII, 8, 4, 0, 7) == 0);
	draw(&chart, up, 1);
	draw(&chart, down, 2);
	CHECK_EQ_STR(picture(text, &chart), "++    **\n"
					    "  ++**  \n"
					    "  **++  \n"
					    "**    ++\n");
	CHECK(chart_set(&chart, CHART_BLOCKS, 4, 4, 0, 7) == 0);
	draw(&chart, up, 3);
	draw(&chart, (const uint64_t[]){ GAP, GAP, 2, 2, 2, 2, 2, 2 }, 255);
	CHECK_EQ_STR(picture(text, &chart), "   ▞\n"
					    "  ▞ \n"
					    " ▟▄▄\n"
					    "▞   \n");
	CHECK_EQ_U64(chart_line(&chart, 0, 3), 3);
	CHECK_EQ_U64(chart_line(&chart, 1, 2), 255);
	CHECK_EQ_U64(chart_line(&chart, 2, 1), 3);
	CHECK_EQ_U64(chart_line(&chart, 0, 0), 0);
	chart_free(&chart);
}

static void lines_in_ascii_have_symbols_of_their_own(void)
{
	struct chart chart = { 0 };
	char text[2048];

	CHECK(chart_set(&chart, CHART_ASCII, 1, 9, 0, 8) == 0);
	for (uint64_t i = 0; i < 9; i++)
		draw(&chart, &i, (uint8_t)(9 - i));
	CHECK_EQ_STR(picture(text, &chart), "*\n+\no\nx\n#\n@\n%\n&\n*\n");
	chart_free(&chart);
}

static void a_chart_may_be_one_cell_or_none(void)
{
	static const uint64_t values[] = { 0, 7 };
	struct chart chart = { 0 };
	char text[2048];

	CHECK_EQ_STR(one(text, CHART_BRAILLE, 1, 1, 8, values), "⡸\n");
	CHECK_EQ_STR(one(text, CHART_BLOCKS, 1, 1, 8, values), "▞\n");
	CHECK_EQ_STR(one(text, CHART_ASCII, 1, 1, 8, values), "*\n");
	CHECK_EQ_STR(one(text, CHART_ASCII, 1, 1, 0, values), "*\n");
	CHECK_EQ_STR(one(text, CHART_BRAILLE, 1, 0, 8, values), "");
	CHECK(chart_set(&chart, CHART_BRAILLE, 0, 3, 0, 1) == 0);
	draw(&chart, values, 1);
	CHECK_EQ_STR(picture(text, &chart), "\n\n\n");
	chart_free(&chart);
	chart_free(&chart);
}

static void a_chart_that_is_set_again_is_empty(void)
{
	static const uint64_t values[] = { 0, 7, 0, 7, 0, 7, 0, 7 };
	struct chart chart = { 0 };
	char text[2048];

	CHECK(chart_set(&chart, CHART_ASCII, 4, 2, 0, 8) == 0);
	draw(&chart, values, 1);
	CHECK(chart_set(&chart, CHART_ASCII, 2, 2, 0, 8) == 0);
	CHECK_EQ_STR(picture(text, &chart), "  \n  \n");
	CHECK(chart_set(&chart, CHART_ASCII, 4, 3, 0, 8) == 0);
	CHECK_EQ_STR(picture(text, &chart), "    \n    \n    \n");
	CHECK_EQ_U64(chart_line(&chart, 1, 1), 0);
	chart_free(&chart);
}

/* Each set of dots has the glyph that Unicode has for it. */
static void all_glyphs_are_right(void)
{
	struct chart chart = { 0 };
	char text[CHART_GLYPH];

	CHECK(chart_set(&chart, CHART_BRAILLE, 1, 1, 0, 8) == 0);
	for (unsigned dots = 1; dots < 256; dots++) {
		chart.cells->dots = (uint8_t)dots;
		chart_glyph(text, &chart, 0, 0);
		CHECK_EQ_U64(strlen(text), 3);
		CHECK_EQ_U64(((unsigned)text[0] & 0xf) << 12 | ((unsigned)text[1] & 0x3f) << 6 |
				     ((unsigned)text[2] & 0x3f),
			     0x2800 + dots);
	}
	chart_free(&chart);
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The largest screen: setting it 1000 times and drawing takes some milliseconds; were each cell to
 * cost as much as the row, it would be minutes. */
static void a_large_chart_is_cheap(void)
{
	static struct history_column columns[1000];
	struct chart chart = { 0 };
	double begin = cpu_seconds();

	for (unsigned i = 0; i < 1000; i++)
		columns[i] = (struct history_column){ i % 7, 190 - i % 13, 0, 0, 1 };
	for (unsigned i = 0; i < 1000; i++) {
		CHECK(chart_set(&chart, CHART_BRAILLE, 500, 200, 0, 200) == 0);
		if (i % 10 == 0)
			chart_draw(&chart, columns, 1);
	}
	CHECK(cpu_seconds() - begin < 2);
	chart_free(&chart);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_ramp_goes_from_corner_to_corner),
	CHECK_TEST(a_spike_of_one_column_is_as_thin_as_that),
	CHECK_TEST(steep_steps_are_joined),
	CHECK_TEST(a_column_goes_from_its_least_to_its_most),
	CHECK_TEST(nothing_is_joined_over_a_gap),
	CHECK_TEST(a_flat_line_is_one_dot_high),
	CHECK_TEST(what_is_outside_is_drawn_at_the_edge),
	CHECK_TEST(of_two_lines_that_cross_the_later_has_the_cell),
	CHECK_TEST(lines_in_ascii_have_symbols_of_their_own),
	CHECK_TEST(a_chart_may_be_one_cell_or_none),
	CHECK_TEST(a_chart_that_is_set_again_is_empty),
	CHECK_TEST(all_glyphs_are_right),
	CHECK_TEST(a_large_chart_is_cheap),
};

CHECK_MAIN(tests)
