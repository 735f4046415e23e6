/*
 * What comes from the terminal, on its way to ncurses, which would wait for the rest of what tells
 * of the mouse where that has come in part, for as long as it takes. So it reads from a pipe, where
 * all that it begins with is whole.
 */
#ifndef PLOTTER_CURSES_INPUT_H
#define PLOTTER_CURSES_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* More than the longest that a terminal says of the mouse. */
#define CURSES_HELD 32

/* All zeros: it isn't open. */
struct curses_input {
	FILE *file;		/* that ncurses reads from */
	int out;		/* the pipe's other end */
	char held[CURSES_HELD]; /* the begin of what tells of the mouse */
	size_t length;
	uint64_t held_ns; /* since when */
};

/* 0 or a negative errno. */
int curses_input_open(struct curses_input *input);
void curses_input_close(struct curses_input *input);

/*
 * Pass on some of what standard input has; what is left there stays readable. It waits for the
 * rest of an escape sequence, a twentieth of a second at most. False: the terminal is gone.
 */
bool curses_input_take(struct curses_input *input);

/* Whether something that was passed on has not been read. */
bool curses_input_waits(const struct curses_input *input);

#endif
