/*
 * The terminals of gnuplot that memwatch can use, and which of them it takes. Pure.
 */
#ifndef PLOTTER_GNUPLOT_TERMINALS_H
#define PLOTTER_GNUPLOT_TERMINALS_H

#include <stdbool.h>
#include <stddef.h>

enum gnuplot_kind {
	GNUPLOT_WINDOW,
	GNUPLOT_SCREEN, /* in the terminal that memwatch is in */
	GNUPLOT_FILE,
};

/* What texts may have beside ASCII. */
enum gnuplot_glyphs {
	GNUPLOT_ANY = 0,
	GNUPLOT_CAIRO, /* see plotter/gnuplot/glyphs.h */
	GNUPLOT_ASCII, /* nothing: where `set encoding utf8` and the server's fonts don't agree,
			  its window is closed by an error of X */
};

struct gnuplot_terminal {
	const char *name;
	enum gnuplot_kind kind;
	const char *settings; /* beside its size */
	const char *begins;   /* of all that it writes; "" where that tells nothing */
	const char *ending;   /* of files */
	double per_inch;      /* dots; 0: its size is in dots */
	bool characters;      /* its size is in characters */
	bool blind;	      /* it doesn't tell its size in dots, which may change */
	enum gnuplot_glyphs glyphs;
};

struct gnuplot_wish {
	const char *term; /* NULL: any */
	const char *out;  /* a file; NULL: none */
	bool display;	  /* there is one to open windows on */
	bool screen;	  /* standard input and output are a terminal */
};

/* Room for a message. */
#define GNUPLOT_WHY 400

/* NULL: none of those that can be used. */
const struct gnuplot_terminal *gnuplot_terminal(const char *name);

/* What is wrong with the wish whatever gnuplot has: false with @why. */
bool gnuplot_wish_valid(const struct gnuplot_wish *wish, char why[GNUPLOT_WHY]);

/*
 * The terminal for the (valid) wish among @available, which is gnuplot's list with a space around
 * each: 0, and @why is "" or what is to be said of it; or, with @why, -EINVAL where gnuplot has
 * none of that name, -ENOTSUP where there is nothing to draw on or with.
 */
int gnuplot_choose(const struct gnuplot_terminal **ret_terminal, const struct gnuplot_wish *wish,
		   const char *available, char why[GNUPLOT_WHY]);

#endif
