/*
 * A process that gives a terminal back where the one that drew on it can't any more: killed by
 * SIGKILL, by a crash, or for want of memory. It sleeps on a pipe until then.
 */
#ifndef PLOTTER_TTY_GUARD_H
#define PLOTTER_TTY_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/* What the terminal is to be sent, at most. */
#define GUARD_RESET 256

/* All zeros is none. */
struct guard {
	int pipe; /* to it; 0: it has not been started */
};

/*
 * The terminal @fd is being drawn on from now on: as it was @before, and is set by us now. Where
 * this process ends before guard_release, and the terminal is still as it is now, it is set as
 * @before and sent @reset, @length bytes. The first call starts the guard, which ends with this
 * process. Where it can't be started there is none.
 */
void guard_take(struct guard *guard, int fd, const struct termios *before, const char *reset,
		size_t length);

/* We have given the terminal back ourselves. */
void guard_release(struct guard *guard);

#endif
