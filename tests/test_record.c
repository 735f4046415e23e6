#include "wire/record.h"

#include "tests/check.h"

#include <signal.h>

static void a_gap_says_what_is_missing(void)
{
	CHECK_EQ_STR(gap_reason_text(GAP_MISSED), "missed ticks");
	CHECK_EQ_STR(gap_reason_text(GAP_DROPPED), "dropped events");
	CHECK_EQ_STR(gap_reason_text(GAP_TORN), "torn events");
	CHECK_EQ_STR(gap_reason_text(GAP_SUSPEND), "suspend");
	CHECK_EQ_STR(gap_reason_text((enum gap_reason)0), "gap");
	CHECK_EQ_STR(gap_reason_text((enum gap_reason)99), "gap");
}

static void a_gap_in_words(void)
{
	char text[GAP_TEXT];

	CHECK_EQ_STR(gap_text(text, &(struct gap){ .reason = GAP_MISSED, .count = 3 }),
		     "3 missed ticks");
	CHECK_EQ_STR(gap_text(text, &(struct gap){ .reason = GAP_MISSED, .count = 1 }),
		     "1 missed tick");
	CHECK_EQ_STR(gap_text(text, &(struct gap){ .reason = GAP_BEHIND, .count = 7 }),
		     "7 records lost: recorder behind");
	CHECK_EQ_STR(gap_text(text, &(struct gap){ .reason = GAP_UNREAD, .count = 1 }),
		     "1 record lost: view behind");
	CHECK_EQ_STR(gap_text(text, &(struct gap){ .reason = GAP_SUSPEND, .count = 3600000 }),
		     "suspended for 1 h 00 min");
	CHECK_EQ_STR(gap_text(text, &(struct gap){ .reason = GAP_CLOCK_AHEAD, .count = 2000 }),
		     "wall clock set 2.00 s ahead");
	CHECK_EQ_STR(gap_text(text, &(struct gap){ .reason = GAP_CLOCK_BACK, .count = 7 }),
		     "wall clock set 7.00 ms back");
	CHECK(strlen(gap_text(text, &(struct gap){ .reason = GAP_CLOCK_BACK,
						   .count = UINT64_MAX })) < GAP_TEXT);
}

static void an_end_says_how(void)
{
	char text[64];

	CHECK_EQ_STR(end_text(text, sizeof(text), END_EXITED, 7), "exited with status 7");
	CHECK_EQ_STR(end_text(text, sizeof(text), END_EXITED, 0), "exited with status 0");
	CHECK_EQ_STR(end_text(text, sizeof(text), END_KILLED, SIGKILL), "killed by SIGKILL");
	CHECK_EQ_STR(end_text(text, sizeof(text), END_KILLED, SIGSEGV), "killed by SIGSEGV");
	CHECK_EQ_STR(end_text(text, sizeof(text), END_LIMITED, SIGTERM), "ended by SIGTERM (limit)");
	CHECK_EQ_STR(end_text(text, sizeof(text), END_DROPPED, 0), "dropped");
	CHECK_EQ_STR(end_text(text, sizeof(text), END_UNKNOWN, 9), "ended");
}

static void a_signal_without_a_name_keeps_its_number(void)
{
	char text[64];

	CHECK_EQ_STR(end_text(text, sizeof(text), END_KILLED, 40), "killed by signal 40");
	CHECK_EQ_STR(end_text(text, sizeof(text), END_KILLED, 0), "killed by signal 0");
	CHECK_EQ_STR(end_text(text, sizeof(text), END_KILLED, -1), "killed by signal -1");
	CHECK_EQ_STR(end_text(text, sizeof(text), END_KILLED, INT32_MAX),
		     "killed by signal 2147483647");
}

static void an_unknown_reason_is_an_end_all_the_same(void)
{
	char text[64];

	CHECK_EQ_STR(end_text(text, sizeof(text), (enum end_reason)77, 1), "ended");
}

static void an_end_is_cut_to_its_room(void)
{
	char text[8];

	CHECK_EQ_STR(end_text(text, sizeof(text), END_KILLED, SIGTERM), "killed ");
}

static const struct check_test tests[] = {
	CHECK_TEST(a_gap_says_what_is_missing),
	CHECK_TEST(a_gap_in_words),
	CHECK_TEST(an_end_says_how),
	CHECK_TEST(a_signal_without_a_name_keeps_its_number),
	CHECK_TEST(an_unknown_reason_is_an_end_all_the_same),
	CHECK_TEST(an_end_is_cut_to_its_room),
};

CHECK_MAIN(tests)
