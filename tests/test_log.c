#include "base/log.h"

#include "tests/check.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static char told[8192];

/* What @tell writes to standard error, in `told`. */
static void capture(void (*tell)(void))
{
	int saved = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	size_t length;

	if (!CHECK(saved >= 0 && file && dup2(fileno(file), STDERR_FILENO) >= 0))
		exit(1);
	tell();
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	length = fread(told, 1, sizeof(told) - 1, file);
	told[length] = '\0';
	fclose(file);
}

static void tell_hostile_name(void)
{
	log_error("pid %d: %s: no such process", 7, "evil\nname\x1b[2J\xff");
}

static void a_message_is_one_safe_line(void)
{
	log_open("memwatch");
	capture(tell_hostile_name);
	CHECK_EQ_STR(told, "memwatch: pid 7: evil\\nname\\x1b[2J\\xff: no such process\n");
}

static void tell_detail(void)
{
	log_debug("detail %d", 1);
}

static void details_are_shown_only_when_asked_for(void)
{
	log_open("memwatchd");
	capture(tell_detail);
	CHECK_EQ_STR(told, "");
	log_set_verbose(1);
	capture(tell_detail);
	CHECK_EQ_STR(told, "memwatchd: detail 1\n");
	log_set_verbose(0);
	capture(tell_detail);
	CHECK_EQ_STR(told, "");
}

static void tell_at_length(void)
{
	char text[5000];

	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	errno = ENOENT;
	log_error("%s", text);
	CHECK_EQ_I64(errno, ENOENT);
}

static void a_long_message_is_cut_and_errno_kept(void)
{
	capture(tell_at_length);
	CHECK(strlen(told) > 1000 && strlen(told) < 5000);
	CHECK(strchr(told, '\n') == told + strlen(told) - 1);
}

static const struct check_test tests[] = {
	CHECK_TEST(a_message_is_one_safe_line),
	CHECK_TEST(details_are_shown_only_when_asked_for),
	CHECK_TEST(a_long_message_is_cut_and_errno_kept),
};

CHECK_MAIN(tests)
