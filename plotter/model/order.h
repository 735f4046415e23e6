/*
 * Which rows a screen has, and in which order: what the person sorts by and looks for. Pure.
 */
#ifndef PLOTTER_MODEL_ORDER_H
#define PLOTTER_MODEL_ORDER_H

#include "plotter/model/rows.h"

enum order_key {
	ORDER_APPEARANCE, /* as they came */
	ORDER_RSS,	  /* the largest first, as with the next two */
	ORDER_CHANGE,	  /* over the window */
	ORDER_PEAK,
	ORDER_NAME,
	ORDER_PID,
	ORDER_KEYS,
};

/* What the screen calls it: "", "NOW", "CHANGE", "PEAK", "NAME", "PID", as the table's columns. */
const char *order_title(enum order_key key);

/*
 * Sort @rows; those that are equal stay as their lines came, ended ones come after the others
 * unless they are sorted by appearance. Names are compared as they were at @now_ns, the screen's
 * time, whatever the case of ASCII letters, and numbers in them by value. row->change must be set
 * for ORDER_CHANGE.
 */
void order_rows(struct row *rows, size_t count, enum order_key key, uint64_t now_ns);

/*
 * Whether a line is looked for: @filter is in its name or command at @now_ns, whatever the case of
 * ASCII letters, or is its pid. "" is in all.
 */
bool order_matches(const struct history_line *line, const char *filter, uint64_t now_ns);

#endif
