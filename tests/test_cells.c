#include "base/cells.h"

#include "tests/check.h"

#include <locale.h>

static char fitted[CELLS_ROOM];

static void a_text_takes_its_columns_exactly(void)
{
	CHECK_EQ_STR(cells_fit(fitted, "abc", 5, CELLS_UTF8), "abc  ");
	CHECK_EQ_STR(cells_fit(fitted, "abc", 5, CELLS_RIGHT), "  abc");
	CHECK_EQ_STR(cells_fit(fitted, "abc", 3, CELLS_UTF8), "abc");
	CHECK_EQ_STR(cells_fit(fitted, "abcd", 3, CELLS_UTF8), "ab…");
	CHECK_EQ_STR(cells_fit(fitted, "abcd", 3, CELLS_ASCII), "ab~");
	CHECK_EQ_STR(cells_fit(fitted, "abcd", 1, CELLS_UTF8), "…");
	CHECK_EQ_STR(cells_fit(fitted, "abcd", 0, CELLS_UTF8), "");
	CHECK_EQ_STR(cells_fit(fitted, "", 2, CELLS_RIGHT), "  ");
}

static void wide_characters_are_never_cut_in_two(void)
{
	CHECK_EQ_U64(cells_width("録画"), 4);
	CHECK_EQ_STR(cells_fit(fitted, "録画", 5, CELLS_UTF8), "録画 ");
	CHECK_EQ_STR(cells_fit(fitted, "録画開", 5, CELLS_UTF8), "録画…");
	CHECK_EQ_STR(cells_fit(fitted, "録画開", 4, CELLS_UTF8), "録… ");
	CHECK_EQ_STR(cells_fit(fitted, "録画", 5, CELLS_ASCII), "???? ");
}

static void what_combines_takes_no_column(void)
{
	CHECK_EQ_U64(cells_width("e\xcc\x81t"), 2);
	CHECK_EQ_STR(cells_fit(fitted, "e\xcc\x81t", 3, CELLS_UTF8), "e\xcc\x81t ");
	CHECK_EQ_STR(cells_fit(fitted, "te\xcc\x81x", 2, CELLS_UTF8), "t…");
}

static void nothing_that_moves_a_cursor_comes_through(void)
{
	CHECK_EQ_STR(cells_fit(fitted, "\x1b[2J\n", 12, CELLS_UTF8), "\\x1b[2J\\n   ");
	CHECK_EQ_STR(cells_fit(fitted, "\xff\xe2\x80\xae", 10, CELLS_UTF8), "\\xff\\u202e");
}

static void any_bytes_fit(void)
{
	uint64_t random = 21;

	for (unsigned i = 0; i < 20000; i++) {
		char bytes[300];
		unsigned width = (unsigned)(check_random(&random) % 100);

		check_random_bytes(&random, bytes, sizeof(bytes));
		bytes[check_random(&random) % sizeof(bytes)] = '\0';
		bytes[sizeof(bytes) - 1] = '\0';
		CHECK_EQ_U64(cells_width(cells_fit(fitted, bytes, width, i % 4)), width);
	}
}

static void a_text_of_marks_alone_is_bounded(void)
{
	char bytes[511] = "";

	for (size_t i = 0; i + 2 < sizeof(bytes); i += 2)
		memcpy(&bytes[i], "\xcc\x81", 2);
	cells_fit(fitted, bytes, CELLS_MAX, CELLS_UTF8);
	CHECK(strlen(fitted) < sizeof(fitted));
	cells_fit(fitted, bytes, 100000, CELLS_RIGHT);
	CHECK(strlen(fitted) < sizeof(fitted));
}

static void without_a_locale_a_character_is_a_column(void)
{
	setlocale(LC_CTYPE, "C");
	CHECK(!cells_utf8());
	CHECK_EQ_U64(cells_width("録画"), 2);
	CHECK_EQ_STR(cells_fit(fitted, "録画", 4, CELLS_ASCII), "??  ");
	setlocale(LC_CTYPE, "C.UTF-8");
	CHECK(cells_utf8());
}

static const struct check_test tests[] = {
	CHECK_TEST(without_a_locale_a_character_is_a_column), /* leaves C.UTF-8 for the others */
	CHECK_TEST(a_text_takes_its_columns_exactly),
	CHECK_TEST(wide_characters_are_never_cut_in_two),
	CHECK_TEST(what_combines_takes_no_column),
	CHECK_TEST(nothing_that_moves_a_cursor_comes_through),
	CHECK_TEST(any_bytes_fit),
	CHECK_TEST(a_text_of_marks_alone_is_bounded),
};

CHECK_MAIN(tests)
