#include "tests/view_samples.h"

#include <signal.h>
#include <unistd.h>

static void every_kind_of_record_is_a_line(void)
{
	char *output = sample_output(&view_text, "a title\x1b[0m");

	check_golden(output, "view_text.txt");
	free(output);
}

static void a_reader_that_leaves_ends_it(void)
{
	int ends[2];
	FILE *out;

	signal(SIGPIPE, SIG_IGN);
	if (!CHECK(pipe(ends) == 0))
		return;
	close(ends[0]);
	out = fdopen(ends[1], "w");
	CHECK_EQ_I64(sample_broken_pipe(&view_text, out), VIEW_QUIT);
	fclose(out);
}

static void a_full_disk_is_an_error(void)
{
	FILE *out = fopen("/dev/full", "w");

	CHECK(sample_broken_pipe(&view_text, out) < 0);
	fclose(out);
}

static void views_are_found_by_name(void)
{
	FILE *out = tmpfile();

	CHECK(view_find("text", out) == &view_text);
	CHECK(view_find("json", out) == &view_json);
	CHECK(view_find("ncurses", out) == &view_curses);
	CHECK(view_find("auto", out) == &view_text);
	CHECK(!view_find("paper", out));
	CHECK_EQ_STR(view_names(), "auto, ncurses, gnuplot, text, json");
	view_text.close(NULL);
	view_json.close(NULL);
	view_curses.close(NULL);
	fclose(out);
}

static const struct check_test tests[] = {
	CHECK_TEST(every_kind_of_record_is_a_line),
	CHECK_TEST(a_reader_that_leaves_ends_it),
	CHECK_TEST(a_full_disk_is_an_error),
	CHECK_TEST(views_are_found_by_name),
};

CHECK_MAIN(tests)
