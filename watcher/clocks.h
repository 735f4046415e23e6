/*
 * Where CLOCK_REALTIME (the wall clock) and CLOCK_BOOTTIME stand by CLOCK_MONOTONIC. The three run
 * at one pace, NTP's slewing included (clock_gettime(2)), until the wall clock is set or the
 * machine is suspended: CLOCK_MONOTONIC stands still then.
 */
#ifndef WATCHER_CLOCKS_H
#define WATCHER_CLOCKS_H

#include "base/clock.h"

#include <stdbool.h>

struct core;

struct clocks {
	int timer; /* a timerfd that a jump cancels; -1: there is none, they are compared only */
	struct clock_reading last; /* when they were compared last */
};

/* What happened between two readings; all 0: nothing. */
struct clocks_change {
	int64_t wall_ns;       /* the wall clock's jump, that of a suspend in it */
	uint64_t suspended_ns; /* for how long the machine was suspended */
	int64_t set_ns;	       /* by how much the wall clock was set */
};

/* Least jump that counts: more than two readings differ by, where the machine is busy. */
#define CLOCKS_LEAST_NS (5 * NS_PER_MS)

/* Pure: compare @now with the last reading, which it becomes: whether something happened. */
bool clocks_compare(struct clocks *clocks, const struct clock_reading *now,
		    struct clocks_change *ret_change);

/* From the last reading on, the session's start. */
int clocks_open(struct core *core);
void clocks_close(struct core *core);

/* Compare them, and tell a jump: its record, a gap and a notice. */
void clocks_look(struct core *core);
/* The timer is readable. */
void clocks_jumped(struct core *core);

#endif
