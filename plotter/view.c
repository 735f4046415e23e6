#include "plotter/view.h"

#include "base/log.h"

#include <errno.h>
#include <stdio_ext.h>
#include <string.h>

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
