#include "plotter/curses/curses.h"

#include <stdlib.h>
#include <string.h>
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

/* @to has @size bytes, of which @length are written. A string with a delay in it is for hardware of
 * another age. */
static size_t append(char *to, size_t length, size_t size, const char *text)
{
	size_t more = text && text != (const char *)-1 && !strstr(text, "$<") ? strlen(text) : 0;

	if (more == 0 || length + more > size)
		return length;
	memcpy(to + length, text, more);
	return length + more;
}

size_t curses_reset(char *to, size_t size)
{
	static const char *const names[] = { "rmkx", "sgr0", "cnorm", "rmcup" };
	size_t length = 0;

	if (append(to, 0, size, tigetstr("kmous")))
		length = append(to, 0, size, "\033[?1006l\033[?1000l");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		length = append(to, length, size, tigetstr(names[i]));
	return length;
}
