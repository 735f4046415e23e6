/*
 * When the smaps_rollup of which process is read: each once an interval, and so seldom that a
 * process is never being read for more than 1 % of the time, since a read holds its mmap lock and
 * takes as long as it has memory (metric_period). Pure: no clock, no I/O.
 */
#ifndef WATCHER_ROLLUP_PLAN_H
#define WATCHER_ROLLUP_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct rollup_target {
	uint32_t line;
	pid_t pid;
	uint64_t due_ns;
	uint64_t rested_ns; /* not to be read before, whatever is asked */
	bool young;	    /* it was not read a second time yet */
};

/* A process that has just begun, or become another program, is read again this soon, since it has
 * hardly any memory then. */
#define ROLLUP_YOUNG_NS 1000000000ULL

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

/* It is another program now: read it as soon as it has rested. */
void rollup_plan_renew(struct rollup_plan *plan, uint32_t line);

/* The one that is due first; NULL where there is none. */
const struct rollup_target *rollup_plan_next(const struct rollup_plan *plan);

/* A read of it began at @began_ns and took @took_ns. */
void rollup_plan_took(struct rollup_plan *plan, uint32_t line, uint64_t began_ns, uint64_t took_ns);

#endif
