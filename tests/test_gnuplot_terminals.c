/* Which of gnuplot's terminals is taken, and what is said where none can be. */
#include "tests/check.h"

#include "plotter/gnuplot/terminals.h"

#include <errno.h>

#define ALL " canvas dumb pdfcairo png pngcairo qt sixelgd svg wxt x11 "
#define NOX " canvas dumb pdfcairo png pngcairo sixelgd svg "

static void check(struct gnuplot_wish wish, const char *available, int error, const char *expected)
{
	const struct gnuplot_terminal *terminal;
	char why[GNUPLOT_WHY];

	CHECK(gnuplot_wish_valid(&wish, why));
	CHECK_EQ_I64(gnuplot_choose(&terminal, &wish, available, why), error);
	if (!error && CHECK(terminal != NULL)) {
		CHECK_EQ_STR(terminal->name, expected);
		CHECK_EQ_STR(why, "");
	} else {
		CHECK(terminal == NULL);
		CHECK_EQ_STR(why, expected);
	}
}

static void check_invalid(struct gnuplot_wish wish, const char *expected)
{
	char why[GNUPLOT_WHY];

	if (CHECK(!gnuplot_wish_valid(&wish, why)))
		CHECK_EQ_STR(why, expected);
}

static void a_display_gets_the_best_window_there_is(void)
{
	struct gnuplot_wish wish = { .display = true, .screen = true };

	check(wish, ALL, 0, "qt");
	check(wish, " dumb wxt x11 ", 0, "wxt");
	check(wish, " dumb x11 ", 0, "x11");
	wish.screen = false;
	check(wish, " dumb x11 ", 0, "x11");
}

static void a_terminal_is_drawn_in_where_there_is_no_display(void)
{
	check((struct gnuplot_wish){ .screen = true }, ALL, 0, "dumb");
	check((struct gnuplot_wish){ .screen = true, .term = "sixelgd" }, ALL, 0, "sixelgd");
	check((struct gnuplot_wish){ .screen = false }, ALL, -ENOTSUP,
	      "gnuplot has neither a display nor a terminal to draw in: give it --out FILE (.png, "
	      ".svg, .pdf), or take --view text");
	check((struct gnuplot_wish){ .screen = true }, " svg ", -ENOTSUP,
	      "this gnuplot cannot draw in a terminal (apt install gnuplot-nox)");
}

static void a_gnuplot_without_windows_draws_in_the_terminal_and_that_is_said(void)
{
	const struct gnuplot_wish wish = { .display = true, .screen = true };
	const struct gnuplot_terminal *terminal;
	char why[GNUPLOT_WHY];

	CHECK_EQ_I64(gnuplot_choose(&terminal, &wish, NOX, why), 0);
	CHECK_EQ_STR(terminal->name, "dumb");
	CHECK_EQ_STR(why, "this gnuplot has no windows (apt install gnuplot-qt, or gnuplot-x11): "
			  "it draws in the terminal");
}

static void files_follow_from_their_ending(void)
{
	check((struct gnuplot_wish){ .out = "a.png" }, ALL, 0, "pngcairo");
	check((struct gnuplot_wish){ .out = "a.png" }, " png ", 0, "png");
	check((struct gnuplot_wish){ .out = "A.PNG", .term = "png" }, ALL, 0, "png");
	check((struct gnuplot_wish){ .out = "a.b.svg", .display = true }, ALL, 0, "svg");
	check((struct gnuplot_wish){ .out = "a.pdf" }, ALL, 0, "pdfcairo");
	check((struct gnuplot_wish){ .out = "a.pdf" }, " svg ", -ENOTSUP,
	      "a.pdf: this gnuplot cannot write such a file (apt install gnuplot-nox)");
	check_invalid((struct gnuplot_wish){ .out = "a.gif" },
		      "out 'a.gif': its ending is none of .png, .svg, .pdf");
	check_invalid((struct gnuplot_wish){ .out = ".svg" },
		      "out '.svg': its ending is none of .png, .svg, .pdf");
	check_invalid((struct gnuplot_wish){ .out = "a.png", .term = "svg" },
		      "term 'svg': does not write such a file as 'a.png'");
	check_invalid((struct gnuplot_wish){ .out = "a.png", .term = "qt" },
		      "term 'qt': does not write such a file as 'a.png'");
	check_invalid((struct gnuplot_wish){ .term = "svg" },
		      "term 'svg': writes a file, give it with --out FILE.svg");
}

static void a_terminal_that_gnuplot_lacks_is_answered_with_those_it_has(void)
{
	struct gnuplot_wish wish = { .term = "paper", .display = true, .screen = true };

	check(wish, " dumb svgx x11 ", -EINVAL, "term 'paper': this gnuplot has x11, dumb");
	wish.term = "qt";
	check(wish, NOX, -EINVAL,
	      "term 'qt': this gnuplot has dumb, sixelgd, pngcairo, png, svg, pdfcairo");
	wish.term = "canvas"; /* it has that, and nobody can look at it */
	check(wish, " canvas dumb ", -EINVAL, "term 'canvas': this gnuplot has dumb");
}

static void what_is_asked_for_needs_a_place(void)
{
	check((struct gnuplot_wish){ .term = "x11", .screen = true }, ALL, -ENOTSUP,
	      "term 'x11': there is no display to open a window on: DISPLAY is not set");
	check((struct gnuplot_wish){ .term = "dumb", .display = true }, ALL, -ENOTSUP,
	      "term 'dumb': standard input and output are no terminal to draw in");
}

static const struct check_test tests[] = {
	CHECK_TEST(a_display_gets_the_best_window_there_is),
	CHECK_TEST(a_terminal_is_drawn_in_where_there_is_no_display),
	CHECK_TEST(a_gnuplot_without_windows_draws_in_the_terminal_and_that_is_said),
	CHECK_TEST(files_follow_from_their_ending),
	CHECK_TEST(a_terminal_that_gnuplot_lacks_is_answered_with_those_it_has),
	CHECK_TEST(what_is_asked_for_needs_a_place),
};

CHECK_MAIN(tests)
