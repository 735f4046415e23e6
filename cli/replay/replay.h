/*
 * A recorded session in a view: its records one by one for views that print them, or a history of
 * all of it to move about in.
 */
#ifndef CLI_REPLAY_REPLAY_H
#define CLI_REPLAY_REPLAY_H

#include "cli/run/recording.h"
#include "plotter/view.h"

struct replay {
	const struct options *options;
	struct recording *recording;
	const struct view *view;
	const char *title;
	uint64_t at_ns; /* where it begins */
};

/* Both: an exit status, after a message where it isn't 0. */
int replay_print(const struct replay *replay);
int replay_show(const struct replay *replay);

#endif
