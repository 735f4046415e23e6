/*
 * What holds the processes of a session, and the machine, and when that is to be told: records of
 * type RECORD_LIMIT.
 */
#ifndef WATCHER_MEMORY_LIMITS_H
#define WATCHER_MEMORY_LIMITS_H

#include "proc/cgroups.h"

/* What was told last of a line. All zeros: nothing. */
struct bound {
	uint64_t t_ns;
	uint64_t limit;
	uint64_t used;
	uint64_t seq; /* of that record; 0 until it is merged */
};

/*
 * Whether it is to be told that it is @limit of which @used is used (0, 0: nothing): where the
 * limit changed, or the use moved by more than 1/16 of the room that was left then, and by 1/1024
 * of the limit, so that a forecast stays right and a machine at rest is silent; once a second at
 * most. Pure.
 */
bool bound_moved(const struct bound *told, uint64_t now_ns, uint64_t limit, uint64_t used);

struct bounds {
	struct cgroups *cgroups;
	int meminfo; /* a descriptor, or negative */
	struct bound machine;
	uint64_t look;
};

struct core;
struct entry;

/* 0 or -ENOMEM. What can't be read is told never. */
int bounds_open(struct bounds *bounds, const char *root);
void bounds_close(struct bounds *bounds);

/* Tell what has moved; to be called about once a second. */
void bounds_look(struct core *core);

/* Its process joined, or may have moved to another cgroup. */
void bounds_follow(struct core *core, struct entry *entry);
/* The same, and tell at once what holds it. */
void bounds_join(struct core *core, struct entry *entry);
/* Tell what is known of a line that is no process's. */
void bounds_tell(struct core *core, struct entry *entry, uint64_t limit, uint64_t used);
void bounds_leave(struct core *core, struct entry *entry);

#endif
