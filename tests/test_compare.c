#include "analysis/marks_aligned.h"

#include "tests/check.h"

#include <stdlib.h>

#define MOST 200

static size_t read_marks(struct aligned_mark *marks, const char *texts)
{
	size_t count = strlen(texts);

	for (size_t i = 0; i < count; i++)
		marks[i] = (struct aligned_mark){ .text = (uint32_t)texts[i] };
	return count;
}

/* The places of what two rows of letters share: "0-0 2-1". */
static const char *align(const char *a_texts, const char *b_texts)
{
	static char shown[MOST * 8];
	struct aligned_mark a[MOST];
	struct aligned_mark b[MOST];
	size_t a_count = read_marks(a, a_texts);
	size_t b_count = read_marks(b, b_texts);
	size_t count;
	struct aligned_pair *pairs = marks_align(a, a_count, b, b_count, &count);

	shown[0] = '\0';
	if (!CHECK(pairs))
		return "";
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(shown);

		snprintf(shown + length, sizeof(shown) - length, "%s%zu-%zu", i ? " " : "",
			 pairs[i].a, pairs[i].b);
	}
	free(pairs);
	return shown;
}

static void the_same_in_both_is_matched_in_order(void)
{
	CHECK_EQ_STR(align("abc", "abc"), "0-0 1-1 2-2");
	CHECK_EQ_STR(align("aab", "aab"), "0-0 1-1 2-2");
	CHECK_EQ_STR(align("", ""), "");
	CHECK_EQ_STR(align("abc", ""), "");
	CHECK_EQ_STR(align("abc", "xyz"), "");
}

static void what_one_has_alone_is_stepped_over(void)
{
	CHECK_EQ_STR(align("axbyc", "abzc"), "0-0 2-1 4-3");
	CHECK_EQ_STR(align("abc", "zzzb"), "1-3");
}

static void the_nth_is_matched_with_the_nth(void)
{
	CHECK_EQ_STR(align("rrr", "rr"), "0-0 1-1");
	CHECK_EQ_STR(align("rr", "rrrr"), "0-0 1-1");
	CHECK_EQ_STR(align("arrb", "arb"), "0-0 1-1 3-2");
}

static void what_changed_places_is_matched_but_once(void)
{
	CHECK_EQ_STR(align("abcde", "eabcd"), "0-1 1-2 2-3 3-4");
	CHECK_EQ_STR(align("ab", "ba"), "1-0");
}

static void pairs_go_forward_in_both_whatever_there_is(void)
{
	uint64_t state = 17;

	for (int round = 0; round < 300; round++) {
		struct aligned_mark marks[2][MOST];
		struct aligned_pair *pairs;
		size_t counts[2];
		size_t count;

		for (int k = 0; k < 2; k++) {
			counts[k] = check_random(&state) % MOST;
			for (size_t i = 0; i < counts[k]; i++)
				marks[k][i].text = (uint32_t)(check_random(&state) % 9);
		}
		pairs = marks_align(marks[0], counts[0], marks[1], counts[1], &count);
		for (size_t i = 0; i < count; i++) {
			CHECK(pairs[i].a < counts[0] && pairs[i].b < counts[1]);
			CHECK_EQ_U64(marks[0][pairs[i].a].text, marks[1][pairs[i].b].text);
			CHECK(i == 0 ||
			      (pairs[i].a > pairs[i - 1].a && pairs[i].b > pairs[i - 1].b));
		}
		free(pairs);
	}
}

static const struct check_test tests[] = {
	CHECK_TEST(the_same_in_both_is_matched_in_order),
	CHECK_TEST(what_one_has_alone_is_stepped_over),
	CHECK_TEST(the_nth_is_matched_with_the_nth),
	CHECK_TEST(what_changed_places_is_matched_but_once),
	CHECK_TEST(pairs_go_forward_in_both_whatever_there_is),
};

CHECK_MAIN(tests)
