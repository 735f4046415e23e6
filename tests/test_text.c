#include "base/text.h"

#include "tests/check.h"

/* 1, 2, 3 and 4 bytes. */
#define MIXED "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"

static void a_cut_never_splits_a_character(void)
{
	static const size_t expected[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11, 11 };

	for (size_t max = 0; max < sizeof(expected) / sizeof(expected[0]); max++)
		CHECK_EQ_U64(text_cut(MIXED, strlen(MIXED), max), expected[max]);
	CHECK_EQ_U64(text_cut("", 0, 0), 0);
	CHECK_EQ_U64(text_cut("", 0, 10), 0);
	CHECK_EQ_U64(text_cut("\xf0\x9f\x98\x80", 4, 3), 0);
}

static void a_cut_of_what_is_no_utf8_is_where_it_was_asked(void)
{
	CHECK_EQ_U64(text_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 5);
	CHECK_EQ_U64(text_cut("\x80\x80", 2, 1), 1);
	CHECK_EQ_U64(text_cut("\xc3\xa9\xa9", 3, 2), 2);
	CHECK_EQ_U64(text_cut("a\xff\xff", 3, 2), 2);
}

static void a_copy_is_cut_at_a_character_and_ended(void)
{
	static const size_t expected[] = { 0, 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11 };
	char to[16];

	for (size_t size = 0; size < sizeof(expected) / sizeof(expected[0]); size++) {
		memset(to, '#', sizeof(to));
		CHECK_EQ_U64(text_copy(to, size, MIXED), expected[size]);
		CHECK(memcmp(to, MIXED, expected[size]) == 0);
		if (size > 0)
			CHECK(to[expected[size]] == '\0');
		CHECK(to[size] == '#');
	}
}

static const char *clean(const char *from, size_t length)
{
	static char to[256];

	size_t written = text_clean(to, sizeof(to), from, length);

	CHECK_EQ_U64(written, strlen(to));
	return to;
}

#define CLEAN(literal) clean(literal, sizeof(literal) - 1)

static void plain_text_stays_as_it_is(void)
{
	CHECK_EQ_STR(CLEAN(""), "");
	CHECK_EQ_STR(CLEAN("Finished reading: 100 %"), "Finished reading: 100 %");
	CHECK_EQ_STR(CLEAN("back\\slash \\n"), "back\\slash \\n");
	CHECK_EQ_STR(CLEAN(MIXED), MIXED);
	CHECK_EQ_STR(CLEAN("\xc2\xa0\xe2\x80\xa7\xe2\x80\xaf\xf4\x8f\xbf\xbd"),
		     "\xc2\xa0\xe2\x80\xa7\xe2\x80\xaf\xf4\x8f\xbf\xbd");
}

static void every_control_character_is_escaped(void)
{
	CHECK_EQ_STR(CLEAN("a\nb\tc"), "a\\nb\\tc");
	CHECK_EQ_STR(CLEAN("\x1b[31mred\r"), "\\x1b[31mred\\x0d");
	CHECK_EQ_STR(CLEAN("a\0b"), "a\\x00b");
	CHECK_EQ_STR(CLEAN("\x7f"), "\\x7f");
	for (unsigned byte = 0; byte < 0x20; byte++) {
		char from = (char)byte;
		char expected[8];

		snprintf(expected, sizeof(expected), "\\x%02x", byte);
		if (byte != '\n' && byte != '\t')
			CHECK_EQ_STR(clean(&from, 1), expected);
	}
	for (unsigned point = 0x80; point < 0xa0; point++) {
		char from[2] = { (char)0xc2, (char)point };
		char expected[8];

		snprintf(expected, sizeof(expected), "\\u%04x", point);
		CHECK_EQ_STR(clean(from, 2), expected);
	}
}

static void what_reorders_or_breaks_lines_is_escaped(void)
{
	static const unsigned points[] = {
		0x061c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d,
		0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0xfeff, 0xfffe, 0xffff,
	};

	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		unsigned point = points[i];
		char from[3] = { (char)(0xe0 | point >> 12), (char)(0x80 | (point >> 6 & 0x3f)),
				 (char)(0x80 | (point & 0x3f)) };
		char two[2] = { (char)(0xc0 | point >> 6), (char)(0x80 | (point & 0x3f)) };
		char expected[8];

		snprintf(expected, sizeof(expected), "\\u%04x", point);
		CHECK_EQ_STR(point < 0x800 ? clean(two, 2) : clean(from, 3), expected);
	}
}

