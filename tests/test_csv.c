/* Fields of CSV, and digits. */
#include "base/digits.h"
#include "tests/check.h"
#include "export/csv.h"

#include <stdlib.h>

static void check_field(const char *text, const char *expected)
{
	char field[CSV_ROOM(TEXT_COMMAND + TEXT_LABEL)];
	size_t length = csv_field(field, text);

	CHECK_EQ_STR(field, expected);
	CHECK_EQ_U64(length, strlen(expected));
}

static void plain_text_stays_as_it_is(void)
{
	check_field("", "");
	check_field("I/O: read 5 'x' (20 %)", "I/O: read 5 'x' (20 %)");
	check_field("\xe9\x8c\xb2\xe7\x94\xbb \xf0\x9f\x9a\x80",
		    "\xe9\x8c\xb2\xe7\x94\xbb \xf0\x9f\x9a\x80");
}

static void what_separates_fields_is_quoted(void)
{
	check_field("a,b", "\"a,b\"");
	check_field("a;b", "\"a;b\"");
	check_field("say \"no\"", "\"say \"\"no\"\"\"");
	check_field("\"", "\"\"\"\"");
	check_field(" a", "\" a\"");
	check_field("a ", "\"a \"");
}

static void formulas_are_defused(void)
{
	check_field("=1+1", "'=1+1");
	check_field("+1", "'+1");
	check_field("-1", "'-1");
	check_field("@SUM(A1)", "'@SUM(A1)");
	check_field("  =1", "\"'  =1\"");
	check_field("=a,b", "\"'=a,b\"");
	check_field("=\"a\"", "\"'=\"\"a\"\"\"");
	check_field("\xef\xbc\x9d"
		    "1",
		    "'\xef\xbc\x9d"
		    "1");
	check_field("a=1", "a=1");
	check_field("\t=1", "\\t=1");
	check_field("\r=1", "\\x0d=1");
}

static void a_row_is_a_line_of_utf8(void)
{
	check_field("a\nb\r\n\tc\x1b[2J\x7f", "a\\nb\\x0d\\n\\tc\\x1b[2J\\x7f");
	check_field("\xff\xc3", "\\xff\\xc3");
	check_field("\xc2\x9b \xe2\x80\xae", "\\u009b \\u202e");
}

static void the_longest_texts_fit(void)
{
	char text[TEXT_COMMAND + TEXT_LABEL + 1];
	char *field = malloc(CSV_ROOM(sizeof text - 1));

	if (!CHECK(field))
		return;
	memset(text, '"', sizeof text);
	text[sizeof text - 1] = '\0';
	CHECK_EQ_U64(csv_field(field, text), 2 * (sizeof text - 1) + 2);
	memset(text, '\x1b', sizeof text - 1);
	CHECK_EQ_U64(csv_field(field, text), 4 * (sizeof text - 1));
	text[0] = '=';
	text[1] = '"';
	CHECK_EQ_U64(csv_field(field, text), 1 + 1 + 2 + 4 * (sizeof text - 3) + 2);
	free(field);
}

static void check_digits(const char *end, char *text, const char *expected)
{
	text[end - text] = '\0';
	CHECK_EQ_STR(text, expected);
}

static void numbers_become_digits(void)
{
	char text[DIGITS_ROOM];

	check_digits(digits_number(text, 0), text, "0");
	check_digits(digits_number(text, 10), text, "10");
	check_digits(digits_number(text, UINT64_MAX), text, "18446744073709551615");
}

static void seconds_have_nine_decimals(void)
{
	char text[DIGITS_ROOM];

	check_digits(digits_seconds(text, 5, 5), text, "0.000000000");
	check_digits(digits_seconds(text, 0, 12345000001), text, "12.345000001");
	check_digits(digits_seconds(text, 1000000000, 900000000), text, "-0.100000000");
	check_digits(digits_seconds(text, 0, UINT64_MAX), text, "18446744073.709551615");
}

static void mib_are_rounded_to_six_decimals(void)
{
	char text[DIGITS_ROOM];

	check_digits(digits_mib(text, 0), text, "0.000000");
	check_digits(digits_mib(text, 1 << 20), text, "1.000000");
	check_digits(digits_mib(text, 4096), text, "0.003906");
	check_digits(digits_mib(text, (1 << 20) - 1), text, "0.999999");
	check_digits(digits_mib(text, 3 << 19), text, "1.500000");
	check_digits(digits_mib(text, UINT64_MAX), text, "17592186044415.999999");
}

static const struct check_test tests[] = {
	CHECK_TEST(plain_text_stays_as_it_is),	CHECK_TEST(what_separates_fields_is_quoted),
	CHECK_TEST(formulas_are_defused),	CHECK_TEST(a_row_is_a_line_of_utf8),
	CHECK_TEST(the_longest_texts_fit),	CHECK_TEST(numbers_become_digits),
	CHECK_TEST(seconds_have_nine_decimals), CHECK_TEST(mib_are_rounded_to_six_decimals),
};

CHECK_MAIN(tests)
