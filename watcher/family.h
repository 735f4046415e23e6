/*
 * Families: processes whose descendants are followed, found by walking the lists of children of
 * their members, and of nobody else, some ten times a second. A member that has lost its parent
 * stays one. The children that a command of ours was given by the kernel, as the subreaper of what
 * it has run (PR_SET_CHILD_SUBREAPER, prctl(2)), belong to its family as well.
 */
#ifndef WATCHER_FAMILY_H
#define WATCHER_FAMILY_H

#include "watcher/pidset.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct family {
	const char *root;  /* before each path: "" but in tests */
	uint32_t *members; /* their lines; ended ones are left out at the next walk */
	size_t count;
	size_t room;
	pid_t *reapers;
	size_t reaper_count;
	struct pidset refused; /* that have no line: zombies, and those that nobody wants */
	size_t kept;	       /* members whose files are kept open */
	size_t kept_most;
	bool no_lists; /* this kernel has no lists of children */
	uint64_t walks;
	uint64_t next_ns;
	uint64_t unseen; /* came and went without a line */
	uint64_t told;	 /* of those */
	uint64_t told_ns;
};

/* Of the environment of a program that memwatch starts for itself, which is no member. */
#define FAMILY_HELPER "MEMWATCH_HELPER="

struct core;
struct entry;
struct reaped;

void family_open(struct family *family);
void family_close(struct family *family);

/* From now on @entry's children are followed. */
void family_join(struct core *core, struct entry *entry);
/* One that was found in another way is a member where its parent is one. */
void family_born(struct core *core, struct entry *entry);
/* It has ended, or is followed no more. */
void family_leave(struct core *core, struct entry *entry);
/* A person wants no line of it: it gets none by a walk. */
void family_refuse(struct core *core, const struct entry *entry);

/* The process @pid takes in the orphans of its family; and is gone. */
void family_reaper(struct core *core, pid_t pid);
void family_reaper_gone(struct core *core, pid_t pid);

/* What a reaper says of an orphan that it has waited for. */
void family_reaped(struct core *core, const struct reaped *reaped);

/* When family_walk is to be called; UINT64_MAX: need not be. */
uint64_t family_due(const struct core *core);
/* Find who is new, and tell how many came and went unseen, where it is time for that. */
void family_walk(struct core *core);

#endif
