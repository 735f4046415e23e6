/*
 * Where a replay is: time of the session against time that passes, which is given. Pure.
 */
#ifndef PLOTTER_PLAYER_H
#define PLOTTER_PLAYER_H

#include "plotter/view.h"

struct player {
	uint64_t begin_ns; /* of what is recorded */
	uint64_t end_ns;
	uint64_t at_ns;	  /* where it is */
	uint64_t mono_ns; /* when it was there; 0: it has not begun to play */
};

/*
 * Time has come to @mono_ns: move on by what passed since the last call, at settings->speed; or
 * stand where the settings say, or go on from where they say. At the end it pauses: that is set in
 * @settings.
 */
void player_move(struct player *player, struct view_settings *settings, uint64_t mono_ns);

#endif
