#include "plotter/view.h"

#include "base/log.h"

#include <errno.h>
#include <poll.h>
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

/* Whether nobody reads @out any more. */
static bool is_broken(FILE *out)
{
	struct pollfd end = { .fd = fileno(out) };

	return end.fd >= 0 && poll(&end, 1, 0) > 0 && (end.revents & POLLERR);
}

int view_flush(FILE *out)
{
	int err;

	errno = 0;
	if (fflush(out) == 0 && !ferror(out))
		return VIEW_STAY;
	/* What failed as the buffer was full has left no number behind. */
	err = errno ? errno : is_broken(out) ? EPIPE : EIO;
	if (err == EPIPE) {
		__fpurge(out); /* who looks at it next is to find nothing wrong */
		clearerr(out);
		return VIEW_QUIT;
	}
	log_error("cannot write the output: %s", strerror(err));
	return -err;
}