static void bytes_that_are_no_utf8_are_escaped_one_by_one(void)
{
	CHECK_EQ_STR(CLEAN("a\xff"
			   "b"),
		     "a\\xffb");
	CHECK_EQ_STR(CLEAN("\x80\xbf"), "\\x80\\xbf");
	CHECK_EQ_STR(CLEAN("\xc0\x80"), "\\xc0\\x80");			 /* overlong NUL */
	CHECK_EQ_STR(CLEAN("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");		 /* overlong / */
	CHECK_EQ_STR(CLEAN("\xf0\x80\x80\xaf"), "\\xf0\\x80\\x80\\xaf"); /* the same */
	CHECK_EQ_STR(CLEAN("\xed\xa0\x80"), "\\xed\\xa0\\x80");		 /* a surrogate */
	CHECK_EQ_STR(CLEAN("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"); /* over U+10FFFF */
	CHECK_EQ_STR(CLEAN("\xf5\x80"), "\\xf5\\x80");
	CHECK_EQ_STR(CLEAN("\xe2\x82x"), "\\xe2\\x82x"); /* cut short */
	CHECK_EQ_STR(CLEAN("\xf0\x9f\x98"), "\\xf0\\x9f\\x98");
	CHECK_EQ_STR(CLEAN("\xe2\x82\x1b"), "\\xe2\\x82\\x1b");
}

static void a_cut_keeps_whole_escapes_and_whole_characters(void)
{
	const char from[] = "a\x1b\xe2\x82\xac\xe2\x80\xae";
	const size_t stops[] = { 0, 1, 5, 8, 14 };
	char whole[32];
	char to[32];

	text_clean(whole, sizeof(whole), from, strlen(from));
	CHECK_EQ_STR(whole, "a\\x1b\xe2\x82\xac\\u202e");
	for (size_t size = 0, stop = 0; size < sizeof(to); size++) {
		memset(to, '#', sizeof(to));
		if (stop + 1 < sizeof(stops) / sizeof(stops[0]) && size > stops[stop + 1])
			stop++;
		CHECK_EQ_U64(text_clean(to, size, from, strlen(from)), stops[stop]);
		CHECK(memcmp(to, whole, stops[stop]) == 0);
		CHECK(to[size] == '#' && (size == 0 || to[stops[stop]] == '\0'));
	}
}

static bool is_printable_line(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	}
	return true;
}

static void random_bytes_become_safe_text_that_fits_and_stays_the_same(void)
{
	uint64_t state = 7;
	char to[TEXT_CLEAN_ROOM(40) + 1];
	char again[TEXT_CLEAN_ROOM(sizeof(to))];
	uint8_t from[40];

	for (int i = 0; i < 200000; i++) {
		size_t length = check_random(&state) % (sizeof(from) + 1);
		size_t room = TEXT_CLEAN_ROOM(length);
		size_t written;

		check_random_bytes(&state, from, length);
		to[room] = '#';
		written = text_clean(to, room, (const char *)from, length);
		CHECK(written < room && to[written] == '\0' && to[room] == '#');
		CHECK(strlen(to) == written && written >= length && is_printable_line(to));
		text_clean(again, sizeof(again), to, written);
		CHECK_EQ_STR(again, to);
	}
}

static const struct check_test tests[] = {
	CHECK_TEST(a_cut_never_splits_a_character),
	CHECK_TEST(a_cut_of_what_is_no_utf8_is_where_it_was_asked),
	CHECK_TEST(a_copy_is_cut_at_a_character_and_ended),
	CHECK_TEST(plain_text_stays_as_it_is),
	CHECK_TEST(every_control_character_is_escaped),
	CHECK_TEST(what_reorders_or_breaks_lines_is_escaped),
	CHECK_TEST(bytes_that_are_no_utf8_are_escaped_one_by_one),
	CHECK_TEST(a_cut_keeps_whole_escapes_and_whole_characters),
	CHECK_TEST(random_bytes_become_safe_text_that_fits_and_stays_the_same),
};

CHECK_MAIN(tests)
