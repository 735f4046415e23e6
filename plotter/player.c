#include "plotter/player.h"

static uint64_t clamp(const struct player *player, uint64_t t_ns)
{
	if (t_ns > player->end_ns)
		t_ns = player->end_ns;
	return t_ns < player->begin_ns ? player->begin_ns : t_ns;
}

/* What of the session passes in @passed_ns, to its end at most. */
static uint64_t played(const struct player *player, double speed, uint64_t passed_ns)
{
	double ns = (double)passed_ns * speed;
	uint64_t left_ns = player->end_ns - player->at_ns;

	return ns < (double)left_ns ? (uint64_t)ns : left_ns;
}

void player_move(struct player *player, struct view_settings *settings, uint64_t mono_ns)
{
	uint64_t passed_ns =
		player->mono_ns && mono_ns > player->mono_ns ? mono_ns - player->mono_ns : 0;

	player->mono_ns = mono_ns;
	if (settings->paused_at_ns) {
		player->at_ns = clamp(player, settings->paused_at_ns);
		return;
	}
	if (settings->play_ns) {
		player->at_ns = clamp(player, settings->play_ns);
		settings->play_ns = 0;
	} else {
		player->at_ns += played(player, settings->speed, passed_ns);
	}
	if (player->at_ns >= player->end_ns)
		settings->paused_at_ns = player->end_ns;
}
