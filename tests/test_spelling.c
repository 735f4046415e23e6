#include "base/spelling.h"

#include "tests/check.h"

static const char *const known[] = { "run",	"record", "list",   "add",    "drop",	"event",
				     "inspect", "status", "replay", "report", "export", "stop" };

/* "" where nothing is near. */
static const char *meant(const char *typed)
{
	struct spelling spelling = { .typed = typed };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		spelling_try(&spelling, known[i]);
	return spelling.meant ? spelling.meant : "";
}

static void one_slip_is_understood(void)
{
	CHECK_EQ_STR(meant("recrod"), "record");  /* changed with its neighbour */
	CHECK_EQ_STR(meant("recod"), "record");	  /* missing */
	CHECK_EQ_STR(meant("recoord"), "record"); /* too much */
	CHECK_EQ_STR(meant("recort"), "record");  /* wrong */
	CHECK_EQ_STR(meant("rnu"), "run");
	CHECK_EQ_STR(meant("lst"), "list");
}

static void two_are_in_a_longer_name_alone(void)
{
	CHECK_EQ_STR(meant("inpsetc"), "inspect");
	CHECK_EQ_STR(meant("ro"), "");
	CHECK_EQ_STR(meant("tsil"), "");
}

static void the_nearest_is_meant(void)
{
	CHECK_EQ_STR(meant("repport"), "report");
	CHECK_EQ_STR(meant("expor"), "export");
	CHECK_EQ_STR(meant("replya"), "replay");
}

static void a_beginning_is_enough(void)
{
	CHECK_EQ_STR(meant("rec"), "record");
	CHECK_EQ_STR(meant("insp"), "inspect");
	CHECK_EQ_STR(meant("r"), "");
}

static void what_is_something_else_is_nothing(void)
{
	CHECK_EQ_STR(meant(""), "");
	CHECK_EQ_STR(meant("firefox"), "");
	CHECK_EQ_STR(meant("./backup.sh"), "");
	CHECK_EQ_STR(meant("a-name-that-is-longer-than-any-command-here-could-be"), "");
}

static const struct check_test tests[] = {
	CHECK_TEST(one_slip_is_understood),
	CHECK_TEST(two_are_in_a_longer_name_alone),
	CHECK_TEST(the_nearest_is_meant),
	CHECK_TEST(a_beginning_is_enough),
	CHECK_TEST(what_is_something_else_is_nothing),
};

CHECK_MAIN(tests)
