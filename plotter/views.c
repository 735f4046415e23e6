/*
 * Every view there is: a new one is a line here.
 */
#include "plotter/view.h"

#include <string.h>

static const struct view *const views[] = { &view_curses, &view_gnuplot, &view_text, &view_json };

const struct view *view_find(const char *name, FILE *out)
{
	if (strcmp(name, "auto") == 0)
		return view_curses_possible(out) ? &view_curses : &view_text;
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		if (strcmp(name, views[i]->name) == 0)
			return views[i];
	}
	return NULL;
}

const char *view_names(void)
{
	return "auto, ncurses, gnuplot, text, json";
}
