/*
 * The wall clock of a session: where it stood by CLOCK_MONOTONIC at the session's start, and after
 * each jump since: it was set, or the machine was suspended (CLOCK_MONOTONIC stands still then).
 * Pure.
 */
#ifndef WIRE_WALL_H
#define WIRE_WALL_H

#include <stdint.h>

struct session_info;

/* From @t_ns to the next jump the wall clock is @unix_ns + (t - t_ns), in nanoseconds since 1970.
 */
struct wall_jump {
	uint64_t t_ns;
	uint64_t unix_ns;
};

/* Most jumps of one session that are kept. Of more, the smallest are left out, and what follows
 * one of those is off by its length until the next. */
#define WALL_JUMPS 64

/* In order of time, below @count. */
struct wall {
	uint32_t count;
	struct wall_jump jumps[WALL_JUMPS];
};

/* The wall clock at @t_ns; before the session's start it is as it was then. */
uint64_t wall_at(const struct session_info *session, uint64_t t_ns);

/* From @t_ns on it is @unix_ns. One that is told again, or is older than the last, is left as it
 * is. */
void wall_add_jump(struct session_info *session, uint64_t t_ns, uint64_t unix_ns);

#endif
