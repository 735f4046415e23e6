#include "tests/check.h"
#include "plotter/gnuplot/glyphs.h"

#include <string.h>

/* What @text becomes where the fonts have @ranges. */
static void check_replaced(const char *ranges, const char *text, const char *expected)
{
	struct glyphs *glyphs = glyphs_parse(ranges, strlen(ranges));
	char buffer[256];
	size_t length = strlen(text);

	CHECK(glyphs);
	memcpy(buffer, text, length);
	buffer[glyphs_replace(glyphs, buffer, length)] = '\0';
	CHECK_EQ_STR(buffer, expected);
	glyphs_free(glyphs);
}

static void characters_that_a_font_has_stay(void)
{
	check_replaced("20-7e e9 2026", "caf\xc3\xa9\xe2\x80\xa6\n", "caf\xc3\xa9\xe2\x80\xa6\n");
	check_replaced("9332\n753b-753c", "\xe9\x8c\xb2\xe7\x94\xbb", "\xe9\x8c\xb2\xe7\x94\xbb");
	check_replaced("10ffff", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");
}

static void others_become_question_marks(void)
{
	check_replaced("20-7e", "\xf0\x9f\x9a\x80 up \xe9\x8c\xb2\xe7\x94\xbb!", "? up ?\?!");
	check_replaced("", "caf\xc3\xa9", "caf?");
	check_replaced("20-7e", "bad \xff\xc3", "bad ??");
}

static void ranges_that_are_none_are_stepped_over(void)
{
	check_replaced("e8-x e9x - -e9 1234567 zz 110000-ffffff ea-e7 e8", "\xc3\xa9\xc3\xa8",
		       "?\xc3\xa8");
}

static const struct check_test tests[] = {
	CHECK_TEST(characters_that_a_font_has_stay),
	CHECK_TEST(others_become_question_marks),
	CHECK_TEST(ranges_that_are_none_are_stepped_over),
};

CHECK_MAIN(tests)
