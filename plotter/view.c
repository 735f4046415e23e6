#include "plotter/view.h"

#include "base/log.h"

#include <errno.h>
#include <stdio_ext.h>
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

uint64_t view_time(const struct view_settings *settings, const struct view_frame *frame)
{
	return settings->paused_at_ns ? settings->paused_at_ns : frame->now_ns;
}

int view_flush(FILE *out)
{
	int error = log_flush(out);

	if (!error)
		return VIEW_STAY;
	if (error == -EPIPE) {
		__fpurge(out); /* who looks at it next is to find nothing wrong */
		clearerr(out);
		return VIEW_QUIT;
	}
	log_error("cannot write the output: %s", strerror(-error));
	return error;
}
