/* Text in JSON. */
#include "base/json.h"

#include "tests/check.h"

#include <stdlib.h>

/* What json_string writes; to be freed. */
static char *string(const char *text)
{
	char *written = NULL;
	size_t size;
	FILE *out = open_memstream(&written, &size);

	json_string(out, text);
	fclose(out);
	return written;
}

static void check(const char *text, const char *expected)
{
	char *written = string(text);

	CHECK_EQ_STR(written, expected);
	free(written);
}

static void text_stays_as_it_is(void)
{
	check("", "\"\"");
	check("gr\303\266\303\237er \360\237\232\200", "\"gr\303\266\303\237er \360\237\232\200\"");
}

static void quotes_and_controls_are_escaped(void)
{
	check("a\"b\\c", "\"a\\\"b\\\\c\"");
	check("\033]0;x\007\n\177", "\"\\u001b]0;x\\u0007\\u000a\\u007f\"");
	check("\302\233", "\"\\u009b\"");
}

static void what_reorders_or_breaks_lines_is_escaped(void)
{
	check("\342\200\256desrever", "\"\\u202edesrever\"");
	check("\342\201\246a\342\201\251 \342\200\217 \330\234 \342\200\250 \357\273\277",
	      "\"\\u2066a\\u2069 \\u200f \\u061c \\u2028 \\ufeff\"");
}

static void what_is_no_utf8_is_replaced(void)
{
	check("a\377b\303", "\"a\357\277\275b\357\277\275\"");
}

static const struct check_test tests[] = {
	CHECK_TEST(text_stays_as_it_is),
	CHECK_TEST(quotes_and_controls_are_escaped),
	CHECK_TEST(what_reorders_or_breaks_lines_is_escaped),
	CHECK_TEST(what_is_no_utf8_is_replaced),
};

CHECK_MAIN(tests)
