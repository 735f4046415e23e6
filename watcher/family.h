/*
 * Families: processes whose descendants are followed, found by walking the lists of children of
 * their members, and of nobody else, some ten times a second. A member that has lost its parent
 * stays one. The children that a command of ours was given by the kernel, as the subreaper of what
 * it has run (PR_SET_CHILD_SUBREAPER, prctl(2)), belong to its family as well.
 */
#ifndef WATCHER_FAMILY_H
#define WATCHER_FAMILY_H

#include "proc/pidset.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A process of memwatch's whose children are of a family: a command that is given the orphans of
 * what it has run, or one that a member runs. */
struct family_reaper {
	pid_t pid;
	uint32_t root; /* the family's */
	bool nested;   /* a member runs it: it is forgotten when it is gone */
};

struct family {
	const char *root;  /* before each path: "" but in tests */
	uint32_t *members; /* their lines; ended ones are left out at the next walk */
	size_t count;
	size_t room;
	struct family_reaper *reapers;
	size_t reaper_count, reaper_capacity;
	struct pidset refused; /* that have no line: zombies, and those that nobody wants */
	struct pidset young;   /* that were about to exec when they were found */
	size_t kept;	       /* members whose files are kept open */
	size_t kept_most;
	bool no_lists;	/* this kernel has no lists of children */
	bool look_soon; /* someone waits to be looked at again */
	uint64_t walks;
	uint64_t next_ns;
};

/* Of the environment of a program that memwatch starts for itself, which is no member. */
#define FAMILY_HELPER "MEMWATCH_HELPER="

struct core;
struct entry;
struct reaped;

/* Whether it is such a program, as its environment says; also before its exec. */
bool family_is_helper(const struct family *family, pid_t pid);

void family_open(struct family *family);
void family_close(struct family *family);

/* From now on @entry's children are followed; @root is its family's (kin.h). */
void family_join(struct core *core, struct entry *entry, uint32_t root);
/* The same of one that a family begins with, unless it is of one already. */
void family_begin(struct core *core, struct entry *entry);
/* One that was found in another way is a member where its parent is one. */
void family_born(struct core *core, struct entry *entry);
/* It has ended, or is followed no more. */
void family_leave(struct core *core, struct entry *entry);
/* A person wants no line of it: it gets none by a walk. */
void family_refuse(struct core *core, const struct entry *entry);

/* A family is to begin with @pid, a child of the command that asks, by which it is called @name and
 * runs @command. */
void family_await(struct core *core, pid_t pid, const char *name, const char *command);

/* The process @pid takes in the orphans of a family; and is gone. */
void family_reaper(struct core *core, pid_t pid, uint32_t root);
void family_reaper_gone(struct core *core, pid_t pid);

/* What a reaper says of an orphan that it has waited for. */
void family_reaped(struct core *core, const struct reaped *reaped);

/* When family_walk is to be called; UINT64_MAX: need not be. */
uint64_t family_due(const struct core *core);
/* Find who is new, and tell how many came and went unseen, where it is time for that. */
void family_walk(struct core *core);

#endif
