#include "base/clock.h"
#include "tests/check.h"
#include "export/picture/drawing.h"
#include "plotter/gnuplot/process.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A program named gnuplot that runs @script, first in PATH; false where it can't be made. */
static bool fake(const char *script)
{
	const char *directory = getenv("TMPDIR");
	char path[256];
	char search[512];
	FILE *file;

	if (!directory)
		directory = "/tmp";
	snprintf(path, sizeof(path), "%s/gnuplot", directory);
	file = fopen(path, "w");
	if (!CHECK(file != NULL))
		return false;
	fprintf(file, "#!/bin/sh\n%s\n", script);
	fclose(file);
	snprintf(search, sizeof(search), "%s:/usr/bin:/bin", directory);
	return CHECK(chmod(path, 0755) == 0) && CHECK(setenv("PATH", search, 1) == 0);
}

static int run(unsigned limit_ms, const struct reader_query *query, char *why)
{
	int fd = memfd_create("drawn", MFD_CLOEXEC);
	int error = drawing_run(-1, fd, "%PDF", limit_ms, query, why);

	close(fd);
	return error;
}

static bool is_childless(void)
{
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

static void one_that_draws_is_believed(void)
{
	const struct reader_query query = { .from_ns = 0 };
	char why[TEXT_WHY];

	if (!fake("echo '%PDF-1.5'"))
		return;
	CHECK_EQ_I64(run(10000, &query, why), 0);
	CHECK(is_childless());
}

static void one_that_hangs_is_ended_at_the_limit(void)
{
	const struct reader_query query = { .from_ns = 0 };
	uint64_t start_ns = clock_mono_ns();
	char why[TEXT_WHY];

	if (!fake("trap '' TERM INT; sleep 100 & while :; do wait; done"))
		return;
	CHECK_EQ_I64(run(100, &query, why), -ETIMEDOUT);
	CHECK_EQ_STR(why, "gnuplot takes too long: it was ended");
	CHECK(clock_mono_ns() - start_ns < 5 * NS_PER_S);
	CHECK(is_childless());
}

static void one_that_writes_without_end_is_ended(void)
{
	const struct reader_query query = { .from_ns = 0 };
	char why[TEXT_WHY];

	if (!fake("truncate -s 1G /dev/stdout; exec sleep 100"))
		return;
	CHECK_EQ_I64(run(20000, &query, why), -EFBIG);
	CHECK(is_childless());
}

static bool stop(void *arg, double done)
{
	unsigned *calls = arg;

	(void)done;
	return ++*calls < 2;
}

static void stopping_ends_it(void)
{
	unsigned calls = 0;
	const struct reader_query query = { .progress = stop, .arg = &calls };
	char why[TEXT_WHY];

	if (!fake("exec sleep 100"))
		return;
	CHECK_EQ_I64(run(20000, &query, why), -ECANCELED);
	CHECK(is_childless());
}

static void its_environment_is_clean_and_its_words_are_kept(void)
{
	static const char *const arguments[] = { "-persist", NULL };
	const struct gnuplot_start start = {
		.arguments = arguments, .in_fd = -1, .out_fd = -1, .script_fd = -1
	};
	struct gnuplot gnuplot;
	char said[200];
	int status;

	setenv("GNUTERM", "dumb", 1);
	if (!fake("printf 'first\\n\"x\" line 3: \\033[2J %s %s %s\\n\\n' \"$1\" \"$2\" "
		  "\"${GNUTERM-none}\" >&2; read line || exit 7"))
		return;
	CHECK_EQ_I64(gnuplot_start(&gnuplot, &start), 0);
	CHECK_EQ_I64(gnuplot_wait(&gnuplot, 10000, &status), 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	CHECK_EQ_STR(gnuplot_said(&gnuplot, said, sizeof(said)),
		     "\"x\" line 3: \\x1b[2J --default-settings -persist none");
	gnuplot_stop(&gnuplot);
	CHECK(is_childless());
}

static void none_is_said_so(void)
{
	const struct reader_query query = { .from_ns = 0 };
	char why[TEXT_WHY];

	setenv("PATH", "/nonexistent", 1);
	CHECK_EQ_I64(run(1000, &query, why), -ENOENT);
	CHECK_EQ_STR(why, "gnuplot is not installed (apt install gnuplot-nox)");
}

static const struct check_test tests[] = {
	CHECK_TEST(one_that_draws_is_believed),
	CHECK_TEST(one_that_hangs_is_ended_at_the_limit),
	CHECK_TEST(one_that_writes_without_end_is_ended),
	CHECK_TEST(stopping_ends_it),
	CHECK_TEST(its_environment_is_clean_and_its_words_are_kept),
	CHECK_TEST(none_is_said_so),
};

CHECK_MAIN(tests)
