/*
 * When the smaps_rollup of which process is read: each once an interval, and so seldom that a
 * process is never being read for more than 1 % of the time, since a read holds its mmap lock and
 * takes as long as it has memory. Pure: no clock, no I/O.
 */
#ifndef WATCHER_ROLLUP_PLAN_H
#define WATCHER_ROLLUP_PLAN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* After a read that took T the next one of that process begins this many T later at the earliest.
 */
#define ROLLUP_REST 100

struct rollup_target {
	uint32_t line;
	pid_t pid;
	uint64_t due_ns;
};

/* All zeros with an interval is an empty one. */
struct rollup_plan {
	uint64_t interval_ns;
	struct rollup_target *targets;
	size_t count;
	size_t room;
};

void rollup_plan_free(struct rollup_plan *plan);

/* Read a process from @now_ns on: 0 or -ENOMEM. One that is in it already stays as it is. */
int rollup_plan_add(struct rollup_plan *plan, uint32_t line, pid_t pid, uint64_t now_ns);
void rollup_plan_remove(struct rollup_plan *plan, uint32_t line);

/* The one that is due first; NULL where there is none. */
const struct rollup_target *rollup_plan_next(const struct rollup_plan *plan);

/* A read of it began at @began_ns and took @took_ns. */
void rollup_plan_took(struct rollup_plan *plan, uint32_t line, uint64_t began_ns, uint64_t took_ns);

/* From the begin of a read that took @took_ns to that of the next. */
uint64_t rollup_period(uint64_t interval_ns, uint64_t took_ns);

#endif
