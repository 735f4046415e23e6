#include "plotter/prompt.h"

#include "tests/check.h"

/* Type each byte: what the last one gave. */
static enum prompt_result type(struct prompt *prompt, const char *bytes)
{
	enum prompt_result result = PROMPT_GOES_ON;

	for (; *bytes; bytes++) {
		CHECK_EQ_I64(result, PROMPT_GOES_ON);
		result = prompt_take(prompt, (unsigned char)*bytes);
	}
	return result;
}

static void what_is_typed_is_the_answer(void)
{
	struct prompt prompt = { 0 };

	prompt_begin(&prompt, PROMPT_MARK, "");
	CHECK_EQ_I64(prompt.kind, PROMPT_MARK);
	CHECK_EQ_I64(type(&prompt, "録画 on\r"), PROMPT_ENTERED);
	CHECK_EQ_STR(prompt.text, "録画 on");
	prompt_begin(&prompt, PROMPT_FILTER, "rec");
	CHECK_EQ_I64(prompt.kind, PROMPT_FILTER);
	CHECK_EQ_I64(type(&prompt, "order\n"), PROMPT_ENTERED);
	CHECK_EQ_STR(prompt.text, "recorder");
	CHECK_EQ_I64(type(&prompt, "\x1b"), PROMPT_LEFT);
}

static void erasing_takes_whole_characters(void)
{
	struct prompt prompt = { 0 };

	prompt_begin(&prompt, PROMPT_MARK, "aé録😀");
	CHECK_EQ_I64(type(&prompt, "\x7f"), PROMPT_GOES_ON);
	CHECK_EQ_STR(prompt.text, "aé録");
	type(&prompt, "\b");
	CHECK_EQ_STR(prompt.text, "aé");
	type(&prompt, "\b");
	CHECK_EQ_STR(prompt.text, "a");
	CHECK_EQ_I64(type(&prompt, "\b"), PROMPT_GOES_ON);
	CHECK_EQ_STR(prompt.text, "");
	CHECK_EQ_I64(type(&prompt, "\b"), PROMPT_LEFT);
}

static void a_word_or_all_is_erased(void)
{
	struct prompt prompt = { 0 };

	prompt_begin(&prompt, PROMPT_MARK, "one twö  thrée  ");
	type(&prompt, "\x17");
	CHECK_EQ_STR(prompt.text, "one twö  ");
	type(&prompt, "\x17");
	CHECK_EQ_STR(prompt.text, "one ");
	CHECK_EQ_I64(type(&prompt, "\x17\x17"), PROMPT_GOES_ON);
	CHECK_EQ_STR(prompt.text, "");
	CHECK_EQ_I64(type(&prompt, "one two\x15"), PROMPT_GOES_ON);
	CHECK_EQ_STR(prompt.text, "");
}

static void control_bytes_are_ignored(void)
{
	struct prompt prompt = { 0 };

	prompt_begin(&prompt, PROMPT_MARK, "");
	for (int byte = 0; byte < ' '; byte++) {
		if (!strchr("\b\n\r\x15\x17\x1b", byte))
			CHECK_EQ_I64(prompt_take(&prompt, byte), PROMPT_GOES_ON);
	}
	prompt_take(&prompt, 0);
	prompt_take(&prompt, -1);
	prompt_take(&prompt, 256 + 'a');
	type(&prompt, "\xc2\x9b"); /* a CSI of one character */
	CHECK_EQ_STR(prompt.text, "");
}

static void bytes_that_are_no_character_are_ignored(void)
{
	static const char *const typed[] = {
		"a\x80"
		"b",
		"a\xff"
		"b",
		"a\xc3"
		"b", /* the character is never finished */
		"a\xe9\x8c"
		"b",
		"a\xc0\xaf"
		"b", /* longer than need be */
		"a\xe0\x80\x80"
		"b",
		"a\xed\xa0\x80"
		"b", /* a surrogate */
		"a\xf4\x90\x80\x80"
		"b", /* above U+10FFFF */
	};

	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		struct prompt prompt = { 0 };

		prompt_begin(&prompt, PROMPT_MARK, "");
		type(&prompt, typed[i]);
		CHECK_EQ_STR(prompt.text, "ab");
	}
}

static void a_character_begun_is_no_part_of_the_answer(void)
{
	struct prompt prompt = { 0 };

	prompt_begin(&prompt, PROMPT_MARK, "");
	CHECK_EQ_I64(type(&prompt, "a\xe9\x8c\r"), PROMPT_ENTERED);
	CHECK_EQ_STR(prompt.text, "a");
	type(&prompt, "\xe9\x8c\x7f");
	CHECK_EQ_STR(prompt.text, "a");
}

static void what_does_not_fit_is_ignored(void)
{
	struct prompt prompt = { 0 };

	prompt_begin(&prompt, PROMPT_MARK, "");
	for (unsigned i = 0; i < TEXT_LABEL - 2; i++)
		type(&prompt, "x");
	type(&prompt, "録"); /* 3 bytes for 2 */
	CHECK_EQ_U64(strlen(prompt.text), TEXT_LABEL - 2);
	type(&prompt, "éy");
	CHECK_EQ_U64(strlen(prompt.text), TEXT_LABEL);
	CHECK_EQ_STR(prompt.text + TEXT_LABEL - 3, "xé");
	type(&prompt, "\x7fyzz");
	CHECK_EQ_STR(prompt.text + TEXT_LABEL - 3, "xyz");
}

static void no_bytes_leave_the_text_and_its_end(void)
{
	struct prompt prompt = { 0 };
	uint64_t state = 88172645463325252;

	prompt_begin(&prompt, PROMPT_MARK, "");
	for (unsigned i = 0; i < 200000; i++) {
		char safe[TEXT_LABEL + 1];

		if (prompt_take(&prompt, (int)(check_random(&state) >> 20 & 0xff)) !=
		    PROMPT_ENTERED)
			continue;
		text_utf8(safe, sizeof(safe), prompt.text);
		if (!CHECK_EQ_STR(safe, prompt.text))
			return;
	}
	CHECK(memchr(prompt.text, '\0', sizeof(prompt.text)) != NULL);
}

static const struct check_test tests[] = {
	CHECK_TEST(what_is_typed_is_the_answer),
	CHECK_TEST(erasing_takes_whole_characters),
	CHECK_TEST(a_word_or_all_is_erased),
	CHECK_TEST(control_bytes_are_ignored),
	CHECK_TEST(bytes_that_are_no_character_are_ignored),
	CHECK_TEST(a_character_begun_is_no_part_of_the_answer),
	CHECK_TEST(what_does_not_fit_is_ignored),
	CHECK_TEST(no_bytes_leave_the_text_and_its_end),
};

CHECK_MAIN(tests)
