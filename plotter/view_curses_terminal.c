#include "plotter/view_curses.h"

#include <stdlib.h>
#include <term.h> /* after the others: it has macros by names such as `columns` */
#include <unistd.h>

/* Why ncurses can't use a terminal that @out is. */
static const char *terminal_problem(FILE *out)
{
	const char *name = getenv("TERM");
	const char *move;
	int err;

	if (!name || !name[0])
		return "TERM is not set";
	if (setupterm(NULL, fileno(out), &err) != OK)
		return "TERM names no terminal that is known here";
	move = tigetstr("cup");
	del_curterm(cur_term);
	return move && move != (const char *)-1 ? NULL : "TERM names one whose cursor can't move";
}

const char *curses_problem(FILE *out)
{
	if (!isatty(STDIN_FILENO))
		return "standard input is not one";
	if (!isatty(fileno(out)))
		return "standard output is not one";
	return terminal_problem(out);
}

bool view_curses_possible(FILE *out)
{
	return !curses_problem(out);
}

const char *view_auto_problem(FILE *out)
{
	return isatty(STDIN_FILENO) && isatty(fileno(out)) ? terminal_problem(out) : NULL;
}
