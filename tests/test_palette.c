/* The palette: hues that come again line by line, shades that can be told apart. */
#include "plotter/model/palette.h"
#include "tests/check.h"

#define LINES (3 * PALETTE_HUES)

static void a_hue_comes_again_after_all_of_them(void)
{
	for (uint32_t line = 1; line <= PALETTE_HUES; line++) {
		CHECK_EQ_U64(palette_line(line), palette_hue(line)->on_white);
		CHECK(palette_hue(line) == palette_hue(line + PALETTE_HUES));
		for (uint32_t other = 1; other < line; other++)
			CHECK(palette_hue(line)->of_256 != palette_hue(other)->of_256 &&
			      palette_hue(line)->on_black != palette_hue(other)->on_black);
	}
}

static void no_two_curves_of_three_rounds_are_alike(void)
{
	for (uint32_t line = 1; line <= LINES; line++) {
		CHECK_EQ_U64(palette_line(line), palette_line(line + LINES));
		for (uint32_t other = 1; other < line; other++)
			CHECK(palette_line(line) != palette_line(other));
	}
}

/* Red, green or blue of it, as its place, 16, 8 or 0, says. */
static uint32_t part(uint32_t rgb, unsigned place)
{
	return rgb >> place & 0xff;
}

static void pale_and_dark_lie_half_way(void)
{
	for (unsigned place = 0; place <= 16; place += 8) {
		CHECK_EQ_U64(part(palette_pale(0x0072b2), place),
			     0x80 + part(0x0072b2, place) / 2);
		CHECK_EQ_U64(part(palette_dark(0x0072b2), place), part(0x0072b2, place) / 2);
	}
}

static const struct check_test tests[] = {
	CHECK_TEST(a_hue_comes_again_after_all_of_them),
	CHECK_TEST(no_two_curves_of_three_rounds_are_alike),
	CHECK_TEST(pale_and_dark_lie_half_way),
};
CHECK_MAIN(tests)
