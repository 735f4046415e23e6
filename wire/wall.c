#include "wire/wall.h"

#include "wire/message.h"

#include <string.h>

uint64_t wall_at(const struct session_info *session, uint64_t t_ns)
{
	const struct wall *wall = &session->wall;

	for (uint32_t i = wall->count; i > 0; i--) {
		if (wall->jumps[i - 1].t_ns <= t_ns)
			return wall->jumps[i - 1].unix_ns + (t_ns - wall->jumps[i - 1].t_ns);
	}
	return session->start_wall_ns + (t_ns - session->start_ns);
}

/* By how much the clock jumped there, either way. */
static uint64_t length_of(const struct session_info *session, uint32_t place)
{
	const struct wall_jump *jump = &session->wall.jumps[place];
	int64_t length = (int64_t)(jump->unix_ns - (wall_at(session, jump->t_ns - 1) + 1));

	return length < 0 ? 0 - (uint64_t)length : (uint64_t)length;
}

static void drop_smallest(struct session_info *session)
{
	struct wall *wall = &session->wall;
	uint32_t smallest = 0;

	for (uint32_t i = 1; i < wall->count; i++) {
		if (length_of(session, i) < length_of(session, smallest))
			smallest = i;
	}
	wall->count--;
	memmove(&wall->jumps[smallest], &wall->jumps[smallest + 1],
		(wall->count - smallest) * sizeof wall->jumps[0]);
}

void wall_add_jump(struct session_info *session, uint64_t t_ns, uint64_t unix_ns)
{
	struct wall *wall = &session->wall;

	if (t_ns <= session->start_ns || (wall->count && t_ns <= wall->jumps[wall->count - 1].t_ns))
		return;
	if (wall->count == WALL_JUMPS)
		drop_smallest(session);
	wall->jumps[wall->count++] = (struct wall_jump){ t_ns, unix_ns };
}
